"""Turns a record's image path into a file below the image root, and reads it.

Paths come from the corpus and are not trusted: nothing outside the root is opened.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from schemas.errors import RejectRecord, RunFailed
from schemas.reasons import Reason, Stage

_DRIVE = re.compile(r"[A-Za-z]:")
_SEPARATORS = re.compile(r"[/\\]")
_MISSING_ERRNOS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.EINVAL})


def check_relative(path: str) -> None:
    """Raises RejectRecord unless ``path`` is relative and goes nowhere up, on POSIX and on Windows."""
    if not path:
        raise RejectRecord(Stage.READ, Reason.IMAGE_REFERENCE_TYPE)
    if path[0] in "/\\~" or "\0" in path or _DRIVE.match(path):
        raise RejectRecord(Stage.READ, Reason.IMAGE_PATH_ABSOLUTE)
    if ".." in path and ".." in _SEPARATORS.split(path):
        raise RejectRecord(Stage.READ, Reason.IMAGE_PATH_OUTSIDE_ROOT)


def resolve_image(path: str, root: Path) -> Path:
    """The real path of the regular, readable file that ``path`` names below ``root``.

    ``root`` may be a symbolic link itself; links below it must not lead out of it. Raises RejectRecord with
    IMAGE_PATH_ABSOLUTE, IMAGE_PATH_OUTSIDE_ROOT, IMAGE_MISSING (also for a folder) or IMAGE_UNREADABLE
    (no permission, a loop of links, not a regular file).
    """
    check_relative(path)
    real_root = _real_root(os.path.abspath(root))  # noqa: PTH100  (Path.absolute keeps ``..``)
    try:
        real = os.path.realpath(f"{real_root}/{path}")
        if not real.startswith(real_root.rstrip("/") + "/") and real != real_root:
            raise RejectRecord(Stage.READ, Reason.IMAGE_PATH_OUTSIDE_ROOT)
        mode = os.stat(real).st_mode  # noqa: PTH116  (a Path here would double the cost per record)
    except UnicodeEncodeError:
        raise RejectRecord(Stage.READ, Reason.IMAGE_MISSING) from None
    except OSError as error:
        raise RejectRecord(Stage.READ, _reason_of(error)) from None
    if stat.S_ISDIR(mode):
        raise RejectRecord(Stage.READ, Reason.IMAGE_MISSING)
    if not stat.S_ISREG(mode) or not os.access(real, os.R_OK):
        raise RejectRecord(Stage.READ, Reason.IMAGE_UNREADABLE)
    return Path(real)


def read_image_bytes(location: str | Path, max_bytes: int, stage: Stage = Stage.READ) -> bytes:
    """The encoded bytes of the regular file at ``location``, which stay below ``max_bytes`` inclusive.

    Raises RejectRecord at ``stage`` with IMAGE_FILE_TOO_LARGE, IMAGE_MISSING or IMAGE_UNREADABLE.
    """
    try:
        # Not blocking: opening a pipe must not hang the worker before its type is known.
        descriptor = os.open(location, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    except (UnicodeEncodeError, ValueError):
        raise RejectRecord(stage, Reason.IMAGE_MISSING) from None
    except OSError as error:
        raise RejectRecord(stage, _reason_of(error)) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RejectRecord(stage, Reason.IMAGE_UNREADABLE)
        data = b""
        if status.st_size <= max_bytes:
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(max_bytes + 1)
    except OSError as error:
        raise RejectRecord(stage, _reason_of(error)) from None
    finally:
        os.close(descriptor)
    # The file may have grown since its size was asked.
    if max(len(data), status.st_size) > max_bytes:
        raise RejectRecord(stage, Reason.IMAGE_FILE_TOO_LARGE)
    return data


def read_known_image(sha: str, location: str | Path, max_bytes: int) -> bytes:
    """The bytes that partitioning saw under the digest ``sha``. RunFailed if they are gone: results are kept
    by digest, so none may be made of other bytes."""
    try:
        data = read_image_bytes(location, max_bytes)
    except RejectRecord:
        data = b""
    if sha256(data).hexdigest() != sha:
        raise RunFailed("an image changed while the run was reading it: run again")
    return data


@lru_cache(maxsize=16)
def _real_root(root: str) -> str:
    return os.path.realpath(root)


def _reason_of(error: OSError) -> Reason:
    return Reason.IMAGE_MISSING if error.errno in _MISSING_ERRNOS else Reason.IMAGE_UNREADABLE
