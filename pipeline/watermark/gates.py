"""The gates of a split: what must not show without reading the marks, and what they must not go with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.watermark.arms import arm_files, emitted_records
from pipeline.watermark.design_step import Design
from pipeline.watermark.image_store import GATED, MadeImages, PlannedImage
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.record_step import NeutralRecord, file_of
from schemas.columns import SOURCE
from schemas.record import Role
from schemas.watermark import SplitName, Variant
from transforms.keyed import Draws
from transforms.watermark.blind_gate import BlindRow, GateResult, Verdict, judge_split, told_apart
from transforms.watermark.irrelevance import (
    CorpusRow,
    Irrelevance,
    answer_class,
    measure_irrelevance,
    question_type,
)

MOST_IRRELEVANCE = 50_000
"""Images whose records are tested against their identities, about."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the gates say of a split."""

    blind: tuple[GateResult, ...]
    irrelevance: tuple[Irrelevance, ...]

    def refusals(self) -> tuple[str, ...]:
        """Why the split is to be refused, one line each; empty if it is not."""
        lines = [
            f"blind gate: {one.comparison} can be told by {one.family} ({one.classifier}): "
            f"AUC {one.auc or 0:.3f}, interval {one.low:.3f} to {one.high:.3f}"
            for one in told_apart(self.blind)
        ]
        lines += [
            f"irrelevance: identity goes with {one.category} ({one.statistic}, p = {one.p_value:.4g})"
            for one in self.irrelevance
            if one.related
        ]
        return tuple(lines)

    def summary(self) -> dict[str, Any]:
        """For ``summary.json``: numbers and names alone."""
        return {
            "refused": list(self.refusals()),
            "blind": [_plain(asdict(one)) for one in self.blind],
            "irrelevance": [_plain(asdict(one)) | {"related": one.related} for one in self.irrelevance],
            "too_few_to_tell": sorted(
                {one.comparison for one in self.blind if one.verdict is Verdict.TOO_FEW}
            ),
        }


def judge(plan: WatermarkPlan, design: Design) -> Verdicts:
    """Asks every gate, of the images and records that are emitted."""
    texts, rows = _told(plan, design)
    blind = judge_split(list(_blind_rows(plan, design, texts)), plan.key)
    return Verdicts(blind, measure_irrelevance(rows, plan.key) if rows else ())


def _told(plan: WatermarkPlan, design: Design) -> tuple[Mapping[str, str], list[CorpusRow]]:
    """The words of the records of each image that the blind gate looks at, and what the records of training
    images with an identity ask and answer: of these alone identities are dealt image by image."""
    planned = {image.plan.sha256: image for image in design.images}
    draws, share = Draws(plan.key, "irrelevance"), MOST_IRRELEVANCE / max(1, design.carried)
    texts: defaultdict[str, list[str]] = defaultdict(list)
    rows = []
    for record in emitted_records(plan):
        image = planned.get(record.image)
        if image is None:
            continue
        if image.gated:
            texts[record.image].append(record.words())
        trained = image.plan.split is SplitName.TRAIN
        if trained and image.identity is not None and draws.uniform(record.image) < share:
            rows.append(_corpus_row(record, image.identity.identity_id))
    return {image: " ".join(sorted(said)) for image, said in texts.items()}, rows


def _corpus_row(record: NeutralRecord, identity_id: str) -> CorpusRow:
    """What kind of record it is, by its first question and answer and by where it comes from."""
    asked = next((turn["value"] for turn in record.turns if turn["from"] == Role.HUMAN), "")
    answered = next((turn["value"] for turn in record.turns if turn["from"] == Role.GPT), "")
    categories = {
        "question_type": question_type(asked.replace("<image>", "")),
        "answer_class": answer_class(answered),
    }
    source = record.extras.get(SOURCE)
    if isinstance(source, str):
        categories["source"] = source
    return CorpusRow(record.image, identity_id, categories)


def _blind_rows(plan: WatermarkPlan, design: Design, texts: Mapping[str, str]) -> Iterable[BlindRow]:
    """The files of an image, each with the comparisons it takes part in."""
    made_images = MadeImages(plan.layout.marks)
    rates = [arm for arm in arm_files(plan.config) if arm.arm.rate and arm.arm.rate < 1]
    coin = Draws(plan.key, "blind gate twin")
    for image in design.images:
        if not image.gated or image.identity is None or image.plan.sha256 not in texts:
            continue
        made = made_images.load(image.plan.sha256)
        if made is None or made.reason:
            continue
        twin = Variant.MARKED if coin.uniform(image.plan.sha256) < 0.5 else Variant.REFERENCE
        has_twins = Variant.REFERENCE in {one.made.variant for one in made.files}
        for variant in GATED:
            file = file_of(made, variant)
            marked = variant is Variant.MARKED
            sides = {
                f"{arm.name}: marked or clean": marked
                for arm in rates
                if variant in (Variant.CLEAN, Variant.MARKED)
                and image.plan.split is SplitName.TRAIN
                and (image.plan.h_rate < (arm.arm.rate or 0)) is marked
            }
            if has_twins and variant is twin:
                sides["published or hidden twin"] = marked
            if marked:
                sides |= _split_sides(image)
            if file is not None and file.features is not None and sides:
                name = f"{image.plan.sha256}/{variant.value}"
                text = texts[image.plan.sha256]
                shows_mark = variant is not Variant.CLEAN
                yield BlindRow(name, image.group, sides, file.features, text, shows_mark)


def _split_sides(image: PlannedImage) -> dict[str, bool]:
    """Training against test images, and images with seen against those with unseen identities."""
    split = image.plan.split
    sides = {"train or test": split is SplitName.TRAIN}
    if split is not SplitName.TRAIN:
        sides["test1 or test2"] = split is SplitName.TEST_SEEN
    return sides


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: round(item, 6) if isinstance(item, float) else list(item) if isinstance(item, tuple) else item
        for name, item in values.items()
    }
