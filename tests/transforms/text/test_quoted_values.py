"""Which stretches of a turn quote a value that an image lost."""

import pytest

from schemas.finding import Box, ImageFinding, Kind, PrintForm
from tests.transforms.text.image_values import KEY, lost
from transforms.text.printed_values import printed_value
from transforms.text.quoted_values import find_quotes, hidden_values, said_before


def quoted(text: str, *values: tuple[str, str]) -> list[str]:
    """The sure quotations in ``text``."""
    return [text[one.start : one.end] for one in find_quotes(text, lost(*values)) if one.sure]


@pytest.mark.parametrize(
    ("name", "printed", "text", "found"),
    [
        ("name", "Gail Hernandez", "It is Gail Hernandez's card.", ["Gail Hernandez"]),
        ("name", "GailHernandez", "signed Hernandez, Gail", ["Hernandez, Gail"]),
        ("name", "Gail Hemandez", "the card of G. Hernandez", ["G. Hernandez"]),
        ("name", "Name Gail Hernandez", "GAIL HERNANDEZ", ["GAIL HERNANDEZ"]),
        ("phone", "(555) 123-4567", "call +1 555.123.4567 now", ["+1 555.123.4567"]),
        ("phone", "+1 (555) 123-4567", "call 123-4567 now", ["123-4567"]),
        ("phone", "555 I23 4S67", "call 5551234567.", ["5551234567"]),
        ("email", "gail.h@exarnple com", "to gail.h@example.com", ["gail.h@example.com"]),
        ("address", "12 Elm Street\nSpringfield IL 62704", "12 Elm St, 62704 Bonn", ["12 Elm St, 62704"]),
        ("address", "12 Elm Street\nSpringfield IL 62704", "lives in Springfield", []),
        ("card", "4111 1111 1111 4242", "a card ending in 4242", ["4242"]),
        ("card", "4111 1111 1111 4242", "XXXX-XXXX-XXXX-4242 or ****4242", ["4242", "4242"]),
        ("card", "4111 1111 1111 4242", "there were 4242 people", []),
        ("date_of_birth", "12/03/1980", "born 12 March 1980", ["12 March 1980"]),
        ("plate", "7TD 219", "plate 7TD-219", ["7TD-219"]),
        ("url", "https://www.hernandez.com/gail", "see hernandez.com", ["hernandez.com"]),
        ("username", "gail_h80", "by @gail_h80", ["@gail_h80"]),
        ("id_number", "ID CEMV61341", "number CEMV61341", ["CEMV61341"]),
        ("phone", "123-4567", "a total of 1234567.89 or $1234567", []),
        ("id_number", "12345", "pays 9.12345 of 12,345", []),
        ("name", "Brown", "The brown bag. Brown bags are strong.", []),
        ("name", "Brown", "a letter to Brown from the bank", ["Brown"]),
        ("secret", "1234", "with 1234 people", []),
        ("name", "Ann Lee", "An annual fleet", []),
    ],
)  # fmt: skip
def test_a_turn_quotes_a_value_in_the_forms_of_speech_and_misread_print(
    name: str, printed: str, text: str, found: list[str]
) -> None:
    assert quoted(text, (name, printed)) == found


def test_values_of_several_images_are_found_in_one_turn() -> None:
    text = "First Gail Hernandez, then 555-123-4567."
    assert quoted(text, ("name", "Gail Hernandez"), ("phone", "5551234567")) == [
        "Gail Hernandez",
        "555-123-4567",
    ]


def test_a_short_number_is_no_sure_quotation_unless_its_label_stands_before() -> None:
    hidden = lost(("secret", "1234"))
    for text, is_said in (("PIN: 1234", True), ("The PIN code is 1234", True), ("1234 trees", False)):
        (quote,) = find_quotes(text, hidden)
        assert not quote.sure
        assert said_before(text, quote) is is_said


def test_prints_hold_no_character_of_the_value_and_depend_on_the_key() -> None:
    one, other = (printed_value("pii.phone", "555-123-4567", key) for key in (b"one", b"two"))
    assert "4567" not in repr(one)
    assert not {two.digest for two in one.prints} & {two.digest for two in other.prints}
    assert any(two.form is PrintForm.TAIL for two in one.prints)


def test_a_finding_without_a_value_hides_nothing_that_is_quoted() -> None:
    face = ImageFinding("image.face", Kind.EXPLICIT, "faces", 1.0, Box(0, 0, 9, 9))
    plate = ImageFinding("image.plate", Kind.EXPLICIT, "plates", 1.0, Box(0, 0, 9, 9))
    assert hidden_values([face], KEY) is None
    told = hidden_values([plate], KEY)
    assert told is not None
    assert told.attributes == {"pii.plate"}
    assert find_quotes("ABC 123", told) == ()
