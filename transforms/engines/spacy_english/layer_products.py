"""Multiplies by the weights of a layer on ONNX Runtime: for the layers that see one word each."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from thinc.api import NumpyOps

from transforms.engines.onnx_graph import Graph
from transforms.engines.onnx_session import one_thread_session

if TYPE_CHECKING:
    from spacy.language import Language

Matrix = NDArray[np.float32]

PIPES = ("tok2vec", "tagger", "morphologizer", "parser")


def multiply_with_onnx(nlp: Language) -> int:
    """Gives each layer of ``PIPES`` in ``nlp`` the products with its own weights; how many there were.

    A row's product is the same to the bit in every batch, and differs from the replaced one in the last bits.
    """
    nodes: list[Any] = [
        node
        for name in PIPES
        if name in nlp.pipe_names
        for node in nlp.get_pipe(name).model.walk()  # type: ignore[attr-defined]
        if node.has_param("W") and node.ops.name == "numpy"
    ]
    for node in nodes:
        weights = node.get_param("W")
        node.ops = _Products(weights.reshape(-1, weights.shape[-1]))
    return len(nodes)


class _Products(NumpyOps):  # type: ignore[misc, unused-ignore]
    """The operations of a layer, with ``rows @ weights.T`` taken over."""

    def __init__(self, weights: Matrix) -> None:
        super().__init__()
        self._weights = weights

    @cached_property
    def _session(self) -> Any:
        graph = Graph()
        (product,) = graph.node("MatMul", "x", graph.constant(self._weights.T))
        model = graph.model({"x": ("words", self._weights.shape[1])}, product)
        return one_thread_session(model, memory_pattern=False)

    def gemm(
        self, x: Matrix, y: Matrix, *, out: Matrix | None = None, trans1: bool = False, trans2: bool = False
    ) -> Matrix:
        """As ``NumpyOps.gemm``; products with other matrices, which only training needs, are left to it."""
        found: Matrix
        if trans1 or not trans2 or y.shape != self._weights.shape:
            found = super().gemm(x, y, out=out, trans1=trans1, trans2=trans2)
            return found
        (found,) = self._session.run(None, {"x": x})
        if out is None:
            return found
        out[...] = found
        return out
