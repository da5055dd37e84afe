"""One invented person with everything that a card, a form or a screen may say of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from evaluation.text.contact_values import CONTACT_VALUES
from evaluation.text.document_values import DOCUMENT_VALUES
from evaluation.text.persona_source import PersonaSource

_LOCALES: Final = ("en_US", "en_US", "en_US", "en_GB", "en_GB", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL")
_LONGEST: Final = 34
"""Characters of a value that still stand in one line of a card."""
_MAKERS: Final[Mapping[str, str]] = {
    "phone": "phone_formed",
    "ssn": "ssn_formed",
    "card": "card",
    "iban": "iban",
    "date_of_birth": "date",
    "username": "handle",
    "plate": "plate",
    "secret": "key",
    "ip": "ip",
    "id_number": "passport",
}
TYPES: Final = ("name", "email", "address", "url", *_MAKERS)
"""Kinds of planted values: the taxonomy's ``pii.*`` without their parent."""


class Persona:
    """Draws values of one person from a source; name, e-mail and web address belong together."""

    def __init__(self, source: PersonaSource) -> None:
        self.source = source
        fake = source.any_faker(_LOCALES)
        self.given, self.family = str(fake.first_name()), str(fake.last_name())
        self.host = str(fake.domain_name())
        self._fake = fake

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.given} {self.family}"

    def value(self, kind: str) -> str:
        """A value of ``kind``, one of ``TYPES``. Raises KeyError for any other."""
        own: Mapping[str, Callable[[], str]] = {
            "name": lambda: self.name,
            "email": self._email,
            "url": lambda: self.source.pick(f"www.{self.host}", f"https://{self.host}/{_plain(self.family)}"),
            "address": lambda: ", ".join(self.address_lines()),
        }
        return own[kind]() if kind in own else self._short(_MAKERS[kind])

    def address_lines(self) -> tuple[str, ...]:
        """Street and number, and below it postcode and town."""
        written = [line.strip(" ,") for line in str(self._fake.address()).split("\n") if line.strip(" ,")]
        street = len(written) - 2 if len(written) > 3 else 1
        return tuple(part for part in (", ".join(written[:street]), " ".join(written[street:])) if part)

    def _email(self) -> str:
        first, last = _plain(self.given), _plain(self.family)
        local = self.source.pick(f"{first}.{last}", f"{first[0]}{last}", f"{last}{self.source.digits(2)}")
        return f"{local}@{self.host}"

    def _short(self, maker: str) -> str:
        make = CONTACT_VALUES.get(maker) or DOCUMENT_VALUES[maker]
        while True:
            value = make(self.source)
            if len(value) <= _LONGEST and "\n" not in value:
                return value


def like(kind: str, value: str, source: PersonaSource) -> str:
    """Another value of the same form: every letter and digit drawn anew, names and addresses from others
    of their kind and of nearly the same length."""
    if kind in ("name", "address"):
        found = min(
            (_other(kind, value, source) for _ in range(12)), key=lambda one: abs(len(one) - len(value))
        )
        if found != value:
            return found
    drawn = "".join(_redrawn(char, source) for char in value)
    return drawn if drawn != value else like(kind, value, source)


def _other(kind: str, value: str, source: PersonaSource) -> str:
    fake = source.any_faker(_LOCALES)
    if kind == "name":
        return str(fake.name() if " " in value else fake.last_name())
    return str(fake.street_address()).replace("\n", ", ")


def _redrawn(char: str, source: PersonaSource) -> str:
    if char.isdigit():
        return source.digits(1)
    if char.isalpha() and char.isascii():
        drawn = source.letters(1, "abcdefghijklmnopqrstuvwxyz")
        return drawn.upper() if char.isupper() else drawn
    return char


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isascii() and char.isalpha()) or "info"
