from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from schemas.edit import Action, TextEdit
from schemas.finding import Kind
from transforms.engines.protocols import EngineInfo
from transforms.fidelity.text import TextPair, is_measured, load_thresholds, text_fidelity


class CountingEmbedder:
    """Puts every new text at the same angle to the first one."""

    info = EngineInfo("embedding", "counting", "1", "", "")

    def __init__(self, cosine: float = 1.0) -> None:
        self.calls: list[list[str]] = []
        self.cosine = cosine

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(list(texts))
        rows = [[1.0, 0.0]] + [[self.cosine, (1 - self.cosine**2) ** 0.5]] * (len(texts) - 1)
        return np.array(rows, dtype=np.float32)


def edit(start: int, end: int, new_end: int, action: Action = Action.REWRITE) -> TextEdit:
    return TextEdit(0, start, end, start, new_end, "biometric.gender", Kind.IMPLICIT, action, "r")


def pair(before: str, after: str, *edits: TextEdit) -> TextPair:
    return TextPair(before, after, tuple((one.start, one.end) for one in edits))


PLAIN = pair("A man walks home", "A person walks home", edit(2, 5, 8))
OPEN = pair("A man walks home", "A stroller walks home", edit(2, 5, 10))


def test_what_the_exact_checks_decide_is_never_embedded() -> None:
    embedder = CountingEmbedder()
    wrong = pair("A man is not here", "A person is here", edit(2, 5, 8))
    assert text_fidelity([PLAIN, wrong], embedder) == [1.0, 0.0]
    assert embedder.calls == []


def test_open_pairs_go_to_the_embedder_in_one_call() -> None:
    embedder = CountingEmbedder()
    assert text_fidelity([OPEN, PLAIN, OPEN], embedder) == [1.0, 1.0, 1.0]
    assert [len(call) for call in embedder.calls] == [2]


def test_the_stored_threshold_decides_what_is_open() -> None:
    stored = load_thresholds().doubt_cosine
    assert text_fidelity([OPEN], CountingEmbedder(stored - 0.01)) == [0.0]
    assert text_fidelity([OPEN], CountingEmbedder(stored + 0.01))[0] > 0.5


def test_lost_content_lowers_the_score() -> None:
    whole = pair("A man walks along the river bank", "A person walks along the river bank", edit(2, 5, 8))
    cut = pair("A man walks along the river bank", "A person.", edit(2, 32, 8))
    cut = TextPair(cut.before, cut.after, ((2, 5),))
    high, low = text_fidelity([whole, cut], CountingEmbedder())
    assert low < high


def test_refused_turns_are_not_measured() -> None:
    assert not is_measured([edit(0, 3, 3, Action.REFUSE)])
    assert is_measured([edit(0, 3, 3)])
    assert text_fidelity([], CountingEmbedder()) == []


@pytest.mark.parametrize(
    ("before", "after", "told", "kept"),
    [
        ("NO.3, SS21/39,47400 X", "NO.3, [ADDRESS],47400 X", (6, 13), True),
        ("NO.3, SS21/39,47400 X", "NO.3, [ADDRESS],47500 X", (6, 13), False),
    ],
)
def test_a_number_that_touches_an_edit_is_no_other_number(
    before: str, after: str, told: tuple[int, int], kept: bool
) -> None:
    one = TextPair(before, after, (told,))
    assert (text_fidelity([one], CountingEmbedder())[0] > 0) is kept
