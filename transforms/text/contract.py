"""What passes between the steps of the text side. One element is one record's turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.edit import Action, Replacement, TextEdit
from schemas.finding import TextFinding
from schemas.reasons import Reason
from transforms.text.quoted_values import HiddenValues

Conversation = Sequence["TurnText"]


@dataclass(frozen=True, slots=True)
class TurnText:
    """The text of one turn. ``question`` is true for what a human or the system says; ``context`` for a turn
    that is read only for what it means for the others; ``hidden`` is what the record's images no longer
    show."""

    text: str
    question: bool
    context: bool = False
    hidden: HiddenValues | None = None


@dataclass(frozen=True, slots=True)
class TextCandidate:
    """One way to clean a conversation, best first. Not yet verified."""

    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class Attempt:
    """The last candidate of a conversation that is held back: why it is can only be seen in it."""

    texts: tuple[str, ...]
    edits: tuple[TextEdit, ...]


@dataclass(frozen=True, slots=True)
class CleanedText:
    """The outcome for one conversation. ``reason`` is None if the verifier passed it, else ``attempt`` is
    what did not pass; ``fidelity`` is None if nothing was changed that has a meaning to keep."""

    texts: tuple[str, ...]
    findings: tuple[TextFinding, ...]
    edits: tuple[TextEdit, ...]
    fidelity: float | None
    reason: Reason | None
    attempt: Attempt | None = None

    @property
    def removed(self) -> frozenset[int]:
        """Turns that are left out of what is emitted; their text is empty."""
        return frozenset(edit.turn for edit in self.edits if edit.action is Action.DROP)
