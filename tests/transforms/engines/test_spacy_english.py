from __future__ import annotations

import random
import shutil

import pytest
import spacy

from schemas.errors import ConfigError
from transforms.engines.spacy_english import engine
from transforms.engines.spacy_english.augmentation import AugmentationOptions, augmented_docs
from transforms.engines.spacy_english.captions import CaptionSource, grammar, participle, template
from transforms.engines.spacy_english.engine import SpacyParser

TEXTS = (
    "A young woman in a red dress is standing next to her son.",
    "a man on the left",
    "He wears glasses and holds a phone.",
    "Yes.",
    "",
    "Two elderly men playing chess while she watches them. The park is empty.",
    "John Smith called me yesterday.",
)


@pytest.fixture(scope="module")
def parser() -> SpacyParser:
    return SpacyParser()


def annotations(doc):
    return [
        (
            t.text,
            t.tag_,
            t.pos_,
            str(t.morph),
            t.lemma_,
            t.dep_,
            t.head.i,
            t.is_sent_start,
            t.ent_iob_,
            t.ent_type_,
        )
        for t in doc
    ]


def test_parse_gives_the_same_whatever_else_is_in_the_batch(parser):
    words = [token.text for text in TEXTS for token in parser.parse([text])[0]]
    generator = random.Random(3)
    many = [" ".join(generator.choices(words, k=generator.randint(1, 30))) for _ in range(300)] + list(TEXTS)
    alone = SpacyParser(cached_texts=0)
    together = SpacyParser(cached_texts=0).parse(many)
    for text, doc in zip(many, together, strict=True):
        assert annotations(alone.parse([text])[0]) == annotations(doc)


def test_parse_keeps_order_and_repeats(parser):
    docs = parser.parse([TEXTS[2], TEXTS[0], TEXTS[2]])
    assert [doc.text for doc in docs] == [TEXTS[2], TEXTS[0], TEXTS[2]]
    assert docs[0] is docs[2]


def test_a_text_is_parsed_once_while_it_is_cached():
    small = SpacyParser(cached_texts=2)
    first = small.parse(["one dog"])[0]
    assert small.parse(["one dog"])[0] is first
    small.parse(["two dogs", "three dogs"])
    assert small.parse(["one dog"])[0] is not first


def test_vocabulary_limit_reloads_and_changes_no_annotation(monkeypatch):
    fresh = SpacyParser()
    before = annotations(fresh.parse([TEXTS[0]])[0])
    old = fresh._nlp
    monkeypatch.setattr(engine, "VOCABULARY_LIMIT", 10)
    assert annotations(fresh.parse([TEXTS[0]])[0]) == before
    assert fresh._nlp is not old


@pytest.mark.parametrize(
    ("text", "word", "attribute", "expected"),
    [
        ("a man on the left", "left", "pos_", "NOUN"),
        ("He wears glasses.", "wears", "tag_", "VBZ"),
        ("He wears glasses.", "wears", "lemma_", "wear"),
        ("She is happy.", "is", "lemma_", "be"),
        ("A man holds her phone.", "her", "tag_", "PRP$"),
        ("The dog looks at her.", "her", "tag_", "PRP"),
        ("A woman is riding a horse.", "woman", "dep_", "nsubj"),
        ("John Smith called me yesterday.", "Smith", "ent_type_", "PERSON"),
    ],
)
def test_layers_that_later_steps_read(parser, text, word, attribute, expected):
    (token,) = [token for token in parser.parse([text])[0] if token.text == word]
    assert getattr(token, attribute) == expected


def test_two_sentences_are_told_apart(parser):
    assert len(list(parser.parse(["He wears a hat. The dog sleeps."])[0].sents)) == 2


def test_info_names_the_model_and_its_weights(parser):
    assert parser.info.role == "parser"
    assert parser.info.name == "en_mmscrub_english"
    assert len(parser.info.weights_sha256) == 64


@pytest.mark.parametrize("model", ["en_no_such_pipeline", "/no/such/folder"])
def test_missing_model_names_the_key_and_the_remedy(model):
    with pytest.raises(ConfigError, match=r"engines\.parser.*installed spaCy pipeline"):
        SpacyParser(model)


def test_a_pipeline_without_a_parse_is_refused(tmp_path):
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(ConfigError, match="lacks TAG, POS, DEP, LEMMA"):
        SpacyParser(str(tmp_path / "blank"))


def test_a_damaged_weight_file_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / "model"
    shutil.copytree(engine.MODEL_FOLDER, copy)
    weights = copy / "parser" / "model"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\0")
    monkeypatch.setattr(engine, "MODEL_FOLDER", copy)
    with pytest.raises(ConfigError, match="parser/model"):
        SpacyParser()


def test_a_folder_elsewhere_can_be_used(tmp_path):
    shutil.copytree(engine.MODEL_FOLDER, tmp_path / "mine")
    other = SpacyParser(str(tmp_path / "mine"))
    assert other.parse(["He wears a hat."])[0][1].lemma_ == "wear"


def test_every_caption_template_gives_one_tree():
    source = CaptionSource(random.Random(1), [("Ada", "Byron")])
    vocab = spacy.blank("en").vocab
    docs = [source.doc(vocab) for _ in range(500)]
    assert all(sum(token.head == token for token in doc) == 1 for doc in docs)
    assert {span.text for doc in docs for span in doc.ents} <= {"Ada Byron"}
    assert len(grammar()[0]) > 50


def test_template_rejects_what_is_left_over():
    with pytest.raises(ValueError, match="unread"):
        template("(root PERSON) (root THING)")


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("ride", "riding"),
        ("sit", "sitting"),
        ("lie", "lying"),
        ("eat", "eating"),
        ("play", "playing"),
        ("squat", "squatting"),
    ],
)
def test_participle(verb, form):
    assert participle(verb) == form


def test_augmentation_leaves_its_input_and_aligns_lower_case(parser):
    doc = parser.parse([TEXTS[5]])[0]
    pairs = augmented_docs([doc], random.Random(1), AugmentationOptions(split=1.0, drop_stop=1.0, lower=1.0))
    assert [text for text, _ in pairs] == [
        "two elderly men playing chess while she watches them",
        "the park is empty",
    ]
    assert doc.text == TEXTS[5]
