import pytest

from transforms.text.left_out_lines import without_lines


def _applied(text: str, places: list[int]) -> str:
    for start, end, new in reversed(without_lines(text, places)):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("one\ntwo\nthree", "two", "one\nthree"),
        ("one\n\ntwo\n\nthree", "two", "one\n\nthree"),
        ("one\n\ntwo", "two", "one"),
        ("1. one\n2. two\n3. three", "two", "1. one\n2. three"),
        ("1. one\n   - x\n2. two\n3. three\n4. four", "two", "1. one\n   - x\n2. three\n3. four"),
        ("# A\n\n- a\n\n# B\n\n- b", "- a", "# B\n\n- b"),
        ("**A:**\n- a\n- c\n**B:**\n- b", "- a", "**A:**\n- c\n**B:**\n- b"),
        ("* **A:**\n    * a\n* **B:** b", "    * a", "* **B:** b"),
        ("**A:**\n\ntext\n\n- a", "- a", "**A:**\n\ntext"),
        ("Title:\n- a", "- a", ""),
    ],
)
def test_a_line_goes_and_what_is_left_is_whole(text: str, gone: str, left: str) -> None:
    assert _applied(text, [text.index(gone)]) == left


def test_nothing_goes_without_a_place() -> None:
    assert without_lines("one\ntwo", []) == []
