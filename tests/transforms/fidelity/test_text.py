from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.edit import Action, TextEdit
from schemas.finding import Kind
from transforms.engines.protocols import EngineInfo
from transforms.fidelity.text import TextPair, is_measured, retains, text_fidelity


class CountingEmbedder:
    info = EngineInfo("embedding", "counting", "1", "", "")

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        return np.ones((len(texts), 1), dtype=np.float32)


def edit(start: int, end: int, new_end: int, action: Action = Action.REWRITE) -> TextEdit:
    return TextEdit(0, start, end, start, new_end, "biometric.gender", Kind.IMPLICIT, action, "r")


def pair(before: str, after: str, *edits: TextEdit) -> TextPair:
    return TextPair(before, after, "", edits, tuple((one.start, one.end) for one in edits))


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("A man left of 2 red cars", "A person left of 2 red cars", True),
        ("A man left of 2 red cars", "A person left of 3 red cars", False),
        ("A man left of 2 red cars", "A person right of 2 red cars", False),
        ("A man left of 2 red cars", "A person left of 2 blue cars", False),
        ("A man is not here", "A person is here", False),
    ],
)
def test_numbers_negations_colours_and_places_must_stay(before: str, after: str, kept: bool) -> None:
    assert retains(pair(before, after, edit(2, 5, 8))) is kept


def test_scores_are_in_range_and_all_texts_go_in_one_call() -> None:
    embedder = CountingEmbedder()
    pairs = [pair("A man walks home", "A person walks home", edit(2, 5, 8))] * 3
    assert text_fidelity(pairs, embedder) == [1.0, 1.0, 1.0]
    assert len(embedder.calls) == 1
    assert len(embedder.calls[0]) == 2


def test_lost_content_lowers_the_score() -> None:
    whole = pair("A man walks along the river bank", "A person walks along the river bank", edit(2, 5, 8))
    cut = pair("A man walks along the river bank", "A person.", edit(2, 32, 8))
    cut = TextPair(cut.before, cut.after, "", cut.edits, ((2, 5),))
    high, low = text_fidelity([whole, cut], CountingEmbedder())
    assert low < high


def test_refused_turns_are_not_measured() -> None:
    assert not is_measured([edit(0, 3, 3, Action.REFUSE)])
    assert is_measured([edit(0, 3, 3)])
    assert text_fidelity([], CountingEmbedder()) == []


def test_a_number_that_touches_an_edit_is_no_other_number():
    from transforms.fidelity.text import kept_words

    assert kept_words("NO.3, SS21/39,47400 X", [(6, 13)]) == kept_words("NO.3, [ADDRESS],47400 X", [(6, 15)])
    assert kept_words("3,[x]47", [(2, 5)]) == kept_words("3,47", [(2, 2)])
    assert kept_words("no 7 here", [(3, 4)]) != kept_words("no 7 not", [(3, 4)])
