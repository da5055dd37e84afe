"""User ids: the law they follow, and that they are nobody's number."""

import numpy as np
import phonenumbers
import pytest
from scipy.stats import binom, chisquare
from stdnum import luhn
from stdnum.at import vnr
from stdnum.bg import egn, pnf
from stdnum.cz import rc
from stdnum.dk import cpr
from stdnum.gb import nhs, utr
from stdnum.is_ import kennitala
from stdnum.pl import nip
from stdnum.se import personnummer
from stdnum.ua import rntrc

from transforms.keyed import Draws
from transforms.tables import read_table
from transforms.watermark.nobody_ids import ID_COUNT, draw_id, is_nobodys

REGISTERS = (luhn, vnr, egn, pnf, rc, cpr, nhs, utr, kennitala, nip, personnummer, rntrc)
DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])


@pytest.fixture(scope="module")
def drawn():
    draws = Draws(b"a key for tests", "user_id")
    return [draw_id(draws, str(number)) for number in range(100_000)]


def test_each_digit_is_uniform(drawn):
    assert {user_id[0] + user_id[2] for user_id in drawn} == {"19"}
    for place in (1, 3, 4, 5, 6, 7, 8, 9):
        counts = [0] * 10
        for user_id in drawn:
            counts[int(user_id[place])] += 1
        assert chisquare(counts).pvalue > 0.001, place


@pytest.mark.parametrize("places", [(1, 3, 4), (5, 6, 7), (7, 8, 9), (1, 5, 9)])
def test_digits_are_uniform_together(drawn, places):
    counts = [0] * 1000
    for user_id in drawn:
        counts[int("".join(user_id[place] for place in places))] += 1
    assert chisquare(counts).pvalue > 0.001


def test_no_id_is_valid_in_a_register_of_people(drawn):
    for user_id in drawn[:3000]:
        assert not any(register.is_valid(user_id) for register in REGISTERS)
        assert not luhn.is_valid("80840" + user_id)


def test_no_id_is_a_telephone_number_of_north_america(drawn):
    for user_id in drawn[:300]:
        assert not phonenumbers.is_valid_number(phonenumbers.parse(user_id, "US"))


@pytest.mark.parametrize(
    "number",
    ["", "1", "1090000001x", "2190000000", "1180000000", "19900000000", "１０９0000000", "1x90000000"],
)
def test_other_texts_are_not_in_the_set(number):
    assert not is_nobodys(number)


def test_the_set_is_as_large_as_stated():
    generator = np.random.Generator(np.random.PCG64(1))
    tried = 40_000
    inside = sum(
        is_nobodys(f"1{n // 10**7}9{n % 10**7:07}") for n in generator.integers(10**8, size=tried).tolist()
    )
    low, high = binom.interval(0.999, tried, ID_COUNT / 10**8)
    assert low <= inside <= high


@pytest.mark.slow
def test_the_set_has_exactly_the_stated_number_of_members():
    table = read_table("transforms.watermark", "ids.yaml")
    count, rest = 0, np.arange(10**6)
    tail = [rest // 10**power % 10 for power in range(5, -1, -1)]
    for lead in range(100):
        digits = [np.full(10**6, digit) for digit in (1, lead // 10, 9, lead % 10)] + tail
        total = (sum(digits[1::2]) + sum(DOUBLED[digit] for digit in digits[::2])) % 10
        passing = ~np.isin(total, list(table["luhn"].values()))
        for rule in table["weighted"].values():
            weighed = sum(weight * digit for weight, digit in zip(rule["weights"], digits, strict=True))
            passing &= ~np.isin(weighed % rule["modulus"], rule["residues"])
        count += int(passing.sum())
    assert count == ID_COUNT
