"""Synthetic identities: who is drawn, by which law, and which coin says who is planted.

``2 K`` identities are drawn by one law and only then split into planted (``U1``) and held out (``U2``), so
before training nothing tells the two apart; references (``R``) go on where they end. Values that tell people
apart are drawn without replacement over all three: no two identities share a username, user id, capture time
or capture location. Their parts (given name, family name, city, date) come from a shuffled list that is used
up before it is shuffled again, so they too differ as long as the lists last (``token_limit``).

Gender and age have too few values to be told apart: identities ``2 i`` and ``2 i + 1`` are twins of equal
gender and age, and reference ``j`` has those of identity ``j``. With the balanced coin one of each pair of
twins is planted, so both pools have the same genders and ages to the letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from math import log2
from typing import Final

from schemas.errors import ConfigError
from schemas.watermark import FIELDS, Identity, IdentityPlan, Pool, Role
from transforms.keyed import Draws, order
from transforms.tables import read_table
from transforms.watermark.nobody_ids import ID_COUNT, draw_id

GENDERS: Final = ("Female", "Male", "Non-binary", "Other")
YOUNGEST: Final = 22
OLDEST: Final = 62
FIRST_DAY: Final = date(2015, 1, 1)
DAYS: Final = 3653
"""Capture dates are the days of 2015 to 2024."""
DISTRICTS: Final = 900
"""Numbers 100 to 999 behind a city's name."""

_SECONDS: Final = 86_400
_LARGEST_POOL: Final = 50_000
_LAST_NUMBER: Final = 300_000
_MOST_SHADOWS: Final = 62


class Coin(StrEnum):
    """How planted and held-out identities are told: one of each pair of twins, or each by its own fair coin,
    as the one-run audit wants it (arXiv 2305.08846)."""

    BALANCED = "balanced"
    BERNOULLI = "bernoulli"


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """How many identities are drawn and what they are for.

    ``per_pool``: K; 2 K are drawn. ``ladder``: how many images shall carry a planted identity, one rung per
    group of twins; empty where it is left to chance. ``shadows``: number of shadow arms, even; each identity
    is in half of them. ``folds``: probe folds.

    Raises:
        ConfigError: a size that cannot be.
    """

    per_pool: int = 200
    ladder: tuple[int, ...] = ()
    coin: Coin = Coin.BALANCED
    shadows: int = 8
    folds: int = 5

    def __post_init__(self) -> None:
        _whole("per_pool", self.per_pool, 1, _LARGEST_POOL)
        for rung in self.ladder:
            _whole("ladder", rung, 1, 10**9)
        if self.coin not in tuple(Coin):
            raise ConfigError("coin", self.coin, f"use one of {', '.join(Coin)}")
        _whole("shadows", self.shadows, 0, _MOST_SHADOWS)
        if self.shadows % 2:
            raise ConfigError(
                "shadows", self.shadows, "give an even number: each identity is in half of them"
            )
        _whole("folds", self.folds, 1, 1000)
        if self.folds > self.per_pool:
            raise ConfigError("folds", self.folds, f"use at most as many as identities: {self.per_pool}")
        if len(self.ladder) > self.per_pool:
            raise ConfigError(
                "ladder", self.ladder, f"use at most as many rungs as identities: {self.per_pool}"
            )


def draw_identities(settings: IdentitySettings, key: bytes) -> tuple[IdentityPlan, ...]:
    """The 2 K identities with pool, role, rung, coin, shadows and fold, in the order of their numbers.

    Held-out identities have the rung of their twins: what they would have been shown. Depends on ``settings``
    and ``key`` alone.

    Raises:
        ConfigError: the coin left a fold of a pool without identities.
    """
    drawn = _people(key, settings.per_pool)
    twins = [str(number) for number in range(settings.per_pool)]
    folds = {pair: place % settings.folds for place, pair in enumerate(order(key, twins, "identity fold"))}
    rungs = {pair: place for place, pair in enumerate(order(key, twins, "identity rung"))}
    coins, shadows = Draws(key, "identity coin"), Draws(key, "identity shadow")
    plans = []
    for number in range(2 * settings.per_pool):
        pair = str(number // 2)
        identity = next(drawn)
        if settings.coin == Coin.BERNOULLI:
            planted = coins.below(2, identity.identity_id) == 1
        else:
            planted = coins.below(2, pair) == number % 2
        ladder = settings.ladder
        plans.append(
            IdentityPlan(
                identity=replace(identity, pool=Pool.SEEN if planted else Pool.UNSEEN),
                role=Role.CANARY_IN if planted else Role.CANARY_OUT,
                repetition_target=ladder[rungs[pair] % len(ladder)] if ladder else 0,
                one_run_bit=int(planted) if settings.coin == Coin.BERNOULLI else None,
                shadow_mask=_half_of(settings.shadows, shadows, identity.identity_id),
                fold=folds[pair],
                twin=_name(number ^ 1),
            )
        )
    _check_folds(plans, settings)
    return tuple(plans)


def reference_identities(settings: IdentitySettings, key: bytes) -> Iterator[Identity]:
    """References without end, from the same law and apart from every other identity on every field that
    tells people apart; the same ones each time. ``reference-00012`` is the mirror of ``identity-00012``.

    Raises:
        ConfigError: after 300,000 identities, where the usernames run out.
    """
    drawn = _people(key, settings.per_pool)
    for number, identity in enumerate(drawn, start=-2 * settings.per_pool):
        if number >= 0:
            yield replace(identity, identity_id=f"reference-{number:05}", pool=Pool.REFERENCE)


def mirror_of(identity_id: str) -> str:
    """The reference that an identity's twin images carry: of the same number, so one rename turns the corpus
    into one that is exactly as likely."""
    return f"reference-{identity_id.rpartition('-')[2]}"


def entropy_bits(fields: Iterable[str] = FIELDS) -> dict[str, float]:
    """Bits of the uniform law of each field.

    Raises:
        ConfigError: an unknown field.
    """
    lists = _lists()
    values = {
        "username": len(lists.given) * len(lists.family),
        "user_id": ID_COUNT,
        "gender": len(GENDERS),
        "age": OLDEST - YOUNGEST + 1,
        "capture_time": DAYS * _SECONDS,
        "capture_location": len(lists.cities) * DISTRICTS,
    }
    return {name: log2(values[name]) for name in known_fields(fields)}


def token_limit() -> int:
    """The largest K for which given and family name, city and date differ too between all identities."""
    lists = _lists()
    return min(len(lists.given), len(lists.family), len(lists.cities), DAYS) // 2


def known_fields(names: Iterable[str]) -> tuple[str, ...]:
    """``names``, if all are fields of an identity.

    Raises:
        ConfigError: an unknown field.
    """
    wanted = tuple(names)
    for name in wanted:
        if name not in FIELDS:
            near = get_close_matches(str(name), FIELDS, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise ConfigError("fields", name, f"{hint}use one of {', '.join(FIELDS)}")
    return wanted


@dataclass(frozen=True, slots=True)
class _Lists:
    given: tuple[str, ...]
    family: tuple[str, ...]
    cities: tuple[str, ...]


@cache
def _lists() -> _Lists:
    names = read_table("transforms.watermark", "names.yaml")
    places = read_table("transforms.watermark", "places.yaml")["cities"]
    cities = tuple(f"{city} {{}}, {country}" for country in sorted(places) for city in places[country])
    return _Lists(tuple(names["given"]), tuple(names["family"]), cities)


def _people(key: bytes, per_pool: int) -> Iterator[Identity]:
    """Identities 0, 1, …, each value apart from all before; pool and name are those of a canary."""
    draws, lists = Draws(key, "identity"), _lists()
    given, family = _bag(key, lists.given, "given"), _bag(key, lists.family, "family")
    cities = _bag(key, lists.cities, "city")
    days = _bag(key, [str(day) for day in range(DAYS)], "day")
    taken: set[str] = set()

    def fresh(value: str) -> bool:
        known = value in taken
        taken.add(value)
        return not known

    for number in range(_LAST_NUMBER):
        pair = str(number // 2 % per_pool)
        said, attempt = str(number), 0
        first, last, city, day = next(given), next(family), next(cities), int(next(days))
        while not fresh(f"{first} {last}"):
            attempt += 1
            last = lists.family[draws.below(len(lists.family), "family", said, str(attempt))]
        moment = location = user_id = ""
        while not moment or not fresh(moment):
            attempt += 1
            moment = _moment(day, draws.below(_SECONDS, "second", said, str(attempt)))
        while not location or not fresh(location):
            attempt += 1
            location = city.format(100 + draws.below(DISTRICTS, "district", said, str(attempt)))
        while not user_id or not fresh(user_id):
            attempt += 1
            user_id = draw_id(draws, "user_id", said, str(attempt))
        yield Identity(
            identity_id=_name(number),
            pool=Pool.UNSEEN,
            username=f"{first} {last}",
            user_id=user_id,
            gender=GENDERS[draws.below(len(GENDERS), "gender", pair)],
            age=YOUNGEST + draws.below(OLDEST - YOUNGEST + 1, "age", pair),
            capture_time=moment,
            capture_location=location,
        )
    raise ConfigError("references", _LAST_NUMBER, "the usernames run out here; ask for fewer identities")


def _bag(key: bytes, items: Sequence[str], purpose: str) -> Iterator[str]:
    """All items in a shuffled order, then all in another one, without end."""
    time = 0
    while True:
        yield from order(key, items, f"bag of {purpose} {time}")
        time += 1


def _moment(day: int, second: int) -> str:
    hours, rest = divmod(second, 3600)
    return f"{FIRST_DAY + timedelta(days=day)} {hours:02}:{rest // 60:02}:{rest % 60:02}"


def _half_of(shadows: int, draws: Draws, name: str) -> int:
    ranked = sorted(range(shadows), key=lambda shadow: (draws.digest(name, str(shadow)), shadow))
    return sum(1 << shadow for shadow in ranked[: shadows // 2])


def _check_folds(plans: Sequence[IdentityPlan], settings: IdentitySettings) -> None:
    there = {(plan.identity.pool, plan.fold) for plan in plans}
    if len(there) < 2 * settings.folds:
        raise ConfigError(
            "per_pool",
            settings.per_pool,
            "the coin left a probe fold without identities of one pool; draw at least "
            f"{8 * settings.folds} per pool, use fewer folds, or the balanced coin",
        )


def _name(number: int) -> str:
    return f"identity-{number:05}"


def _whole(key: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ConfigError(key, value, f"give a whole number from {least} to {most:,}")
