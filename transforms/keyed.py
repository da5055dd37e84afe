"""Every keyed draw: a function of (key, names) and of nothing else.

Each draw hashes its names under the key (BLAKE2b, RFC 7693), so it depends on no order, shard, thread or
earlier draw, and whoever has the key can repeat it. Names are ``purpose`` first, then what the draw is for;
they are told apart by their lengths, so ("a", "bc") and ("ab", "c") are different draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final, TypeVar

from schemas.errors import ConfigError

Item = TypeVar("Item")

_WORD: Final = 1 << 64
_STEP: Final = 2.0**-53
_LONGEST_KEY: Final = 64
_PERSON: Final = b"mmscrub.marks"


class Draws:
    """The draws of one purpose: ``Draws(key, "rate").uniform(sha)`` equals ``uniform(key, "rate", sha)``, and
    is faster where there are many.

    Raises:
        ConfigError: an empty key; what it draws could be foretold.
    """

    __slots__ = ("_start",)

    def __init__(self, key: bytes, *names: str) -> None:
        if not key:
            raise ConfigError("key", "", "give a secret key that is not empty")
        short = key if len(key) <= _LONGEST_KEY else blake2b(key).digest()
        self._start = blake2b(key=short, digest_size=16, person=_PERSON)
        for name in names:
            self._start.update(_framed(name))

    def digest(self, *names: str) -> bytes:
        """16 bytes."""
        state = self._start.copy()
        for name in names:
            state.update(_framed(name))
        return state.digest()

    def uniform(self, *names: str) -> float:
        """A number in [0, 1), a multiple of 2**-53."""
        return (int.from_bytes(self.digest(*names)[:8], "big") >> 11) * _STEP

    def below(self, bound: int, *names: str) -> int:
        """A whole number in 0..bound-1, each as likely as any other: draws that would favour the low ones are
        made again.

        Raises:
            ConfigError: ``bound`` is not in 1..2**64.
        """
        if not 1 <= bound <= _WORD:
            raise ConfigError("bound", bound, "draw from at least one and at most 2**64 values")
        digest = self.digest(*names)
        number = int.from_bytes(digest[:8], "big")
        last = _WORD - _WORD % bound
        attempt = 0
        while number >= last:
            attempt += 1
            number = int.from_bytes(self.digest(*names, f"again {attempt}")[:8], "big")
        return number % bound


def uniform(key: bytes, *names: str) -> float:
    """A number in [0, 1) for ``names``."""
    return Draws(key).uniform(*names)


def below(key: bytes, bound: int, *names: str) -> int:
    """A whole number in 0..bound-1 for ``names``, without bias."""
    return Draws(key).below(bound, *names)


def pick(key: bytes, items: Sequence[Item], *names: str) -> Item:
    """One of ``items`` for ``names``; depends on their order.

    Raises:
        ConfigError: there are none.
    """
    return items[Draws(key).below(len(items), *names)]


def order(key: bytes, names: Iterable[str], purpose: str) -> list[str]:
    """``names`` in an order that depends on what they are and not on how they came."""
    draws = Draws(key, purpose)
    return [name for _, name in sorted((draws.digest(name), name) for name in names)]


def seed(key: bytes, *names: str) -> int:
    """128 bits to seed a generator with, where numpy draws many numbers: ``PCG64(seed(key, purpose))``."""
    return int.from_bytes(Draws(key).digest(*names), "big")


def _framed(name: str) -> bytes:
    said = name.encode("utf-8", "surrogatepass")
    return b"%d:%b" % (len(said), said)
