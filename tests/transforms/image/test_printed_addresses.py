"""Lines of an address stand as a block; who lives there and how to call is no part of it."""

import pytest

from transforms.engines.protocols import OcrLine
from transforms.image.ocr_text import join_lines
from transforms.image.printed_addresses import find_addresses


def page(*texts, pitch=28, height=20):
    """Centred lines, one beneath the other; ``|`` parts what stands in one row far apart."""
    lines = []
    for row, text in enumerate(texts):
        pieces = text.split("|")
        for column, piece in enumerate(pieces):
            width = 10 * len(piece)
            x = 200 - width / 2 if len(pieces) == 1 else 10 + 250 * column
            y = 10 + pitch * row
            lines.append(
                OcrLine(piece, ((x, y), (x + width, y), (x + width, y + height), (x, y + height)), 0.9)
            )
    return lines


def found(*texts, known=()):
    ocr = join_lines(page(*texts))
    spans = [(ocr.text.index(word), ocr.text.index(word) + len(word)) for word in known]
    return [ocr.text[one.start : one.end] for one in find_addresses(ocr, spans)]


BLOCKS = [
    ["No. 8, Jalan Mawar 3/2,", "Taman Bunga Raya,", "43000 Kajang, Selangor."],
    ["NO.53JALANSAGU18", "TAMANDAYA", "81100JOHORBAHRU"],
    ["Lot 2.14, Level 2, Plaza Angsana,", "JIn Skudai,", "81200 Johor Bahru"],
    ["21 LRG MELATI 5", "IND.PARK KINRARA"],
    ["Blok A-03, Desa Permai", "56000 KL"],
    ["Jl. Sudirman Kav. 52-53", "Jakarta 12190"],
    ["Calle de Alcalá 45", "28014 Madrid"],
    ["12 rue des Lilas", "75011 Paris"],
    ["Via Garibaldi 7", "20121 Milano MI"],
    ["Keizersgracht 174", "1016 DW Amsterdam"],
    ["Marienstraße 10", "10117 Berlin"],
    ["27 Church Road", "Hove", "BN3 2FE"],
    ["NO:23-G", "JLN RADIN BAGUS 3", "BANDAR BARU SRI PETALING", "57000 KUALA LUMPUR"],
    ["1 Raffles Place #04-15", "Singapore 048616"],
    ["Prenzlauer Allee 80", "10405 Berlin"],
    ["Gran Vía 28, 3º", "28013 Madrid"],
    ["P.O. Box 1234", "Kuching, Sarawak"],
    ["PTD 124299, JALAN KEMPAS LAMA,", "KAMPUNG SEELONG,", "81300 SKUDAI,", "JOHOR."],
    ["Shop No. 7, Linking Road,", "Bandra West, Mumbai - 400 050"],
    ["45/2 Sukhumvit Soi 11", "Bangkok 10110"],
]


@pytest.mark.parametrize("lines", BLOCKS, ids=[lines[0] for lines in BLOCKS])
def test_every_line_of_a_block_is_found(lines):
    assert found(*lines) == lines


@pytest.mark.parametrize("lines", BLOCKS, ids=[lines[0] for lines in BLOCKS])
def test_company_above_and_telephone_beneath_are_no_part_of_it(lines):
    above = ["SYARIKAT MAJU SDN BHD", "(123456-X)"]
    below = ["Tel: 03-1234 5678", "GST No: 001234567890", "TAX INVOICE"]
    assert found(*above, *lines, *below) == lines


HARMLESS = [
    ["LEVEL 2", "LADIES WEAR"],
    ["EXIT 12", "PARK AVENUE"],
    ["TAMAN NEGARA", "NATIONAL PARK"],
    ["BLOCK B", "CLASS 3"],
    ["50450 MILO 1KG|3.50", "50451 TEH O|1.20"],
    ["ITEM|QTY|TOTAL", "1001 Kopi|2|4.40", "NO 12|TABLE 4", "CASH|10.00"],
    ["THANK YOU", "PLEASE COME AGAIN", "GOODS SOLD ARE NOT RETURNABLE"],
    ["Page 1 of 2", "Class B", "Sample specimen", "Issued by the city"],
    ["ROOM 12", "Annual Conference", "Level 3 Security"],
    ["Unit 4", "The water cycle", "Chapter 2"],
    ["100123 units sold", "in 2017"],
    ["SELANGOR"],
    ["Milk 1L", "Brown bread", "Rice 2kg", "TERMINAL 04"],
]


@pytest.mark.parametrize("lines", HARMLESS, ids=[lines[0] for lines in HARMLESS])
def test_other_print_is_left_alone(lines):
    assert found(*lines) == []


def test_a_row_cut_into_pieces_is_one_row():
    ocr = join_lines(page("12 Jalan", "43000 Kajang, Selangor"))
    first = ocr.lines[0]
    (_, y), (right, _) = first.quad[0], first.quad[1]
    more = OcrLine(
        "Mawar 4,", ((right + 8, y), (right + 88, y), (right + 88, y + 20), (right + 8, y + 20)), 0.9
    )
    ocr = join_lines([*ocr.lines, more])
    assert [ocr.text[one.start : one.end] for one in find_addresses(ocr)] == [
        "12 Jalan",
        "Mawar 4,",
        "43000 Kajang, Selangor",
    ]


def test_the_label_before_an_address_stays():
    assert found("Address: 8 Jalan Mawar", "43000 Kajang, Selangor") == [
        "8 Jalan Mawar",
        "43000 Kajang, Selangor",
    ]


def test_a_known_street_takes_the_town_beneath_with_it():
    assert found("94 Frances Mountain", "Port Lawrence NOA 7FS", known=["94 Frances Mountain"]) == [
        "94 Frances Mountain",
        "Port Lawrence NOA 7FS",
    ]
    assert found("12 apples a day", "keep the doctor away", known=["12 apples a day"]) == ["12 apples a day"]


def test_lines_far_apart_are_no_block():
    lines = page("No. 8, Jalan Mawar", "", "", "", "43000 Lantern")
    ocr = join_lines([line for line in lines if line.text])
    assert [ocr.text[one.start : one.end] for one in find_addresses(ocr)] == ["No. 8, Jalan Mawar"]
