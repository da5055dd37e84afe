"""One row per test, and what it comes to once all tests are held against one error rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from evaluation.memorisation.multiple import holm


class Group(StrEnum):
    """Whom a test looks at."""

    PLANTED = "planted"
    HELD_OUT = "held-out"
    BOTH = "planted vs held-out"


class Verdict(StrEnum):
    """``memory``: p at most alpha after Holm's correction; ``weak``: only before it. ``too small``: no score
    could have reached alpha. ``stands out``: a held-out group does, so no p-value of this file holds."""

    MEMORY = "memory"
    WEAK = "weak"
    NONE = "none seen"
    TOO_SMALL = "too small"
    CLEAN = "clean"
    BROKEN = "stands out"
    FIGURE = "no test"


@dataclass(frozen=True, slots=True)
class Statistic:
    """A test of one group of ``units``.

    ``value`` of ``measure`` with its 95 % interval; ``p_value`` one-sided, None for a figure without one;
    ``smallest``: the least p-value that so many units and references can give. ``note`` says what limits it.
    """

    test: str
    group: Group
    units: int
    measure: str
    value: float
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    smallest: float = 0.0
    note: str = ""
    adjusted: float | None = None
    verdict: Verdict = Verdict.FIGURE


def with_verdicts(rows: Sequence[Statistic], alpha: float) -> list[Statistic]:
    """The rows with p-values after Holm 1979, among those that may show memory and among the held-out ones
    apart, and with the verdict at ``alpha``."""
    families = [
        [index for index, row in enumerate(rows) if row.p_value is not None and (row.group in groups)]
        for groups in ((Group.PLANTED, Group.BOTH), (Group.HELD_OUT,))
    ]
    judged = list(rows)
    for family in families:
        if not family:
            continue
        adjusted = holm([rows[index].p_value or 0.0 for index in family])
        for index, corrected in zip(family, adjusted, strict=True):
            judged[index] = _judged(rows[index], float(corrected), alpha)
    return judged


def _judged(row: Statistic, adjusted: float, alpha: float) -> Statistic:
    p = row.p_value if row.p_value is not None else 1.0
    if row.group is Group.HELD_OUT:
        verdict = Verdict.BROKEN if adjusted <= alpha else Verdict.CLEAN
    elif adjusted <= alpha:
        verdict = Verdict.MEMORY
    elif row.smallest > alpha:
        verdict = Verdict.TOO_SMALL
    else:
        verdict = Verdict.WEAK if p <= alpha else Verdict.NONE
    note = row.note
    if row.smallest > alpha:
        limit = f"p cannot be below {row.smallest:.3g} with so few units and references"
        note = f"{note}; {limit}" if note else limit
    return replace(row, adjusted=adjusted, verdict=verdict, note=note)


def finite_or_none(number: float | None) -> float | None:
    """``number`` where JSON can hold it."""
    return number if number is not None and math.isfinite(number) else None
