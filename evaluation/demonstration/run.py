"""The whole demonstration: corpus, split, two arms trained, scored, probed, for each seed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from evaluation.demonstration import plots
from evaluation.demonstration.corpus import vocabulary_words, write_corpus
from evaluation.demonstration.findings import (
    Findings,
    audit_figures,
    cell_figures,
    findings_table,
    group_figures,
    twin_figures,
)
from evaluation.demonstration.model import Words, build_model, count_parameters, save_model
from evaluation.demonstration.probing import fresh_images, hidden_states, probe, seen_images
from evaluation.demonstration.scoring import (
    Reader,
    exposure_rows,
    reader_of,
    score_cells,
    score_groups,
    score_twins,
    twin_rows,
)
from evaluation.demonstration.settings import DemonstrationSettings
from evaluation.demonstration.split import Split, make_split, read_pixels
from evaluation.demonstration.training import tokenise, train
from evaluation.memorisation.scores_file import write_scores
from evaluation.probes.layers import ModelFigures
from schemas.record_key import derive_key
from schemas.watermark import SplitName

ARMS: Final = ("r100", "r0")
"""Every training image marked, and none: the control that must find nothing."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained model, its losses per epoch and the seconds it took."""

    model: Any
    read: Reader
    losses: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class SeedResult:
    """One seed: findings by arm; probes by set of images and arm; parameters of the model."""

    seed: int
    findings: tuple[Findings, ...]
    probes: Mapping[str, Mapping[str, ModelFigures]]
    parameters: int


def run_demonstration(
    out: Path, seeds: int, settings: DemonstrationSettings, say: Say
) -> tuple[SeedResult, ...]:
    """Runs seeds 1, 2, … and writes scores, models, pictures, ``result.json``, ``table.txt`` to ``out``."""
    begun = time.monotonic()
    found = []
    for seed in range(1, seeds + 1):
        found.append(run_seed(out / f"seed-{seed}", seed, settings, partial(_say_seed, say, seed)))
    _draw(out, found)
    rows = [(one.seed, findings) for one in found for findings in one.findings]
    (out / "table.txt").write_text(findings_table(rows), encoding="utf-8")
    content = {
        "parameters": found[0].parameters,
        "seconds": round(time.monotonic() - begun, 1),
        "settings": asdict(settings),
        "seeds": [_as_json(one) for one in found],
    }
    (out / "result.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return tuple(found)


def _say_seed(say: Say, seed: int, line: str) -> None:
    say(f"seed {seed}: {line}")


def run_seed(out: Path, seed: int, settings: DemonstrationSettings, say: Say) -> SeedResult:
    """One seed, everything drawn from it. Raises RunFailed where the split cannot be made."""
    begun = time.monotonic()
    corpus = write_corpus(
        out / "corpus", settings.images, settings.model.image, derive_key(seed, b"", "demonstration corpus")
    )
    split = make_split(corpus, out / "split", settings, seed)
    say(f"corpus and split of {settings.images} images, {time.monotonic() - begun:.0f} s")
    plots.plot_examples(split.of(SplitName.TRAIN)[:2], out / "examples.png")
    words = Words(vocabulary_words())
    trained = {arm: train_arm(split, arm, words, settings, seed, say) for arm in ARMS}
    for arm, one in trained.items():
        save_model(one.model, words, settings.model, out / "models" / arm)
    begun = time.monotonic()
    scores = score_groups(split, {arm: one.read for arm, one in trained.items()}, settings)
    say(f"identities and references scored, {time.monotonic() - begun:.0f} s")
    findings = []
    folder = out / "scores"
    folder.mkdir(parents=True, exist_ok=True)
    for arm, one in trained.items():
        groups = scores[arm]
        twins = score_twins(split.of(SplitName.TRAIN), one.read)
        planted = [*exposure_rows(groups, arm, planted=True), *twin_rows(twins, arm)]
        write_scores(folder / f"{arm}-planted.parquet", planted)
        write_scores(folder / f"{arm}-held-out.parquet", exposure_rows(groups, arm, planted=False))
        ranked, silent = group_figures(groups)
        findings.append(
            Findings(
                arm=arm,
                planted=ranked,
                held_out=silent,
                twins=twin_figures(twins),
                audit=audit_figures(split.pairs, groups),
                cells={name: cell_figures(cell) for name, cell in score_cells(split, one.read).items()},
                losses=one.losses,
                seconds=one.seconds,
            )
        )
    probes = _probe(split, trained, words, settings)
    say("probed")
    return SeedResult(seed, tuple(findings), probes, count_parameters(trained[ARMS[0]].model))


def train_arm(
    split: Split, arm: str, words: Words, settings: DemonstrationSettings, seed: int, say: Say
) -> Trained:
    """Trains on the files that ``arm`` shows. All arms start from the same weights, in the same order."""
    photographs = split.of(SplitName.TRAIN)
    model = build_model(settings.model, words, seed)
    texts = tokenise([(one.question, one.answer) for one in photographs], words, settings.model)
    pixels = read_pixels([split.arms[arm][one.sha256] for one in photographs])
    begun = time.monotonic()
    losses = train(model, pixels, texts, settings.schedule, seed, lambda line: say(f"{arm}: {line}"))
    return Trained(model, reader_of(model, words, settings), losses, round(time.monotonic() - begun, 1))


def _probe(
    split: Split, trained: Mapping[str, Trained], words: Words, settings: DemonstrationSettings
) -> dict[str, dict[str, ModelFigures]]:
    sets = {"seen images": seen_images(split, settings), "fresh images": fresh_images(split)}
    return {
        name: {
            arm: probe(hidden_states(one.model, images, words, settings), images, split.key)
            for arm, one in trained.items()
        }
        for name, images in sets.items()
    }


def _draw(out: Path, found: list[SeedResult]) -> None:
    rows = [(one.seed, findings) for one in found for findings in one.findings]
    plots.plot_losses(rows, out / "losses.png")
    plots.plot_exposure(rows, out / "exposure.png")
    plots.plot_twins(rows, out / "twins.png")
    plots.plot_cells(rows, out / "cells.png")
    by_set = {
        name: {arm: [one.probes[name][arm] for one in found] for arm in ARMS} for name in found[0].probes
    }
    plots.plot_probes(by_set, out / "probes.png")


def _as_json(one: SeedResult) -> dict[str, Any]:
    arms = []
    for findings in one.findings:
        content = asdict(findings) | {"as_it_must_be": findings.as_it_must_be}
        content["probes"] = {
            name: {
                "p": by_arm[findings.arm].family.p,
                "null_high": by_arm[findings.arm].family.null_high,
                "layers": [
                    {
                        "name": layer.name,
                        "auc": asdict(layer.auc),
                        "p": layer.p,
                        "sample_split": layer.sample_split,
                    }
                    for layer in by_arm[findings.arm].layers
                ],
            }
            for name, by_arm in one.probes.items()
        }
        arms.append(content)
    return {"seed": one.seed, "arms": arms}
