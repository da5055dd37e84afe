"""Every test that a file of scores allows, for planted and held-out identities apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.memorisation.judge_exposure import exposures, judge_exposure
from evaluation.memorisation.judge_models import judge_change, judge_one_run, judge_shadows
from evaluation.memorisation.judge_twins import judge_twins
from evaluation.memorisation.ranks import rank_p_values, ranks
from evaluation.memorisation.score_table import by_checkpoint, check_units
from evaluation.memorisation.scores import MemoryScores
from evaluation.memorisation.scores_file import read_scores
from evaluation.memorisation.split_truth import FULL_RATE, SplitTruth, read_truth
from evaluation.memorisation.verdict import Group, Statistic, Verdict, finite_or_none, with_verdicts
from schemas.errors import ConfigError
from transforms.watermark.design import Arm


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """``checkpoint``: the one to test, ``baseline``: the one before training; None where there is but one.
    ``delta``: of the one-run bound. ``arm``: the training set of the model under test.

    Raises ConfigError for an alpha or delta that is no probability above 0.
    """

    alpha: float = 0.05
    delta: float = 1e-5
    checkpoint: str | None = None
    baseline: str | None = None
    arm: Arm = FULL_RATE

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ConfigError("alpha", self.alpha, "give an error rate between 0 and 1, such as 0.05")
        if not 0 <= self.delta < 1:
            raise ConfigError("delta", self.delta, "give a probability, such as 1e-5")


@dataclass(frozen=True, slots=True)
class Judgement:
    """``rows`` with their verdicts; ``units``: what is known of each scored canary, by id."""

    rows: tuple[Statistic, ...]
    units: tuple[Mapping[str, Any], ...]
    settings: JudgeSettings
    checkpoint: str
    scores_sha256: str

    @property
    def memory(self) -> bool:
        """Whether any test shows memory after correction, and the held-out identities stay quiet."""
        return any(row.verdict is Verdict.MEMORY for row in self.rows) and self.trusted

    @property
    def trusted(self) -> bool:
        """False if held-out identities stand out: scores or split leak then, and no p-value holds."""
        return not any(row.verdict is Verdict.BROKEN for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """For a file: numbers, names of tests and ids, no value of any identity."""
        rows = [
            {
                name: finite_or_none(cell) if isinstance(cell, float) else cell
                for name, cell in asdict(row).items()
            }
            for row in self.rows
        ]
        return {
            "memory": self.memory,
            "held_out_quiet": self.trusted,
            "alpha": self.settings.alpha,
            "delta": self.settings.delta,
            "arm": self.settings.arm.name,
            "checkpoint": self.checkpoint,
            "baseline": self.settings.baseline,
            "scores_sha256": self.scores_sha256,
            "tests": rows,
            "units": list(self.units),
        }


def judge_file(path: Path, split: Path, settings: JudgeSettings) -> Judgement:
    """Reads scores and manifest and runs every test there are scores for.

    Raises ConfigError that names row and column of a wrong file, and for checkpoints that must be named.
    """
    truth = read_truth(split, settings.arm)
    rows = read_scores(path)
    check_units(path, rows, truth.units())
    tables = by_checkpoint(path, rows)
    tested = _tested(tables, settings)
    found = judge_scores(path, tables[tested], truth, settings)
    if settings.baseline is not None:
        found += judge_change(tables[settings.baseline], tables[tested], truth)
    if not found:
        raise ConfigError("scores", path, "holds too few units for any test; score two or more of each group")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    judged = tuple(with_verdicts(found, settings.alpha))
    return Judgement(judged, _units(tables[tested], truth), settings, tested, digest)


def judge_scores(
    path: Path, scores: MemoryScores, truth: SplitTruth, settings: JudgeSettings
) -> list[Statistic]:
    """The tests of one checkpoint, without verdicts."""
    found: list[Statistic] = []
    if scores.exposure:
        found += judge_exposure(scores.exposure, truth)
    if scores.twin:
        found += judge_twins(scores.twin, truth, settings.alpha)
    if scores.one_run:
        found += judge_one_run(scores.one_run, truth, settings.alpha, settings.delta)
    if scores.shadow:
        found += judge_shadows(path, scores.shadow, truth)
    return found


def _tested(tables: Mapping[str, MemoryScores], settings: JudgeSettings) -> str:
    names = ", ".join(repr(name) for name in tables)
    for key, asked in (("checkpoint", settings.checkpoint), ("baseline", settings.baseline)):
        if asked is not None and asked not in tables:
            raise ConfigError(key, asked, f"there are scores of {names}")
    left = [name for name in tables if name != settings.baseline]
    if settings.checkpoint is None and len(left) != 1:
        raise ConfigError(
            "checkpoint",
            "(missing)",
            f"there are scores of {names}: name the one to test with --checkpoint, and the one before "
            "training, if it is among them, with --baseline",
        )
    tested = settings.checkpoint if settings.checkpoint is not None else left[0]
    if tested == settings.baseline:
        raise ConfigError("baseline", tested, "is the checkpoint under test; name an earlier one")
    return tested


def _units(scores: MemoryScores, truth: SplitTruth) -> tuple[Mapping[str, Any], ...]:
    if scores.exposure is None:
        return ()
    table = scores.exposure
    p = rank_p_values(ranks(table.canary, table.references), table.references.shape[1])
    return tuple(
        {
            "unit": unit,
            "group": (Group.PLANTED if truth.of(unit).planted else Group.HELD_OUT).value,
            "repetitions": truth.of(unit).repetitions,
            "exposure": float(bits),
            "p_value": float(one),
        }
        for unit, bits, one in zip(table.units, exposures(table), p, strict=True)
    )
