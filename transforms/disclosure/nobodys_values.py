"""Values that cannot be anybody's: telephones, accounts, cards, plates, from reserved or impossible ranges.

``nobodys_values.yaml`` names the source of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, Final

from transforms.keyed import Draws
from transforms.tables import read_table

FIRST_BIRTH: Final = date(1924, 1, 1)
BIRTHS: Final = (date(2008, 1, 1) - FIRST_BIRTH).days
"""Days of birth that there are: 1924 to 2007."""
_IBAN_SPELLING: Final = {97: "00", 98: "01", 2: "99"}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CAPITALS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_NO_ITIN: Final = (*range(1, 50), *range(66, 70), 89)
"""Groups of numbers with area 9xx that the IRS uses neither for an ITIN (50-65, 70-88, 90-92, 94-99) nor for
an ATIN (93): IRM 3.21.263."""
_FIRST_IN_FALLBACK: Final = 60
"""Attempts at a reserved telephone number before the ranges that are merely unassigned."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The draws of one value of one persona at one attempt. ``form`` draws what a decoy shares with its
    persona: it depends on no attempt."""

    value: Draws
    form: Draws
    locale: str
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A value as it is printed, and what is compared to see that it is nobody else's."""

    text: str
    identity: str


def nobodys() -> dict[str, Any]:
    """The table of ranges."""
    return _table()


@cache
def _table() -> dict[str, Any]:
    return read_table("transforms.disclosure", "nobodys_values.yaml")


def phone(chance: Chance) -> Drawn:
    """A telephone number of the locale's country, in one of its written forms; identity: the number within
    the country, without extension."""
    if chance.locale not in _table()["phones"]:
        return _american_phone(chance)
    law = _table()["phones"][chance.locale]
    ranges = law["reserved"] if chance.attempt < _FIRST_IN_FALLBACK or not law["unassigned"] else ()
    ranges = ranges or law["unassigned"]
    pattern = ranges[chance.value.below(len(ranges), "range")]
    national = filled(pattern, chance.value, "", "")
    form = _table()["phone_forms"][chance.form.below(len(_table()["phone_forms"]), "phone form")]
    figures = _figures(national)
    return Drawn(_written(national, form, law["country"], law["trunk"]), law["country"] + figures)


def american_form(chance: Chance) -> str:
    """Which of the 21 American forms: the usual one in half of the cases, else one of the others."""
    law = _table()["american_phones"]
    if chance.form.below(2, "usual phone form"):
        return str(law["usual"])
    return str(law["others"][chance.form.below(len(law["others"]), "phone form")])


def _american_phone(chance: Chance) -> Drawn:
    draws = chance.value
    area = f"{2 + draws.below(8, 'area')}{draws.below(9, 'area 2')}{draws.below(10, 'area 3')}"
    if area.endswith("11"):  # service codes
        area = area[0] + "12"
    line = f"01{draws.below(100, 'line'):02}"
    said = american_form(chance).format(
        area=area, exchange="555", line=line,
        three=f"{draws.below(1000, 'extension'):03}",
        four=f"{draws.below(10_000, 'extension'):04}",
        five=f"{draws.below(100_000, 'extension'):05}",
    )  # fmt: skip
    return Drawn(said, f"1{area}555{line}")


def _written(national: str, form: str, country: str, trunk: str) -> str:
    abroad = national.removeprefix(trunk)
    return {
        "national": national,
        "closed": _figures(national),
        "hyphens": national.replace(" ", "-"),
        "international": f"+{country} {abroad}",
        "international_closed": f"+{country}{_figures(abroad)}",
        "exit_code": f"00{country} {abroad}",
    }[form]


def ssn(chance: Chance) -> Drawn:
    """Area 900 to 999, which the Social Security Administration never gives out (POMS RM 10201.035), with a
    group that no ITIN has."""
    draws = chance.value
    group = _NO_ITIN[draws.below(len(_NO_ITIN), "group")]
    text = f"9{draws.below(100, 'area'):02}-{group:02}-{1 + draws.below(9999, 'serial'):04}"
    return Drawn(text, _figures(text))


def card(chance: Chance) -> Drawn:
    """Sixteen digits in groups of four, of a range that no issuer can have; the check digit is right."""
    from stdnum import luhn

    law = _table()["card"]
    figures = law["prefix"] + filled(law["pattern"], chance.value, "", law["never"])
    figures += luhn.calc_check_digit(figures)
    return Drawn(" ".join(figures[at : at + 4] for at in range(0, 16, 4)), figures)


def account(chance: Chance) -> Drawn:
    """An IBAN whose check digits no bank gives out; where there is no IBAN, an American routing number that
    was never assigned, and an account."""
    law = _table()["ibans"].get(chance.locale)
    if law is None:
        text = filled(_table()["american_account"]["pattern"], chance.value, "", "")
        return Drawn(text, _figures(text))
    body = filled(law["pattern"], chance.value, _CAPITALS, "")[:-2]
    spelled = {ending: _IBAN_SPELLING.get(_iban_check(law["country"], body, ending)) for ending in range(100)}
    endings = [ending for ending, check in spelled.items() if check]
    ending = endings[chance.value.below(len(endings), "last two digits")]
    figures = f"{law['country']}{spelled[ending]}{body}{ending:02}"
    return Drawn(" ".join(figures[at : at + 4] for at in range(0, len(figures), 4)), figures)


def _iban_check(country: str, body: str, ending: int) -> int:
    """Check digits of a national part that ends in two digits (ISO 13616-1, ISO 7064 MOD 97-10)."""
    return 98 - (_remainder(country, body) + ending * (10**6 % 97)) % 97


@lru_cache(maxsize=1)
def _remainder(country: str, body: str) -> int:
    return int("".join(str(int(char, 36)) for char in f"{body}00{country}00")) % 97


def passport(chance: Chance) -> Drawn:
    """Ten characters, one more than a passport has room for."""
    return _of_pattern(_table()["passport"], chance)


def plate(chance: Chance) -> Drawn:
    """A plate in the form of the locale with a letter where its register has none."""
    plates = _table()["plates"]
    return _of_pattern(plates.get(chance.locale, plates["en_US"]), chance)


def medical_record(chance: Chance) -> Drawn:
    """A record number of a hospital that does not exist."""
    return _of_pattern(_table()["medical_record"], chance)


def birth(day: int, form: Draws) -> Drawn:
    """The day of birth ``day`` days after ``FIRST_BIRTH``, written so that day and month cannot be taken for
    each other: as numbers alone only with the year first or where the day is past the twelfth."""
    born = FIRST_BIRTH + timedelta(days=day)
    month = _MONTHS[born.month - 1]
    written = (
        born.isoformat(),
        f"{month} {born.day}, {born.year}",
        f"{born.day} {month} {born.year}",
        f"{born.day:02} {month[:3]} {born.year}",
        f"{born.month:02}/{born.day:02}/{born.year}",
        f"{born.day:02}.{born.month:02}.{born.year}",
    )
    return Drawn(written[form.below(len(written) if born.day > 12 else 4, "date form")], born.isoformat())


def filled(pattern: str, draws: Draws, letters: str, never: str) -> str:
    """``pattern`` with its places filled: ``#`` a digit, ``%`` one of 1 to 9, ``L`` one of ``letters``, ``@``
    one of ``never``; all else stays. With no ``letters`` an L is an L."""
    pools = {"#": "0123456789", "%": "123456789", "L": letters or "L", "@": never or "@"}
    # One draw of 128 bits fills them all; of 23 digits the likeliest are 1e-15 likelier than the least.
    left = int.from_bytes(draws.digest("filling"), "big")
    said = []
    for char in pattern:
        pool = pools.get(char, char)
        left, at = divmod(left, len(pool))
        said.append(pool[at])
    return "".join(said)


def _of_pattern(law: dict[str, str], chance: Chance) -> Drawn:
    text = filled(law["pattern"], chance.value, law.get("letters", ""), law.get("never", ""))
    return Drawn(text, "".join(char for char in text if char.isalnum()))


def _figures(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
