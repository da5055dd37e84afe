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
        ("at shop.example.co.uk:8080/a?b=c today", "shop.example.co.uk:8080/a?b=c", "pii.url"),
        ("from kaester.de, I think", "kaester.de", "pii.url"),
        ("born on 12/03/1985 there", "12/03/1985", "pii.date_of_birth"),
        ("Date of birth: 3 March 1985", "3 March 1985", "pii.date_of_birth"),
        ("lives at 12 Baker Street", "12 Baker Street", "pii.address"),
        ("follow @jane_doe there", "@jane_doe", "pii.username"),
        ("Password: hunter2!x", "hunter2!x", "pii.secret"),
        ("passport number X1234567", "X1234567", "pii.id_number"),
        ("license plate 7ABC123", "7ABC123", "pii.plate"),
        ("The passport number for Maria de la Cruz is XDB482913.", "XDB482913", "pii.id_number"),
        ("The passport has the number 483920117.", "483920117", "pii.id_number"),
        ("As passport number, 483920117 is given.", "483920117", "pii.id_number"),
        ("B92837465 was the number of her passport.", "B92837465", "pii.id_number"),
        ("MRN for John Doe: 00482913", "00482913", "pii.id_number"),
        ("The clinic holds the chart under no. 4482-19.", "4482-19", "pii.id_number"),
        ("The licence plate of the red car is AB12 CDE.", "AB12 CDE", "pii.plate"),
        ("7ABC123 is the licence plate of her car.", "7ABC123", "pii.plate"),
        ("The birthday of Tom Hall is 14 March 1990.", "14 March 1990", "pii.date_of_birth"),
        ("Under date of birth it says 1990-03-14.", "1990-03-14", "pii.date_of_birth"),
        ("Tom has the social security number 921-43-9354.", "921-43-9354", "pii.ssn"),
        ("921-43-9354 is the social security number.", "921-43-9354", "pii.ssn"),
        ("The number plate reads “AB12 CDE”.", "AB12 CDE", "pii.plate"),
        ("jane AT example DOT com", "jane AT example DOT com", "pii.email"),
        ("john dot smith at gmail dot com", "john dot smith at gmail dot com", "pii.email"),
        ("j\u200bane@example.com", "j\u200bane@example.com", "pii.email"),
        ("Her SSN is 078 05 1120.", "078 05 1120", "pii.ssn"),
        ("SSN: \u0660\u0667\u0668-05-1120", "\u0660\u0667\u0668-05-1120", "pii.ssn"),
        ("cc 3782.822463.10005", "3782.822463.10005", "pii.card"),
        ("pay to DE89-3704-0044-0532-0130-00 now", "DE89-3704-0044-0532-0130-00", "pii.iban"),
        ("on 10.0.0.1:8080", "10.0.0.1", "pii.ip"),
        ("at [2001:db8::1]:443", "2001:db8::1", "pii.ip"),
        ("née le 4 juin 1982", "4 juin 1982", "pii.date_of_birth"),
        ("Geburtsdatum: 03.04.1975", "03.04.1975", "pii.date_of_birth"),
        ("was born in 1985.", "1985", "pii.date_of_birth"),
        ("Driver's License: CA D1234567", "CA D1234567", "pii.id_number"),
        ("NHS number 943 476 5919", "943 476 5919", "pii.id_number"),
        ("National insurance number PW 35 12 88 B", "PW 35 12 88 B", "pii.id_number"),
        ("ether 9c:35:5b:5f:4c:d7 up", "9c:35:5b:5f:4c:d7", "pii.id_number"),
        ("Use Summer_998 as the password", "Summer_998", "pii.secret"),
        ("The password for the account is Tr0ub4dor374.", "Tr0ub4dor374", "pii.secret"),
        ("XG1758064 (passport)", "XG1758064", "pii.id_number"),
        ("a car with plates EY894YX", "EY894YX", "pii.plate"),
        ("444-55-6666 is my SSN", "444-55-6666", "pii.ssn"),
        ("20 December 1950 is my date of birth", "20 December 1950", "pii.date_of_birth"),
        ("Instagram: jane.doe1", "jane.doe1", "pii.username"),
        ("my password is hunter2", "hunter2", "pii.secret"),
        ("-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----", "pii.secret"),
        ("taken at 40.7128° N, 74.0060° W.", "40.7128° N, 74.0060° W", "pii.address"),
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
        "2.1.1.3 Installing the software",
        "DOI 10.1000/182, arXiv 2103.00020",
        "Username: Password: please sign in",
        "Use @media or @override in code; 5 @ $3.00 each",
        "It has no.space and photo.jpg and index.html",
        "They ordered it at JD.com for 20 euros",
        "What is the date of the letter? January 12, 1985",
        "passport stamps from 2012 and 2015",
        "license plate is not visible, the bus number is 1523",
        "The tag on the cow reads 2045.",
        "There is a plate with 12 cookies and a plate of 4 EGGS.",
        "Use 12 eggs as the base",
        "GST 001531760640, invoice OR18030302170430",
        "The idea was born 3 years ago in 2001.",
        "x=12.34567, y=45.67890",
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


def test_a_line_that_ends_in_a_label_asks_for_what_the_next_line_says(told: Told) -> None:
    assert ("320 9254", "pii.phone") in told("Phone:\n320 9254", "pii")
    assert ("10 07 2010", "pii.date_of_birth") in told("Date of birth:\n10 07 2010", "pii")
    assert told("Items:\n320 9254", "pii") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The code was sent to 139****0012, please check.", "139****0012"),
        ("please call 027-8888XXXX.", "027-8888XXXX"),
        ("or call 400-xxx-xxxx to make an appointment", "400-xxx-xxxx"),
        ("Reach him at (555) 123-XXXX.", "(555) 123-XXXX"),
        ("If you have any questions, please contact 12366.", "12366"),
        ("Customer service hotline: 95555", "95555"),
        ("please ring extension 204", "204"),
        ("Hall (ext. 4521)", "4521"),
        ("Call 1-800-FLOWERS now!", "1-800-FLOWERS"),
        ("1-800-GOT-JUNK on a truck", "1-800-GOT-JUNK"),
        ("you can reach me at five five five, zero one two three", "five five five, zero one two three"),
        ("Phone: O3-8945 8899", "O3-8945 8899"),
        ("Tel.020-7946-0958", "020-7946-0958"),
        ("Tel. 0 30 / 12 34 56-7", "0 30 / 12 34 56-7"),
        ("call me on 8 6 7 5 3 0 9", "8 6 7 5 3 0 9"),
        ("手机 138 1234 5678", "138 1234 5678"),
        ("Тел.: 8 (495) 123-45-67", "8 (495) 123-45-67"),
        ("for inquiries call Mr. Tan 91234567", "91234567"),
    ],
)
def test_a_number_in_part_hidden_short_or_in_letters_is_found(told: Told, text: str, number: str) -> None:
    assert [found for found in told(text, "pii") if found[1] != "pii.name"] == [(number, "pii.phone")]


@pytest.mark.parametrize(
    "text",
    [
        "Please call 911.",
        "we contact 10000 customers and call 60000 users",
        "The text 12345 is on the sign",
        "We reached 12345.",
        "the extension is 120 cm long, open the extension 3",
        "the keypad of the phone has 1 2 3 4 5 6 7 8 9 0",
        "the phone dial shows one two three four five six seven eight nine",
        "xxx-xxx-xxxx is no phone number",
        "The text 2019 2020 2021 is on the sign",
        "phone 1800 MODEL X",
        "size XXX, a 4XXX model, 20XX-20XX, call 5*5*5",
    ],
)
def test_counts_dials_and_signs_are_no_telephone_numbers(told: Told, text: str) -> None:
    assert told(text, "pii") == []
