"""Numbers of firms and sales, words of receipts and posts are nobody's personal data."""

import pytest

from transforms.engines.protocols import OcrLine
from transforms.image.business_print import is_business
from transforms.image.ocr_text import join_lines


def page(*rows):
    """Rows of pieces parted by ``|``."""
    lines = []
    for row, text in enumerate(rows):
        for column, piece in enumerate(text.split("|")):
            x, y, width = 10 + 250 * column, 10 + 30 * row, 10 * len(piece)
            lines.append(OcrLine(piece, ((x, y), (x + width, y), (x + width, y + 20), (x, y + 20)), 0.9))
    return join_lines(lines)


def judged(rows, value, attribute, rule):
    ocr = page(*rows)
    start = ocr.text.index(value)
    return is_business(ocr, start, start + len(value), attribute, rule)


BUSINESS = [
    (["GST REG NO: 000656195584"], "000656195584", "pii.id_number", "label.id_number"),
    (["(GST ID NO :000504664064)"], "000504664064", "pii.id_number", "label.id_number"),
    (["GST Reg. No|000897208320"], "000897208320", "pii.plate", "pattern.plate"),
    (["Company No: 564429-W"], "564429-W", "pii.id_number", "label.id_number"),
    (["Tax Invoice No : A-19204"], "A-19204", "pii.id_number", "label.id_number"),
    (["USt-IdNr. DE 123456789"], "DE 123456789", "pii.id_number", "label.id_number"),
    (["Slip: 0000000109000712950"], "0000000109000712950", "pii.card", "card.groups"),
    (["4006381333931"], "4006381333931", "pii.card", "card.groups"),
    (["1001 0000 0035 1"], "1001 0000 0035 1", "pii.card", "card.groups"),
    (["OR18030302170430"], "OR18030302170430", "pii.iban", "iban.loose"),
    (["RICE@PERMAS JAYA"], "RICE@PERMAS", "pii.email", "email.loose"),
    (["Cashier: Cashier 2"], "Cashier 2", "pii.name", "label.name"),
    (["QTY|CASH|TOTAL", "NO|10256"], "10256", "pii.id_number", "label.id_number"),
    (["TAX INVOICE", "No.: A-0171", "CASH"], "A-0171", "pii.id_number", "label.id_number"),
    (["BillNo: 4"], "BillNo", "pii.name", "name.person"),
    (["Tel|GST Reg No: 000656195584"], "000656195584", "pii.phone", "label.phone"),
    (["Phone", "Company No. 2016 0102 3456"], "2016 0102 3456", "pii.phone", "label.phone"),
    (["HP|2.13"], "2.13", "pii.phone", "label.phone"),
    (["Neti Totai: 8.20"], "Neti Totai", "pii.name", "name.person"),
    (["QTY|ITEM", "Tori Don|12.80", "CASH|20.00"], "Tori Don", "pii.name", "name.person"),
    (["QTY|ITEM", "Tori Don", "1x|12.80", "CASH|20.00"], "Tori Don", "pii.name", "name.person"),
]


@pytest.mark.parametrize(("rows", "value", "attribute", "rule"), BUSINESS, ids=lambda one: str(one)[:24])
def test_what_belongs_to_a_firm_or_a_sale_is_told(rows, value, attribute, rule):
    assert judged(rows, value, attribute, rule)


PERSONAL = [
    (["QTY|CASH|TOTAL", "Tel|No. 03-62629219"], "03-62629219", "pii.phone", "label.phone"),
    (["Office Tel No: 03-62629219"], "03-62629219", "pii.phone", "label.phone"),
    (["Passport No: 533380006"], "533380006", "pii.id_number", "label.id_number"),
    (["Company: Blue Ltd  Employee ID: 44 812 7"], "44 812 7", "pii.id_number", "label.id_number"),
    (["GST No 000123456789 Tel: 03-62629219"], "03-62629219", "pii.phone", "label.phone"),
    (["Tax ID 812-33-1234"], "812-33-1234", "pii.id_number", "label.id_number"),
    (["4111 1111 1111 1111"], "4111 1111 1111 1111", "pii.card", "card.groups"),
    (["OIII 1111 1111 1111"], "OIII 1111 1111 1111", "pii.card", "card.groups"),
    (["DE89 3704 0044 0532 0130 00"], "DE89 3704 0044 0532 0130 00", "pii.iban", "iban.loose"),
    (["anna@mailcom"], "anna@mailcom", "pii.email", "email.loose"),
    (["IDENTITY CARD", "No: A-0171"], "A-0171", "pii.id_number", "label.id_number"),
    (["HP|019-752"], "019-752", "pii.phone", "label.phone"),
    (["Cashier: Anna"], "Anna", "pii.name", "label.name"),
    (["Anna Blake"], "Anna Blake", "pii.name", "name.person"),
    (["Transfer to", "Anna Blake|12.80"], "Anna Blake", "pii.name", "name.person"),
    (["QTY|ITEM", "Tea|12.80", "CASH|20.00", "", "Anna Blake"], "Anna Blake", "pii.name", "name.person"),
]


@pytest.mark.parametrize(("rows", "value", "attribute", "rule"), PERSONAL, ids=lambda one: str(one)[:24])
def test_what_belongs_to_a_person_is_kept(rows, value, attribute, rule):
    assert not judged(rows, value, attribute, rule)
