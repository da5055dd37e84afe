"""Cleans conversations: decide, propose, apply, verify, measure; blunter where the first try still leaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.edit import Action, Replacement, TextEdit
from schemas.finding import Kind, TextFinding
from schemas.policy import Policy
from schemas.reasons import Reason
from transforms.engines.protocols import Embedder, TextParser
from transforms.fidelity.text import TextPair, is_measured, text_fidelity
from transforms.text.apply_edits import apply_edits, original_span
from transforms.text.audit import ReadTurn, read_conversations
from transforms.text.contract import CleanedText, Conversation, TextCandidate
from transforms.text.decide import Decision, decide
from transforms.text.mentions import Mention
from transforms.text.refuse import choose_refusal, is_refusal
from transforms.text.rewrite import rewrite_passage
from transforms.text.rules import TextRules
from transforms.text.verify import Check, Leak, checks_for, leaks_in

MAX_CANDIDATES = 3
"""The grammatical rewrite, then up to two passes that put a blunt word where the verifier still sees a leak."""


@dataclass(frozen=True, slots=True)
class _Applied:
    texts: tuple[str, ...]
    edits: tuple[TextEdit, ...]
    leaks: tuple[Leak, ...]


def clean_conversations(
    conversations: Sequence[Conversation],
    findings: Sequence[Sequence[TextFinding]],
    *,
    keys: Sequence[str],
    policy: Policy,
    rules: TextRules,
    parser: TextParser,
    embedder: Embedder,
) -> list[CleanedText]:
    """The cleaned form of each conversation, in order, with the edits that were made and the verdict.

    ``findings``: what ``audit_conversations`` said of each, with the same rules; ``keys``: the record keys.
    A conversation with a ``reason`` keeps its original texts and has no edits. Raises ValueError if the
    three sequences differ in length.
    """
    checks = checks_for(policy)
    decisions = [
        decide(conversation, found, policy)
        for conversation, found in zip(conversations, findings, strict=True)
    ]
    touched = [index for index, one in enumerate(decisions) if one.edited and not one.dropped]
    reads = dict(
        zip(
            touched,
            read_conversations([conversations[i] for i in touched], rules=rules, parser=parser),
            strict=True,
        )
    )
    applied: list[_Applied] = []
    for index, (conversation, decision, key) in enumerate(zip(conversations, decisions, keys, strict=True)):
        candidate = TextCandidate(tuple(_replacements(conversation, decision, reads.get(index), policy, key)))
        applied.append(_settled(conversation, candidate, checks, policy))
    scores = _fidelities(conversations, decisions, applied, embedder)
    return [
        _verdict(conversation, found, decision, result, score, policy)
        for conversation, found, decision, result, score in zip(
            conversations, findings, decisions, applied, scores, strict=True
        )
    ]


def _replacements(
    conversation: Conversation, decision: Decision, reads: Sequence[ReadTurn] | None, policy: Policy, key: str
) -> Iterator[Replacement]:
    for turn, cause in sorted(decision.refused.items()):
        refusal = choose_refusal(policy.refusals, key, turn)
        length = len(conversation[turn].text)
        yield Replacement(
            turn, 0, length, refusal, cause.attribute, cause.kind, Action.REFUSE, cause.detector
        )
    if reads is None:
        return
    wanted = {(one.turn, one.start, one.end, one.attribute): action for one, action in decision.edited}
    for turn in sorted({one.turn for one, _ in decision.edited}):
        yield from _turn_replacements(turn, reads[turn], wanted)


def _turn_replacements(
    turn: int, read: ReadTurn, wanted: dict[tuple[int, int, int, str], Action]
) -> Iterator[Replacement]:
    for passage, mentions, doc in zip(read.passages, read.mentions, read.docs, strict=True):
        chosen: list[tuple[Mention, Action]] = []
        for mention in mentions.told:
            start, end = read.folded.original_span(
                passage.offset + mention.start, passage.offset + mention.end
            )
            action = wanted.get((turn, start, end, mention.attribute))
            if action is not None:
                chosen.append((mention, action))
        if not chosen:
            continue
        actions = {mention: action for mention, action in chosen}
        for edit in rewrite_passage(passage.text, doc, chosen):
            start, end = read.folded.original_span(passage.offset + edit.start, passage.offset + edit.end)
            cause = edit.cause
            yield Replacement(
                turn,
                start,
                end,
                edit.text,
                cause.attribute,
                cause.kind,
                _shown(actions[cause], edit.rule),
                edit.rule,
            )


def _shown(action: Action, rule: str) -> Action:
    return Action.MASK if rule.startswith("mask.") else action


def _settled(
    conversation: Conversation, candidate: TextCandidate, checks: Sequence[Check], policy: Policy
) -> _Applied:
    """The first candidate without a leak, else the last one tried."""
    result = _apply(conversation, candidate, checks, policy)
    for _ in range(MAX_CANDIDATES - 1):
        if not result.leaks:
            break
        candidate = _blunter(candidate, result)
        result = _apply(conversation, candidate, checks, policy)
    return result


def _apply(
    conversation: Conversation, candidate: TextCandidate, checks: Sequence[Check], policy: Policy
) -> _Applied:
    texts, edits = apply_edits([turn.text for turn in conversation], candidate.replacements)
    leaks = tuple(
        leak
        for turn, (text, said) in enumerate(zip(texts, conversation, strict=True))
        if not is_refusal(text, policy.refusals)
        for leak in leaks_in(
            turn, text, checks, question=said.question, refused=_answer_refused(texts, turn, policy)
        )
    )
    return _Applied(texts, edits, leaks)


def _answer_refused(texts: Sequence[str], turn: int, policy: Policy) -> bool:
    return turn + 1 < len(texts) and is_refusal(texts[turn + 1], policy.refusals)


def _blunter(candidate: TextCandidate, result: _Applied) -> TextCandidate:
    """``candidate`` with a blunt replacement at every leak; edits that a leak touches give way to it."""
    added: list[Replacement] = []
    for leak in result.leaks:
        start, end = original_span(result.edits, leak.turn, leak.start, leak.end)
        blunt = _within(result, leak)
        one = Replacement(
            leak.turn, start, end, blunt, leak.attribute, Kind.IMPLICIT, Action.REWRITE, f"blunt.{leak.rule}"
        )
        if all(one.turn != other.turn or one.end <= other.start or other.end <= one.start for other in added):
            added.append(one)
    kept = [
        item
        for item in candidate.replacements
        if all(item.turn != one.turn or item.end <= one.start or one.end <= item.start for one in added)
    ]
    return replace(candidate, replacements=(*kept, *added))


def _within(result: _Applied, leak: Leak) -> str:
    """The blunt word inside what the touched edits had written around it."""
    left, right = leak.start, leak.end
    for edit in result.edits:
        if edit.turn == leak.turn and edit.new_start < leak.end and leak.start < edit.new_end:
            left, right = min(left, edit.new_start), max(right, edit.new_end)
    text = result.texts[leak.turn]
    word = leak.blunt
    if text[leak.start : leak.end][:1].isupper() and word and not word.startswith("["):
        word = word[0].upper() + word[1:]
    return text[left : leak.start] + word + text[leak.end : right]


def _fidelities(
    conversations: Sequence[Conversation],
    decisions: Sequence[Decision],
    applied: Sequence[_Applied],
    embedder: Embedder,
) -> list[float | None]:
    pairs: list[TextPair] = []
    owners: list[int] = []
    for index, (conversation, decision, result) in enumerate(
        zip(conversations, decisions, applied, strict=True)
    ):
        for turn in sorted({edit.turn for edit in result.edits}):
            edits = tuple(edit for edit in result.edits if edit.turn == turn)
            if is_measured(edits):
                context = result.texts[turn - 1] if turn and not conversation[turn].question else ""
                told = tuple((one.start, one.end) for one, _ in decision.edited if one.turn == turn)
                pairs.append(TextPair(conversation[turn].text, result.texts[turn], context, edits, told))
                owners.append(index)
    lowest: list[float | None] = [None] * len(conversations)
    for owner, score in zip(owners, text_fidelity(pairs, embedder), strict=True):
        current = lowest[owner]
        lowest[owner] = score if current is None else min(current, score)
    return lowest


def _verdict(
    conversation: Conversation,
    findings: Sequence[TextFinding],
    decision: Decision,
    result: _Applied,
    fidelity: float | None,
    policy: Policy,
) -> CleanedText:
    reason: Reason | None = None
    if decision.dropped:
        reason = Reason.DROPPED_BY_POLICY
    elif result.leaks:
        reason = Reason.TEXT_STILL_LEAKS
    elif fidelity is not None and fidelity < policy.min_text_fidelity:
        reason = Reason.TEXT_UNFAITHFUL
    if reason is not None:
        return CleanedText(tuple(turn.text for turn in conversation), tuple(findings), (), fidelity, reason)
    return CleanedText(result.texts, tuple(findings), result.edits, fidelity, None)
