"""Dates in figures and with the month's name."""

import pytest

from transforms.text.dates import find_dates


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("born 12 March 1980.", ("1980-03-12",)),
        ("March 12th, 1980", ("1980-03-12",)),
        ("1980-03-12", ("1980-03-12",)),
        ("25/03/1980", ("1980-03-25",)),
        ("03/04/1980", ("1980-03-04", "1980-04-03")),
        ("25.03.80", ("1980-03-25",)),
        ("12MAR1980", ("1980-03-12",)),
    ],
)
def test_a_date_is_read_in_every_form(text: str, days: tuple[str, ...]) -> None:
    (found,) = find_dates(text)
    assert found.days == days


@pytest.mark.parametrize("text", ["99/99/1980", "version 1.2.3", "call 555-123-4567", "$12.00 of 1980"])
def test_other_numbers_are_no_dates(text: str) -> None:
    assert not [day for date in find_dates(text) for day in date.days if day.startswith("1980")]
