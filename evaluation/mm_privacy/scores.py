"""All scores of some models on one benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.coverage import Coverage
from evaluation.mm_privacy.cells import Cell, cells
from evaluation.mm_privacy.contrasts import (
    PairTest,
    TaskSpread,
    decoy_tests,
    model_tests,
    task_spreads,
    task_tests,
)
from evaluation.mm_privacy.controls import Control, Explained, controls, explain, images_read
from evaluation.mm_privacy.repeated import Repeated, repeated
from evaluation.mm_privacy.resampling import Bootstrap
from evaluation.mm_privacy.results import ProbeResult, Results, by_test
from schemas.benchmark import RiskTest
from schemas.record_key import derive_key


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """``draws``: of personas, for intervals, and of exchanged framings; ``seed``: they follow from it."""

    draws: int = 2000
    seed: int = 0

    @property
    def key(self) -> bytes:
        """What the draws follow from."""
        return derive_key(self.seed, b"", "mm-privacy scores")


@dataclass(frozen=True, slots=True)
class Judged:
    """One model's results, one for each probe of the benchmark in its order."""

    model: str
    coverage: Coverage
    results: tuple[ProbeResult, ...]


@dataclass(frozen=True, slots=True)
class ModelScores:
    """Everything that is told of one model."""

    model: str
    coverage: Coverage
    cells: tuple[Cell, ...]
    controls: tuple[Control, ...]
    explained: tuple[Explained, ...]
    spreads: tuple[TaskSpread, ...]
    task_tests: tuple[PairTest, ...]
    decoy_tests: tuple[PairTest, ...]
    repeated: tuple[Repeated, ...]
    without_gold: int
    """Private probes that have no gold: they count for refusals alone."""

    @property
    def label(self) -> str:
        """The model, and that its answers are incomplete where they are: no row is read without it."""
        return self.model if self.coverage.complete else f"{self.model} (incomplete)"


@dataclass(frozen=True, slots=True)
class Scores:
    """Of all models. Models that did not answer everything are in no comparison."""

    models: tuple[ModelScores, ...]
    comparisons: tuple[PairTest, ...]
    settings: ScoreSettings

    @property
    def complete(self) -> bool:
        """True if every model answered everything."""
        return all(one.coverage.complete for one in self.models)


def score(judged: Sequence[Judged], settings: ScoreSettings) -> Scores:
    """Scores every model, and compares those that answered the whole benchmark."""
    parts = [(one, by_test(one.results)) for one in judged]
    models = tuple(_model(one, tests, settings) for one, tests in parts)
    whole = [(one.model, tests) for one, tests in parts if one.coverage.complete]
    comparisons: list[PairTest] = []
    for test in RiskTest:
        comparisons += model_tests(test, [(name, tests[test]) for name, tests in whole if test in tests])
    return Scores(models, tuple(comparisons), settings)


def _model(judged: Judged, tests: dict[RiskTest, Results], settings: ScoreSettings) -> ModelScores:
    found_cells: list[Cell] = []
    found_controls: list[Control] = []
    explained: list[Explained] = []
    spreads: list[TaskSpread] = []
    of_tasks: list[PairTest] = []
    of_decoys: list[PairTest] = []
    repeats: list[Repeated] = []
    without_gold = 0
    for test, results in tests.items():
        bootstrap = Bootstrap(results.cluster, settings.draws, settings.key)
        here = cells(test, results, images_read(results), bootstrap)
        asked = controls(test, results, bootstrap)
        found_cells += here
        found_controls += asked
        if test is RiskTest.DISCLOSURE:
            explained += explain(here, asked)
        spreads += task_spreads(test, results, settings.draws, settings.key)
        of_tasks += task_tests(test, results)
        of_decoys += decoy_tests(test, results)
        repeats += repeated(test, results, bootstrap)
        without_gold += int((results.known & ~results.scored).sum())
    return ModelScores(
        judged.model,
        judged.coverage,
        tuple(found_cells),
        tuple(found_controls),
        tuple(explained),
        tuple(spreads),
        tuple(of_tasks),
        tuple(of_decoys),
        tuple(repeats),
        without_gold,
    )
