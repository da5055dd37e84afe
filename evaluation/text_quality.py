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
    arguments = sys.argv[1:]
    if not arguments or not Path(arguments[0]).is_dir():
        sys.stderr.write(f"usage: python -m evaluation.text_quality DATA [{' | '.join(PARTS)} …]\n")
        return 2
    unknown = [name for name in arguments[1:] if name not in PARTS]
    if unknown:
        sys.stderr.write(f"no such part: {unknown[0]}; there are: {', '.join(PARTS)}\n")
        return 2
    for name in arguments[1:] or PARTS:
        sys.stdout.write(f"\n{name}\n{table(PARTS[name](Path(arguments[0])))}")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
