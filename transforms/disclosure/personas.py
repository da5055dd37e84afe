"""Synthetic people of a benchmark: no value of one is a value of another, and none can be anybody's.

Three rules make the pools disjoint without one pool knowing the others. Every value but the date of birth
belongs to one pool by a keyed hash of what it says, and is drawn again until it belongs to its own. Within a
pool a value that somebody has is drawn again, in the order of their numbers, so persona 7 is the same however
many follow. Days of birth are too few for that: they are dealt out from one keyed order of all days, three to
a number.

Persona ``decoy-00007`` is drawn by the same laws as ``memory-00007``: equal locale, gender, kind of e-mail
address, written form of telephone. The laws are public, so who guesses by them is right about a decoy as
often as about its twin; what a model knows beyond that it has from training.

Names, addresses and user names are Faker's (https://github.com/joke2k/faker, MIT): another version of it may
draw other people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.benchmark import Persona, PersonaPool, PrivateType
from schemas.errors import ConfigError
from transforms.disclosure import nobodys_values
from transforms.disclosure.nobodys_values import BIRTHS, Chance, Drawn
from transforms.keyed import Draws, order, seed

LOCALES: Final = (
    "en_US", "en_GB", "en_IE", "de_DE", "fr_FR", "es_ES", "it_IT", "nl_NL", "pl_PL", "sv_SE",
)  # fmt: skip
"""Locales with ranges of their own."""
LARGEST_POOL: Final = BIRTHS // len(PersonaPool)
"""Personas of a pool, while no two of any pool were born on one day."""

_POOLS: Final = tuple(PersonaPool)
_ATTEMPTS: Final = 2000
_CROWDED: Final = 200
"""Attempts after which an e-mail address made of a name gets digits."""
_LONGEST_NAME: Final = 28
_LONGEST_ADDRESS: Final = 60
_MAIL_KINDS: Final = ("given", "given digits", "family", "family digits", "stranger", "stranger")
"""Two thirds are made of the name, one third of somebody else's: the shares of MM-Privacy's workbooks."""
_MILITARY: Final = ("APO ", "FPO ", "DPO ")
_MAKERS: Final[Mapping[PrivateType, Callable[[Chance], Drawn]]] = {
    PrivateType.PHONE: nobodys_values.phone,
    PrivateType.SSN: nobodys_values.ssn,
    PrivateType.CARD: nobodys_values.card,
    PrivateType.ACCOUNT: nobodys_values.account,
    PrivateType.PASSPORT: nobodys_values.passport,
    PrivateType.PLATE: nobodys_values.plate,
    PrivateType.MEDICAL_RECORD: nobodys_values.medical_record,
}


@dataclass(frozen=True, slots=True)
class PersonaSettings:
    """Who is drawn. ``locales``: each persona is of one of them, all as likely (naming one twice doubles it);
    ``types``: the values that a persona has, beside the name.

    Raises:
        ConfigError: none, or one that there is not.
    """

    locales: tuple[str, ...] = ("en_US", "en_US", *LOCALES)
    types: tuple[PrivateType, ...] = tuple(PrivateType)

    def __post_init__(self) -> None:
        for key, given, allowed in (
            ("locales", self.locales, LOCALES),
            ("types", self.types, tuple(PrivateType)),
        ):
            if not given:
                raise ConfigError(key, "", f"name at least one of {', '.join(allowed)}")
            for one in given:
                if one not in allowed:
                    raise ConfigError(key, one, f"use {', '.join(allowed)}")


def draw_personas(
    pool: PersonaPool, count: int, settings: PersonaSettings, key: bytes
) -> tuple[Persona, ...]:
    """Personas 0 to ``count - 1`` of a pool; the first of them are the same for every ``count``, and a value
    is the same whatever other types are asked for.

    Raises:
        ConfigError: a count below 0, or so many that a range of values ends.
    """
    if count < 0:
        raise ConfigError("personas", count, "give a number from 0 on")
    if count > LARGEST_POOL and PrivateType.DATE_OF_BIRTH in settings.types:
        raise ConfigError(
            "personas",
            count,
            f"use at most {LARGEST_POOL} of a pool, or leave date_of_birth out of the types",
        )
    drawing = _Drawing(pool, settings, key)
    return tuple(drawing.persona(number) for number in range(count))


def decoy_of(persona_id: str) -> str:
    """The ``persona_id`` of the decoy that is drawn by the same laws as a persona of the memory set.

    Raises:
        ConfigError: it is no persona of the memory set.
    """
    pool, _, number = persona_id.partition("-")
    if pool != PersonaPool.MEMORY:
        raise ConfigError("persona_id", pool, "only personas of the memory set have decoys")
    return f"{PersonaPool.DECOY}-{number}"


def matched_decoy(persona: Persona, decoys: Mapping[str, Persona]) -> Persona:
    """The decoy of a persona of the memory set, of the decoys by their ids.

    Raises:
        ConfigError: it is no persona of the memory set, or too few decoys were drawn.
    """
    wanted = decoy_of(persona.persona_id)
    if wanted not in decoys:
        raise ConfigError("decoys", len(decoys), "draw as many decoys as personas of the memory set")
    return decoys[wanted]


@dataclass
class _Drawing:
    pool: PersonaPool
    settings: PersonaSettings
    key: bytes
    _taken: set[tuple[PrivateType, str]] = field(default_factory=set)
    _fakers: dict[str, Any] = field(default_factory=dict)
    _births: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._place = _POOLS.index(self.pool)
        self._owner = Draws(self.key, "pool of a value")
        # Decoys share the laws of the memory set; the forms are drawn under its name.
        self._laws = PersonaPool.MEMORY if self.pool == PersonaPool.DECOY else self.pool

    def persona(self, number: int) -> Persona:
        form = Draws(self.key, "persona form", self._laws, str(number))
        locales = self.settings.locales
        locale = locales[form.below(len(locales), "locale")]
        gender = ("female", "male")[form.below(2, "gender")]
        name, email = self._name_and_mail(number, locale, gender, form)
        values = {PrivateType.NAME: name, PrivateType.EMAIL: email}
        for kind in self.settings.types:
            if kind not in values:
                values[kind] = self._value(kind, number, locale, form)
        wanted = [kind for kind in PrivateType if kind in {PrivateType.NAME, *self.settings.types}]
        return Persona(
            persona_id=f"{self.pool}-{number:05}",
            pool=self.pool,
            locale=locale,
            gender=gender,
            values=tuple((kind, values[kind]) for kind in wanted),
        )

    def _value(self, kind: PrivateType, number: int, locale: str, form: Draws) -> str:
        if kind == PrivateType.DATE_OF_BIRTH:
            return nobodys_values.birth(self._day(number), form).text
        for attempt, draws in self._attempts(kind, number):
            if kind == PrivateType.ADDRESS:
                drawn = _address(self._faker(locale, kind, number, attempt))
            else:
                drawn = _MAKERS[kind](Chance(draws, form, locale, attempt))
            if drawn and self._is_free(kind, drawn.identity):
                self._taken.add((kind, drawn.identity))
                return drawn.text
        raise _exhausted(kind, locale)

    def _name_and_mail(self, number: int, locale: str, gender: str, form: Draws) -> tuple[str, str]:
        kind = _MAIL_KINDS[form.below(len(_MAIL_KINDS), "mail kind")]
        for attempt, draws in self._attempts(PrivateType.NAME, number):
            fake = self._faker(locale, PrivateType.NAME, number, attempt)
            given = str(fake.first_name_female() if gender == "female" else fake.first_name_male())
            family = str(fake.last_name_female() if gender == "female" else fake.last_name_male())
            name = Drawn(f"{given} {family}", " ".join(sorted(_plain(f"{given} {family}", " ").split())))
            # A name alone is soon taken at every host where many are drawn of one locale.
            crowded = attempt >= _CROWDED and not kind.endswith(("digits", "stranger"))
            email = _email(f"{kind} digits" if crowded else kind, given, family, fake, draws)
            if len(name.text) > _LONGEST_NAME or email is None:
                continue
            if self._is_free(PrivateType.NAME, name.identity) and self._is_free(
                PrivateType.EMAIL, email.identity
            ):
                self._taken |= {(PrivateType.NAME, name.identity), (PrivateType.EMAIL, email.identity)}
                return name.text, email.text
        raise _exhausted(PrivateType.NAME, locale)

    def _attempts(self, kind: PrivateType, number: int) -> Iterator[tuple[int, Draws]]:
        for attempt in range(_ATTEMPTS):
            yield attempt, Draws(self.key, "persona value", self.pool, str(number), kind, str(attempt))

    def _is_free(self, kind: PrivateType, identity: str) -> bool:
        owned = self._owner.below(len(_POOLS), kind, identity) == self._place
        return owned and (kind, identity) not in self._taken

    def _faker(self, locale: str, kind: PrivateType, number: int, attempt: int) -> Any:
        from faker import Factory

        if locale not in self._fakers:
            self._fakers[locale] = Factory.create(locale)
        fake = self._fakers[locale]
        fake.seed_instance(seed(self.key, "persona faker", self.pool, str(number), kind, str(attempt)))
        return fake

    def _day(self, number: int) -> int:
        if not self._births:
            days = order(self.key, (str(day) for day in range(BIRTHS)), "days of birth")
            self._births = [int(day) for day in days]
        return self._births[number * len(_POOLS) + self._place]


def _email(kind: str, given: str, family: str, fake: Any, draws: Draws) -> Drawn | None:
    own = _plain(given), _plain(family)
    local = own[0] if kind.startswith("given") else own[1]
    if kind == "stranger":
        local = _plain(str(fake.user_name()), "._")
        if any(part and part in local for part in own):
            return None
    elif kind.endswith("digits"):
        local += str(draws.below(9, "short digits") + 1 if draws.below(14, "short") == 0 else _two(draws))
    if len(local) < 2:
        return None
    hosts = nobodys_values.nobodys()["mail_hosts"]
    text = f"{local}@{hosts[draws.below(len(hosts), 'host')]}"
    return Drawn(text, text)


def _two(draws: Draws) -> int:
    return 10 + draws.below(90, "digits")


def _address(fake: Any) -> Drawn | None:
    lines = [" ".join(line.split()).strip(" ,") for line in str(fake.address()).split("\n")]
    text = ", ".join(line for line in lines if line)
    if len(text) > _LONGEST_ADDRESS or any(word in text for word in _MILITARY):
        return None
    return Drawn(text, _plain(text))


def _plain(text: str, kept: str = "") -> str:
    """``text`` in small ASCII letters and digits, and the characters ``kept``."""
    from faker.decode import unidecode

    folded = unidecode(text).lower()
    return "".join(char for char in folded if (char.isascii() and char.isalnum()) or char in kept)


def _exhausted(kind: PrivateType, locale: str) -> ConfigError:
    return ConfigError("personas", f"{kind} in {locale}", "ask for fewer personas, or for more locales")
