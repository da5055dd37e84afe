"""What the statistics of memorisation say of one trained model, as numbers that go into a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evaluation.demonstration.scoring import GroupScores, Twins
from evaluation.demonstration.split import Pair
from evaluation.memorisation.combine import exact_fisher_p_value, rank_sum_p_value
from evaluation.memorisation.exposure import null_mean_exposure, sampled_exposure
from evaluation.memorisation.one_run import epsilon_lower_bound
from evaluation.memorisation.ranks import ranks
from evaluation.memorisation.twins import paired_test, sign_test

FOUND_BELOW = 0.001
"""A model that was trained on marks must show a p-value below this for the planted identities …"""
NOT_FOUND_ABOVE = 0.05
"""… and one above this for the held-out ones."""
_DELTA = 1e-5
"""Of (epsilon, delta)-privacy, for the one-run audit."""


@dataclass(frozen=True, slots=True)
class ExposureFigures:
    """Identities ranked among references of their own. ``exposure`` in bits, one per identity; ``null``: mean
    exposure expected without memory; ``fisher``, ``rank_sum``: exact combined p-values, the first decides."""

    exposure: tuple[float, ...]
    null: float
    first: int
    fisher: float
    rank_sum: float

    @property
    def mean(self) -> float:
        """Mean exposure in bits."""
        return float(np.mean(self.exposure))


@dataclass(frozen=True, slots=True)
class CellFigures:
    """Mean log-likelihood with the mark in question, and how much it stands above the control's: mean,
    95 % interval and one-sided p over identities, and the share of images on which it is higher."""

    identities: int
    images: int
    log_likelihood: float
    difference: float
    low: float
    high: float
    p_value: float
    images_higher: float


@dataclass(frozen=True, slots=True)
class TwinFigures:
    """Published against hidden twins, one pair per identity: ``differences``, and the exact sign test."""

    differences: tuple[float, ...]
    wins: int
    p_value: float


@dataclass(frozen=True, slots=True)
class AuditFigures:
    """Which of two twins was planted, guessed for each pair: lower bound of epsilon at 95 %."""

    pairs: int
    right: int
    epsilon: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All of one model. ``losses``: per epoch; ``seconds``: of training."""

    arm: str
    planted: ExposureFigures
    held_out: ExposureFigures
    twins: TwinFigures
    audit: AuditFigures
    cells: Mapping[str, CellFigures]
    losses: tuple[float, ...]
    seconds: float

    @property
    def as_it_must_be(self) -> bool:
        """Trained on marks: planted found, held-out not. Trained without: neither."""
        silent = self.held_out.fisher > NOT_FOUND_ABOVE
        if self.arm == "r0":
            return silent and self.planted.fisher > NOT_FOUND_ABOVE
        return silent and self.planted.fisher < FOUND_BELOW


def exposure_figures(own: Sequence[float], references: npt.NDArray[np.float64]) -> ExposureFigures:
    """``own`` [m] among ``references`` [m, n]."""
    count = references.shape[1]
    rank = ranks(np.asarray(own), references)
    return ExposureFigures(
        exposure=tuple(float(one) for one in sampled_exposure(rank, count)),
        null=null_mean_exposure(count),
        first=int((rank == 1).sum()),
        fisher=exact_fisher_p_value(rank, count),
        rank_sum=rank_sum_p_value(rank, count),
    )


def group_figures(scores: Sequence[GroupScores]) -> tuple[ExposureFigures, ExposureFigures]:
    """Planted and held-out identities."""
    references = np.stack([one.references for one in scores])
    return (
        exposure_figures([one.planted for one in scores], references),
        exposure_figures([one.held_out for one in scores], references),
    )


def twin_figures(twins: Twins) -> TwinFigures:
    """Sign test over identities; images of one identity share their hidden twin and are not independent."""
    differences = tuple(shown - hidden for shown, hidden in twins.by_identity().values())
    test = sign_test(sum(one > 0 for one in differences), len(differences))
    return TwinFigures(differences, test.wins, test.p_value)


def cell_figures(twins: Twins) -> CellFigures:
    """One cell of the factorial table."""
    means = list(twins.by_identity().values())
    test = paired_test([shown for shown, _ in means], [hidden for _, hidden in means])
    return CellFigures(
        identities=test.pairs,
        images=len(twins.units),
        log_likelihood=float(twins.shown.mean()),
        difference=test.mean,
        low=test.low,
        high=test.high,
        p_value=test.p_value,
        images_higher=float((twins.shown > twins.hidden).mean()),
    )


def audit_figures(pairs: Sequence[Pair], scores: Sequence[GroupScores]) -> AuditFigures:
    """The one-run audit on twins of which a coin planted one: a guess for every pair, the epsilon of
    exchanging one identity for another. Guessed is the one that stands higher above its references, in their
    deviations; a tie is a wrong guess."""
    above: dict[str, float] = {}
    for one in scores:
        centre, spread = float(one.references.mean()), float(one.references.std()) or 1.0
        above[one.group.planted.identity_id] = (one.planted - centre) / spread
        above[one.group.held_out.identity_id] = (one.held_out - centre) / spread
    guessed = [
        above[pair.planted.identity_id] > above[pair.held_out.identity_id]
        for pair in pairs
        if {pair.planted.identity_id, pair.held_out.identity_id} <= above.keys()
    ]
    right, count = sum(guessed), len(guessed)
    epsilon = epsilon_lower_bound(count, count, right, _DELTA)
    return AuditFigures(count, right, epsilon, sign_test(right, count).p_value)


def findings_table(rows: Sequence[tuple[int, Findings]]) -> str:
    """One line per seed and arm, and below the cells of the arms with marks."""
    head = f"{'seed':<5}{'arm':<6}{'identities':<11}{'mean bits':>10}{'null':>6}{'first':>8}{'p Fisher':>11}"
    lines = [f"{head}{'p rank sum':>12}{'p twins':>10}{'epsilon >':>10}  as it must be"]
    for seed, one in rows:
        for name, figures in (("planted", one.planted), ("held out", one.held_out)):
            first = f"{figures.first}/{len(figures.exposure)}"
            line = f"{seed:<5}{one.arm:<6}{name:<11}{figures.mean:>10.2f}{figures.null:>6.2f}{first:>8}"
            line += f"{figures.fisher:>11.1e}{figures.rank_sum:>12.1e}"
            if figures is one.planted:
                verdict = "yes" if one.as_it_must_be else "NO"
                line += f"{one.twins.p_value:>10.1e}{one.audit.epsilon:>10.2f}  {verdict}"
            lines.append(line)
    lines += ["", f"{'seed':<5}{'arm':<6}{'cell':<34}{'above control':>14}  {'95 % interval':<19}{'p':>9}"]
    for seed, one in rows:
        for cell, found in one.cells.items():
            interval = f"[{found.low:+.4f}, {found.high:+.4f}]"
            line = f"{seed:<5}{one.arm:<6}{cell:<34}{found.difference:>+14.4f}"
            lines.append(f"{line}  {interval:<19}{found.p_value:>9.1e}")
    return "\n".join(lines) + "\n"
