"""Days as they are written in figures or with the month's name: the days that a text may mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import regex

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME: Final = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY: Final = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>(?:1[89]|20)\d\d)"
_GAP: Final = r"[\s.,/-]{0,3}"
_FORMS: Final = tuple(
    regex.compile(rf"(?i)(?<![\p{{L}}\d]){form}(?![\p{{L}}\d])")
    for form in (
        rf"{_NAME}{_GAP}{_DAY}{_GAP}{_YEAR}",
        rf"{_DAY}(?:{_GAP}of)?{_GAP}{_NAME}{_GAP}{_YEAR}",
        rf"{_YEAR}{_GAP}{_NAME}{_GAP}{_DAY}",
        r"(?P<year>(?:1[89]|20)\d\d)[.\s/-]{1,2}(?P<number>\d{1,2})[.\s/-]{1,2}(?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})[.\s/-]{1,2}(?P<second>\d{1,2})[.\s/-]{1,2}(?P<year>(?:(?:1[89]|20)\d\d|\d\d))",
    )
)
_TIMEOUT_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """Characters ``start:end`` of a text; ``days``: YYYY-MM-DD, two where day and month may be either."""

    start: int
    end: int
    days: tuple[str, ...]


def find_dates(text: str) -> Iterator[WrittenDate]:
    """The dates of ``text``. Raises TimeoutError on a runaway pattern."""
    for form in _FORMS:
        for match in form.finditer(text, timeout=_TIMEOUT_SECONDS):
            days = tuple(sorted(set(_days(match))))
            if days:
                yield WrittenDate(match.start(), match.end(), days)


def _days(match: regex.Match[str]) -> Iterator[str]:
    said = match.groupdict()
    year = int(said["year"])
    year += (1900 if year > 30 else 2000) if year < 100 else 0
    if said.get("month"):
        pairs = [(_MONTHS.index(said["month"][:3].lower()) + 1, int(said["day"]))]
    elif said.get("number"):
        pairs = [(int(said["number"]), int(said["day"]))]
    else:
        first, second = int(said["first"]), int(said["second"])
        pairs = [(second, first), (first, second)]
    for month, day in pairs:
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield f"{year:04}-{month:02}-{day:02}"
