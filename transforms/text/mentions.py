"""One mention of an attribute in a passage: where it stands and what grammar an edit must respect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.finding import Kind


class Form(StrEnum):
    """How the mention is built into its sentence."""

    NOUN = "noun"
    """Names a person: replaced by ``neutral``."""
    MODIFIER = "modifier"
    """Stands before a noun for a person: deleted with its comma or "and"."""
    PREDICATE = "predicate"
    """Said of a subject through be, look, seem, appear."""
    VERB_PHRASE = "verb_phrase"
    """A verb and its complement: "weighs 80 kg"."""
    POSTMODIFIER = "postmodifier"
    """Follows its noun and can be left out: "of Asian descent", "aged 30"."""
    PRONOUN = "pronoun"
    TITLE = "title"
    """Stands before a name: "Mrs."."""
    VALUE = "value"
    """The value behind a label: "Age: 30"."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters ``start:end`` of a passage tell ``attribute``."""

    start: int
    end: int
    attribute: str
    kind: Kind
    rule: str
    form: Form
    neutral: str = ""
    plural: bool = False
    score: float = 0.9


def without_overlaps(mentions: Iterable[Mention]) -> list[Mention]:
    """In text order; of two that overlap, the longer, then the earlier one given."""
    chosen: list[Mention] = []
    for mention in sorted(mentions, key=lambda item: item.start - item.end):
        if all(mention.end <= other.start or other.end <= mention.start for other in chosen):
            chosen.append(mention)
    return sorted(chosen, key=lambda item: item.start)
