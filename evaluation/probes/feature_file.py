"""Arrays in safetensors files: written whole or not at all, read as views of the file on disk.

The format (https://huggingface.co/docs/safetensors): eight bytes of length, a JSON header with type, shape
and place of each array, the arrays. Reading needs numpy alone: features are scored where no torch is.
"""

from __future__ import annotations

import json
import math
import operator
import os
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.errors import RunFailed

_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "F16": np.dtype("<f2"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U8": np.dtype("u1"),
}
_NAMES: Final = {kind: name for name, kind in _TYPES.items()}
_LONGEST_HEADER: Final = 100_000_000
_METADATA: Final = "__metadata__"


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Writes ``arrays`` in the order of their names. Readers see the old file or the whole new one."""
    header: dict[str, Any] = {_METADATA: dict(sorted(metadata.items()))}
    place = 0
    ordered = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    for name, array in ordered.items():
        header[name] = {
            "dtype": _NAMES[array.dtype],
            "shape": list(array.shape),
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    written = json.dumps(header, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)
    parts = [struct.pack("<Q", len(written)), written, *(array.tobytes() for array in ordered.values())]
    replace_file(path, b"".join(parts))


def read_metadata(path: Path) -> dict[str, str]:
    """What was written beside the arrays. RunFailed if the file is no safetensors file or is cut."""
    return {str(name): str(value) for name, value in _header(path)[0].get(_METADATA, {}).items()}


def read_array(path: Path, name: str) -> NDArray[Any]:
    """The array as a read-only view: only the pages that are touched are read. RunFailed as above."""
    header, start = _header(path)
    entry = header.get(name)
    if not isinstance(entry, dict):
        raise RunFailed(f"{path}: holds no array {name}")
    kind, shape = _TYPES.get(entry["dtype"]), tuple(entry["shape"])
    if kind is None:
        raise RunFailed(f"{path}: {name} is of a type that is not read here")
    if 0 in shape:
        return np.zeros(shape, dtype=kind)
    place = start + int(entry["data_offsets"][0])
    view: NDArray[Any] = np.memmap(path, dtype=kind, mode="r", offset=place, shape=shape)
    return view


def replace_file(path: Path, content: bytes) -> None:
    """Writes beside ``path`` and renames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:32]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """The header, and where the arrays start. Every place is checked against the size of the file."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(size, _LONGEST_HEADER):
                raise ValueError
            header = json.loads(file.read(length))
        start = 8 + length
        for name, entry in header.items():
            if name == _METADATA:
                continue
            first, last = entry["data_offsets"]
            shape = [operator.index(edge) for edge in entry["shape"]]
            if not 0 <= first <= last <= size - start or min(shape, default=0) < 0:
                raise ValueError
            kind = _TYPES.get(entry["dtype"])
            if kind is not None and last - first != math.prod(shape) * kind.itemsize:
                raise ValueError
    except OSError as error:
        raise RunFailed(f"{path}: cannot be read ({type(error).__name__})") from None
    except (ValueError, TypeError, KeyError, AttributeError, struct.error):
        raise RunFailed(f"{path}: is no whole safetensors file") from None
    return header, start
