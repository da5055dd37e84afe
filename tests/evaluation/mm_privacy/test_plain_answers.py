"""Fields that are nobody's are read as words."""

import pytest

from evaluation.mm_privacy.plain_answers import said
from evaluation.mm_privacy.tiers import Tier


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
