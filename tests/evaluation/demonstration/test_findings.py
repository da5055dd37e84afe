import numpy as np
import pytest

from evaluation.demonstration import plots
from evaluation.demonstration.findings import (
    Findings,
    audit_figures,
    cell_figures,
    findings_table,
    group_figures,
    twin_figures,
)
from evaluation.demonstration.scoring import (
    CandidateGroup,
    GroupScores,
    Twins,
    candidate_groups,
    exposure_rows,
    twin_rows,
)
from evaluation.demonstration.split import Pair, Split
from evaluation.memorisation.score_table import by_checkpoint
from evaluation.memorisation.scores_file import read_scores, write_scores
from schemas.errors import RunFailed
from schemas.watermark import Role
from transforms.watermark.identities import Coin, IdentitySettings, draw_identities
from transforms.watermark.mark_settings import MarkSettings

PAIRS, REFERENCES = 12, 31


def pairs_of(count=PAIRS, key=b"k"):
    settings = IdentitySettings(per_pool=count, coin=Coin.BALANCED, folds=2)
    drawn = draw_identities(settings, key)
    pairs = []
    for twins in zip(drawn[::2], drawn[1::2], strict=True):
        first, second = sorted(twins, key=lambda plan: plan.role is not Role.CANARY_IN)
        pairs.append(Pair(first.identity, second.identity))
    return settings, tuple(pairs)


def split_of(count=PAIRS, key=b"k"):
    settings, pairs = pairs_of(count, key)
    return Split((), pairs, {}, MarkSettings(), key, settings)


def scores_of(memory, seed=0):
    """Scores of a model that finds a planted identity ``memory`` deviations more familiar."""
    random = np.random.default_rng(seed)
    groups = candidate_groups(split_of(), REFERENCES)
    return [
        GroupScores(group, memory + random.normal(), random.normal(), random.normal(size=REFERENCES))
        for group in groups
    ]


def twins_of(memory, seed=1, images=6):
    random = np.random.default_rng(seed)
    names = [pair.planted.identity_id for pair in pairs_of()[1]]
    units = tuple(name for name in names for _ in range(images))
    return Twins(units, memory + random.normal(size=len(units)), random.normal(size=len(units)))


def findings_of(memory, arm="r100"):
    scores, twins = scores_of(memory), twins_of(memory)
    planted, held_out = group_figures(scores)
    audit = audit_figures(split_of().pairs, scores)
    cells = {"seen": cell_figures(twins), "fresh": cell_figures(twins_of(0.0, 2))}
    return Findings(arm, planted, held_out, twin_figures(twins), audit, cells, (2.0, 1.0, 0.5), 1.0)


def test_a_group_holds_nobody_who_looks_like_the_planted_identity():
    for key in (b"k", b"l", b"m"):
        seen = set()
        for group in candidate_groups(split_of(key=key), REFERENCES):
            assert isinstance(group, CandidateGroup)
            looks = (group.planted.gender, group.planted.age)
            assert len(group.references) == REFERENCES
            for other in (group.held_out, *group.references):
                assert (other.gender, other.age) != looks
                assert other.identity_id not in seen
                seen.add(other.identity_id)
        assert len(seen) == PAIRS * (REFERENCES + 1)


def test_pairs_that_all_look_alike_are_refused():
    _, (pair, *_) = pairs_of()
    split = Split((), (pair, pair), {}, MarkSettings(), b"k", IdentitySettings(per_pool=2, folds=2))
    with pytest.raises(RunFailed, match="gender and age"):
        list(candidate_groups(split, 3))


def test_memory_is_found_and_the_held_out_are_not():
    found = findings_of(3.0)
    assert found.planted.fisher < 1e-6
    assert found.planted.mean > 3
    assert found.held_out.fisher > 0.05
    assert found.twins.p_value < 0.001
    assert found.audit.right == found.audit.pairs == PAIRS
    assert found.audit.epsilon > 1
    assert found.cells["seen"].low > 0
    assert found.as_it_must_be


def test_a_model_without_memory_shows_nothing():
    found = findings_of(0.0, "r0")
    assert found.planted.fisher > 0.05
    assert found.held_out.fisher > 0.05
    assert found.as_it_must_be
    assert not findings_of(0.0, "r100").as_it_must_be
    assert not findings_of(3.0, "r0").as_it_must_be


def test_the_table_says_what_is_not_as_it_must_be():
    table = findings_table([(1, findings_of(3.0)), (1, findings_of(3.0, "r0"))])
    assert table.count("  yes") == 1
    assert table.count("  NO") == 1


def test_score_files_are_read_by_the_statistics(tmp_path):
    scores = scores_of(3.0)
    path = tmp_path / "scores.parquet"
    rows = [*exposure_rows(scores, "r100", planted=True), *twin_rows(twins_of(1.0), "r100")]
    write_scores(path, rows)
    table = by_checkpoint(path, read_scores(path))["r100"]
    assert table.exposure.references.shape == (PAIRS, REFERENCES)
    assert table.twin.published.shape == (PAIRS,)
    write_scores(path, exposure_rows(scores, "r100", planted=False))
    held_out = by_checkpoint(path, read_scores(path))["r100"].exposure
    assert not set(held_out.units) & set(table.exposure.units)


def test_no_two_identities_share_a_reference_in_the_file():
    rows = [row for row in exposure_rows(scores_of(3.0), "r100", planted=True) if row.candidate != "canary"]
    assert len({row.candidate for row in rows}) == len(rows) == PAIRS * REFERENCES


def test_pictures_are_drawn(tmp_path):
    rows = [(seed, findings_of(3.0, arm)) for seed in (1, 2) for arm in ("r100", "r0")]
    for name in ("losses", "exposure", "twins", "cells"):
        path = tmp_path / f"{name}.png"
        getattr(plots, f"plot_{name}")(rows, path)
        assert path.read_bytes().startswith(b"\x89PNG")
