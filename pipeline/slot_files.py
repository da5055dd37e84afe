"""Values by slot of an image digest, as files between the jobs: what is written and read in one go."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from pipeline.layout import write_atomically
from pipeline.spool import SLOTS

T = TypeVar("T")


@cache
def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """Reads and writes dataclasses of ``kind``."""
    return TypeAdapter(kind)


def to_json(value: object) -> bytes:
    """A dataclass as JSON on one line. Infinities stay what they are: a white mark on white changes no
    pixel."""
    plain = adapter_of(cast(Hashable, type(value))).dump_python(value)
    return json.dumps(plain, separators=(",", ":")).encode()


class SlotFiles:
    """Values by slot below ``folder``: one JSON line each, in one file per slot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, slot: int, values: Iterable[object]) -> None:
        """Writes a slot whole."""
        lines = b"".join(to_json(value) + b"\n" for value in values)
        write_atomically(self._path(slot), lines, durable=False)

    def remove(self, slot: int) -> None:
        """Takes a slot away, if it is written."""
        self._path(slot).unlink(missing_ok=True)

    def read(self, slot: int, kind: type[T]) -> list[T] | None:
        """The values of a slot; None if it is not written."""
        try:
            lines = self._path(slot).read_bytes().splitlines()
        except FileNotFoundError:
            return None
        return [adapter_of(cast(Hashable, kind)).validate_json(line) for line in lines]

    def read_all(self, kind: type[T]) -> Iterator[T]:
        """The values of all slots."""
        for slot in range(SLOTS):
            yield from self.read(slot, kind) or ()

    def _path(self, slot: int) -> Path:
        return self._folder / f"slot-{slot:02d}.jsonl"
