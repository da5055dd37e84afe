"""Writes a small ONNX graph without the ``onnx`` package: the few fields that a chain of layers needs.

All arrays that go in or out are float32. Field numbers are those of ``onnx.proto3`` (ONNX 1.14, opset 18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8
OPSET = 18

_FLOAT, _INT64 = 1, 7
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT = 1, 2


@dataclass(slots=True)
class Graph:
    """A graph under construction: each method returns the name of what it adds."""

    _nodes: list[bytes] = field(default_factory=list)
    _constants: list[bytes] = field(default_factory=list)

    def constant(self, value: NDArray[np.float32] | NDArray[np.int64]) -> str:
        """An array that is the same in every run."""
        name = f"c{len(self._constants)}"
        kind = _FLOAT if value.dtype == np.float32 else _INT64
        dims = b"".join(_field(1, size) for size in value.shape)
        data = np.ascontiguousarray(value).tobytes()
        self._constants.append(dims + _field(2, kind) + _field(8, name) + _field(9, data))
        return name

    def node(self, operator: str, *inputs: str, outputs: int = 1, **attributes: float) -> tuple[str, ...]:
        """The outputs of ``operator``. ``attributes``: whole numbers stay whole."""
        names = tuple(f"n{len(self._nodes)}_{index}" for index in range(outputs))
        self._nodes.append(
            b"".join(_field(1, name) for name in inputs)
            + b"".join(_field(2, name) for name in names)
            + _field(4, operator)
            + b"".join(_field(5, _attribute(name, value)) for name, value in attributes.items())
        )
        return names

    def model(self, inputs: Mapping[str, Sequence[int | str]], *outputs: str) -> bytes:
        """The file that ``onnxruntime`` reads. ``inputs``: name to shape, a word for a free axis."""
        graph = (
            b"".join(_field(1, node) for node in self._nodes)
            + _field(2, "graph")
            + b"".join(_field(5, constant) for constant in self._constants)
            + b"".join(_field(11, _value(name, shape)) for name, shape in inputs.items())
            + b"".join(_field(12, _output(name, len(outputs) == 1)) for name in outputs)
        )
        return _field(1, IR_VERSION) + _field(8, _field(1, "") + _field(2, OPSET)) + _field(7, graph)


def _attribute(name: str, value: float) -> bytes:
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, _ATTRIBUTE_INT)
    number = _varint(2 << 3 | 5) + np.float32(value).tobytes()
    return _field(1, name) + number + _field(20, _ATTRIBUTE_FLOAT)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(_field(1, _field(1 if isinstance(size, int) else 2, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, _FLOAT) + _field(2, dims)))


def _output(name: str, is_float: bool) -> bytes:
    """Of several outputs each may be of another type; onnxruntime infers it."""
    return _field(1, name) + (_field(2, _field(1, _field(1, _FLOAT))) if is_float else b"")


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
