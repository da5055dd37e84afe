"""What stands where personal data stood, and how it is known again."""

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.text.dates import find_dates
from transforms.text.print_folding import plain
from transforms.text.reserved_values import is_surrogate
from transforms.text.rules import load_name_words
from transforms.text.surrogates import (
    invented_words,
    like_quotation,
    part_of_surrogate,
    surrogate,
    surrogate_lines,
)

KEY = b"key"
VALUES = [
    ("pii.name", "Gail Hernandez"),
    ("pii.name", "Dr. Jörg K. Müller-Lüdenscheidt"),
    ("pii.phone", "(456) 865-2157"),
    ("pii.phone", "+44 20 7123 4567"),
    ("pii.phone", "865-2157"),
    ("pii.phone", "1-526-689-9941 ext. 12"),
    ("pii.email", "gail.hernandez@stichting.com"),
    ("pii.url", "https://www.stichting.com/gail"),
    ("pii.address", "12 Elm Street Apt. 4, Springfield, IL 62704"),
    ("pii.address", "Floorsteeg 176, 3360RG Woudbloem"),
    ("pii.card", "4111 1111 1111 1111"),
    ("pii.ssn", "123-45-6789"),
    ("pii.iban", "DE06 2003 3224 5383 2364 05"),
    ("pii.ip", "155.65.212.145"),
    ("pii.date_of_birth", "12 March 1980"),
    ("pii.date_of_birth", "1980-03-12"),
    ("pii.date_of_birth", "3/6/63"),
    ("pii.username", "@gail_h80"),
    ("pii.plate", "7TD 219"),
    ("pii.plate", "KT-UC-9"),
    ("pii.id_number", "CEMV61341"),
    ("pii.id_number", "20481"),
    ("pii.secret", "sk_live_PGXDkmfEAQZHvUT0fnOck"),
]


@pytest.mark.parametrize(("attribute", "value"), VALUES)
def test_a_surrogate_is_reserved_and_the_value_is_not(attribute: str, value: str) -> None:
    said = surrogate(attribute, value, KEY)
    assert is_surrogate(said)
    assert not is_surrogate(value)
    assert plain(said) != plain(value)


@pytest.mark.parametrize(("attribute", "value"), VALUES)
def test_the_same_value_has_the_same_surrogate_and_another_under_another_key(
    attribute: str, value: str
) -> None:
    said = surrogate(attribute, value, KEY)
    assert said.casefold() == surrogate(attribute, value.upper(), KEY).casefold()
    if sum(map(str.isdigit, value)) != 1:  # one digit leaves no choice
        assert len({surrogate(attribute, value, bytes([one])) for one in range(12)}) > 1


@pytest.mark.parametrize(
    ("attribute", "value", "form"),
    [
        ("pii.phone", "(456) 865-2157", r"\(\d{3}\) 555-01\d\d"),
        ("pii.phone", "865-2157", r"555-01\d\d"),
        ("pii.card", "4111 1111 1111 1111", r"9999 \d{4} \d{4} \d{4}"),
        ("pii.ssn", "123-45-6789", r"666-\d\d-\d{4}"),
        ("pii.iban", "DE06 2003", r"XX00 \d{4}"),
        ("pii.email", "gail.hernandez@stichting.com", r"[a-z]+\.[a-z]+@example\.(com|org|net)"),
        ("pii.plate", "7TD 219", r"0XX 0\d\d"),
        ("pii.date_of_birth", "12 March 1980", r"\d{1,2} [A-Z][a-z]+ 190[0-5]"),
        ("pii.date_of_birth", "1980-03-12", r"190[0-5]-\d\d-\d\d"),
        ("pii.ip", "155.65.212.145", r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}"),
        ("pii.address", "12 Elm Street", r"\d\d [A-Z][a-z]+ Street"),
    ],
)
def test_a_surrogate_has_the_form_of_its_value(attribute: str, value: str, form: str) -> None:
    assert regex.fullmatch(form, surrogate(attribute, value, KEY))


def test_parts_of_a_value_have_the_parts_of_its_surrogate() -> None:
    given_name, family = surrogate("pii.name", "Gail Hernandez", KEY).split()
    assert part_of_surrogate("pii.name", "Gail Hernandez", "Hernandez", KEY) == family
    assert surrogate("pii.name", "HERNANDEZ", KEY) == family.upper()
    assert surrogate("pii.email", "gail.hernandez@a.com", KEY).startswith(
        f"{given_name}.{family}@example".lower()
    )
    card = plain(surrogate("pii.card", "4111 1111 1111 4242", KEY))
    assert part_of_surrogate("pii.card", "4111 1111 1111 4242", "4242", KEY) == card[-4:]


def test_lines_of_a_value_have_a_line_each() -> None:
    lines = surrogate_lines("pii.address", "12 Elm Street\nSpringfield IL 62704", KEY)
    assert len(lines) == 2
    assert all(map(is_surrogate, lines))
    first, second = surrogate_lines("pii.card", "4111 1111\n1111 1111", KEY)
    assert f"{first} {second}" == surrogate("pii.card", "4111 1111 1111 1111", KEY)


@pytest.mark.parametrize(
    ("quoted", "said", "shown"),
    [
        ("555.123.4567", "(239) 555-0179", "239.555.0179"),
        ("GAIL HERNANDEZ", "Belodane Corosund", "BELODANE COROSUND"),
        ("hernandez", "Corosund", "corosund"),
        ("5551234567", "(239) 555-0179", "2395550179"),
    ],
)
def test_a_surrogate_is_quoted_as_the_value_was(quoted: str, said: str, shown: str) -> None:
    assert like_quotation(quoted, said) == shown


def test_no_invented_name_is_a_real_one_and_none_is_misread_for_another() -> None:
    names = load_name_words()
    known = names.sure | names.ambiguous | names.given | names.surnames
    assert not {word.lower() for word in invented_words()} & known
    assert len(invented_words()) > 300


@pytest.mark.parametrize("text", ["Belodane Corosumd", "name Belodane", "holde Belodane Corosund", "Dear Mr"])
def test_a_surrogate_is_known_with_a_misread_letter_and_with_what_is_left_of_its_label(text: str) -> None:
    assert is_surrogate(text)


@pytest.mark.parametrize(
    "text",
    [
        "Gail Corosund",
        "Belodane Hernandez",
        "call 555-123-4567",
        "004-42-3515",
        "X07452477",
        "",
        "12 March 1980",
    ],
)
def test_what_is_partly_somebodys_is_no_surrogate(text: str) -> None:
    assert not is_surrogate(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.sampled_from(sorted({name for name, _ in VALUES})))
def test_any_text_has_a_surrogate_of_as_many_lines(text: str, attribute: str) -> None:
    assert len(surrogate_lines(attribute, text, KEY)) == len(text.split("\n"))


def test_a_birthday_is_nobodys_who_lives() -> None:
    for value in ("12.03.1980", "March 12, 1980", "12031980"):
        (date,) = find_dates(surrogate("pii.date_of_birth", value, KEY))
        assert all(day < "1906" for day in date.days)
