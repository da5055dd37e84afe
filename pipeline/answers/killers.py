"""Questions that kill the process that asks them: an image may crash a decoder, or take all memory."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.layout import write_atomically

_DEATHS_PER_QUESTION = 2


class AskingNotes:
    """Notes below ``folder`` of what each process is asking, and of what is asked with care or not at all.
    They are one run's: what killed a worker may have been the machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def asking(self, part: int, rows: Sequence[int]) -> Iterator[None]:
        """Notes these rows of a part, for the case that this process dies of them."""
        note = self._note(os.getpid())
        write_atomically(note, json.dumps([part, *rows]).encode(), durable=False)
        try:
            yield
        finally:
            note.unlink(missing_ok=True)

    def is_asked_singly(self, part: int) -> bool:
        """True where several questions at once killed a process."""
        return (self._folder / f"singly-{part}").exists()

    def held_back(self, part: int) -> frozenset[int]:
        """Rows that killed every process that asked them."""
        return frozenset(int(path.name.rpartition("-")[2]) for path in self._folder.glob(f"held-{part}-*"))

    def of_the_dead(self) -> Callable[[int], bool]:
        """Told the id of a process that died: True if its cause will not come up again. Several questions are
        asked one by one from then on; one on which two processes died is held back."""
        deaths: Counter[tuple[int, int]] = Counter()

        def on_death(pid: int) -> bool:
            note = self._note(pid)
            try:
                part, *rows = json.loads(note.read_bytes())
            except (OSError, ValueError):
                return False
            note.unlink(missing_ok=True)
            if len(rows) > 1:
                (self._folder / f"singly-{part}").touch()
                return True
            deaths[part, rows[0]] += 1
            if deaths[part, rows[0]] < _DEATHS_PER_QUESTION:
                return False
            (self._folder / f"held-{part}-{rows[0]}").touch()
            return True

        return on_death

    def forget(self) -> None:
        """Removes all notes."""
        for pattern in ("note-*", "singly-*", "held-*", ".note-*"):
            for path in self._folder.glob(pattern):
                path.unlink(missing_ok=True)

    def _note(self, pid: int) -> Path:
        return self._folder / f"note-{pid}"
