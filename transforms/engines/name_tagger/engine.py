"""Finds names with the bundled token classifier on ONNX Runtime, one CPU thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from transforms.engines.bundled_weights import verified_sha256
from transforms.engines.name_tagger.decoding import entity_spans, probabilities
from transforms.engines.name_tagger.features import MAX_PIECES, piece_features, windows, word_features
from transforms.engines.onnx_session import one_thread_session
from transforms.engines.protocols import EngineInfo, EntitySpan

CONFIG_KEY = "engines.ner"
FOLDER = Path(__file__).parent
WEIGHTS = "names.onnx"
TOKENIZER = "tokenizer.json"
VERSION = "1"
CACHED_TEXTS = 8192


class NameTagger:
    """An ``EntityTagger`` for PERSON, ORG and LOC. Loading raises ConfigError if the weights are damaged.

    Windows of a text go through the network one at a time: the quantised layers take their range from all
    that is in a batch, so a result would otherwise depend on its neighbours.
    """

    def __init__(self, listed: Mapping[str, int], folder: Path = FOLDER) -> None:
        """``listed``: lower-case words of the name lists, see ``features.word_features``."""
        from tokenizers import Tokenizer

        digest = verified_sha256(folder, CONFIG_KEY)
        self._session: Any = one_thread_session(folder / WEIGHTS)
        self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
        self._special = [self._tokenizer.token_to_id(piece) for piece in ("[CLS]", "[SEP]")]
        self._listed = listed
        self._cache: OrderedDict[str, tuple[EntitySpan, ...]] = OrderedDict()
        self.info = EngineInfo("ner", "name_tagger", VERSION, digest, f"max_pieces={MAX_PIECES}; int8")

    def tag(self, texts: Sequence[str]) -> list[tuple[EntitySpan, ...]]:
        """The names of each text, in text order."""
        found: list[tuple[EntitySpan, ...]] = []
        for text in texts:
            spans = self._cache.get(text)
            if spans is None:
                spans = self._cache[text] = self._spans(text)
                if len(self._cache) > CACHED_TEXTS:
                    self._cache.popitem(last=False)
            found.append(spans)
        return found

    def _spans(self, text: str) -> tuple[EntitySpan, ...]:
        pieces = self._tokenizer.encode(text, add_special_tokens=False)
        offsets = pieces.offsets
        values = piece_features(offsets, word_features(text, self._listed))
        spans: list[EntitySpan] = []
        for first, stop in windows(text, offsets):
            ids = np.array([[self._special[0], *pieces.ids[first:stop], self._special[1]]], dtype=np.int64)
            types = np.array([[0, *values[first:stop], 0]], dtype=np.int64)
            inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
            (logits,) = self._session.run(None, inputs)
            spans += entity_spans(text, offsets[first:stop], probabilities(logits[0, 1:-1]))
        return tuple(spans)
