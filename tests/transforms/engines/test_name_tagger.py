import shutil
from pathlib import Path

import numpy as np
import pytest

from schemas.errors import ConfigError
from transforms.engines.name_tagger import features
from transforms.engines.name_tagger.decoding import entity_spans
from transforms.engines.name_tagger.engine import FOLDER, TOKENIZER, WEIGHTS, NameTagger
from transforms.engines.name_tagger.lists import listed_words


@pytest.fixture(scope="module")
def tagger() -> NameTagger:
    return NameTagger(listed_words())


def people(tagger: NameTagger, text: str) -> list[str]:
    return [text[one.start : one.end] for one in tagger.tag([text])[0] if one.label == "PERSON"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday Haoran met Peng Yuqing at the museum.", ["Haoran", "Peng Yuqing"]),
        ("my name is rubija and i live in oslo", ["rubija"]),
        ("A dog runs on the beach.", []),
        ("", []),
    ],
)
def test_people_are_found_by_context(tagger: NameTagger, text: str, names: list[str]) -> None:
    assert people(tagger, text) == names


def test_a_text_is_read_alike_among_any_neighbours() -> None:
    text = "The letter is signed by Ngozi Okafor."
    others = ["A cat.", "Mary Smith and John Novak talk.", "x " * 200]
    alone = NameTagger(listed_words()).tag([text])[0]
    assert NameTagger(listed_words()).tag([*others, text])[-1] == alone


def test_offsets_hold_over_many_windows(tagger: NameTagger) -> None:
    text = "The cat sleeps in the garden. " * 60 + "Then Maria Novak came home."
    assert people(tagger, text) == ["Maria Novak"]


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    for name in (WEIGHTS, TOKENIZER, "SHA256SUMS"):
        shutil.copy(FOLDER / name, tmp_path / name)
    with (tmp_path / TOKENIZER).open("a", encoding="utf-8") as stream:
        stream.write(" ")
    with pytest.raises(ConfigError, match=r"engines\.ner"):
        NameTagger({}, tmp_path)


@pytest.mark.parametrize(
    ("word", "kind"), [("dog", 1), ("Mary", 2), ("USA", 3), ("J", 4), ("McDonald", 5), ("B2", 6)]
)
def test_how_a_word_is_written(word: str, kind: int) -> None:
    assert features.written_kind(word) == kind


def test_windows_end_after_sentences_and_leave_nothing_out() -> None:
    text = "One two three. Four five six. Seven eight nine ten."
    offsets = [(match.start(), match.end()) for match in features._WORD.finditer(text)]
    assert features.windows(text, offsets, 5) == [(0, 3), (3, 6), (6, 10)]
    assert features.windows(text, offsets, 4) == [(0, 3), (3, 6), (6, 10)]
    assert features.windows(text, offsets, 2) == [(0, 2), (2, 3), (3, 5), (5, 6), (6, 8), (8, 10)]


def test_two_people_that_touch_stay_two() -> None:
    text = "Ann Bob"
    shares = np.zeros((2, len(features.LABELS)), dtype=np.float32)
    shares[:, features.LABELS.index("B-PERSON")] = 0.9
    assert [(one.start, one.end) for one in entity_spans(text, [(0, 3), (4, 7)], shares)] == [(0, 3), (4, 7)]
    shares[1] = 0
    shares[1, features.LABELS.index("I-PERSON")] = 0.9
    assert [(one.start, one.end) for one in entity_spans(text, [(0, 3), (4, 7)], shares)] == [(0, 7)]
