"""CPU time of the bundled embedder per text. Run ``python -m benchmarks.embedder_speed FILE [REFERENCE]``.

FILE: one text per line. REFERENCE: the unquantised graph that ``transforms/engines/minilm/export.py``
leaves; with it, the cosine between the two is printed and its time in batches of 1, 8 and 32 texts of like
length.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from transforms.engines.minilm.engine import FOLDER, MAX_TOKENS, TOKENIZER, MiniLmEmbedder


def reference_vectors(graph: str, texts: list[str], batch: int) -> np.ndarray:
    """Vectors of an unquantised graph, in batches of like length."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(FOLDER / TOKENIZER))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    encoded = [tokenizer.encode(text).ids for text in texts]
    order = sorted(range(len(texts)), key=lambda row: len(encoded[row]))
    vectors = np.empty((len(texts), 384), np.float32)
    for start in range(0, len(order), batch):
        rows = order[start : start + batch]
        width = max(len(encoded[row]) for row in rows)
        ids = np.array([encoded[row] + [0] * (width - len(encoded[row])) for row in rows], np.int64)
        mask = np.array(
            [[1] * len(encoded[row]) + [0] * (width - len(encoded[row])) for row in rows], np.int64
        )
        vectors[rows] = session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
    return vectors


def main(arguments: list[str]) -> None:
    """The command line of this script."""
    texts = sorted(set(Path(arguments[0]).read_text(encoding="utf-8").splitlines()))
    embedder = MiniLmEmbedder()
    embedder.embed(texts[:20])
    start = time.process_time()
    vectors = embedder.embed(texts)
    seconds = time.process_time() - start
    print(f"onnxruntime {onnxruntime.__version__}; {len(texts)} texts")
    print(f"int8, one by one: {1000 * seconds / len(texts):.2f} ms per text")
    for batch in (1, 8, 32) if len(arguments) > 1 else ():
        start = time.process_time()
        reference = reference_vectors(arguments[1], texts, batch)
        seconds = time.process_time() - start
        cosines = (reference * vectors).sum(1)
        print(
            f"fp32, batch {batch}: {1000 * seconds / len(texts):.2f} ms per text;"
            f" cosine to int8 mean {cosines.mean():.4f}, least {cosines.min():.4f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
