"""Every figure of the image side in one table.

    python -m evaluation.image_quality DATA [--images N] [PART …]

``DATA`` is a folder with ``images/`` and ``llava/`` as ``docs/evaluation.md`` describes them. Without
``PART`` all parts are measured; ``--images`` makes each of them smaller.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evaluation.figures import Figure, table
from evaluation.images import damaged_files, decoys, faces, memory, metadata, receipts, redaction, speed

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
    if not arguments or not Path(arguments[0]).is_dir():
        usage = f"usage: python -m evaluation.image_quality DATA [--images N] [{' | '.join(PARTS)} …]\n"
        sys.stderr.write(usage)
        return 2
    unknown = [name for name in arguments[1:] if name not in PARTS]
    if unknown:
        sys.stderr.write(f"no such part: {unknown[0]}; there are: {', '.join(PARTS)}\n")
        return 2
    data = Path(arguments[0])
    for name in arguments[1:] or PARTS:
        start = time.monotonic()
        figures = PARTS[name](data) if size is None else PARTS[name](data, size)
        seconds = time.monotonic() - start
        sys.stdout.write(f"\n{name} ({seconds:.0f} s)\n{table(figures)}")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
