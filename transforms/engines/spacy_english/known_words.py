"""Remembers what the first layer of the pipeline's encoder makes of a word: it sees no neighbour of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

ENCODER = "tok2vec"
KNOWN_WORDS = 20_000
"""Words that are remembered, 384 bytes each; past that all are forgotten."""

_FEATURES_OF_A_WORD = frozenset({"ORTH", "NORM", "LOWER", "PREFIX", "SUFFIX", "SHAPE"})
_KEY = ("ORTH", "NORM")
"""What tells two words apart: the other features follow from the spelling."""


def remember_words(nlp: Language, most: int = KNOWN_WORDS) -> bool:
    """Replaces the embedding layer of ``nlp`` by one that computes each word once; the vectors stay the same
    to the bit. False, and nothing changed, if its layers are not those of spaCy's hashed embedding."""
    from thinc.api import Model

    layers = nlp.get_pipe(ENCODER).model.layers if ENCODER in nlp.pipe_names else []  # type: ignore[attr-defined]
    first = layers[0].layers if layers else []
    if not first or first[0].name != "extract_features":
        return False
    columns = [str(column) for column in first[0].attrs["columns"]]
    if not _FEATURES_OF_A_WORD.issuperset(columns):
        return False
    width = layers[0].predict([nlp.make_doc("a")])[0].shape[1]
    layers[0] = Model("known_words", _KnownWords(columns, most, width), layers=[layers[0]])
    return True


class _KnownWords:
    """The forward pass of the layer that ``remember_words`` puts in place."""

    def __init__(self, columns: Sequence[str], most: int, width: int) -> None:
        self._columns: list[int | str] = list(columns)
        self._most = most
        self._places: dict[tuple[int, ...], int] = {}
        self._vectors = np.empty((most, width), dtype=np.float32)

    def __call__(
        self, model: Any, docs: Sequence[Doc], is_train: bool
    ) -> tuple[list[Any], Callable[[Any], Any]]:
        """One array of (words, width) per Doc."""
        embedding = model.layers[0]
        if is_train:
            result: tuple[list[Any], Callable[[Any], Any]] = embedding(docs, is_train)
            return result
        keys = [list(map(tuple, doc.to_array([*_KEY]).tolist())) for doc in docs]
        unseen: dict[tuple[int, ...], tuple[int, int]] = {}
        for number, words in enumerate(keys):
            for index, word in enumerate(words):
                if word not in self._places and word not in unseen:
                    unseen[word] = (number, index)
        if len(self._places) + len(unseen) > self._most:
            self._places.clear()
            return embedding.predict(docs), no_gradient
        if unseen:
            self._learn(embedding, docs, unseen)
        return [self._vectors[[self._places[word] for word in words]] for words in keys], no_gradient

    def _learn(
        self, embedding: Any, docs: Sequence[Doc], unseen: dict[tuple[int, ...], tuple[int, int]]
    ) -> None:
        features = [doc.to_array(self._columns).reshape(len(doc), len(self._columns)) for doc in docs]
        rows = [features[number][index] for number, index in unseen.values()]
        found: Any = [np.array(rows, dtype=np.uint64)]
        for layer in embedding.layers[1:]:
            found = layer.predict(found)
        (vectors,) = found
        first = len(self._places)
        self._vectors[first : first + len(unseen)] = vectors
        self._places.update(zip(unseen, range(first, first + len(unseen)), strict=True))


def no_gradient(_: Any) -> Any:
    """In place of a layer's backward pass. Raises NotImplementedError."""
    raise NotImplementedError("a pipeline whose encoder was replaced is not for training")
