"""References to marked images, and what to put in their place: the un-mark tool's pure part.

Emitted images have keyed names of 32 hex digits, so a reference is found by its name wherever it stands: in
LLaVA JSON, in the text of a Qwen-style turn, in a table. Old and new name have the same length, and nothing
else of a file changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from mmap import mmap

from schemas.errors import ConfigError

NAME_DIGITS = 32
_ENDING = b".jpg"
_NAME = re.compile(rb"(?<![0-9A-Fa-f])[0-9a-f]{32}\Z")
_FOLDER = re.compile(rb"(?<![0-9A-Za-z])([0-9a-f]{2})(?:/|\\/|\\\\)\Z")
_LONGEST_FOLDER = 5
"""A character before it, two digits, and a slash that JSON may write as two characters."""


@dataclass(frozen=True, slots=True)
class Twins:
    """``clean_of``: the clean twin's name for each name of an image that shows a mark; names are 16 bytes, as
    in the file name. ``clean``: the names of the clean ones."""

    clean_of: Mapping[bytes, bytes]
    clean: frozenset[bytes]


@dataclass(slots=True)
class References:
    """What a file refers to: references that were rewritten, that showed a clean image before, and names of
    the same shape that are no image of the split."""

    rewritten: int = 0
    already_clean: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Replacement:
    """``start:end`` of a file becomes ``new``, which is as long."""

    start: int
    end: int
    new: bytes


def image_name(path: str) -> bytes:
    """The name of an emitted image: the 16 bytes that its file name spells. Raises ConfigError for a path
    that is none of an emitted image."""
    stem = path.rpartition("/")[2].removesuffix(".jpg")
    try:
        name = bytes.fromhex(stem)
    except ValueError:
        name = b""
    if 2 * len(name) != NAME_DIGITS or name.hex() != stem:
        raise ConfigError("manifest", path, "holds a path that is not one of an emitted image")
    return name


def image_path(name: bytes) -> str:
    """Where an emitted image lies, relative to the folder of images."""
    return f"{name.hex()[:2]}/{name.hex()}.jpg"


def find_references(content: bytes | mmap, twins: Twins, found: References) -> Iterator[Replacement]:
    """Every replacement that ``content`` needs, from left to right; counts them in ``found``.

    The folder before a name is replaced with it where it is the name's own first two digits.
    """
    at = content.find(_ENDING)
    while at >= 0:
        start = at - NAME_DIGITS
        spelt = content[max(0, start - 1) : at]
        at = content.find(_ENDING, at + 1)
        if start < 0 or not _NAME.search(spelt):
            continue
        digits = spelt[-NAME_DIGITS:]
        name = bytes.fromhex(digits.decode())
        clean = twins.clean_of.get(name)
        if clean is None:
            found.already_clean += name in twins.clean
            found.unknown += name not in twins.clean
            continue
        found.rewritten += 1
        before = max(0, start - _LONGEST_FOLDER)
        folder = _FOLDER.search(content[before:start])
        if folder and folder[1] == digits[:2]:
            yield Replacement(before + folder.start(1), before + folder.end(1), clean.hex()[:2].encode())
        yield Replacement(start, start + NAME_DIGITS, clean.hex().encode())


def unmark_text(content: bytes, twins: Twins) -> tuple[bytes, References]:
    """``content`` with every reference to a marked image rewritten to its clean twin."""
    found = References()
    pieces = []
    done = 0
    for edit in find_references(content, twins, found):
        pieces += [content[done : edit.start], edit.new]
        done = edit.end
    return b"".join([*pieces, content[done:]]), found
