"""``--fail-on``: bounds on shares, as pure functions over the summary's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from pipeline.config import Gate
from pipeline.prism.config import PrismGate
from pipeline.watermark.config import SplitGate
from schemas.errors import ConfigError
from schemas.watermark import Legibility, Variant

AnyGate = TypeVar("AnyGate", bound=StrEnum)


def parse_gates(written: Sequence[str], kind: type[StrEnum] = Gate) -> dict[str, float]:
    """``["quarantined=0.01"]`` as a mapping. Raises ConfigError that names what is allowed."""
    gates: dict[str, float] = {}
    allowed = ", ".join(gate.value for gate in kind)
    for item in written:
        name, _, share = item.partition("=")
        try:
            gates[kind(name).value] = float(share)
        except ValueError:
            raise ConfigError("fail_on", item, f"write NAME=SHARE with NAME one of {allowed}") from None
    return gates


def crossed_gates(gates: Mapping[Gate, float], summary: Mapping[str, Any]) -> list[str]:
    """One line for every gate of a build or audit whose share is above its bound."""
    records = summary["records"]["in"]
    counts = {
        Gate.QUARANTINED: summary["records"]["quarantined"],
        Gate.HELD_BACK: summary["verdicts"]["held_back"],
        Gate.FINDINGS: summary["records"]["with_findings"],
    }
    return _crossed(gates, {gate: (count, records, "records") for gate, count in counts.items()})


def crossed_split_gates(
    gates: Mapping[SplitGate, float], summary: Mapping[str, Any], wanted: Legibility | None
) -> list[str]:
    """One line for every gate of a watermarked split whose share is above its bound. ``wanted``: legibility
    that was asked for, readable where none was."""
    buckets = summary["legibility"].get(Variant.MARKED.value, {})
    marks = sum(buckets.values())
    records = summary["records"]
    return _crossed(
        gates,
        {
            SplitGate.QUARANTINED: (records["quarantined"], records["in"], "records"),
            SplitGate.ILLEGIBLE: (marks - buckets.get(wanted or Legibility.READABLE, 0), marks, "marks"),
        },
    )


def crossed_prism_gates(gates: Mapping[PrismGate, float], summary: Mapping[str, Any]) -> list[str]:
    """One line for every gate of a run that writes question sets whose share is above its bound."""
    records = summary["records"]
    return _crossed(gates, {PrismGate.QUARANTINED: (records["quarantined"], records["in"], "records")})


def _crossed(gates: Mapping[AnyGate, float], counts: Mapping[AnyGate, tuple[int, int, str]]) -> list[str]:
    lines = []
    for gate, bound in gates.items():
        count, whole, what = counts[gate]
        share = count / whole if whole else 0.0
        if share > bound:
            lines.append(f"gate {gate.value}: {count} of {whole} {what} ({share:.4f}) is above {bound}")
    return lines
