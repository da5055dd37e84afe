"""The pipeline's remembered words: same vectors to the bit, whatever was seen before."""

from __future__ import annotations

import numpy as np
import pytest
import spacy

from transforms.engines.spacy_english.engine import MODEL_FOLDER
from transforms.engines.spacy_english.known_words import remember_words

TEXTS = [
    "The man holds a red umbrella.",
    "A woman, whose dog can't swim, waits near the U.S. flag.",
    "umbrella Umbrella UMBRELLA 1,234 gonna",
    "",
    "The red man can't wait.",
]


@pytest.mark.parametrize("most", [20_000, 12, 1])
def test_vectors_are_those_of_the_plain_pipeline_to_the_bit(most: int) -> None:
    plain, fast = spacy.load(MODEL_FOLDER), spacy.load(MODEL_FOLDER)
    assert remember_words(fast, most)
    expected = plain.get_pipe("tok2vec").model.predict([plain.make_doc(text) for text in TEXTS])
    docs = [fast.make_doc(text) for text in TEXTS]
    model = fast.get_pipe("tok2vec").model
    for _ in range(2):
        for one, doc in zip(expected, docs, strict=True):
            assert np.array_equal(model.predict([doc])[0], one)
        for one, vectors in zip(expected, model.predict(docs), strict=True):
            assert np.array_equal(vectors, one)


def test_a_pipeline_without_the_layer_is_left_alone() -> None:
    assert not remember_words(spacy.blank("en"))
