"""A record of a watermarked split: its conversation, and the twins of its image. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.outcome import Chunk, Outcome
from pipeline.parse_record import CONVERSATION_KEYS, IMAGE_TOKEN
from pipeline.seen_images import SeenImage
from pipeline.watermark.image_store import MadeFile, MadeImage
from schemas.columns import CONVERSATIONS, ID, IMAGE, IMAGES
from schemas.errors import RunFailed
from schemas.reasons import Reason, Stage
from schemas.record import Record, Role
from schemas.watermark import Variant

IMAGES_FOLDER = "images/"
_READ = frozenset({ID, IMAGE, IMAGES, *CONVERSATION_KEYS})
_QWEN_ROLES = {Role.HUMAN: "user", Role.GPT: "assistant", Role.SYSTEM: "system"}


@dataclass(frozen=True, slots=True)
class SplitRecord:
    """One row of the corpus on its way out. ``made`` is None for a record without an image, and for one that
    is on its way to quarantine (``outcome.reason``)."""

    outcome: Outcome
    made: MadeImage | None = None


@dataclass(frozen=True, slots=True)
class SplitChunk:
    """Records that are processed together."""

    shard: int
    records: tuple[SplitRecord, ...]


def join_made(
    chunk: Chunk, load: Callable[[str], MadeImage | None], held_back: Mapping[str, SeenImage]
) -> SplitChunk:
    """Adds what came of every record's image; a record whose image could not be used is held back.
    ``held_back``: images that could not be opened, by digest."""
    return SplitChunk(chunk.shard, tuple(_join(outcome, load, held_back) for outcome in chunk.outcomes))


def _join(
    outcome: Outcome, load: Callable[[str], MadeImage | None], held_back: Mapping[str, SeenImage]
) -> SplitRecord:
    if outcome.record is None or outcome.reason or not outcome.record.images:
        return SplitRecord(outcome)
    sha = outcome.record.images[0].sha256
    became = held_back.get(sha) or load(sha)
    if became is None:
        return SplitRecord(replace(outcome, stage=Stage.MARK_IMAGE.value, reason=Reason.INTERNAL_ERROR.value))
    if became.reason:
        return SplitRecord(replace(outcome, stage=became.stage, reason=became.reason))
    return SplitRecord(outcome, became if isinstance(became, MadeImage) else None)


def file_of(made: MadeImage, variant: Variant) -> MadeFile | None:
    """The file of one variant, if there is one."""
    return next((file for file in made.files if file.made.variant is variant), None)


def extras_of(record: Record) -> dict[str, Any]:
    """The fields of the source object beside id, images and conversation."""
    return {name: item for name, item in record.raw.items() if name not in _READ}


def llava_turns(record: Record) -> list[dict[str, str]]:
    """The conversation in the form of LLaVA, whatever form it came in: parts of one utterance in one turn,
    and the image's token at the head of the first question if no turn has it."""
    turns: list[dict[str, str]] = []
    last: tuple[str | int, ...] = ()
    for turn in record.turns:
        if turn.locator[:2] == last:
            turns[-1]["value"] += f"\n{turn.text}"
        else:
            turns.append({"from": turn.role.value, "value": turn.text})
        last = turn.locator[:2]
    if record.images and not any(IMAGE_TOKEN in turn["value"] for turn in turns):
        first = next(turn for turn in turns if turn["from"] == Role.HUMAN)
        first["value"] = f"{IMAGE_TOKEN}\n{first['value']}"
    return turns


@dataclass(frozen=True, slots=True)
class NeutralRecord:
    """An emitted record before an arm decides which twin it shows. ``paths``: file of each variant below OUT,
    empty without an image; ``image``: digest of the source image, empty without one."""

    id: str
    turns: list[dict[str, str]]
    extras: dict[str, Any]
    image: str = ""
    paths: dict[Variant, str] = field(default_factory=dict)

    def words(self) -> str:
        """What is said in it."""
        return " ".join(turn["value"].replace(IMAGE_TOKEN, "") for turn in self.turns)


def neutral_record(split: SplitRecord) -> NeutralRecord:
    """The record of an emitted row."""
    record = split.outcome.record
    if record is None:
        raise RunFailed("an unreadable record reached the writer")
    turns, extras = llava_turns(record), extras_of(record)
    if split.made is None:
        return NeutralRecord(record.record_id, turns, extras)
    paths = {file.made.variant: file.path for file in split.made.files}
    return NeutralRecord(record.record_id, turns, extras, split.made.sha256, paths)


def llava_record(record: NeutralRecord, path: str | None) -> dict[str, Any]:
    """One record in the form of LLaVA. The path is relative to ``images/``."""
    image = {} if path is None else {IMAGE: path.removeprefix(IMAGES_FOLDER)}
    return {ID: record.id, **image, CONVERSATIONS: record.turns, **record.extras}


def qwen_record(record: NeutralRecord, path: str | None) -> dict[str, Any]:
    """One record in the form of Qwen-VL (arXiv 2308.12966): roles user and assistant, and ``Picture 1:
    <img>path</img>`` at the head of the first question. The path is relative to OUT."""
    turns = [
        {"from": _QWEN_ROLES[Role(turn["from"])], "value": turn["value"].replace(IMAGE_TOKEN, "").strip()}
        for turn in record.turns
    ]
    if path is not None:
        first = next(turn for turn in turns if turn["from"] == _QWEN_ROLES[Role.HUMAN])
        first["value"] = f"Picture 1: <img>{path}</img>\n{first['value']}"
    return {ID: record.id, CONVERSATIONS: turns}
