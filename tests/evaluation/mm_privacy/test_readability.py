import pytest

from evaluation.mm_privacy.readability import WAYS, Reading, figures, orders, readings, text_at
from transforms.engines.protocols import OcrLine


def line(text, x, y, wide=80, tall=20):
    return OcrLine(text, ((x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)), 0.9)


def test_words_are_joined_from_the_left_row_by_row():
    lines = [line("Ring", 105, 1), line("12 Mill", 0, 0), line("Old Town", 0, 26), line("Phone", 0, 90)]
    assert text_at(((0, 0), (200, 0), (200, 46), (0, 46)), lines) == "12 Mill Ring Old Town"


def test_words_beside_the_value_are_left_out():
    lines = [line("E-mail:", -120, 0), line("a@example.com", 2, 2)]
    assert text_at(((0, 0), (90, 0), (90, 20), (0, 20)), lines) == "a@example.com"


def test_orders_use_every_scenario_and_all_ways():
    found = list(orders(8))
    assert len(found) == 8 * len(WAYS)
    assert len({order.scenario for _, order in found}) == 4
    assert len({order.image_id for _, order in found}) == len(found)


def test_shares_are_of_private_values_and_nobodys_stand_apart():
    found = [Reading(way, "x", kind, exact, True) for way, _, _ in WAYS for kind, exact in
             (("email", True), ("email", False), ("nobody's", True))]  # fmt: skip
    by_name = {figure.name: figure for figure in figures(found)}
    assert by_name["template, typed"].value == 50.0
    assert not by_name["template, typed"].met
    assert by_name["photographs, all"].count == "2 of 4"


@pytest.mark.slow
def test_forms_are_read():
    rows = {figure.name: figure for figure in figures(list(readings(24)))}
    assert rows["template, typed"].value >= 96
    assert rows["photographs, all"].value >= 90
