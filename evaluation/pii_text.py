"""How much of the personal data in labelled text is found: span recall per type, with Wilson intervals.

    python -m evaluation.pii_text FILE [FILE …]

Reads the JSON of presidio-research (https://github.com/microsoft/presidio-research): a list of objects with
``full_text`` and ``spans``. A span counts as found if findings cover at least 60 % of its letters and digits.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.figures import wilson
from schemas.edit import Action
from schemas.finding import TextFinding
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from schemas.taxonomy import load_taxonomy
from transforms.engines.registry import load_parser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.contract import TurnText

COVERED = 0.6


def pii_policy() -> Policy:
    """Looks for every ``pii.*`` attribute and nothing else."""
    wanted = {name: Action.MASK for name, item in load_taxonomy().items() if item.parent == "pii"}
    return Policy(
        name="pii-recall",
        mentions=wanted,
        questions={},
        proxy_level=ProxyLevel.PERMISSIVE,
        refusals=("",),
        age_nouns=False,
        min_text_fidelity=0.0,
        image=ImagePolicy(),
    )


def is_found(text: str, start: int, end: int, findings: Sequence[TextFinding]) -> bool:
    """True if findings cover at least 60 % of the letters and digits of ``text[start:end]``."""
    letters = [position for position in range(start, end) if text[position].isalnum()]
    covered = sum(any(f.start <= position < f.end for f in findings) for position in letters)
    return covered >= COVERED * len(letters)


def recall(samples: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    """(found, all) per gold type. Spans without a letter or digit do not count."""
    texts = [[TurnText(sample["full_text"], question=False)] for sample in samples]
    rules, parser = load_text_rules(pii_policy()), load_parser("bundled")
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for sample, findings in zip(samples, audit_conversations(texts, rules=rules, parser=parser), strict=True):
        for span in sample["spans"]:
            start, end, text = span["start_position"], span["end_position"], sample["full_text"]
            if any(character.isalnum() for character in text[start:end]):
                total[span["entity_type"]] += 1
                found[span["entity_type"]] += is_found(text, start, end, findings)
    return {name: (found[name], total[name]) for name in sorted(total)}


def main() -> None:
    """Prints one line per gold type."""
    samples = [sample for name in sys.argv[1:] for sample in json.loads(Path(name).read_text("utf-8"))]
    sys.stdout.write(f"{len(samples)} texts\n")
    for name, (hits, total) in recall(samples).items():
        low, high = wilson(hits, total)
        sys.stdout.write(f"{name:<16} {hits:>5}/{total:<5} {hits / total:.3f}  [{low:.3f}, {high:.3f}]\n")


if __name__ == "__main__":
    main()
