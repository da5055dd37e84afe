"""Every figure of the text side in one table.

    python -m evaluation.text_quality DATA [PART …]

``DATA`` is a folder with ``llava/``, ``prism/``, ``rewriting/`` and ``pii_text/`` as ``docs/evaluation.md``
describes them. Without ``PART`` all parts are measured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from evaluation.figures import Figure, table
from evaluation.parts import chosen_parts
from evaluation.text import fidelity, judges, pii, questions, rewriting, traps, truth, verifier

PARTS: Mapping[str, Callable[[Path], Sequence[Figure]]] = {
    "fidelity": fidelity.measure,
    "judges": judges.measure,
    "pii": pii.measure,
    "questions": questions.measure,
    "rewriting": rewriting.measure,
    "traps": traps.measure,
    "truth": truth.measure,
    "verifier": verifier.measure,
}


def main() -> int:
    """Prints the table of each part as it is measured. 2 if a part is unknown or the folder is missing."""
    chosen = chosen_parts("evaluation.text_quality DATA", sys.argv[1:], PARTS)
    if chosen is None:
        return 2
    data, names = chosen
    for name in names:
        sys.stdout.write(f"\n{name}\n{table(PARTS[name](data))}")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
