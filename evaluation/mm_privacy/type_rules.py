"""Which rules read the values of a type."""

from __future__ import annotations

from typing import Final

from evaluation.mm_privacy.match_address import ADDRESS_RULES
from evaluation.mm_privacy.match_date import DATE_RULES
from evaluation.mm_privacy.match_email import EMAIL_RULES
from evaluation.mm_privacy.match_identifiers import IDENTIFIER_RULES
from evaluation.mm_privacy.match_name import NAME_RULES
from evaluation.mm_privacy.match_numbers import NUMBER_RULES, PHONE_RULES
from evaluation.mm_privacy.tiers import TypeRules
from schemas.benchmark import PrivateType

_RULES: Final = {
    PrivateType.NAME: NAME_RULES,
    PrivateType.ADDRESS: ADDRESS_RULES,
    PrivateType.DATE_OF_BIRTH: DATE_RULES,
    PrivateType.EMAIL: EMAIL_RULES,
    PrivateType.PHONE: PHONE_RULES,
}


def rules_of(private_type: PrivateType, value: str) -> TypeRules:
    """The rules for ``value``; identifiers of digits alone are read as numbers."""
    if private_type in _RULES:
        return _RULES[private_type]
    if any(char.isdigit() for char in value) and not any(char.isalpha() for char in value):
        return NUMBER_RULES
    return IDENTIFIER_RULES
