"""Cleans conversations: decide, propose, apply, verify, measure; blunter where the first try still leaks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.edit import Action, Replacement, TextEdit
from schemas.finding import TextFinding
from schemas.policy import Policy
from schemas.reasons import Reason
from transforms.engines.protocols import Embedder, Rewriter, TextParser
from transforms.fidelity.text import TextPair, text_fidelity
from transforms.text.apply_edits import apply_edits, compose
from transforms.text.audit import ReadTurn, audit_conversations, read_conversations
from transforms.text.choose import Leaks, choose_proposal
from transforms.text.contract import Attempt, CleanedText, Conversation, TextCandidate, TurnText
from transforms.text.decide import Decision, decide
from transforms.text.image_leaks import image_leaks
from transforms.text.left_out import choose_left_out, handed_on, left_out
from transforms.text.measured import measured_pairs
from transforms.text.proposals import TurnRequest, request_for
from transforms.text.question_rules import load_round_rules
from transforms.text.refuse import choose_refusal, is_refusal
from transforms.text.reserved_values import stands_in_surrogate
from transforms.text.rewrite_turn import rewrite_turn
from transforms.text.rounds import follows
from transforms.text.rules import TextRules
from transforms.text.verifier_checks import Check, checks_for
from transforms.text.verify import Leak, is_only_print, leaks_in, names_goods

MAX_PASSES = 4
"""Rounds of reading a candidate again before it is given up as never settling."""


Proposals = Mapping[int, tuple[Replacement, ...]]
"""Turn -> the accepted edits of a rewriter engine's proposal."""


@dataclass(frozen=True, slots=True)
class _State:
    """A conversation under way. ``settled``: the last reading found nothing more to change and no leak."""

    texts: tuple[str, ...]
    edits: tuple[TextEdit, ...]
    settled: bool


def clean_conversations(
    conversations: Sequence[Conversation],
    findings: Sequence[Sequence[TextFinding]],
    *,
    keys: Sequence[str],
    policy: Policy,
    rules: TextRules,
    parser: TextParser,
    embedder: Embedder,
    rewriter: Rewriter | None = None,
) -> list[CleanedText]:
    """The cleaned form of each conversation, in order, with the edits that were made and the verdict.

    ``findings``: what ``audit_conversations`` said of each, with the same rules; ``keys``: the record keys.
    ``rewriter``: an engine whose proposals are tried before the grammar rules. A conversation with a
    ``reason`` keeps its original texts and has no edits. Raises ValueError if the three sequences differ in
    length.
    """
    checks = checks_for(policy)
    decisions = [
        first_decision(conversation, found, policy, key)
        for conversation, found, key in zip(conversations, findings, keys, strict=True)
    ]
    states = [_State(tuple(turn.text for turn in conversation), (), False) for conversation in conversations]
    active = [index for index, one in enumerate(decisions) if not one.dropped]
    todo = {index: decisions[index] for index in active}
    proposals = _proposals(conversations, todo, checks, policy, rewriter) if rewriter is not None else {}
    for _ in range(MAX_PASSES):
        reads = _read(conversations, states, todo, rules, parser)
        for index, decision in todo.items():
            proposed = proposals.pop(index, {})
            states[index] = _next(
                conversations[index],
                states[index],
                decision,
                reads.get(index),
                proposed,
                keys[index],
                checks,
                policy,
            )
        active = [index for index in active if not states[index].settled]
        if not active:
            break
        todo = _decide_again(conversations, states, active, policy, rules, parser)
    scores = _fidelities(conversations, decisions, states, embedder)
    for index, decision in enumerate(decisions):
        if decision.removed and not decision.dropped:
            states[index] = _handed_on(conversations[index], states[index], decision)
    return [
        _verdict(conversation, found, decision, result, score, policy)
        for conversation, found, decision, result, score in zip(
            conversations, findings, decisions, states, scores, strict=True
        )
    ]


def _handed_on(conversation: Conversation, state: _State, decision: Decision) -> _State:
    whole = compose(state.texts, state.edits, handed_on(conversation, decision))
    texts, edits = apply_edits([turn.text for turn in conversation], whole)
    return replace(state, texts=texts, edits=edits)


def _read(
    conversations: Sequence[Conversation],
    states: Sequence[_State],
    todo: Mapping[int, Decision],
    rules: TextRules,
    parser: TextParser,
) -> dict[int, list[ReadTurn]]:
    """The turns that are about to be edited, as the recognisers see them; other turns are context."""
    chosen = {
        index: _current(conversations[index], states[index], {one.turn for one, _ in decision.edited})
        for index, decision in todo.items()
        if decision.edited
    }
    read = read_conversations(list(chosen.values()), rules=rules, parser=parser)
    return dict(zip(chosen, read, strict=True))


def _current(conversation: Conversation, state: _State, turns: Collection[int]) -> list[TurnText]:
    return [
        TurnText(text, said.question, turn not in turns, said.hidden)
        for turn, (text, said) in enumerate(zip(state.texts, conversation, strict=True))
    ]


def _decide_again(
    conversations: Sequence[Conversation],
    states: Sequence[_State],
    active: Sequence[int],
    policy: Policy,
    rules: TextRules,
    parser: TextParser,
) -> dict[int, Decision]:
    """Decisions on what a second reading of the edited turns still finds."""
    changed = [
        _current(conversations[index], states[index], {edit.turn for edit in states[index].edits})
        for index in active
    ]
    found = audit_conversations(changed, rules=rules, parser=parser)
    return {
        index: decide(
            [
                TurnText(text, said.question)
                for text, said in zip(states[index].texts, conversations[index], strict=True)
            ],
            findings,
            policy,
        )
        for index, findings in zip(active, found, strict=True)
    }


def _next(
    conversation: Conversation,
    state: _State,
    decision: Decision,
    reads: Sequence[ReadTurn] | None,
    proposed: Proposals,
    key: str,
    checks: Sequence[Check],
    policy: Policy,
) -> _State:
    """One pass: the best rewrite of each passage; once nothing is found, a blunt word at every leak."""
    refusals = _refusals(state.texts, decision, policy, key)
    rewrites = _rewrites(conversation, state.texts, decision, reads or (), proposed, key, checks, policy)
    candidate = TextCandidate((*refusals, *rewrites))
    if not candidate.replacements:
        leaks = _leaks(conversation, state.texts, checks, policy)
        if not leaks:
            return replace(state, settled=True)
        candidate = TextCandidate(tuple(_blunt(state.texts, leaks)))
    whole = compose(state.texts, state.edits, candidate.replacements)
    texts, edits = apply_edits([turn.text for turn in conversation], whole)
    return _State(texts, edits, False)


def _refusals(texts: Sequence[str], decision: Decision, policy: Policy, key: str) -> Iterator[Replacement]:
    for turn, cause in sorted(decision.refused.items()):
        yield _refusal(turn, texts[turn], cause, policy, key)
    yield from left_out(texts, decision)
    for said in decision.restated:
        again = load_round_rules().restated
        yield Replacement(
            said.turn, said.start, said.end, again, said.attribute, said.kind, Action.REWRITE, said.detector
        )


def _refusal(turn: int, text: str, cause: TextFinding | Replacement, policy: Policy, key: str) -> Replacement:
    rule = cause.rule if isinstance(cause, Replacement) else cause.detector
    refusal = choose_refusal(policy.refusals, key, turn, cause.attribute)
    return Replacement(turn, 0, len(text), refusal, cause.attribute, cause.kind, Action.REFUSE, rule)


def _rewrites(
    conversation: Conversation,
    texts: Sequence[str],
    decision: Decision,
    reads: Sequence[ReadTurn],
    proposed: Proposals,
    key: str,
    checks: Sequence[Check],
    policy: Policy,
) -> Iterator[Replacement]:
    wanted = {(one.turn, one.start, one.end, one.attribute): action for one, action in decision.edited}
    for turn in sorted({one.turn for one, _ in decision.edited}):
        if turn in proposed:
            yield from proposed[turn]
        elif turn < len(reads):
            refused = turn + 1 in decision.refused or _answer_refused(texts, turn, policy)
            leaks = _verifier(turn, conversation[turn].question, refused, checks)
            said = rewrite_turn(
                turn,
                texts[turn],
                reads[turn],
                wanted,
                leaks,
                pronouns_only=policy.pronouns_only,
                may_empty=_may_become_refusal(conversation, turn),
            )
            yield from said.replacements
            if said.emptied is not None:
                yield _refusal(turn, texts[turn], said.emptied, policy, key)


def _may_become_refusal(conversation: Conversation, turn: int) -> bool:
    """True for the answer to a question that no later one leans on: "Are you sure?"."""
    asked = turn > 0 and conversation[turn - 1].question and not conversation[turn].question
    return asked and not (turn + 1 < len(conversation) and follows(conversation[turn + 1].text))


def _verifier(turn: int, question: bool, refused: bool, checks: Sequence[Check]) -> Leaks:
    def spans(text: str) -> list[tuple[int, int]]:
        found = leaks_in(turn, text, checks, question=question, refused=refused)
        return [(leak.start, leak.end) for leak in found]

    return spans


def _proposals(
    conversations: Sequence[Conversation],
    decisions: Mapping[int, Decision],
    checks: Sequence[Check],
    policy: Policy,
    rewriter: Rewriter,
) -> dict[int, Proposals]:
    """What the engine proposes, and the gates accept, for turns that hide nothing but by rewriting."""
    asked: list[tuple[int, TurnRequest]] = []
    for index, decision in decisions.items():
        masked = {one.turn for one, action in decision.edited if action is not Action.REWRITE}
        masked |= {one.turn for one in decision.restated}
        for turn in sorted({one.turn for one, _ in decision.edited} - masked):
            said = conversations[index][turn]
            request = request_for(
                turn,
                said.text,
                [one for one, _ in decision.edited if one.turn == turn],
                question=said.question,
                pronouns_only=policy.pronouns_only,
            )
            if request is not None:
                asked.append((index, request))
    answers = rewriter.propose([request.request for _, request in asked]) if asked else []
    accepted: dict[int, dict[int, tuple[Replacement, ...]]] = {}
    for (index, request), candidates in zip(asked, answers, strict=True):
        texts = [turn.text for turn in conversations[index]]
        refused = request.turn + 1 in decisions[index].refused
        leaks = _verifier(request.turn, request.request.question, refused, checks)
        edits = choose_proposal(request, candidates, texts, leaks)
        if edits is not None:
            accepted.setdefault(index, {})[request.turn] = edits
    return dict(accepted)


def _leaks(
    conversation: Conversation, texts: Sequence[str], checks: Sequence[Check], policy: Policy
) -> list[Leak]:
    return [
        leak
        for turn, (text, said) in enumerate(zip(texts, conversation, strict=True))
        if not is_refusal(text, policy.refusals)
        for leak in leaks_in(
            turn,
            text,
            checks,
            question=said.question,
            refused=_answer_refused(texts, turn, policy),
            conversation=texts,
        )
        if (leak.attribute.startswith("pii.") or not _is_of_nobody(conversation, turn))
        and not (policy.replaces_print and stands_in_surrogate(text, leak.start, leak.end))
    ] + list(image_leaks(conversation, texts, policy.refusals))


def _is_of_nobody(conversation: Conversation, turn: int) -> bool:
    before = conversation[turn - 1] if turn else None
    if before is None or not before.question:
        return False
    answer = conversation[turn].text
    return is_only_print(before.text, answer) or names_goods(before.text, answer)


def _answer_refused(texts: Sequence[str], turn: int, policy: Policy) -> bool:
    return turn + 1 < len(texts) and is_refusal(texts[turn + 1], policy.refusals)


def _blunt(texts: Sequence[str], leaks: Sequence[Leak]) -> Iterator[Replacement]:
    """The next blunter candidate: the verifier's own word at every leak, without regard to grammar."""
    end = {leak.turn: 0 for leak in leaks}
    for leak in sorted(leaks, key=lambda one: (one.turn, one.start, -one.end)):
        if leak.start < end[leak.turn]:
            continue
        end[leak.turn] = leak.end
        word = leak.blunt
        if word and not word.startswith("[") and texts[leak.turn][leak.start].isupper():
            word = word[0].upper() + word[1:]
        rule = f"blunt.{leak.rule}"
        action = Action.MASK if leak.attribute.startswith("pii.") else Action.REWRITE
        yield Replacement(leak.turn, leak.start, leak.end, word, leak.attribute, leak.kind, action, rule)


def _fidelities(
    conversations: Sequence[Conversation],
    decisions: Sequence[Decision],
    applied: Sequence[_State],
    embedder: Embedder,
) -> list[float | None]:
    pairs: list[TextPair] = []
    owners: list[int] = []
    for index, (conversation, decision, result) in enumerate(
        zip(conversations, decisions, applied, strict=True)
    ):
        for pair in measured_pairs(conversation, decision, result.texts, result.edits).values():
            pairs.append(pair)
            owners.append(index)
    lowest: list[float | None] = [None] * len(conversations)
    for owner, score in zip(owners, text_fidelity(pairs, embedder), strict=True):
        current = lowest[owner]
        lowest[owner] = score if current is None else min(current, score)
    return lowest


def first_decision(
    conversation: Conversation, findings: Sequence[TextFinding], policy: Policy, key: str
) -> Decision:
    """What the policy does with the ``findings`` of a record, rounds that are left out among it."""
    return choose_left_out(
        decide(conversation, findings, policy), conversation, policy.max_refusal_share, key
    )


def remaining_leaks(conversation: Conversation, texts: Sequence[str], policy: Policy) -> tuple[Leak, ...]:
    """What the verifier sees in the turns' new ``texts``."""
    return tuple(_leaks(conversation, texts, checks_for(policy), policy))


def _verdict(
    conversation: Conversation,
    findings: Sequence[TextFinding],
    decision: Decision,
    result: _State,
    fidelity: float | None,
    policy: Policy,
) -> CleanedText:
    reason: Reason | None = None
    if decision.dropped:
        reason = Reason.DROPPED_BY_POLICY
    elif not result.settled and any(image_leaks(conversation, result.texts)):
        reason = Reason.IMAGE_VALUE_QUOTED
    elif not result.settled:
        reason = Reason.TEXT_STILL_LEAKS
    elif fidelity is not None and fidelity < policy.min_text_fidelity:
        reason = Reason.TEXT_UNFAITHFUL
    if reason is not None:
        before = tuple(turn.text for turn in conversation)
        attempt = Attempt(result.texts, result.edits)
        return CleanedText(before, tuple(findings), (), fidelity, reason, attempt)
    return CleanedText(result.texts, tuple(findings), result.edits, fidelity, None)
