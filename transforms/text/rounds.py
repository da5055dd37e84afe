"""What ties a question to its answer, to its options and to the round before it.

An edit must not make a statement false, and what one round hides no other may presuppose. So a round is
refused
- that asks for an attribute;
- that asks whether somebody exists, with more to it, and is denied: "Is there a woman in red? No.";
- whose options an edit would make equal: "A. a man  B. a woman";
- that leans on a refused one: "Are you sure?", "And the other person?".
A round is left out whose answer says something of all whom a word means, where the wider word means others
too: "There are no women here.", "Most of the men sit, the women stand.".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from schemas.edit import Action
from schemas.finding import TextFinding
from schemas.policy import Policy
from transforms.text.contract import Conversation
from transforms.text.question_rules import TIMEOUT_SECONDS, load_round_rules
from transforms.text.questions import EVIDENCE, QUALIFIED
from transforms.text.refuse import is_refusal

_OPTION = regex.compile(r"(?m)^[ \t]*\(?(?P<letter>[A-Ha-h])[.):][ \t]*(?P<text>\S[^\n]*)$")
_INLINE_OPTION = regex.compile(
    r"(?<![\w.])\(?(?P<letter>[A-H])[.):][ \t]*(?P<text>[^\n]+?)(?=[\s,;]+\(?[A-H][.):]|\s*$)"
)
_LEAD = 32
"""Characters before a noun in which its "no" or "all" stands."""
_IMAGE_TOKEN = regex.compile(r"<(?:image|video|im_start|im_end|im_patch)>\s*")


@dataclass(frozen=True, slots=True)
class Rounds:
    """``refused``: answer turn to the finding that is the reason; ``kept``: spans of question turns that
    stay as they are because their answer tells nothing; ``restated``: spans to be said again without what
    they presuppose; ``leaning``: refused answers whose question leans on the refused round before;
    ``untrue``: answers to leave out, that no wider word keeps true."""

    refused: Mapping[int, TextFinding]
    kept: Mapping[int, tuple[tuple[int, int], ...]]
    restated: tuple[TextFinding, ...]
    leaning: frozenset[int]
    untrue: Mapping[int, TextFinding]

    def keeps(self, finding: TextFinding) -> bool:
        """True if ``finding`` lies in a span that stays or is said again as a whole."""
        spans = self.kept.get(finding.turn, ())
        return any(start <= finding.start and finding.end <= end for start, end in spans)


def read_rounds(conversation: Conversation, findings: Sequence[TextFinding], policy: Policy) -> Rounds:
    """The rounds of a conversation that are refused under ``policy``, in order, and what that means for
    their questions. Raises TimeoutError on a runaway pattern."""
    refused: dict[int, TextFinding] = {}
    kept: dict[int, tuple[tuple[int, int], ...]] = {}
    restated: list[TextFinding] = []
    leaning: set[int] = set()
    untrue: dict[int, TextFinding] = {}
    told: dict[int, list[TextFinding]] = {}
    asked: dict[int, list[TextFinding]] = {}
    for finding in findings:
        (asked if finding.asks else told).setdefault(finding.turn, []).append(finding)
    before: TextFinding | None = None
    for turn in range(len(conversation) - 1):
        if not conversation[turn].question or conversation[turn + 1].question:
            continue
        question, answer = conversation[turn].text, conversation[turn + 1].text
        cause = _asks(asked.get(turn, ()), answer, policy)
        changed = [one for one in told.get(turn, ()) if policy.acts_on(one.attribute, one.kind)]
        options = _options(question) if cause or changed else ()
        if cause is None and len(options) > 1:
            cause = _made_equal(question, options, changed)
        if cause is None and before is not None and follows(question):
            cause = before
            leaning.add(turn + 1)
        before = cause
        if cause is None:
            scoped = _scoped(answer, told.get(turn + 1, ()), policy)
            if scoped is None and turn - 1 in untrue and follows(question):
                scoped = untrue[turn - 1]
            if scoped is not None:
                untrue[turn + 1] = scoped
            continue
        refused[turn + 1] = cause
        grounds = [one for one in asked.get(turn, ()) if one.detector == EVIDENCE]
        restated.extend(grounds[:1])
        spans = [(one.start, one.end) for one in grounds[:1]]
        if len(options) > 1:
            spans.append((options[0][0], options[-1][1]))
        spans += [(one.start, one.end) for one in asked.get(turn, ()) if one.detector == QUALIFIED]
        if spans:
            kept[turn] = tuple(spans)
    return Rounds(refused, kept, tuple(restated), frozenset(leaning), untrue)


def _asks(asked: Sequence[TextFinding], answer: str, policy: Policy) -> TextFinding | None:
    """The first finding for which the round is refused."""
    for finding in asked:
        if policy.questions.get(finding.attribute) is not Action.REFUSE:
            continue
        if finding.detector == QUALIFIED and not denies(answer) and not is_refusal(answer, policy.refusals):
            continue
        return finding
    return None


def _scoped(answer: str, told: Sequence[TextFinding], policy: Policy) -> TextFinding | None:
    """The first noun or adjective of an answer that a wider word would make false."""
    if policy.pronouns_only or is_refusal(answer, policy.refusals):
        return None
    rules = load_round_rules()
    said = [
        one
        for one in told
        if one.detector.startswith("lexicon.")
        and not one.detector.endswith((".pronoun", ".title"))
        and policy.questions.get(one.attribute) is Action.REFUSE
        and policy.acts_on(one.attribute, one.kind)
    ]
    for one in said:
        lead = answer[max(0, one.start - _LEAD) : one.start]
        if rules.denied.search(lead, timeout=TIMEOUT_SECONDS):
            return replace(one, detector="truth.denied")
        others = {_singular(answer[other.start : other.end]) for other in said}
        if len(others) > 1 and rules.mixed.search(lead, timeout=TIMEOUT_SECONDS):
            return replace(one, detector="truth.mixed")
    return None


def _singular(noun: str) -> str:
    word = noun.lower()
    return "child" if word == "children" else word.replace("men", "man").removesuffix("s")


def denies(answer: str) -> bool:
    """True if an answer says no to whether something is there."""
    return bool(load_round_rules().negative.search(answer[:200], timeout=TIMEOUT_SECONDS))


def follows(question: str) -> bool:
    """True if a question can only be understood from the answer before it."""
    said = _IMAGE_TOKEN.sub("", question).strip()
    if len(said) > 120:
        return False
    return any(one.search(said, timeout=TIMEOUT_SECONDS) for one in load_round_rules().follow_ups)


def _options(question: str) -> tuple[tuple[int, int], ...]:
    """Spans of the texts of the choices of a question, in order; none if it offers no lettered ones."""
    for expression in (_OPTION, _INLINE_OPTION):
        found = list(expression.finditer(question))
        letters = [match.group("letter").upper() for match in found]
        if len(found) > 1 and letters == [chr(ord("A") + index) for index in range(len(found))]:
            return tuple(match.span("text") for match in found)
    return ()


def _made_equal(
    question: str, options: Sequence[tuple[int, int]], told: Sequence[TextFinding]
) -> TextFinding | None:
    """The finding for which two options would read alike once it is hidden; None if they stay distinct."""
    seen: dict[str, tuple[int, int]] = {}
    for start, end in options:
        hidden = question[start:end]
        inside = [one for one in told if start <= one.start and one.end <= end]
        for one in sorted(inside, key=lambda item: -item.start):
            hidden = hidden[: one.start - start] + "\x00" + hidden[one.end - start :]
        hidden = " ".join(hidden.lower().split())
        first = seen.setdefault(hidden, (start, end))
        if first != (start, end) and inside:
            return inside[0]
    return None
