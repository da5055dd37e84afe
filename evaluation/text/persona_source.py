"""One seeded source of draws: digits, letters, and Faker in any locale."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker

LOCALES = (
    "en_US", "en_GB", "en_CA", "en_AU", "en_IN", "en_IE", "en_NZ", "de_DE", "de_AT", "de_CH", "fr_FR",
    "fr_CH", "es_ES", "es_MX", "it_IT", "nl_NL", "nl_BE", "pt_BR", "pt_PT", "pl_PL", "sv_SE", "da_DK",
    "fi_FI", "no_NO", "cs_CZ", "sk_SK", "hu_HU", "tr_TR", "ro_RO",
)  # fmt: skip
_CAPITALS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_ALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class PersonaSource:
    """Draws from one seed (https://github.com/joke2k/faker, MIT): the same seed, the same values."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._seed = seed
        self._fakers: dict[str, Faker] = {}

    def digits(self, count: int) -> str:
        """``count`` decimal digits."""
        return self.letters(count, "0123456789")

    def letters(self, count: int, pool: str = _CAPITALS) -> str:
        """``count`` characters of ``pool``, capitals without I, O and Q if none is given."""
        return "".join(self.random.choice(pool) for _ in range(count))

    def alphanumeric(self, count: int, extra: str = "") -> str:
        """``count`` letters and digits, or characters of ``extra``."""
        return self.letters(count, _ALL + extra)

    def faker(self, locale: str) -> Faker:
        """The Faker of one locale, seeded once per seed and locale."""
        if locale not in self._fakers:
            self._fakers[locale] = _faker(locale, self._seed)
        return self._fakers[locale]

    def any_faker(self, locales: Sequence[str] = LOCALES) -> Faker:
        """The Faker of one of the locales."""
        return self.faker(self.random.choice(locales))

    def pick(self, *choices: str) -> str:
        """One of the choices."""
        return self.random.choice(choices)


def _faker(locale: str, seed: int) -> Faker:
    from faker import Faker

    fake = Faker(locale)
    fake.seed_instance(f"{seed}/{locale}")
    return fake
