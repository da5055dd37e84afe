"""User ids: ten digits, each number of a stated set as likely as any other, and the set hits nobody.

The set is every number ``1?9???????`` that fails each check of ``ids.yaml``: a printed id is no telephone
number of North America, holds no date of birth, and is no provider, insurance, tax or birth number of the
registers named there.
"""

from __future__ import annotations

from functools import cache
from operator import mul
from typing import Final

from transforms.keyed import Draws
from transforms.tables import read_table

ID_COUNT: Final = 29_678_984
"""Numbers in the set; ``tests/transforms/watermark/test_nobody_ids.py`` counts them."""

_FREE: Final = 10**8
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_nobodys(user_id: str) -> bool:
    """True if ``user_id`` is in the set."""
    if len(user_id) != 10 or not (user_id.isascii() and user_id.isdigit()):
        return False
    if user_id[0] != "1" or user_id[2] != "9":
        return False
    digits = [ord(char) - 48 for char in user_id]
    luhn, weighted = _checks()
    if (sum(digits[1::2]) + sum(_DOUBLED[digit] for digit in digits[::2])) % 10 in luhn:
        return False
    return all(sum(map(mul, weights, digits)) % modulus not in valid for weights, modulus, valid in weighted)


def draw_id(draws: Draws, *names: str) -> str:
    """A number of the set for ``names``, without bias: what is outside is drawn again."""
    attempt = 0
    while True:
        free = f"{draws.below(_FREE, *names, f'try {attempt}'):08}"
        user_id = f"1{free[0]}9{free[1:]}"
        if is_nobodys(user_id):
            return user_id
        attempt += 1


@cache
def _checks() -> tuple[frozenset[int], tuple[tuple[tuple[int, ...], int, frozenset[int]], ...]]:
    table = read_table("transforms.watermark", "ids.yaml")
    weighted = tuple(
        (tuple(rule["weights"]), int(rule["modulus"]), frozenset(rule["residues"]))
        for rule in table["weighted"].values()
    )
    return frozenset(table["luhn"].values()), weighted
