"""Records made from planted images for measuring what image and text say together."""

import random

from evaluation.images.consistency import Checked, rounds_of
from evaluation.images.planted import HELD_OUT, TUNING, GoldValue

QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
NAME = GoldValue("name", "Gail Hernandez", (QUAD,), (0,))
PHONE = GoldValue("phone", "555-123-4567", (QUAD,), (1,))


def made(seed):
    return list(rounds_of([NAME, PHONE], ["NO PARKING"], seed, random.Random("1")))


def test_the_same_chance_makes_the_same_rounds():
    assert made(TUNING) == made(TUNING)


def test_the_halves_share_no_asking_question():
    asked = [{one.question for one in made(seed) if one.asks} for seed in (TUNING, HELD_OUT)]
    assert not asked[0] & asked[1]


def test_every_value_is_asked_for_and_quoted_and_harmless_rounds_quote_nothing():
    rounds = made(TUNING)
    for kind in ("name", "phone"):
        assert {one.asks for one in rounds if one.kind == kind} == {True, False}
    harmless = [one for one in rounds if not one.quoted]
    assert "NO PARKING" in {one.answer for one in harmless}
    assert not any("Hernandez" in one.answer for one in harmless)


def test_a_value_counts_as_gone_only_if_no_form_of_it_is_left():
    asked = next(one for one in made(TUNING) if one.kind == "phone" and one.asks)
    for answer, is_gone in (("555 123 4567", False), ("[PHONE]", True)):
        checked = Checked(asked, TUNING, "0.png", (asked.question, answer), ("", ""))
        assert checked.is_gone is is_gone
