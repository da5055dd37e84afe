"""Loose patterns, labels and e-mail names on OCR text, with its errors."""

import pytest

from transforms.engines.protocols import OcrLine
from transforms.image.ocr_text import join_lines
from transforms.image.printed_pii import find_printed


def line(text, x=10, y=10, height=20):
    right = x + len(text) * 10
    return OcrLine(text, ((x, y), (right, y), (right, y + height), (x, y + height)), 0.95)


def found(*lines):
    ocr = join_lines(lines)
    return {(span.attribute, ocr.text[span.start : span.end]) for span in find_printed(ocr)}


ONE_LINE = [
    ("jane.roe@examplecom", "pii.email", "jane.roe@examplecom"),
    ("mail jane roe@example.com", "pii.email", "roe@example.com"),
    ("janeroe©example.com", "pii.email", "janeroe©example.com"),
    ("219-O9-9999", "pii.ssn", "219-O9-9999"),
    ("900 12 3456", "pii.ssn", "900 12 3456"),
    ("SSN:900123456", "pii.ssn", "900123456"),
    ("Tel (212)555-0147", "pii.phone", "(212)555-0147"),
    ("+44 20 7946 0018", "pii.phone", "+44 20 7946 0018"),
    ("call 555-0147", "pii.phone", "555-0147"),
    ("4111 1111 1111 1111", "pii.card", "4111 1111 1111 1111"),
    ("GB82 WEST 1234 5698 7654 32", "pii.iban", "GB82 WEST 1234 5698 7654 32"),
    ("P<UTOERIKSSON<<ANNA<MARIA<<<<<", "pii.id_number", "P<UTOERIKSSON<<ANNA<MARIA<<<<<"),
    ("12 Elm Street", "pii.address", "12 Elm Street"),
    ("4711 OakStreet Apt. 3", "pii.address", "4711 OakStreet Apt. 3"),
    ("Springfield, IL 62704", "pii.address", "Springfield, IL 62704"),
    ("Name: Anna Berg", "pii.name", "Anna Berg"),
    ("NAME:ANNA BERG", "pii.name", "ANNA BERG"),
    ("Dear Anna Berg,", "pii.name", "Dear Anna Berg"),
    ("D0B 1933-04-11", "pii.date_of_birth", "1933-04-11"),
    ("DOB: 11 Apr 1933", "pii.date_of_birth", "11 Apr 1933"),
    ("DL P27589460", "pii.id_number", "P27589460"),
    ("Passport No.: X1234567", "pii.id_number", "X1234567"),
    ("No. E-39382", "pii.id_number", "E-39382"),
    ("833 RODRIGUEZ CURVE", "pii.address", "833 RODRIGUEZ CURVE"),
    ("Name Anna Berg", "pii.name", "Anna Berg"),
    ("IP:2001:db8::e47a:2785", "pii.ip", "2001:db8::e47a:2785"),
    ("login from 2001:db8::Sa7c:43a0", "pii.ip", "2001:db8::Sa7c:43a0"),
    ("Host 10.O.0.12", "pii.ip", "10.O.0.12"),
    ("Your user name there is tjames", "pii.username", "tjames"),
    ("ID CEMV61341", "pii.id_number", "CEMV61341"),
    ("Vehicle reg.: 270-DUO-35", "pii.plate", "270-DUO-35"),
    ("Fecha de nacimiento: 3 de mayo de 1961", "pii.date_of_birth", "3 de mayo de 1961"),
    ("Ausweisnummer - 349006328", "pii.id_number", "349006328"),
    ("N° de passeport : D55890586", "pii.id_number", "D55890586"),
    ("Narne: Anna Berg", "pii.name", "Anna Berg"),
    ("Telephome no. 020 7946 0018", "pii.phone", "020 7946 0018"),
    ("Account name: Anna Berg", "pii.name", "Anna Berg"),
    ("Anna-Maria Kowalsky", "pii.name", "Anna-Maria Kowalsky"),
    ("password: hunter2!", "pii.secret", "hunter2!"),
]


@pytest.mark.parametrize(("text", "attribute", "value"), ONE_LINE)
def test_print_is_found(text, attribute, value):
    assert (attribute, value) in found(line(text))


SILENT = [
    "STOP", "EXIT 24", "Flight 2231", "100% COTTON", "$12.99", "TOTAL 41.50", "2024-11-05", "No. 7",
    "Coca-Cola", "Main Street", "Name", "Address:", "1-800", "[PHONE]", "12:45 PM", "3.14159", "ABC 123",
    "Table 4", "Route 66", "MADE IN ITALY", "Boeing 747-400", "www", "LP 8 45 12", "Platform 9",
    "1024 x 768", "ISO 9001", "User manual", "Name ascending", "Phone case", "Card view", "Email us today",
    "Born to run", "From 9 to 5", "Account Executive", "Town hall 0.5 km", "Signature required", "Class B",
    "Earl Grey", "Invoice No: 4471", "Page 1 of 2",
]  # fmt: skip


@pytest.mark.parametrize("text", SILENT)
def test_ordinary_print_is_not(text):
    assert found(line(text)) == set()


def test_value_beside_and_beneath_its_label():
    assert found(line("Full Name", 10, 10), line("Anna Berg", 300, 12)) == {("pii.name", "Anna Berg")}
    assert found(line("Full Name", 10, 10), line("Anna Berg", 10, 40)) == {("pii.name", "Anna Berg")}
    assert found(line("Name", 10, 10), line("Date of Birth", 200, 10), line("Berg", 10, 40)) == {
        ("pii.name", "Berg")
    }


def test_a_town_does_not_swallow_the_label_above_it():
    page = (line("Town and ZIP", 10, 10), line("Springfield, IL 62704", 300, 10))
    assert found(*page) == {("pii.address", "Springfield, IL 62704")}


def test_a_label_does_not_take_another_label_for_its_value():
    assert found(line("Full Name", 10, 10), line("Address", 10, 40)) == set()


FIELDS = [
    ("beside", line("Birth date", 10, 10), line("23 MAR 1985", 300, 10), "23 MAR 1985"),
    ("beneath", line("Geburtsdatum", 10, 10, 14), line("23 November 1992", 10, 30), "23 November 1992"),
    ("above", line("1930-09-24", 10, 10, 22), line("(date de naissance)", 10, 36, 16), "1930-09-24"),
]


@pytest.mark.parametrize(("place", "one", "other", "value"), FIELDS)
def test_a_date_beside_beneath_and_above_its_label(place, one, other, value):
    assert ("pii.date_of_birth", value) in found(one, other), place


def test_a_column_of_a_table_is_found_to_its_end_and_no_further():
    rows = [line(text, x, 10 + 30 * row) for row, cells in enumerate((
        ("Name", "Born"), ("Anna Berg", "12/5/89"), ("Li Wei", "09 09 1986"),
    )) for x, text in zip((10, 300), cells, strict=True)]  # fmt: skip
    values = {value for _, value in found(*rows, line("Printed on page 2", 10, 130))}
    assert values == {"Anna Berg", "12/5/89", "Li Wei", "09 09 1986"}


def test_an_address_ends_with_its_postcode_and_its_block():
    page = (line("Address: 12 Nowhere", 10, 10), line("06126 Oldtown", 100, 36), line("Class B", 10, 62))
    assert {value for _, value in found(*page)} == {"12 Nowhere", "06126 Oldtown"}
    far = (line("Address: 12 Nowhere", 10, 10), line("Tick one box", 10, 90))
    assert {value for _, value in found(*far)} == {"12 Nowhere"}


def test_a_street_above_a_town_needs_no_label():
    page = (line("drop it off at Incrocio Biagio, 26", 10, 10), line("06126, Montebello (PG)", 160, 36))
    assert {value for _, value in found(*page)} == {"Incrocio Biagio, 26", "06126, Montebello (PG)"}


def test_a_label_whose_value_is_painted_over_takes_no_other():
    page = (line("Name", 10, 10), line("■■■■", 100, 10), line("Sales Manager", 10, 40))
    assert found(*page) == set()


def test_patterns_do_not_run_from_one_row_into_the_next_but_over_a_split_in_a_row():
    assert found(line("Contact", 10, 10), line("@christie", 10, 40)) == set()
    assert found(line("4111 1111", 10, 10), line("1111 1111", 110, 10)) == {
        ("pii.card", "4111 1111 1111 1111")
    }


def test_a_label_and_its_value_in_pieces_are_put_together():
    words = (line("Date", 10, 10), line("of", 60, 10), line("birth:", 90, 10), line("23", 160, 10))
    assert ("pii.date_of_birth", "23 MAR 1985") in found(*words, line("MAR", 190, 10), line("1985", 230, 10))


def test_address_goes_on_beneath_until_the_next_label():
    page = (line("Address: 12 Nowhere", 10, 10), line("Old Quay", 10, 40), line("Phone: none", 10, 70))
    assert found(*page) == {("pii.address", "12 Nowhere"), ("pii.address", "Old Quay")}


def test_two_labels_on_one_line_do_not_run_together():
    assert ("pii.name", "Anna Berg") in found(line("Name: Anna Berg Phone: 212-555-0147"))


def test_a_name_that_the_mail_address_tells_is_found_whole():
    page = (line("Anna Berg", 10, 10), line("Engineer", 10, 40), line("anna.berg@example.org", 10, 70))
    assert ("pii.name", "Anna Berg") in found(*page)
    assert not {value for attribute, value in found(*page) if attribute == "pii.name"} & {"Engineer"}


def test_long_hostile_text_ends_soon():
    for text in ("A" * 20_000, "1 " * 10_000, "a@" * 10_000, "Aa " * 7_000, "1 Aa " * 4_000, "<" * 20_000):
        found(line(text))


def test_a_mail_address_ends_with_its_line():
    joined = found(line("Hello there"), line("@jane_roe", y=40), line("at us@", y=70), line("box.com", y=100))
    assert not any(attribute == "pii.email" for attribute, _ in joined)
    assert ("pii.email", "jo.roe @ example.com") in found(line("there"), line("jo.roe @ example.com", y=40))


IN_WORDS_OF_ITS_OWN = [
    ("Account for the fee", "pii.id_number", "462127280-1720537247"),
    ("Account for the fee", "pii.iban", "GB82 WEST 1234 5698 7654 32"),
    ("Credit card held", "pii.card", "3566.7917.1537.0908"),
    ("Fuel card number:", "pii.card", "9966 6780 1297 9585"),
    ("Vehicle pledged (plate)", "pii.plate", "VSB 74L"),
    ("Vehicle registration (staff parking)", "pii.plate", "0730 GAV"),
    ("Passport shown at the desk", "pii.id_number", "AA0482913"),
    ("Medical record no.", "pii.id_number", "T 61 62 34"),
]


@pytest.mark.parametrize(("label", "attribute", "value"), IN_WORDS_OF_ITS_OWN)
@pytest.mark.parametrize(("x", "y"), [(10, 45), (400, 10)])
def test_a_label_in_words_of_its_own_announces_what_stands_beneath_or_beside_it(
    label, attribute, value, x, y
):
    assert (attribute, value) in found(line(label), line(value, x, y))


def test_a_label_in_words_of_its_own_announces_the_end_of_its_line():
    assert ("pii.plate", "VSB 74L") in found(line("Vehicle pledged (plate) VSB 74L"))


@pytest.mark.parametrize(
    ("label", "beneath"),
    [
        ("Passport photos", "10.99"),
        ("Cards accepted", "VISA"),
        ("Library card expires", "12.05.2024"),
        ("Vehicle of the year", "Model 3000"),
    ],
)
def test_words_of_a_label_over_what_is_no_value_take_nothing(label, beneath):
    assert found(line(label), line(beneath, y=45)) == set()


FIELDS = [
    ("anna@example.com", "E-mail", 10),
    ("1984-12-17", "Date of birth", 400),
    ("212-555-0147", "Telephone", 10),
    ("NZ79113019", "Passport no.", 400),
    ("82-4727-68", "Medical record no.", 10),
    ("7 KLM 294", "Plate", 400),
]


def test_labels_of_full_size_under_their_values_are_told_by_values_of_sure_form():
    lines = []
    for number, (value, label, x) in enumerate(FIELDS):
        y = 10 + 60 * (number // 2)
        lines += [line(value, x, y), line(label, x, y + 24)]
    told = {value for _, value in found(*lines)}
    assert told >= {value for value, _, _ in FIELDS}


def test_a_blank_field_under_a_caption_leaves_the_next_value_to_its_own_label():
    lines = [line("Passport no.", 10, 34)]
    for number, (value, label, _) in enumerate(FIELDS[:4]):
        lines += [line(value, 10, 70 + 60 * number), line(label, 10, 94 + 60 * number)]
    assert ("pii.id_number", "NZ79113019") in found(*lines)
