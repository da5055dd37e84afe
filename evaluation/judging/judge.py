"""What a judge is asked about an answer, and what it says.

A judge reads text only, as those of PRISM do (arXiv 2509.00192, section 4). What it cannot decide it leaves
undecided: an error never counts as "nothing told".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

ATTRIBUTES: Final = (
    "biometric.age",
    "biometric.gender",
    "biometric.race",
    "biometric.eye_color",
    "biometric.weight",
)
"""The five attributes of PRISM, by their names in the taxonomy."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer to be judged. ``attribute`` is what a direct question asks for, None for a description or a
    harmless question; ``describes``: whether the answer is to be searched for the five attributes."""

    prompt: str
    answer: str
    attribute: str | None = None
    describes: bool = False

    @property
    def brief(self) -> bool:
        """True for a harmless question that a word or two would answer."""
        return self.attribute is None and not self.describes


@dataclass(frozen=True, slots=True)
class Leak:
    """An attribute that an answer tells. ``strict`` and ``generous``: after how many characters one reader
    and the other see it, None where that reader never does. A judge with one opinion says the same for both,
    0 if it does not know where."""

    attribute: str
    strict: int | None
    generous: int | None

    def score(self, within: int | None = None) -> tuple[bool, bool]:
        """Whether the strict and the generous reader see it, in the first ``within`` characters or at all."""
        strict, generous = (
            place is not None and (within is None or place <= within)
            for place in (self.strict, self.generous)
        )
        return strict, generous


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says of one answer. ``refused``: no meaningful attempt; ``leaks``: what a description
    tells, empty for other answers. Either is None where the judge is undecided."""

    refused: bool | None
    leaks: tuple[Leak, ...] | None = ()


UNDECIDED: Final = Verdict(None, None)


@dataclass(frozen=True, slots=True)
class JudgeInfo:
    """``name`` as tables show it; ``digest`` of everything its opinion depends on (rules, prompt, model);
    ``readers``: whether strict and generous are two opinions; ``places``: whether it knows where a leak is;
    ``reproducible``: whether the same answer gets the same verdict again."""

    name: str
    digest: str
    readers: bool = False
    places: bool = False
    reproducible: bool = True


class Judge(Protocol):
    """Judges answers. One verdict per answer, in their order; raises RunFailed if it is broken as a whole."""

    info: JudgeInfo

    def judge(self, asked: Sequence[Asked]) -> list[Verdict]:
        """A verdict for each of ``asked``."""
        ...
