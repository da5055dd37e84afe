"""Invented numbers and dates of documents: identity, payment, birth; and numbers that are nobody's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from evaluation.text.persona_source import PersonaSource

_NATIONAL = {
    "en_CA": "Social Insurance Number", "de_DE": "Steuer-ID", "fr_FR": "Numéro de sécurité sociale",
    "es_ES": "DNI", "it_IT": "Codice fiscale", "nl_NL": "BSN", "pt_BR": "CPF", "pl_PL": "PESEL",
    "sv_SE": "Personnummer", "da_DK": "CPR number", "fi_FI": "Henkilötunnus", "no_NO": "Fødselsnummer",
    "es_MX": "CURP", "cs_CZ": "Rodné číslo", "en_IN": "Aadhaar number", "hu_HU": "Personal number",
    "tr_TR": "TC Kimlik No", "ro_RO": "CNP", "de_CH": "AHV-Nummer",
}  # fmt: skip
_MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
_CARD_KINDS = (
    ("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("65", 16),
    ("3566", 16), ("305", 14), ("36", 14), ("4", 13), ("5018", 16), ("62", 16), ("6304", 19),
)  # fmt: skip


def _ssn(source: PersonaSource, separators: Sequence[str]) -> str:
    area = source.random.choice([*range(1, 666), *range(667, 900)])
    join = source.random.choice(separators)
    return join.join(
        (f"{area:03}", f"{source.random.randint(1, 99):02}", f"{source.random.randint(1, 9999):04}")
    )


def ssn(source: PersonaSource) -> str:
    """A social security number that may have no separators."""
    return _ssn(source, ("-", " ", "", "-", "."))


def ssn_formed(source: PersonaSource) -> str:
    """A social security number in its usual form."""
    return _ssn(source, ("-",))


def card(source: PersonaSource) -> str:
    """A payment card number with a right check digit, plain or in groups."""
    from stdnum import luhn

    prefix, length = source.random.choice(_CARD_KINDS)
    plain = prefix + source.digits(length - len(prefix) - 1)
    plain += luhn.calc_check_digit(plain)
    join = source.random.choice(("", " ", "-", ".", ""))
    cuts = (4, 10) if length in (14, 15) else tuple(range(4, length, 4))
    return join.join(plain[a:b] for a, b in zip((0, *cuts), (*cuts, length), strict=True))


def iban(source: PersonaSource) -> str:
    """An account number of any country of the registry, right checksum, with or without blanks."""
    from stdnum import iban

    country, form = source.random.choice(_iban_forms())
    bank = "".join(_bank_part(source, kind, int(count)) for count, kind in re.findall(r"(\d+)!([nac])", form))
    plain = country + str(iban.calc_check_digits(f"{country}00{bank}")) + bank
    style = source.random.randrange(4)
    if style == 0:
        return " ".join(plain[index : index + 4] for index in range(0, len(plain), 4))
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4)) if style == 1 else plain


def date(source: PersonaSource) -> str:
    """A day in one of many written forms."""
    day, month = source.random.randint(1, 28), source.random.randint(1, 12)
    year = source.random.randint(1930, 2012)
    name = _MONTHS[month - 1]
    return source.random.choice(
        (
            f"{day:02}/{month:02}/{year}",
            f"{month}/{day}/{year % 100:02}",
            f"{year}-{month:02}-{day:02}",
            f"{day:02}.{month:02}.{year}",
            f"{day} {name} {year}",
            f"{name} {day}, {year}",
            f"{name[:3]} {day}, {year}",
            f"{day:02}-{name[:3]}-{year}",
            f"{day}{_ordinal(day)} of {name} {year}",
            f"{name} {day}{_ordinal(day)}, {year}",
            f"{day:02} {name[:3].upper()} {year}",
            f"{name} {year}",
            f"{year}/{month:02}/{day:02}",
            f"{day:02}{month:02}{year}",
            f"{day:02} {month:02} {year}",
        )
    )


def plain_date(source: PersonaSource) -> str:
    """A day that is nobody's birth."""
    return date(source)


def passport(source: PersonaSource) -> str:
    """A passport number: letters and digits."""
    return source.random.choice(
        (
            source.letters(1) + source.digits(8),
            source.digits(9),
            source.letters(2) + source.digits(7),
            f"C{source.alphanumeric(3).upper()}{source.digits(5)}",
        )
    )


def licence(source: PersonaSource) -> str:
    """A driving licence number of one of several forms."""
    return source.random.choice(
        (
            source.letters(1) + source.digits(7),
            source.digits(8),
            source.digits(9),
            f"{source.letters(1)}{source.digits(3)}-{source.digits(4)}-{source.digits(4)}",
            f"{source.letters(5)}{source.digits(6)}{source.letters(2)}9{source.letters(2)}",
            f"{source.letters(1)}{source.digits(3)} {source.digits(4)} {source.digits(4)}",
        )
    )


def staff(source: PersonaSource) -> str:
    """A number that an organisation gives to a person."""
    return source.random.choice(
        (source.digits(6), f"{source.letters(2)}-{source.digits(5)}", f"E{source.digits(5)}")
    )


def nino(source: PersonaSource) -> str:
    """A British national insurance number."""
    join = source.random.choice((" ", ""))
    first = source.random.choice(("AB", "CE", "JG", "PW", "SK"))
    return join.join(
        (first, source.digits(2), source.digits(2), source.digits(2), source.random.choice("ABCD"))
    )


def national(source: PersonaSource) -> str:
    """The label and the number of a national identity scheme; only the number is gold."""
    locale = source.random.choice(sorted(_NATIONAL))
    fake = source.faker(locale)
    number = fake.curp() if locale == "es_MX" else fake.aadhaar_id() if locale == "en_IN" else fake.ssn()
    return f"{_NATIONAL[locale]}: \0{number}"


def imei(source: PersonaSource) -> str:
    """A device number with a right check digit."""
    from stdnum import luhn

    plain = "35" + source.digits(12)
    plain += luhn.calc_check_digit(plain)
    return source.random.choice((plain, f"{plain[:2]}-{plain[2:8]}-{plain[8:14]}-{plain[14]}"))


def plate(source: PersonaSource) -> str:
    """A number plate."""
    return source.any_faker(
        ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "sv_SE")
    ).license_plate()


def amount(source: PersonaSource) -> str:
    """A sum of money."""
    return f"{source.random.randint(1, 99999):,}.{source.digits(2)}"


def year(source: PersonaSource) -> str:
    """A year."""
    return str(source.random.randint(1850, 2024))


def isbn(source: PersonaSource) -> str:
    """A book number in groups."""
    return source.faker("en_US").isbn13() if source.random.random() < 0.5 else source.faker("en_US").isbn10()


def ean(source: PersonaSource) -> str:
    """A barcode's digits."""
    return source.faker("en_US").ean13()


def _bank_part(source: PersonaSource, kind: str, count: int) -> str:
    if kind == "n":
        return source.digits(count)
    return source.letters(count) if kind == "a" else source.alphanumeric(count).upper()


@cache
def _iban_forms() -> tuple[tuple[str, str], ...]:
    from stdnum import iban

    return tuple(sorted((entry[1], entry[3]["bban"]) for entry in iban._ibandb.prefixes))


def _ordinal(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


DOCUMENT_VALUES: Mapping[str, Callable[[PersonaSource], str]] = {
    maker.__name__: maker
    for maker in (
        ssn, ssn_formed, card, iban, date, plain_date, passport, licence, staff, nino, national, imei, plate,
        amount, year, isbn, ean,
    )
}  # fmt: skip
"""Makers by the name of their slot in ``pii_templates.yaml``."""
