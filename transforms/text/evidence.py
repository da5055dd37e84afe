"""What a guess rests on, and goes with it: "is of Thai descent, judging by her features"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from transforms.text.persons import token_range

if TYPE_CHECKING:
    from spacy.tokens import Doc

TIMEOUT_SECONDS = 2.0
_EVIDENCE = regex.compile(
    r"(?i)(?:,| [\u2013\u2014-])?(?: (?:most )?(?:likely|possibly|probably))?,?"
    r" (?:(?:judging (?:by|from)|based (?:up)?on|going by|given|as (?:suggested|indicated|evidenced|shown)"
    r" by) (?:his|her|their|the|its|this)\b"
    r"|(?<=[\u2013\u2014,-] )(?:particularly|especially|notably) (?:in|around) (?:his|her|their|the)\b)"
    r"[^.;!?()]{0,120}(?=[.;!?]|$)"
)


def evidence_end(doc: Doc, end: int) -> int:
    """The character behind the evidence that begins at character ``end``; ``end`` itself without any."""
    found = _EVIDENCE.match(doc.text, end, timeout=TIMEOUT_SECONDS)
    return found.end() if found is not None else end


def token_behind(doc: Doc, end: int) -> int:
    """The token behind the one that ends with character ``end``."""
    return token_range(doc, end - 1, end)[1]
