"""Lines made to be slow: the work on each grows with its length and no faster."""

import time

import pytest

from transforms.text.recognise_addresses import address_mentions
from transforms.text.recognise_patterns import load_patterns, pattern_mentions

LENGTH = 40_000
MOST_SECONDS = 2.0
"""Of processor time. All of them need a third of it at most; a squared cost needs many times as much."""

KINDS = (
    *("email", "phone", "ssn", "card", "iban", "ip", "url"),
    *("id_number", "plate", "secret", "username", "date_of_birth"),
)
RULES = load_patterns(frozenset(f"pii.{kind}" for kind in KINDS))


def _counted(form: str) -> str:
    """``form`` with a running number of two digits, three and four, so that no two of it are alike."""
    whole = " ".join(
        form.format(10 + count % 90, 100 + count % 899, 1000 + 7 * count % 8999)
        for count in range(LENGTH // len(form))
    )
    return whole[:LENGTH]


HOSTILE = {
    "groups of two digits behind a word": "number " + _counted("{0}"),
    "numbers behind a word": _counted("number {0} {1} {2}"),
    "numbers dialled abroad": _counted("tel 00{0} {1} {2}"),
    "numbers of a country": _counted("+{0} {1} {2} {2},"),
    "numbers with a trunk digit": _counted("0{0} {1} {2},"),
    "digits in one piece": "0123456789" * (LENGTH // 10),
    "digits and hyphens": "123-45-" * (LENGTH // 7),
    "digits and letters": "1a" * (LENGTH // 2),
    "one word in capitals": "A" * (LENGTH - 4) + " 12 b",
    "initials": "A." * (LENGTH // 2 - 2) + " 12 b",
    "towns with postcodes": "12345 Town " * (LENGTH // 11),
    "houses without capitals": "12 main st " * (LENGTH // 11),
    "houses in capitals": "12 MAIN ST " * (LENGTH // 11),
    "units": "Apt 5 " * (LENGTH // 6),
    "words before a street": "1 rue de la " * (LENGTH // 12),
    "dots": "a.1@" * (LENGTH // 4),
    "masks": "[PHONE] " * (LENGTH // 8) + "1",
}


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """Patterns and number plans are read once, outside of what is timed."""
    line = "Call 020 7946 0018 or my number 221 82 90, 1 High Street, Leeds"
    list(pattern_mentions(line, RULES))
    list(address_mentions(line))


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_line_costs_no_more_than_its_length(line: str) -> None:
    before = time.process_time()
    list(pattern_mentions(line, RULES))
    list(address_mentions(line))
    assert time.process_time() - before < MOST_SECONDS


def test_nothing_in_a_long_list_of_numbers_is_left_out_for_its_length() -> None:
    line = ", ".join(f"number 0{2000 + count} {346000 + count}" for count in range(500))
    mentions = list(pattern_mentions(line, load_patterns(frozenset({"pii.phone"}))))
    assert all(any(one.start <= at < one.end for one in mentions) for at in _starts(line, 100))


def _starts(line: str, skipped: int) -> list[int]:
    starts = [at for at in range(len(line)) if line.startswith("number ", at)]
    return [at + len("number ") for at in starts[skipped:]]


def test_nothing_in_a_long_list_of_places_is_left_out_for_its_length() -> None:
    line = "; ".join(f"Hill {count}, {10000 + count} Leeds" for count in range(100, 200))
    mentions = list(address_mentions(line))
    places = [at for at in range(len(line)) if line.startswith(" Leeds", at)]
    assert len(places) == 100
    assert all(any(one.start <= at - 5 and at < one.end for one in mentions) for at in places)
