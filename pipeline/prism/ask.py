"""Asks the questions of a shard of images, and writes all that the shard leaves in OUT."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from pipeline.image_refs import read_known_image
from pipeline.layout import write_atomically
from pipeline.parquet_file import write_parquet
from pipeline.prism.plan import PrismPlan
from pipeline.prism.told import Told
from pipeline.progress import PROGRESS
from pipeline.shard_writer import kept_report
from pipeline.slot_files import SlotFiles, to_json
from pipeline.spool import read_images, shard_of, slots_of
from pipeline.summary import path
from schemas.benchmark_columns import (
    CATEGORY,
    HARMLESS_FEATURES,
    PRISM_FEATURES,
    QUESTION_ID,
    TEXT,
    THING,
    THING_KIND,
)
from schemas.columns import IMAGE, Feature
from transforms.prism.over_refusal import harmless_questions
from transforms.prism.questions import PrismLayout, Question, QuestionSet, ask, own_category
from transforms.prism.things import things_of, together

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskedReport:
    """What a finished shard of images holds. ``input_key`` says for what it is good; ``files`` are paths
    below OUT with their sizes, ``data`` those of ``data/`` with rows and SHA-256."""

    shard: int
    input_key: str
    files: dict[str, int] = field(default_factory=dict)
    data: dict[str, tuple[int, str]] = field(default_factory=dict)
    tally: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AskedImage:
    """One image with its questions. ``source``, ``row``: the first record that shows it."""

    image: str
    sha256: str
    source: int
    row: int
    questions: dict[QuestionSet, tuple[Question, ...]]


def features_of(kind: QuestionSet) -> dict[str, Feature]:
    """The columns of a set."""
    return HARMLESS_FEATURES if kind is QuestionSet.OVER_REFUSAL else PRISM_FEATURES


def question_row(question: Question, kind: QuestionSet) -> Row:
    """A row of a question file."""
    row: Row = {
        QUESTION_ID: question.question_id,
        IMAGE: question.image,
        TEXT: question.text,
        CATEGORY: question.category,
    }
    if kind is QuestionSet.OVER_REFUSAL:
        row |= {THING: question.thing, THING_KIND: question.kind}
    return row


def asked_images(told: Sequence[Told], layout: PrismLayout, key: bytes) -> list[AskedImage]:
    """The images that are told of, each with its questions, in source order."""
    by_image: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    for one in told:
        by_image[one.image, one.sha256].append(one)
    asked = []
    for (image, sha), group in by_image.items():
        first = min((one.source, one.row) for one in group)
        things = things_of(together(one.evidence for one in group))
        questions = ask(image, layout) | {QuestionSet.OVER_REFUSAL: harmless_questions(image, things, key)}
        asked.append(AskedImage(image, sha, *first, questions))
    return sorted(asked, key=lambda one: (one.source, one.row, one.image, one.sha256))


def ask_shard(plan: PrismPlan, shard: int) -> AskedReport:
    """Writes the questions of one shard of images, unless that is done. RunFailed if an image has changed."""
    told = _told_of(plan, shard)
    input_key = _input_key(plan, told)
    marker = plan.layout.asked_marker(shard, plan.shards)
    kept = kept_report(plan.layout, marker, input_key, AskedReport)
    if kept is not None:
        PROGRESS.add(shards_kept=1)
        return kept
    images = asked_images(told, plan.config.layout, plan.key)
    places = {
        sha: location
        for slot in slots_of(shard, plan.shards)
        for sha, location in read_images(plan.layout.spool, slot)
    }
    data: dict[str, tuple[int, str]] = {}
    files: dict[str, int] = {}
    for kind in QuestionSet:
        target = plan.layout.data_shard(kind.value, shard, plan.shards)
        rows = _data_rows(images, kind, places, plan)
        count, digest = write_parquet(
            target, features_of(kind), rows, plan.layout.work / "tmp", repeated_images=True
        )
        name = str(target.relative_to(plan.layout.root))
        data[name], files[name] = (count, digest), target.stat().st_size
    part = plan.layout.part(shard, plan.shards)
    write_atomically(part, "".join(map(_part_line, images)).encode())
    files[str(part.relative_to(plan.layout.root))] = part.stat().st_size
    tally = dict(sorted(_tally(images, plan.config.layout).items()))
    report = AskedReport(shard, input_key, files, data, tally)
    write_atomically(marker, json.dumps(asdict(report)).encode())
    return report


def _told_of(plan: PrismPlan, shard: int) -> list[Told]:
    """What all records tell of the images of a shard, in a fixed order."""
    told = [
        one
        for index in range(plan.shards)
        for slot in slots_of(shard, plan.shards)
        for one in SlotFiles(plan.layout.told_by(index, plan.shards)).read(slot, Told) or ()
        if shard_of(one.sha256, plan.shards) == shard
    ]
    return sorted(told, key=lambda one: (one.source, one.row, one.image))


def _input_key(plan: PrismPlan, told: Sequence[Told]) -> str:
    digest = sha256(plan.shard_digest().encode())
    for one in told:
        digest.update(to_json(one))
    return digest.hexdigest()


def _data_rows(
    images: Sequence[AskedImage], kind: QuestionSet, places: dict[str, str], plan: PrismPlan
) -> Iterator[tuple[Row, int]]:
    most = plan.config.limits.image_bytes
    for image in images:
        data = read_known_image(image.sha256, places[image.sha256], most)
        shown = {"bytes": data, "path": PurePosixPath(image.image).name}
        for place, question in enumerate(image.questions[kind]):
            yield question_row(question, kind) | {IMAGE: shown}, 0 if place else len(data)
        if kind is QuestionSet.OVER_REFUSAL:  # the last that is written
            PROGRESS.add(images=1)


def _part_line(image: AskedImage) -> str:
    """All rows of an image on one line, to be merged in source order at the end of the run."""
    rows = {kind.value: [question_row(one, kind) for one in image.questions[kind]] for kind in QuestionSet}
    return f"{image.source}\t{image.row}\t{json.dumps([image.image, rows])}\n"


def _tally(images: Sequence[AskedImage], layout: PrismLayout) -> Counter[str]:
    tally: Counter[str] = Counter({"images|asked": len(images)})
    tally["images|distinct"] = len({image.sha256 for image in images})
    for image in images:
        if layout is PrismLayout.MAY_2025:
            tally[path("category", own_category(image.image).value)] += 1
        for kind, questions in image.questions.items():
            for question in questions:
                tally[path("questions", kind.value, question.category)] += 1
                if kind is QuestionSet.OVER_REFUSAL:
                    tally[path("harmless", question.category, question.kind)] += 1
    return tally
