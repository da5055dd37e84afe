"""Puts rows of scores into arrays and refuses what no test can read: gaps, duplicates, mixed shapes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from evaluation.memorisation.draws import FloatArray
from evaluation.memorisation.scores import (
    CANARY,
    PUBLISHED,
    SHARED,
    ExposureScores,
    MemoryScores,
    OneRunScores,
    ScoredTest,
    ScoreRow,
    ShadowScores,
    TwinScores,
)
from schemas.errors import ConfigError

Cells = Mapping[str, Mapping[tuple[str, int | None], float]]
"""unit -> (candidate, shadow) -> score."""


def by_checkpoint(path: Path, rows: Sequence[ScoreRow]) -> dict[str, MemoryScores]:
    """The scores of each checkpoint, units and references in the order of their names, so that the order of
    the rows does not matter. Raises ConfigError on duplicates, missing candidates and mixed shapes."""
    seen: dict[tuple[str, str, str, int | None, str], int] = {}
    sorted_rows: dict[str, dict[ScoredTest, dict[str, dict[tuple[str, int | None], float]]]] = {}
    for number, row in enumerate(rows, start=1):
        first = seen.setdefault((row.test, row.unit, row.candidate, row.shadow, row.checkpoint), number)
        if first != number:
            raise _wrong(path, f"row {number}: says again what row {first} says (column candidate)")
        tests = sorted_rows.setdefault(row.checkpoint, {})
        tests.setdefault(row.test, {}).setdefault(row.unit, {})[row.candidate, row.shadow] = row.score
    return {name: _scores(path, tests) for name, tests in sorted(sorted_rows.items())}


def check_units(path: Path, rows: Iterable[ScoreRow], known: Collection[str]) -> None:
    """Raises ConfigError that names the first row whose unit the split does not know."""
    for number, row in enumerate(rows, start=1):
        if row.unit != SHARED and row.unit not in known:
            raise _wrong(
                path,
                f"row {number}, column unit: the split has no identity and no image of this name; is it the "
                "split that the model was trained on?",
            )


def _scores(path: Path, tests: Mapping[ScoredTest, Cells]) -> MemoryScores:
    exposure, twin = tests.get(ScoredTest.EXPOSURE), tests.get(ScoredTest.TWIN)
    one_run, shadow = tests.get(ScoredTest.ONE_RUN), tests.get(ScoredTest.SHADOW)
    return MemoryScores(
        _exposure(path, exposure) if exposure else None,
        _twin(path, twin) if twin else None,
        _one_run(one_run) if one_run else None,
        _shadow(path, shadow) if shadow else None,
    )


def _wrong(path: Path, remedy: str) -> ConfigError:
    return ConfigError("scores", path, remedy)


def _split_off(path: Path, cells: Cells, first: str) -> tuple[FloatArray, list[list[float]]]:
    """The score of ``first`` of each unit, and its other scores in the order of their names."""
    heads, others = [], []
    for unit in sorted(cells):
        row = dict(cells[unit])
        if (first, None) not in row:
            raise _wrong(path, f"unit {unit}: has no row with the candidate {first}")
        heads.append(row.pop((first, None)))
        others.append([row[key] for key in sorted(row, key=lambda key: key[0])])
    return np.asarray(heads, dtype=np.float64), others


def _same_length(path: Path, units: Sequence[str], others: list[list[float]], what: str) -> FloatArray:
    for unit, row in zip(units, others, strict=True):
        if not row:
            raise _wrong(path, f"unit {unit}: has no {what}")
        if len(row) != len(others[0]):
            raise _wrong(
                path,
                f"unit {unit}: has {len(row)} {what}, unit {units[0]} has {len(others[0])}; give all alike",
            )
    return np.asarray(others, dtype=np.float64)


def _exposure(path: Path, cells: Cells) -> ExposureScores:
    own = {unit: row for unit, row in cells.items() if unit != SHARED}
    units = sorted(own)
    if not units:
        raise _wrong(path, f"has references under the unit {SHARED} but no canary")
    canary, others = _split_off(path, own, CANARY)
    if SHARED not in cells:
        names = tuple(tuple(sorted(name for name, _ in own[unit] if name != CANARY)) for unit in units)
        return ExposureScores(
            tuple(units), canary, _same_length(path, units, others, "references"), names=names
        )
    for unit, row in zip(units, others, strict=True):
        if row:
            raise _wrong(path, f"unit {unit}: has references of its own beside those of the unit {SHARED}")
    shared = [score for _, score in sorted(cells[SHARED].items(), key=lambda item: item[0][0])]
    table = np.broadcast_to(np.asarray(shared, dtype=np.float64), (len(units), len(shared)))
    return ExposureScores(tuple(units), canary, table, shared=True)


def _twin(path: Path, cells: Cells) -> TwinScores:
    units = sorted(cells)
    published, others = _split_off(path, cells, PUBLISHED)
    return TwinScores(tuple(units), published, _same_length(path, units, others, "hidden versions"))


def _one_run(cells: Cells) -> OneRunScores:
    units = sorted(cells)
    scores = [cells[unit][CANARY, None] for unit in units]
    return OneRunScores(tuple(units), np.asarray(scores, dtype=np.float64))


def _shadow(path: Path, cells: Cells) -> ShadowScores:
    units = sorted(cells)
    held = {shadow for _, shadow in cells[units[0]]}
    for unit in units:
        if {shadow for _, shadow in cells[unit]} != held:
            raise _wrong(path, f"unit {unit}: was scored by other shadow models than unit {units[0]}")
    shadows = sorted(one for one in held if one is not None)
    if not shadows:
        raise _wrong(path, "has rows of the test shadow, but none with a number in the column shadow")
    scores = [[cells[unit][CANARY, one] for one in shadows] for unit in units]
    target = [cells[unit][CANARY, None] for unit in units] if None in held else None
    return ShadowScores(
        tuple(units),
        tuple(shadows),
        np.asarray(scores, dtype=np.float64),
        None if target is None else np.asarray(target, dtype=np.float64),
    )
