"""Reads results of MM-Privacy's scripts: ``.npy`` files that hold a Python dict, number -> type and answer.

Such a file is a pickle, and a pickle may run anything. So nothing of it is trusted: only the instructions
that dicts, lists and plain values need are let through, and the names that numpy writes all stand for one
harmless class of ours. A file that asks for anything else is refused before it is loaded.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from schemas.errors import ConfigError

MOST_BYTES: Final = 256 * 2**20
_MOST_TUPLES: Final = 64
"""numpy writes about eight; nested ones can take for ever to hash."""

_ALLOWED: Final = frozenset(
    """
    PROTO FRAME STOP MARK POP POP_MARK DUP MEMOIZE PUT BINPUT LONG_BINPUT GET BINGET LONG_BINGET
    NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 FLOAT BINFLOAT
    UNICODE BINUNICODE SHORT_BINUNICODE BINUNICODE8 STRING BINSTRING SHORT_BINSTRING BINBYTES SHORT_BINBYTES
    EMPTY_DICT DICT SETITEM SETITEMS EMPTY_LIST LIST APPEND APPENDS
    EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 GLOBAL STACK_GLOBAL REDUCE BUILD
    """.split()  # noqa: SIM905 instructions of pickletools, read as a table
)


@dataclass(frozen=True, slots=True)
class Result:
    """One answer. ``kind``: the type that it is about, as the authors call it, empty where not told."""

    kind: str
    text: str


class _Inert:
    """What every name in the file is read as: it takes anything and does nothing. The dict lies in the state
    of numpy's array, as the last thing of it."""

    state: Any = None

    def __init__(self, *_: Any) -> None: ...

    def __setstate__(self, state: Any) -> None:
        self.state = state


_NAMES: Final = frozenset(
    {
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("_codecs", "encode"),
    }
)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _NAMES:
            raise pickle.UnpicklingError
        return _Inert


def read_results(path: Path) -> dict[int, Result]:
    """The answers by number. Raises ConfigError for a file that is no such dict, or asks for anything that a
    dict of texts does not need; nothing in it is ever run."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError("answers", path, "is larger than any result file: 256 MB at most")
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError("answers", path, f"cannot be read ({error.strerror})") from None
    try:
        held = _held(content)
        return {_number(key): _result(value) for key, value in held.items()}
    except Exception:  # noqa: BLE001 a hostile file may make the reader fail in any way
        raise ConfigError(
            "answers", path, "is no .npy that holds a dict of number -> {type, res}, or holds more than that"
        ) from None


def _held(content: bytes) -> dict[Any, Any]:
    """The dict in the file."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = header[version](file)
    if shape not in ((), (1,)) or dtype != np.dtype(object):
        raise ValueError
    start = file.tell()
    _check(content[start:])
    # The check above leaves no name but ours and no instruction that calls another.
    array = _Reader(io.BytesIO(content[start:])).load()
    held = array.state[-1][0] if isinstance(array, _Inert) else None
    if not isinstance(held, dict):
        raise TypeError
    return held


def _check(pickled: bytes) -> None:
    """Raises ValueError for an instruction that is not allowed, or would claim memory without end."""
    tuples = 0
    for opcode, argument, _ in pickletools.genops(pickled):
        if opcode.name not in _ALLOWED:
            raise ValueError
        if opcode.name in ("PUT", "BINPUT", "LONG_BINPUT") and int(argument or 0) > len(pickled):
            raise ValueError
        tuples += opcode.name.startswith("TUPLE")
        if opcode.name == "GLOBAL" and tuple(str(argument).split(" ", 1)) not in _NAMES:
            raise ValueError
    if tuples > _MOST_TUPLES:
        raise ValueError


def _number(key: object) -> int:
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    if isinstance(key, str) and key.isascii() and key.isdecimal() and len(key) < 10:
        return int(key)
    raise TypeError


def _result(value: object) -> Result:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        kind, text = value.get("type", ""), value.get("res")
        if isinstance(text, list) and len(text) == 1:
            text = text[0]
        if isinstance(kind, str) and isinstance(text, str):
            return Result(kind, text)
    raise TypeError
