"""Which rounds are left out: those that no wording keeps true, and refusals beyond the policy's share.

No record knows of the others, so the bound is kept in expectation: of a record's ``n`` rounds ``share * n``
may be refusals, and the fraction of one is decided by a keyed hash. Over a corpus that adds up to ``share``
of its rounds, in any order and on any number of workers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from math import floor

from schemas.edit import Action, Replacement
from transforms.text.contract import Conversation
from transforms.text.decide import Decision
from transforms.text.refuse import is_refusal, keyed_number

IMAGE_TOKEN = "<image>"
ALLOWED = "refusal share"
ORDER = "refusal order"


def choose_left_out(decision: Decision, conversation: Conversation, share: float, key: str) -> Decision:
    """``decision`` with what is left out: answers that no wording keeps true, and rounds beyond ``share``.

    The record is dropped if those are all. Answers that were refusals before are counted and never left out,
    so that cleaning again changes nothing.
    """
    if not decision.untrue and (share >= 1 or not decision.refused):
        return decision
    answers = [
        turn
        for turn in range(1, len(conversation))
        if conversation[turn - 1].question and not conversation[turn].question
    ]
    causes = {**decision.untrue, **decision.refused}
    outside = _with_leaning(
        {*decision.untrue, *_beyond(decision, conversation, answers, share, key)}, decision
    )
    removed = frozenset(outside | {turn - 1 for turn in outside})
    return replace(
        decision,
        refused={turn: cause for turn, cause in decision.refused.items() if turn not in removed},
        edited=tuple(one for one in decision.edited if one[0].turn not in removed),
        restated=tuple(one for one in decision.restated if one.turn not in removed),
        questions=tuple(turn - 1 for turn in answers),
        removed={turn: causes[turn if turn in outside else turn + 1] for turn in sorted(removed)},
        dropped=decision.dropped or outside >= set(answers),
    )


def _beyond(
    decision: Decision, conversation: Conversation, answers: Sequence[int], share: float, key: str
) -> set[int]:
    """The refused answers beyond the share that a record may keep."""
    if share >= 1:
        return set()
    before = sum(is_refusal(conversation[turn].text, ()) for turn in answers)
    allowed = share * len(answers)
    whole = floor(allowed)
    whole += keyed_number(ALLOWED, key, 0) < (allowed - whole) * 2**64
    chosen = sorted(decision.refused, key=lambda turn: keyed_number(ORDER, key, turn))
    return set(chosen[max(0, whole - before) :])


def left_out(texts: Sequence[str], decision: Decision) -> Iterator[Replacement]:
    """The edits that empty the turns of ``decision.removed``. ``texts``: the turns as they are now."""
    for turn, cause in decision.removed.items():
        rule = cause.detector if cause.detector.startswith("truth.") else "refusals.share"
        yield Replacement(turn, 0, len(texts[turn]), "", cause.attribute, cause.kind, Action.DROP, rule)


def handed_on(conversation: Conversation, decision: Decision) -> tuple[Replacement, ...]:
    """The edits that hand the image tokens of the turns left out to the next question that stays, else to the
    last one before. Made last: no gate has to weigh them."""
    kept = [turn for turn in decision.questions if turn not in decision.removed]
    tokens: dict[int, int] = {}
    for turn in decision.removed:
        heir = next((other for other in kept if other > turn), kept[-1])
        tokens[heir] = tokens.get(heir, 0) + conversation[turn].text.count(IMAGE_TOKEN)
    causes = list(decision.removed.values())
    return tuple(
        Replacement(
            turn,
            0,
            0,
            f"{IMAGE_TOKEN}\n" * count,
            causes[0].attribute,
            causes[0].kind,
            Action.REWRITE,
            "left_out.image_token",
        )
        for turn, count in sorted(tokens.items())
        if count
    )


def _with_leaning(left_out: Collection[int], decision: Decision) -> set[int]:
    """``left_out`` and the rounds that lean on one of them: "Are you sure?" without its question."""
    chosen = set(left_out)
    for turn in sorted(decision.refused):
        if turn - 2 in chosen and turn in decision.leaning:
            chosen.add(turn)
    return chosen
