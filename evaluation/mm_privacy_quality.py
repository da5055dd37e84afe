"""Every figure of disclosure and retention benchmarks in one table.

    python -m evaluation.mm_privacy_quality DATA [PART …]

``DATA`` is the folder of ``docs/evaluation.md``. Without ``PART`` all parts are measured. A part is a module
of ``evaluation/mm_privacy/`` with ``measure``, listed here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from evaluation.mm_privacy import matcher_quality
from evaluation.parts import Measure, print_tables

PARTS: Mapping[str, Measure] = {
    "matcher": matcher_quality.measure,
}


def main() -> int:
    """Prints the table of each part as it is measured. A wrong call exits with 2."""
    return print_tables("evaluation.mm_privacy_quality", PARTS)


if __name__ == "__main__":
    sys.exit(main())
