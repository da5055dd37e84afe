"""Every figure of the image side in one table.

    python -m evaluation.image_quality DATA [--images N] [PART …]

``DATA`` is a folder with ``images/`` and ``llava/`` as ``docs/evaluation.md`` describes them. Without
``PART`` all parts are measured; ``--images`` makes each of them smaller.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence

from evaluation.figures import Figure, table
from evaluation.images import damaged_files, decoys, faces, memory, metadata, receipts, redaction, speed
from evaluation.parts import chosen_parts

Measure = Callable[..., Sequence[Figure]]

PARTS: Mapping[str, Measure] = {
    "planted": redaction.measure_covered,
    "readable": redaction.measure_readable,
    "decoys": decoys.measure,
    "sroie": receipts.measure,
    "faces": faces.measure,
    "metadata": metadata.measure,
    "corrupted": damaged_files.measure,
    "speed": speed.measure,
    "memory": memory.measure,
}


def main() -> int:
    """Prints the table of each part as it is measured. 2 if a part is unknown or the folder is missing."""
    arguments = sys.argv[1:]
    size = None
    if "--images" in arguments:
        at = arguments.index("--images")
        size = int(arguments[at + 1])
        del arguments[at : at + 2]
    chosen = chosen_parts("evaluation.image_quality DATA [--images N]", arguments, PARTS)
    if chosen is None:
        return 2
    data, names = chosen
    for name in names:
        start = time.monotonic()
        figures = PARTS[name](data) if size is None else PARTS[name](data, size)
        seconds = time.monotonic() - start
        sys.stdout.write(f"\n{name} ({seconds:.0f} s)\n{table(figures)}")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
