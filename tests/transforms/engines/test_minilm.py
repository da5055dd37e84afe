from __future__ import annotations

import shutil

import numpy as np
import pytest

from schemas.errors import ConfigError
from transforms.engines.minilm import engine
from transforms.engines.minilm.engine import MiniLmEmbedder

TEXTS = (
    "A man rides a horse.",
    "A person rides a horse.",
    "The stock market fell sharply on Monday.",
    "x" * 5000,
    "",
)


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder()


def test_vectors_have_unit_length(embedder):
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_like_texts_are_near_and_unlike_ones_far(embedder):
    man, person, market = embedder.embed(TEXTS[:3])
    assert man @ person > 0.8
    assert man @ market < 0.2


def test_a_vector_does_not_depend_on_its_neighbours_or_their_order(embedder):
    together = embedder.embed(TEXTS)
    assert np.array_equal(embedder.embed(TEXTS[::-1]), together[::-1])
    for row, text in enumerate(TEXTS):
        assert np.array_equal(embedder.embed([text])[0], together[row])


def test_only_the_first_256_tokens_count(embedder):
    start = "dog " * 300
    first, second = embedder.embed([start, start + "and a completely different end of the text"])
    assert np.array_equal(first, second)


def test_no_texts_give_no_rows(embedder):
    assert embedder.embed([]).shape == (0, 384)


def test_damaged_weights_are_refused(tmp_path, monkeypatch):
    for name in ("SHA256SUMS", "minilm.onnx", "tokenizer.json"):
        shutil.copyfile(engine.FOLDER / name, tmp_path / name)
    with (tmp_path / "tokenizer.json").open("a") as stream:
        stream.write(" ")
    monkeypatch.setattr(engine, "FOLDER", tmp_path)
    with pytest.raises(ConfigError, match=r"engines\.embedder.*tokenizer\.json"):
        MiniLmEmbedder()
