import pytest

from transforms.text.recognise_phones import phone_mentions


def found(text: str, asked: bool = False) -> list[str]:
    return [text[one.start : one.end] for one in phone_mentions(text, asked)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Reach us: +49 (0)30 901820.", "+49 (0)30 901820"),
        ("from 0049 30 901820 today", "0049 30 901820"),
        ("+1-203-305-2492x5662 fax", "+1-203-305-2492x5662"),
        ("It reads (212) 555-0142, in white.", "(212) 555-0142"),
        ("Ring us on 020 7946 0018 ext. 42", "020 7946 0018 ext. 42"),
        ("Téléphone : 06.12.34.56.78", "06.12.34.56.78"),
        ("phone no. is 9876543210", "9876543210"),
        ("You can call 33 93 31", "33 93 31"),
        ("61 51 81 office", "61 51 81"),
        ("T 01354567646", "01354567646"),
        ("| Phone | 320 9254 |", "320 9254"),
        ("I did not get a message on my registered number 240 9017, why?", "240 9017"),
        ("(call 555 1234)", "555 1234"),
        ("You can find me under 729 340 617.", "729 340 617"),
        ("221 82 90 is the best way to reach me.", "221 82 90"),
        ("(00420 601 570 447)", "00420 601 570 447"),
        ("(9212 2230 ext. 290) is her line", "9212 2230 ext. 290"),
    ],
)
def test_a_number_is_found_by_code_form_or_word_with_its_very_ends(text, number):
    assert found(text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Part number 123-456-7890-X",
        "Order #: 555-123-4567",
        "ISBN 978-3-16-148410-0 of the phone book",
        "The meeting was called on 12 01 1985.",
        "The phone costs 1 234 567 rupees and 1234567 people call it a bargain.",
        "What phone model 12345678 is this?",
        "From 1990-2005 call it progress",
        "$ 555 123 4567",
        "He called 1234567 files by name",
        "0.5551234567",
        "call 12.50 13.20",
        "GST NO: 002013487104",
        "002693074-K",
        "The document number is 2063508394.",
        "The message 20190312 123456 was stored",
        "Serial number 93832684, type 649-2346, version 68.",
        "Docket 253-9975361",
        "Contact lens 2.56 -6.33",
    ],
)
def test_another_kind_of_number_is_no_telephone(text):
    assert found(text) == []


def test_a_bare_number_counts_only_where_one_is_asked_for():
    assert found("It is 320 9254.") == []
    assert found("It is 320 9254.", asked=True) == ["320 9254"]
    assert found("Invoice 320 9254.", asked=True) == []


def test_an_international_number_ends_where_its_plan_ends():
    assert found("call +34 874 669 565 2019") == ["+34 874 669 565"]


def test_two_numbers_with_a_stroke_between_are_two():
    assert found("TEL: 03-2163 2766 / 03-2181 6766") == ["03-2163 2766", "03-2181 6766"]
