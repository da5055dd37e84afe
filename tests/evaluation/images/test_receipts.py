import json

import pytest

from evaluation.images.receipts import is_found, read_receipts
from transforms.engines.protocols import OcrLine

ROWS = [
    "10,10,210,10,210,30,10,30,12, JALAN TAMPOI",
    "10,40,210,40,210,60,10,60,TEL: 03-5555 1234",
    "10,70,90,70,90,90,10,90,TOTAL 8.20",
]


@pytest.fixture
def lines(tmp_path):
    for name in ("img", "box", "key"):
        (tmp_path / name).mkdir()
    (tmp_path / "img" / "1.jpg").write_bytes(b"")
    (tmp_path / "box" / "1.csv").write_text("\n".join([*ROWS, ""]))
    (tmp_path / "key" / "1.json").write_text(json.dumps({"address": "12, JALAN TAMPOI, JOHOR"}))
    ((_, found),) = read_receipts(tmp_path)
    return found


def test_address_and_telephone_lines_are_told_apart(lines):
    assert [line.private for line in lines] == ["address", "phone", ""]
    assert lines[0].text == "12, JALAN TAMPOI"
    assert lines[1].text[lines[1].start :] == "03-5555 1234"


@pytest.mark.parametrize(
    ("text", "shift", "found"),
    [
        ("TOTAL 8.20", 0, True),
        ("total8.2O", 0, True),
        ("TOTAL 99.99", 0, False),
        ("TOTAL 8.20", 60, False),
    ],
)
def test_a_line_is_found_at_its_place_with_few_errors(lines, text, shift, found):
    quad = tuple((x + shift, y) for x, y in lines[2].quad)
    assert is_found(lines[2], OcrLine(text, quad, 0.9)) is found
