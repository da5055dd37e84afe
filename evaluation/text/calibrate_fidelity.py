"""Measures from which similarity on an unknown word may stand for one that tells an attribute.

    python -m evaluation.text.calibrate_fidelity [--write]        (about 10 s)

The pairs are those of ``lists/neutral_words.yaml``: words that people write in place of a gendered one, and
things in its place. The threshold is the lowest cosine that keeps out ``CAUGHT`` of the things on the tuning
half; both halves are printed. ``--write`` puts it into ``transforms/fidelity/thresholds.yaml`` with the
digest of the pairs and of the embedder's weights, so that a test sees when one of them changes.
"""

from __future__ import annotations

import hashlib
import math
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from transforms.engines.protocols import Embedder
from transforms.engines.registry import load_embedder

CAUGHT = 0.97
DIGITS = 2
FILE = "thresholds.yaml"


@dataclass(frozen=True, slots=True)
class WordPair:
    """``came`` stands in the place of ``went``; ``faithful`` if it says the same."""

    went: str
    came: str
    faithful: bool

    @property
    def held_out(self) -> bool:
        """True for the half that sets no threshold."""
        return hashlib.sha256(f"{self.went}\x00{self.came}".encode()).digest()[0] % 2 == 1


def calibration_pairs() -> list[WordPair]:
    """Every gendered word with its neutral ones, and with every thing."""
    path = resources.files("evaluation.text").joinpath("lists/neutral_words.yaml")
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    pairs: list[WordPair] = []
    for went, neutral in content["neutral"].items():
        pairs += [WordPair(went, came, True) for came in neutral]
        pairs += [WordPair(went, came, False) for came in content["things"]]
    return pairs


def digest_of(pairs: list[WordPair], embedder: Embedder) -> str:
    """SHA-256 over the pairs and the embedder's weights."""
    lines = [f"{pair.went}\t{pair.came}\t{pair.faithful}" for pair in pairs]
    return hashlib.sha256("\n".join([embedder.info.weights_sha256, *lines]).encode()).hexdigest()


def cosines_of(pairs: list[WordPair], embedder: Embedder) -> list[float]:
    """The similarity of each pair."""
    words = sorted({word for pair in pairs for word in (pair.went, pair.came)})
    vectors = dict(zip(words, embedder.embed(words), strict=True))
    return [float(np.dot(vectors[pair.went], vectors[pair.came])) for pair in pairs]


def threshold_for(pairs: list[WordPair], cosines: list[float]) -> float:
    """The lowest cosine, up to ``DIGITS`` decimals, that keeps out ``CAUGHT`` of the things of the tuning
    half."""
    things = sorted(
        cosine for pair, cosine in zip(pairs, cosines, strict=True) if not pair.faithful and not pair.held_out
    )
    lowest = things[min(len(things) - 1, math.ceil(CAUGHT * len(things)))]
    return float(math.ceil(lowest * 10**DIGITS) / 10**DIGITS)


def main() -> int:
    """Prints the threshold and what it lets pass; writes it if asked."""
    pairs, embedder = calibration_pairs(), load_embedder("minilm")
    cosines = cosines_of(pairs, embedder)
    threshold = threshold_for(pairs, cosines)
    for held_out in (False, True):
        for faithful in (True, False):
            chosen = [
                cosine >= threshold
                for pair, cosine in zip(pairs, cosines, strict=True)
                if pair.faithful is faithful and pair.held_out is held_out
            ]
            half, kind = "held-out" if held_out else "tuning", "neutral words" if faithful else "things"
            sys.stdout.write(f"{half}: {kind} that pass {sum(chosen)} of {len(chosen)}\n")
    written = f"doubt_cosine: {threshold}\ndata_sha256: {digest_of(pairs, embedder)}\n"
    sys.stdout.write(written)
    if "--write" in sys.argv[1:]:
        header = "# Written by evaluation/text/calibrate_fidelity.py; do not edit by hand.\n"
        Path(str(resources.files("transforms.fidelity").joinpath(FILE))).write_text(header + written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
