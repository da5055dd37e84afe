"""Every figure of the memorisation statistics in one table.

    python -m evaluation.memorisation_quality DATA [PART …]

The parts simulate models and read nothing: give any folder as ``DATA``. Without ``PART`` all are measured.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from evaluation.memorisation.null_models import (
    measure_bound,
    measure_null,
    measure_power,
    measure_verdicts,
)
from evaluation.parts import Measure, print_tables

PARTS: Mapping[str, Measure] = {
    "null": measure_null,
    "verdicts": measure_verdicts,
    "bound": measure_bound,
    "power": measure_power,
}


def main() -> int:
    """Prints the table of each part as it is measured. A wrong call exits with 2."""
    return print_tables("evaluation.memorisation_quality", PARTS)


if __name__ == "__main__":
    sys.exit(main())
