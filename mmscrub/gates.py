"""``--fail-on``: bounds on shares of the records, as pure functions over the summary's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.config import Gate
from schemas.errors import ConfigError


def parse_gates(written: Sequence[str]) -> dict[str, float]:
    """``["quarantined=0.01"]`` as a mapping. Raises ConfigError that names what is allowed."""
    gates: dict[str, float] = {}
    allowed = ", ".join(gate.value for gate in Gate)
    for item in written:
        name, _, share = item.partition("=")
        try:
            gates[Gate(name).value] = float(share)
        except ValueError:
            raise ConfigError("fail_on", item, f"write NAME=SHARE with NAME one of {allowed}") from None
    return gates


def crossed_gates(gates: Mapping[Gate, float], summary: Mapping[str, Any]) -> list[str]:
    """One line for every gate whose share is above its bound."""
    records = summary["records"]["in"]
    counts = {
        Gate.QUARANTINED: summary["records"]["quarantined"],
        Gate.HELD_BACK: summary["verdicts"]["held_back"],
        Gate.FINDINGS: summary["records"]["with_findings"],
    }
    lines = []
    for gate, bound in gates.items():
        share = counts[gate] / records if records else 0.0
        if share > bound:
            lines.append(
                f"gate {gate.value}: {counts[gate]} of {records} records ({share:.4f}) is above {bound}"
            )
    return lines
