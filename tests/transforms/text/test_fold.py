import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.text.fold import fold
from transforms.text.passages import MAX_PASSAGE, split_passages


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("plain", "plain"),
        ("\uff57oman", "woman"),
        ("she\u2019s", "she's"),
        ("wo\u200bman", "woman"),
        ("\ufb01reman", "fireman"),
        ("\uff11\uff12", "12"),
        ("\u0661\u0662 \u0967\u0968", "12 12"),
        ("a\u202eb\u200fc", "abc"),
        ("a\u00a0man", "a man"),
        ("\u3010App\u3011You read\u300aEmma\u300b.", '[App] You read "Emma".'),
    ],
)
def test_variants_fold_to_plain_text(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_a_folded_match_is_found_in_the_original() -> None:
    text = "the \ufb01re\u200bman\u2019s hat"
    folded = fold(text)
    start = folded.text.index("fireman")
    assert folded.original_span(start, start + 7) == (4, 11)


@given(st.text(max_size=40))
def test_offsets_stay_inside_the_original_and_in_order(text: str) -> None:
    folded = fold(text)
    spans = [folded.original_span(index, index + 1) for index in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@given(st.text(alphabet="ab .\n*-<image>", max_size=80))
def test_passages_are_slices_of_the_folded_text(text: str) -> None:
    folded = fold(text)
    passages = split_passages(folded)
    assert all(folded.text[one.offset : one.offset + len(one.text)] == one.text for one in passages)
    assert all("<image>" not in one.text and "\n" not in one.text for one in passages)
    kept = sum(len(one.text.replace(" ", "")) for one in passages)
    assert kept <= len(text.replace(" ", ""))


def test_long_lines_are_cut_into_bounded_passages() -> None:
    passages = split_passages(fold("A man walks. " * 20_000))
    assert max(len(one.text) for one in passages) <= MAX_PASSAGE
    assert sum(one.text.count("man") for one in passages) == 20_000


def test_a_run_of_blanks_reads_as_one_and_is_edited_whole() -> None:
    folded = fold("an  old  man")
    assert folded.text == "an old man"
    assert folded.original_span(3, 7) == (4, 9)
