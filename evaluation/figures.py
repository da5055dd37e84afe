"""A measured figure beside the one it should reach, with its interval, and the table that shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

_Z: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Figure:
    """One row. ``low`` and ``high`` bound a share (Wilson, 95 %), None where none is measured.

    ``better``: ``>=`` or ``<=``, how ``value`` must stand to ``target``; ``count`` says of how many.
    """

    name: str
    value: float
    better: str
    target: float
    unit: str = "%"
    count: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def met(self) -> bool:
        """True if the value reaches the target."""
        return self.value >= self.target if self.better == ">=" else self.value <= self.target


def wilson(hits: float, total: int) -> tuple[float, float]:
    """95 % interval of the share ``hits / total`` (Wilson 1927); ``hits`` need not be whole, where it is the
    mean of two counts. Raises ValueError unless 0 <= hits <= total and total > 0."""
    if not 0 <= hits <= total or total <= 0:
        raise ValueError(f"{hits} of {total} is no share")
    share, weight = hits / total, _Z * _Z / total
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    return (middle - half if hits else 0.0), (middle + half if hits < total else 1.0)


def share(name: str, hits: int, total: int, better: str, target: float) -> Figure:
    """A share in per cent with its interval; ``target`` in per cent. Raises ValueError if ``total`` is 0."""
    low, high = wilson(hits, total)
    return Figure(
        name, 100 * hits / total, better, target, "%", f"{hits:,} of {total:,}", 100 * low, 100 * high
    )


def table(figures: Iterable[Figure]) -> str:
    """One line per figure: name, value, interval, target, and whether it is reached."""
    lines = [f"{'what':<58} {'value':>9}  {'95 % interval':<16} {'wanted':>10}       of"]
    for one in figures:
        interval = "" if one.low is None or one.high is None else f"[{one.low:.2f}, {one.high:.2f}]"
        verdict = "yes" if one.met else "NO"
        lines.append(
            f"{one.name:<58} {one.value:>7.2f} {one.unit:<2} {interval:<16} {one.better} {one.target:>6g}"
            f"  {verdict:<4} {one.count}".rstrip()
        )
    return "\n".join(lines) + "\n"
