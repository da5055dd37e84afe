"""The same training records under different treatments: one list of examples per treatment, place by place.

A record of one treatment is compared with the record at the same place of another: what differs is the
treatment alone. So the lists must hold the same ids in the same order, as the arms of a watermarked split do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from evaluation.probes.image_transform import ImageTransform
from evaluation.probes.text_transform import TextTransform
from schemas.errors import ConfigError, RejectRecord, RunFailed
from transforms.engines.protocols import RgbArray
from transforms.image.open import ImageLimits, open_image

PLACEHOLDER = "<image>"


@dataclass(frozen=True, slots=True)
class Example:
    """One image and its conversation: ``turns`` of (role, text), user and assistant in turn. Placeholders of
    the image are gone."""

    rgb: RgbArray
    turns: tuple[tuple[str, str], ...]


class Treatment(Protocol):
    """Training records under one treatment."""

    def __len__(self) -> int:
        """How many."""

    def example(self, place: int) -> Example:
        """The record at ``place``. Raises RunFailed if its image cannot be read."""


@dataclass(frozen=True)
class ListedRecords:
    """Records of a LLaVA JSON list that have exactly one image, by their place in the list. ``records`` keeps
    the places of the rest, so lists of arms stay aligned."""

    records: tuple[dict[str, Any], ...]
    images: Path

    def __len__(self) -> int:
        return len(self.records)

    def example(self, place: int) -> Example:
        """Reads the image and parts the turns."""
        record = self.records[place]
        path = PurePosixPath(record["image"])
        if path.is_absolute() or ".." in path.parts:
            raise RunFailed(f"record {place}: its image lies outside of the folder")
        try:
            rgb = open_image((self.images / path).read_bytes(), ImageLimits()).rgb
        except (OSError, RejectRecord) as error:
            raise RunFailed(f"record {place}: its image cannot be read ({error})") from None
        return Example(rgb, _turns(record))


@dataclass(frozen=True)
class ChangedImages:
    """``base`` with each image changed by ``transform``."""

    base: Treatment
    transform: ImageTransform

    def __len__(self) -> int:
        return len(self.base)

    def example(self, place: int) -> Example:
        """The record with its image changed."""
        before = self.base.example(place)
        return Example(self.transform.apply(before.rgb, str(place)), before.turns)


@dataclass(frozen=True)
class ChangedTexts:
    """``base`` with each turn, of both sides, changed by ``transform``."""

    base: Treatment
    transform: TextTransform

    def __len__(self) -> int:
        return len(self.base)

    def example(self, place: int) -> Example:
        """The record with its turns changed."""
        before = self.base.example(place)
        turns = tuple(
            (role, self.transform(text, f"{place}/{at}")) for at, (role, text) in enumerate(before.turns)
        )
        return Example(before.rgb, turns)


def read_aligned(paths: dict[str, Path], images: Path) -> dict[str, ListedRecords]:
    """The lists at ``paths``, records with one image only. Raises ConfigError where a file is no LLaVA list,
    or where two lists do not hold the same ids and conversations at the same places."""
    lists = {name: _read(path) for name, path in paths.items()}
    first = next(iter(lists.values()))
    kept = [at for at, record in enumerate(first) if _has_one_image(record)]
    if not kept:
        raise ConfigError("original", next(iter(paths.values())), "holds no record with one image")
    for name, records in lists.items():
        if [_said(record) for record in records] != [_said(record) for record in first]:
            remedy = "holds other records or another order than the original: give arms of one split"
            raise ConfigError("treated", paths[name], remedy)
        if not all(_has_one_image(records[at]) for at in kept):
            raise ConfigError("treated", paths[name], "lacks images that the original has")
    return {name: ListedRecords(tuple(records[at] for at in kept), images) for name, records in lists.items()}


def batch_places(count: int, size: int, steps: int, key: bytes) -> list[list[int]]:
    """Places of the records of each batch: one order for all treatments, drawn anew for each epoch."""
    from transforms import keyed

    if size < 1 or steps < 1 or size > count:
        raise ConfigError("batch", size, f"give 1 to {count} records a batch, and 1 or more steps")
    names = [str(place) for place in range(count)]
    batches: list[list[int]] = []
    epoch = 0
    while len(batches) < steps:
        order = [int(name) for name in keyed.order(key, names, f"probe batches {epoch}")]
        batches += [order[at : at + size] for at in range(0, count - size + 1, size)]
        epoch += 1
    return batches[:steps]


def sampled(treatment: Treatment, places: Sequence[int]) -> list[Example]:
    """The examples at ``places``."""
    return [treatment.example(place) for place in places]


MakeTreatment = Callable[[float], Treatment]
"""Strength in [0, 1] to a treatment."""


def _read(path: Path) -> list[Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError("records", path, f"is no LLaVA JSON list ({type(error).__name__})") from None
    if not isinstance(content, list):
        raise ConfigError("records", path, "is no LLaVA JSON list")
    return content


def _has_one_image(record: Any) -> bool:
    return isinstance(record, dict) and isinstance(record.get("image"), str) and bool(_turns_of(record))


def _said(record: Any) -> Any:
    return (record.get("id"), record.get("conversations")) if isinstance(record, dict) else None


def _turns_of(record: dict[str, Any]) -> list[tuple[str, str]]:
    """Turns as (role, text), empty where they are not user and assistant in turn."""
    roles = {"human": "user", "gpt": "assistant"}
    turns = []
    listed = record.get("conversations")
    for at, turn in enumerate(listed if isinstance(listed, list) else []):
        role = roles.get(str(turn.get("from"))) if isinstance(turn, dict) else None
        if role != ("user", "assistant")[at % 2] or not isinstance(turn.get("value"), str):
            return []
        turns.append((role, turn["value"]))
    return turns if len(turns) % 2 == 0 else []


def _turns(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((role, text.replace(PLACEHOLDER, "").strip("\n")) for role, text in _turns_of(record))
