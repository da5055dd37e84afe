"""Every figure of watermarked splits in one table.

    python -m evaluation.watermark_quality DATA [PART …]

``DATA`` is a folder with ``llava/`` as ``docs/evaluation.md`` describes it. Without ``PART`` all parts are
measured. A part is a module of ``evaluation/watermark/`` with ``measure``, listed here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from evaluation.parts import Measure, print_tables
from evaluation.watermark import blind_gate, irrelevance, near_duplicates

PARTS: Mapping[str, Measure] = {
    "blind_gate": blind_gate.measure,
    "irrelevance": irrelevance.measure,
    "near_duplicates": near_duplicates.measure,
}


def main() -> int:
    """Prints the table of each part as it is measured. A wrong call exits with 2."""
    return print_tables("evaluation.watermark_quality", PARTS)


if __name__ == "__main__":
    sys.exit(main())
