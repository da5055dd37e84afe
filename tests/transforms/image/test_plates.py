"""What has the shape of a licence plate, in a photograph with little print."""

import pytest

from transforms.engines.protocols import OcrLine
from transforms.image.ocr_text import join_lines
from transforms.image.plates import find_plates


def line(text, y=10, width=120, height=30):
    return OcrLine(text, ((10, y), (10 + width, y), (10 + width, y + height), (10, y + height)), 0.9)


PLATES = ["430J3", "63X 114", "ABC 1234", "7ABC123", "B-MW 4711", "AB12 CDE", "AB-123-CD", "KA·PA 777"]
OTHERS = [
    "STOP",
    "EXIT 24",
    "12:45",
    "2024",
    "Main St",
    "747-400",
    "1234567",
    "ABCDEFG",
    "Route 66",
    "abc 1234",
    "A 1",
    "SPF 30",
]


@pytest.mark.parametrize("text", PLATES)
def test_plates_are_found(text):
    [span] = find_plates(join_lines([line(text)]))
    assert (span.start, span.end, span.attribute) == (0, len(text), "pii.plate")


@pytest.mark.parametrize("text", OTHERS)
def test_other_print_is_no_plate(text):
    assert list(find_plates(join_lines([line(text)]))) == []


def test_a_page_of_print_or_a_long_line_holds_no_plate():
    assert list(find_plates(join_lines([line("ABC 1234", y=40 * row) for row in range(12)]))) == []
    assert list(find_plates(join_lines([line("ABC 1234", width=400)]))) == []


def test_digits_with_one_letter_are_a_plate_only_where_they_are_the_largest_print():
    assert list(find_plates(join_lines([line("63X 114"), line("TAXI", y=60, width=200, height=60)]))) == []


def test_the_groups_of_a_plate_may_be_read_one_by_one():
    def piece(text, x, width):
        return OcrLine(text, ((x, 10), (x + width, 10), (x + width, 40), (x, 40)), 0.9)

    spans = list(find_plates(join_lines([piece("LU", 10, 45), piece("7681 NC", 70, 120)])))
    assert len({(span.start, span.end) for span in spans}) == 2
