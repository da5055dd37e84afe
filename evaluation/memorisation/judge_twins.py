"""Tests on twins. Images of one identity share its draw, so the identity is what counts, not the image."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.memorisation.combine import rank_sum_p_value
from evaluation.memorisation.compare import auc, group_difference
from evaluation.memorisation.draws import FloatArray, generator
from evaluation.memorisation.ranks import ranks
from evaluation.memorisation.scores import TwinScores
from evaluation.memorisation.split_truth import SplitTruth
from evaluation.memorisation.twins import paired_test, sequential_sign_test, sign_test
from evaluation.memorisation.verdict import Group, Statistic
from transforms.keyed import uniform

_KEY = b"mmscrub scores"


@dataclass(frozen=True, slots=True)
class TwinDraws:
    """One entry per independent draw, so per identity: whether its published versions win (majority of the
    images, published above the middle of the hidden ones), and the mean of published minus hidden."""

    names: tuple[str, ...]
    wins: tuple[bool, ...]
    margin: FloatArray


def twin_draws(scores: TwinScores, truth: SplitTruth, units: Sequence[str]) -> TwinDraws:
    """The draws behind ``units``. A tie of scores counts against the published version, a tie of images
    falls by a keyed coin."""
    part = scores.of(units)
    hidden = part.hidden.shape[1]
    lead = np.sign(hidden + 2 - 2 * ranks(part.published, part.hidden))
    gap = part.published - part.hidden.mean(axis=1)
    places = defaultdict(list)
    for place, unit in enumerate(units):
        places[truth.identity_of(unit)].append(place)
    names = sorted(places)
    wins, margin = [], []
    for name in names:
        votes = int(lead[places[name]].sum())
        wins.append(votes > 0 or (votes == 0 and uniform(_KEY, "twin tie", name) < 0.5))
        margin.append(float(gap[places[name]].mean()))
    return TwinDraws(tuple(names), tuple(wins), np.asarray(margin))


def judge_twins(scores: TwinScores, truth: SplitTruth, alpha: float) -> list[Statistic]:
    """Sign, sequential and paired tests of the planted and of the held-out, and one against the other."""
    groups = {Group.PLANTED: truth.planted(scores.units), Group.HELD_OUT: truth.held_out(scores.units)}
    rows, margins = [], {}
    for group, units in groups.items():
        if not units:
            continue
        draws = twin_draws(scores, truth, units)
        rows += _one_group(draws, len(units), group, alpha)
        if scores.hidden.shape[1] > 1 and len(draws.names) == len(units):
            rows.append(_instance_ranks(scores.of(units), group))
        margins[group] = draws.margin
    if len(margins) == 2 and min(len(margin) for margin in margins.values()) >= 2:
        planted, held_out = margins[Group.PLANTED], margins[Group.HELD_OUT]
        area = auc(planted, held_out)
        p = group_difference(planted, held_out, generator("twin", "against")).p_value
        m, n = planted.size, held_out.size
        rows.append(
            Statistic(
                "twin margins, rank sum", Group.BOTH, m + n, "AUC", area.value, area.low, area.high, p,
                1 / math.comb(m + n, m),
            )
        )  # fmt: skip
    return rows


def _one_group(draws: TwinDraws, units: int, group: Group, alpha: float) -> list[Statistic]:
    m = len(draws.names)
    sign = sign_test(sum(draws.wins), m)
    # In an order that knows nothing of the scores.
    order = sorted(range(m), key=lambda place: uniform(_KEY, "twin order", draws.names[place]))
    walk = sequential_sign_test([draws.wins[place] for place in order], alpha)
    clusters = f"{units} images of {m} identities" if units > m else ""
    stopped = f"detected after {walk.stopped_at} of {m}" if walk.stopped_at else f"not detected in {m}"
    rows = [
        Statistic(
            "twins, sign test", group, m, "won", sign.share, sign.low, sign.high, sign.p_value,
            0.5**m, clusters,
        ),
        Statistic(
            "twins, sequential", group, m, "E", walk.evidence, None, None, walk.p_value,
            min(1.0, (m + 1) * 0.5 ** (m + 1) / (1 - 0.5 ** (m + 1))), stopped,
        ),
    ]  # fmt: skip
    if m >= 2:
        paired = paired_test(draws.margin, np.zeros(m))
        rows += [
            Statistic(
                "twins, paired t", group, m, "margin", paired.mean, paired.low, paired.high,
                paired.p_value, 0.0, "takes margins for normal",
            ),
            Statistic(
                "twins, Wilcoxon", group, m, "margin", paired.mean, None, None,
                paired.wilcoxon_p_value, 0.5**m, "takes margins for symmetric under the null",
            ),
        ]  # fmt: skip
    return rows


def _instance_ranks(scores: TwinScores, group: Group) -> Statistic:
    m, n = scores.hidden.shape
    rank = ranks(scores.published, scores.hidden)
    return Statistic(
        "versions, rank sum", group, m, "mean rank", float(rank.mean()), None, None,
        rank_sum_p_value(rank, n), math.exp(-m * math.log(n + 1)),
        f"of {n + 1} versions; chance is {1 + n / 2:g}",
    )  # fmt: skip
