"""Answers that a run has got so far, part by part, beside the file that they will be in.

A part appears whole by a rename. It holds answers, and for questions without one the reason; those are asked
again by the next run. The folder belongs to its owner alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pipeline.layout import write_atomically
from schemas.errors import ConfigError
from schemas.reasons import Stage

_RUN = "run.json"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one question; ``reason`` and ``stage`` are empty where it was answered."""

    row: int
    question_id: str
    prompt: str
    text: str
    input_tokens: int = 0
    output_tokens: int = 0
    cut: bool = False
    stage: str = ""
    reason: str = ""

    @classmethod
    def failed(cls, row: int, question_id: str, prompt: str, reason: str, stage: Stage) -> Told:
        """A question without an answer."""
        return cls(row, question_id, prompt, "", stage=stage.value, reason=reason)


class PartStore:
    """Parts below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, run: str, per_part: int, *, force: bool) -> int:
        """Makes the folder for the run with that digest, or goes on with what is there. Returns how many
        questions its parts hold: what it was begun with. ConfigError if it holds answers of another run;
        with ``force`` whatever it holds is gone."""
        try:
            begun = json.loads((self._folder / _RUN).read_bytes())
            known, per_part_then = str(begun["run"]), int(begun["per_part"])
        except FileNotFoundError:
            known, per_part_then = "", 0
        except (OSError, ValueError, LookupError, TypeError):
            known, per_part_then = "?", 0
        if known == run and not force:
            return per_part_then
        if known and not force:
            remedy = "answers of another run (model, benchmark or settings differ): other --out, or --force"
            raise ConfigError("out", self._folder, remedy)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.clear()
        write_atomically(self._folder / _RUN, json.dumps({"run": run, "per_part": per_part}).encode())
        return per_part

    def tokens(self) -> tuple[int, int]:
        """Tokens that went in and came out so far."""
        numbers = [int(path.stem.removeprefix("part-")) for path in self._folder.glob("part-??????.jsonl")]
        told = [one for number in numbers for one in self.load(number).values()]
        return sum(one.input_tokens for one in told), sum(one.output_tokens for one in told)

    def load(self, part: int) -> dict[int, Told]:
        """What is known of a part by row; nothing of one that is not there or is damaged."""
        try:
            lines = self._path(part).read_text("utf-8").splitlines()
            told = [_told(json.loads(line)) for line in lines]
        except (OSError, ValueError, TypeError):
            return {}
        return {one.row: one for one in told}

    def save(self, part: int, told: Iterable[Told]) -> None:
        """Keeps a part. OSError if the disk is full or the folder is gone."""
        rows = sorted(told, key=lambda one: one.row)
        content = "".join(json.dumps(asdict(one), ensure_ascii=True) + "\n" for one in rows)
        write_atomically(self._path(part), content.encode())

    def clear(self) -> None:
        """Forgets everything but the lock."""
        for pattern in ("part-*.jsonl", _RUN, ".part-*", "assembled-*"):
            for path in self._folder.glob(pattern):
                path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Removes the folder, if nothing else is in it."""
        self.clear()
        (self._folder / "lock").unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()

    def _path(self, part: int) -> Path:
        return self._folder / f"part-{part:06d}.jsonl"


def _told(row: Mapping[str, Any]) -> Told:
    told = Told(**row)
    texts = (told.question_id, told.prompt, told.text, told.stage, told.reason)
    numbers = (told.row, told.input_tokens, told.output_tokens)
    if not all(isinstance(one, str) for one in texts) or not all(isinstance(one, int) for one in numbers):
        raise TypeError
    return told
