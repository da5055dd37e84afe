from collections.abc import Callable

import pytest

from transforms.text.recognise_patterns import load_patterns, pattern_mentions

Told = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "span", "attribute"),
    [
        ("Write to jane.doe+x@mail.example.co.uk now", "jane.doe+x@mail.example.co.uk", "pii.email"),
        ("Write to jane [at] example [dot] com", "jane [at] example [dot] com", "pii.email"),
        ("Call +44 20 7946 0958.", "+44 20 7946 0958", "pii.phone"),
        ("Call (555) 123-4567 today", "(555) 123-4567", "pii.phone"),
        ("tel: 5551234567", "5551234567", "pii.phone"),
        ("SSN 123-45-6789", "123-45-6789", "pii.ssn"),
        ("card 4111 1111 1111 1111", "4111 1111 1111 1111", "pii.card"),
        ("IBAN GB82 WEST 1234 5698 7654 32 is it", "GB82 WEST 1234 5698 7654 32", "pii.iban"),
        ("from 192.168.1.10.", "192.168.1.10", "pii.ip"),
        ("host 2001:db8::8a2e:370:7334", "2001:db8::8a2e:370:7334", "pii.ip"),
        ("see https://example.com/a?b=1.", "https://example.com/a?b=1", "pii.url"),
        ("see www.example.org", "www.example.org", "pii.url"),
        ("born on 12/03/1985 there", "12/03/1985", "pii.date_of_birth"),
        ("Date of birth: 3 March 1985", "3 March 1985", "pii.date_of_birth"),
        ("lives at 12 Baker Street", "12 Baker Street", "pii.address"),
        ("follow @jane_doe there", "@jane_doe", "pii.username"),
        ("Password: hunter2!x", "hunter2!x", "pii.secret"),
        ("passport number X1234567", "X1234567", "pii.id_number"),
        ("license plate 7ABC123", "7ABC123", "pii.plate"),
    ],
)
def test_personal_data_with_a_form_is_found(told: Told, text: str, span: str, attribute: str) -> None:
    assert (span, attribute) in told(text, "pii")


@pytest.mark.parametrize(
    "text",
    [
        "[0.25, 0.43, 0.69, 0.88]",
        "Please describe the region: [0.254, 0.437, 0.692, 0.881].",
        "1234567 people came in 2019 and 2020",
        "The total is 1,234,567.89 dollars",
        "card 4111 1111 1111 1112",
        "version 1.2.3.4 of the app",
        "It is 12:30:45 now",
        "SSN 000-12-3456 is no number",
        "[EMAIL] [PHONE] [SSN] [CARD] [IBAN] [IP] [URL] [ADDRESS] [USERNAME] [SECRET] [PLATE]",
        "password [SECRET] and username: [USERNAME], born on [DATE_OF_BIRTH], passport number [ID_NUMBER]",
        "a 4x4 jeep, 3 dogs, 10 years and 640x480 pixels",
        "<image>",
        "The password is required",
    ],
)
def test_numbers_that_are_nobodys_and_masks_are_left_alone(told: Told, text: str) -> None:
    assert told(text, "pii") == []


def test_a_long_hostile_text_is_read_in_time(told: Told) -> None:
    for unit in ("a.", "1 ", "x@", "a-1.", "(", "www."):
        told(unit * 4_000, "pii")


@pytest.mark.parametrize(
    "text",
    [
        "Call me at (96) 627-277.",
        "+447700677662",
        "69 987 88 37 office",
        "082 490 1693-Office",
        "Desk: 041-412-293",
    ],
)
def test_numbers_beside_a_word_for_the_telephone_are_telephone_numbers(text: str) -> None:
    rules = load_patterns(frozenset({"pii.phone"}))
    assert [mention.attribute for mention in pattern_mentions(text, rules)] != []
