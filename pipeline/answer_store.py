"""What image engines answered, as files that runs and processes share. They hold what was read: opt-in.

One small file per engine and picture, named by digests of both. A file appears whole by a rename and begins
with a digest of its content and its place: one that is cut, damaged or somebody else's is done again. Nothing
is locked, because whoever writes a place writes the same bytes. The folder may be removed at any time.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError

MARK = "mmscrub-engine-answers"
"""Name of the file that tells a folder of answers from any other."""

KEY = "cache"
_LARGEST = 64 * 2**20
_PARTS = "parts"
_LONGEST_WRITE = 3600.0


class AnswerDamagedError(Exception):
    """There is a file, but it is not what was written there."""


class AnswerStore:
    """Answers below ``folder``, which ``prepare_answers`` made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, engine: str, picture: str) -> Any | None:
        """The answer of an engine (digest) on a picture (digest), as JSON; None if it is not there.
        Raises AnswerDamagedError if what lies there is something else."""
        path = self._path(engine, picture)
        try:
            with path.open("rb") as file:
                stored = file.read(_LARGEST + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AnswerDamagedError from error
        said, _, content = stored.partition(b"\n")
        if len(stored) > _LARGEST or said != _seal(engine, picture, content):
            raise AnswerDamagedError
        return json.loads(content)

    def save(self, engine: str, picture: str, answer: Any) -> None:
        """Keeps an answer. OSError if the disk is full or the folder is gone."""
        content = json.dumps(answer, separators=(",", ":")).encode()
        path = self._path(engine, picture)
        for level in (path.parent.parent, path.parent):
            level.mkdir(mode=0o700, exist_ok=True)
        # Readable to the owner alone; no fsync: what a power cut leaves half-written fails its digest.
        handle, part = tempfile.mkstemp(dir=self._folder / _PARTS)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_seal(engine, picture, content) + b"\n" + content)
            Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise

    def _path(self, engine: str, picture: str) -> Path:
        return self._folder / engine[:16] / picture[:2] / f"{picture}.json"


def _seal(engine: str, picture: str, content: bytes) -> bytes:
    return sha256(f"{engine} {picture}\n".encode() + content).hexdigest().encode()


def check_answers(folder: Path) -> None:
    """Raises ConfigError if ``folder`` is no place for answers: a file, a folder of something else, one that
    others than its owner may look into. Touches nothing."""
    try:
        mode = folder.stat().st_mode
    except FileNotFoundError:
        _check_parent(folder)
        return
    except OSError as error:
        raise ConfigError(KEY, str(folder), f"cannot be read ({error.strerror})") from error
    if not stat.S_ISDIR(mode):
        raise ConfigError(KEY, str(folder), "is a file; give a folder")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise ConfigError(KEY, str(folder), "cannot be written; give a folder of your own")
    if not (folder / MARK).is_file() and any(folder.iterdir()):
        raise ConfigError(KEY, str(folder), "holds something else; give a new or empty folder")
    if stat.S_IMODE(mode) & 0o077:
        remedy = f"holds what was read in pictures and is open to others: chmod 700 {folder}"
        raise ConfigError(KEY, str(folder), remedy)


def _check_parent(folder: Path) -> None:
    above = next((parent for parent in folder.absolute().parents if parent.exists()), None)
    if above is None or not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise ConfigError(KEY, str(folder), "cannot be made there; give a folder that can be written")


def prepare_answers(folder: Path) -> None:
    """Makes the folder for its owner alone and removes what killed writers left. ConfigError as above."""
    check_answers(folder)
    try:
        (folder / _PARTS).mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # made as a parent, it has got the mode of the user's other folders
        (folder / MARK).touch(mode=0o600)
        for part in (folder / _PARTS).iterdir():
            with suppress(FileNotFoundError):
                if time.time() - part.stat().st_mtime > _LONGEST_WRITE:
                    part.unlink()
    except OSError as error:
        raise ConfigError(KEY, str(folder), f"cannot be written ({error.strerror})") from error
