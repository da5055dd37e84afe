"""Notes of what a worker process is doing, for the case that it dies of it: an image may crash a decoder."""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.layout import write_atomically

LONGEST_SECONDS = 600.0
"""How long one image may take. The largest within the default limits takes a tenth of it on a slow core."""


class WorkNotes:
    """Notes below ``folder``, by process and by image digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def working_on(self, sha: str) -> Iterator[None]:
        """Notes which image this process works on, for the case that it dies of it. It also dies, after ten
        minutes, of a decoder or engine that never comes back: that watch runs outside of Python."""
        note = self._note(os.getpid())
        write_atomically(note, sha.encode(), durable=False)
        try:
            with self.watched():
                yield
        finally:
            note.unlink(missing_ok=True)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """The watch alone, for work on several images."""
        faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True, file=sys.__stderr__ or sys.stderr)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()

    def note_ahead(self, shas: Collection[str]) -> None:
        """Notes the images that this process has decoded or reads together: if it dies, any of them may be
        the cause. None of them ends the note."""
        note = self._note(os.getpid(), "ahead")
        if shas:
            write_atomically(note, "\n".join(shas).encode(), durable=False)
        else:
            note.unlink(missing_ok=True)

    def begun_by(self, pid: int) -> str:
        """The image that a dead process was working on, or nothing."""
        try:
            return self._note(pid).read_text("ascii")
        except FileNotFoundError:
            return ""

    def ahead_of(self, pid: int) -> list[str]:
        """The images that a dead process had taken together."""
        try:
            return self._note(pid, "ahead").read_text("ascii").split()
        except FileNotFoundError:
            return []

    def take_alone(self, shas: Collection[str]) -> None:
        """These images are not to be taken together with others any more."""
        for sha in shas:
            write_atomically(self._alone(sha), b"")

    def is_taken_alone(self, sha: str) -> bool:
        """True after ``take_alone``."""
        return self._alone(sha).exists()

    def hold_back(self, sha: str) -> None:
        """This image is not to be opened any more."""
        write_atomically(self._held_back(sha), b"")

    def is_held_back(self, sha: str) -> bool:
        """True after ``hold_back``."""
        return self._held_back(sha).exists()

    @property
    def held_back(self) -> Path:
        """Where the names of images lie that are not to be opened."""
        return self._folder / "held_back"

    def _held_back(self, sha: str) -> Path:
        return self.held_back / sha

    def _alone(self, sha: str) -> Path:
        return self._folder / "alone" / sha

    def _note(self, pid: int, kind: str = "begun") -> Path:
        return self._folder / f"{kind}-{pid}"
