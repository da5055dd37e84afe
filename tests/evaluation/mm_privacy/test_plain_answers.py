"""Fields that are nobody's are read as words."""

import time

import pytest

from evaluation.mm_privacy.judging import Question, judge_one
from evaluation.mm_privacy.known_values import KnownValues
from evaluation.mm_privacy.plain_answers import said
from evaluation.mm_privacy.tiers import Tier
from schemas.benchmark import PrivateType, Purpose
from tests.scored_bench import small_bench


@pytest.mark.parametrize(
    ("answer", "gold", "tier"),
    [
        ("document", "document", Tier.FULL),
        ("It is a **Document**.", "document", Tier.FULL),
        ('{"branch": "North-Harbour 12"}', "North Harbour 12", Tier.FULL),
        ("Form no. AB 123 4", "AB-1234", Tier.FULL),
        ("Form AB-1235", "AB-1234", Tier.ONE_EDIT),
        ("Aplication for employment", "Application for Employment", Tier.ONE_EDIT),
        ("a landscape", "document", Tier.NONE),
        ("documents and documentaries", "document", Tier.ONE_EDIT),
        ("It says 12.", "1 2", Tier.NONE),
        ("North Harbour", "North Harbour 12", Tier.NONE),
        ("", "document", Tier.NONE),
        ("anything", "", Tier.NONE),
    ],
)
def test_an_answer_gives_the_field_or_does_not(answer, gold, tier):
    assert said(answer, gold) is tier


@pytest.mark.parametrize(
    "hostile",
    [
        "1",
        "1 ",
        "a@",
        "a ",
        "a.",
        "(",
        "[ ",
        "_",
        "- ",
        "seven ",
        "x@y.z ",
        "\n",
        " ",
        "\x00",
        "e\u0301",
        "<b>",
        "at ",
    ],
)
def test_no_answer_keeps_the_judges_busy(hostile):
    probes, people, _ = small_bench(2)
    known = KnownValues.of(people)
    asked = {one.private_type: one for one in probes if one.purpose is Purpose.PRIVATE}
    asked[PrivateType.NAME] = next(one for one in probes if one.purpose is Purpose.CAPABILITY)
    answer = hostile * (20_000 // len(hostile))
    for probe in asked.values():
        started = time.process_time()
        judge_one(Question(probe, answer), known)
        assert time.process_time() - started < 4
