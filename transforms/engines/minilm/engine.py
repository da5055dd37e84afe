"""Maps sentences to unit vectors with all-MiniLM-L6-v2 on ONNX Runtime, one CPU thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from transforms.engines.bundled_weights import verified_sha256
from transforms.engines.onnx_session import one_thread_session
from transforms.engines.protocols import EngineInfo

CONFIG_KEY = "engines.embedder"
FOLDER = Path(__file__).parent
WEIGHTS = "minilm.onnx"
TOKENIZER = "tokenizer.json"
VERSION = "all-MiniLM-L6-v2"
WIDTH = 384
MAX_TOKENS = 256


class MiniLmEmbedder:
    """An ``Embedder`` of 384 dimensions. Loading raises ConfigError if the weights are damaged.

    Texts go through the network one at a time: the quantised layers take their range from all that is in a
    batch, so a text's vector would otherwise depend on its neighbours (by up to 0.03 per component). For
    captions this is also as fast as fp32 in batches.
    """

    def __init__(self) -> None:
        from tokenizers import Tokenizer

        digest = verified_sha256(FOLDER, CONFIG_KEY)
        self._session: Any = one_thread_session(FOLDER / WEIGHTS)
        self._tokenizer: Any = Tokenizer.from_file(str(FOLDER / TOKENIZER))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()
        self.info = EngineInfo("embedding", "minilm", VERSION, digest, f"max_tokens={MAX_TOKENS}; int8")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, n x 384 float32, in the order of ``texts``; of each text the first 256 tokens
        count."""
        vectors = np.empty((len(texts), WIDTH), dtype=np.float32)
        rows: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            rows.setdefault(text, []).append(row)
        for text, places in rows.items():
            vectors[places] = self._vector(text)
        return vectors

    def _vector(self, text: str) -> NDArray[np.float32]:
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        (vector,) = self._session.run(None, {"input_ids": ids, "attention_mask": np.ones_like(ids)})
        found: NDArray[np.float32] = vector[0]
        return found
