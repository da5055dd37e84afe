"""Every figure of the text side in one table.

    python -m evaluation.text_quality DATA [PART …]

``DATA`` is a folder with ``llava/``, ``prism/``, ``rewriting/`` and ``pii_text/`` as ``docs/evaluation.md``
describes them. Without ``PART`` all parts are measured.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from evaluation.parts import Measure, print_tables
from evaluation.text import fidelity, judges, pii, questions, rewriting, traps, truth, verifier

PARTS: Mapping[str, Measure] = {
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
    """Prints the table of each part as it is measured. A wrong call exits with 2."""
    return print_tables("evaluation.text_quality", PARTS)


if __name__ == "__main__":
    sys.exit(main())
