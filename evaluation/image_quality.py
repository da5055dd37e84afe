"""Every figure of the image side in one table.

    python -m evaluation.image_quality DATA [--images N] [PART …]

``DATA`` is a folder with ``images/`` and ``llava/`` as ``docs/evaluation.md`` describes them. Without
``PART`` all parts are measured; ``--images`` makes each of them smaller.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from evaluation.images import (
    consistency,
    damaged_files,
    decoys,
    faces,
    filled_forms,
    memory,
    metadata,
    other_layouts,
    receipts,
    redaction,
    signatures,
    speed,
    stand_ins,
)
from evaluation.parts import Measure, print_tables

PARTS: Mapping[str, Measure] = {
    "planted": redaction.measure_covered,
    "layouts": other_layouts.measure,
    "forms": filled_forms.measure,
    "signatures": signatures.measure,
    "readable": redaction.measure_readable,
    "decoys": decoys.measure,
    "consistency": consistency.measure,
    "surrogates": stand_ins.measure,
    "sroie": receipts.measure,
    "faces": faces.measure,
    "metadata": metadata.measure,
    "corrupted": damaged_files.measure,
    "speed": speed.measure,
    "memory": memory.measure,
}


def main() -> int:
    """Prints the table of each part as it is measured. A wrong call exits with 2."""
    return print_tables("evaluation.image_quality", PARTS, sized=True)


if __name__ == "__main__":
    sys.exit(main())
