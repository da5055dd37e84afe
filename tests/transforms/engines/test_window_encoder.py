"""The encoder on ONNX Runtime: the vectors of the layer it replaces, whatever stands in a batch."""

from __future__ import annotations

import numpy as np
import pytest
import spacy

from transforms.engines.spacy_english.engine import MODEL_FOLDER, SpacyParser
from transforms.engines.spacy_english.layer_products import PIPES, multiply_with_onnx
from transforms.engines.spacy_english.window_encoder import encode_with_onnx

TEXTS = [
    "The man holds a red umbrella.",
    "",
    "A woman, whose dog can't swim, waits near the U.S. flag while two boys play with a kite.",
    "No",
    "umbrella Umbrella UMBRELLA 1,234 gonna",
]


@pytest.fixture(scope="module")
def pipelines() -> tuple[spacy.language.Language, spacy.language.Language]:
    plain, fast = spacy.load(MODEL_FOLDER), spacy.load(MODEL_FOLDER)
    assert encode_with_onnx(fast)
    return plain, fast


def test_vectors_are_those_of_the_plain_pipeline_but_for_the_last_bits(
    pipelines: tuple[spacy.language.Language, spacy.language.Language],
) -> None:
    expected, found = (
        nlp.get_pipe("tok2vec").model.predict([nlp.make_doc(text) for text in TEXTS]) for nlp in pipelines
    )
    for one, vectors in zip(expected, found, strict=True):
        assert vectors.shape == one.shape
        assert np.allclose(vectors, one, atol=1e-4)


def test_a_text_has_the_same_vectors_to_the_bit_in_every_batch(
    pipelines: tuple[spacy.language.Language, spacy.language.Language],
) -> None:
    _, nlp = pipelines
    model = nlp.get_pipe("tok2vec").model
    docs = [nlp.make_doc(text) for text in TEXTS]
    alone = [model.predict([doc])[0] for doc in docs]
    for batch in (range(5), (4, 2, 0), (3, 3, 3, 2), [number % 5 for number in range(97)]):
        for number, vectors in zip(batch, model.predict([docs[one] for one in batch]), strict=True):
            assert np.array_equal(vectors, alone[number])


def test_the_parser_uses_it() -> None:
    assert SpacyParser()._nlp.get_pipe("tok2vec").model.layers[1].name == "window_encoder"


def test_a_pipeline_without_the_layer_is_left_alone() -> None:
    assert not encode_with_onnx(spacy.blank("en"))


def test_a_wider_window_is_left_alone() -> None:
    nlp = spacy.blank("en")
    encoder = {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 8, "depth": 1, "maxout_pieces": 2}
    embed = {"@architectures": "spacy.MultiHashEmbed.v2", "width": 8, "attrs": ["NORM"], "rows": [64]}
    nlp.add_pipe(
        "tok2vec",
        config={
            "model": {
                "@architectures": "spacy.Tok2Vec.v2",
                "encode": encoder | {"window_size": 2},
                "embed": embed | {"include_static_vectors": False},
            }
        },
    )
    nlp.initialize()
    assert not encode_with_onnx(nlp)


@pytest.mark.parametrize("pipe", PIPES[1:3])
def test_the_scores_of_a_word_are_those_of_the_plain_pipeline_in_every_batch(pipe: str) -> None:
    plain, fast = spacy.load(MODEL_FOLDER), spacy.load(MODEL_FOLDER)
    assert multiply_with_onnx(fast) == 10
    vectors = np.random.default_rng(0).standard_normal((50, 96), dtype=np.float32)
    layer, same = (nlp.get_pipe(pipe).model.layers[1] for nlp in (plain, fast))
    found = same.predict([vectors])[0]
    assert np.allclose(found, layer.predict([vectors])[0], atol=1e-4)
    for count in (1, 2, 3, 31):
        assert np.array_equal(same.predict([vectors[:count]])[0], found[:count])


def test_texts_are_parsed_as_by_the_plain_pipeline() -> None:
    plain = spacy.load(MODEL_FOLDER, exclude=["ner", "ner_tok2vec"])
    parser = SpacyParser()
    for text, doc in zip(TEXTS, parser.parse(TEXTS, entities=False), strict=True):
        expected = plain(text)
        layers = ["TAG", "POS", "MORPH", "DEP", "HEAD", "LEMMA"]
        assert np.array_equal(doc.to_array(layers), expected.to_array(layers))
