import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.edit import Action, Replacement
from schemas.finding import Kind
from transforms.text.apply_edits import apply_edits, compose


def replacement(turn: int, start: int, end: int, text: str) -> Replacement:
    return Replacement(turn, start, end, text, "biometric.gender", Kind.IMPLICIT, Action.REWRITE, "r")


@st.composite
def texts_with_replacements(draw: st.DrawFn) -> tuple[list[str], list[Replacement]]:
    texts = draw(st.lists(st.text(max_size=30), min_size=1, max_size=3))
    chosen = []
    for turn, text in enumerate(texts):
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            chosen.append(replacement(turn, start, end, draw(st.text(max_size=5))))
    return texts, draw(st.permutations(chosen))


@given(texts_with_replacements())
def test_new_offsets_always_point_at_the_replacement(case: tuple[list[str], list[Replacement]]) -> None:
    texts, chosen = case
    new, edits = apply_edits(texts, chosen)
    assert len(edits) == len(chosen)
    wanted = sorted((one.turn, one.start, one.end, one.text) for one in chosen)
    found = sorted((e.turn, e.start, e.end, new[e.turn][e.new_start : e.new_end]) for e in edits)
    assert found == wanted


@given(texts_with_replacements())
def test_text_outside_the_edits_is_kept(case: tuple[list[str], list[Replacement]]) -> None:
    texts, chosen = case
    new, edits = apply_edits(texts, chosen)
    for turn, text in enumerate(texts):
        mine = [edit for edit in edits if edit.turn == turn]
        old_kept, new_kept, old_at, new_at = [], [], 0, 0
        for edit in mine:
            old_kept.append(text[old_at : edit.start])
            new_kept.append(new[turn][new_at : edit.new_start])
            old_at, new_at = edit.end, edit.new_end
        assert [*old_kept, text[old_at:]] == [*new_kept, new[turn][new_at:]]


@pytest.mark.parametrize(
    "chosen",
    [
        [replacement(0, 0, 3, "x"), replacement(0, 2, 4, "y")],
        [replacement(0, 2, 99, "x")],
        [replacement(0, 3, 1, "x")],
    ],
)
def test_overlapping_or_outside_replacements_are_refused(chosen: list[Replacement]) -> None:
    with pytest.raises(ValueError, match="overlaps or lies outside"):
        apply_edits(["abcdef"], chosen)


def test_two_passes_become_one() -> None:
    texts = ["the old man sits here"]
    new, edits = apply_edits(texts, [replacement(0, 4, 11, "person")])
    assert new == ("the person sits here",)
    whole = compose(new, edits, [replacement(0, 7, 10, "x"), replacement(0, 16, 20, "there")])
    assert sorted((one.start, one.end, one.text) for one in whole) == [(4, 11, "perx"), (17, 21, "there")]


@given(st.data())
def test_composed_passes_do_what_the_passes_do(data: st.DataObject) -> None:
    texts, first = data.draw(texts_with_replacements())
    between, edits = apply_edits(texts, first)
    second = []
    for turn, text in enumerate(between):
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            second.append(replacement(turn, start, end, data.draw(st.text(max_size=4))))
    wanted, _ = apply_edits(between, second)
    found, _ = apply_edits(texts, compose(between, edits, second))
    assert found == wanted
