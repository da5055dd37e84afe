from collections.abc import Sequence

import pytest

from schemas.errors import ConfigError
from transforms.engines.parser_with_names import SCORES, ParserWithNames
from transforms.engines.protocols import EngineInfo, EntitySpan
from transforms.engines.registry import check_engine, load_entity_tagger, load_parser


class FirstWord:
    """Calls the first word of every text a person."""

    info = EngineInfo("ner", "first", "1", "", "")

    def __init__(self) -> None:
        self.seen: list[str] = []

    def tag(self, texts: Sequence[str]) -> list[tuple[EntitySpan, ...]]:
        self.seen += texts
        return [(EntitySpan(0, text.index(" "), "PERSON", 0.6),) for text in texts]


def test_entities_come_from_the_engine_with_their_scores_and_each_text_is_asked_once():
    tagger = FirstWord()
    parser = ParserWithNames(load_parser("bundled", "none"), tagger)
    docs = parser.parse(["Blue sky here.", "Green tree there.", "Blue sky here."])
    assert [[span.text for span in doc.ents] for doc in docs] == [["Blue"], ["Green"], ["Blue"]]
    assert docs[0].user_data[SCORES] == (0.6,)
    parser.parse(["Green tree there."])
    assert tagger.seen == ["Blue sky here.", "Green tree there."]


def test_a_document_that_was_parsed_without_entities_never_gets_any():
    parser = ParserWithNames(load_parser("bundled", "none"), FirstWord())
    plain = parser.parse(["Blue sky here."], entities=False)[0]
    parser.parse(["Blue sky here."])
    assert plain.ents == ()
    assert parser.parse(["Blue sky here."], entities=False)[0].ents == ()


def test_without_an_engine_there_are_no_entities():
    assert load_entity_tagger("none") is None
    assert load_parser("bundled", "none").parse(["Mary Smith met John Brown."])[0].ents == ()


def test_the_pipelines_own_recogniser_can_be_chosen():
    assert load_entity_tagger("spacy") is None
    assert load_parser("bundled", "spacy").parse(["Mary Smith met John Brown."])[0].ents


@pytest.mark.parametrize("name", ["bert", "transformers:", "transformers:/no/such/folder"])
def test_an_unknown_engine_is_refused_by_its_key(name):
    with pytest.raises(ConfigError, match=r"engines\.ner"):
        check_engine("ner", name)
