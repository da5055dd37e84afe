"""Which finding leads to which action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.edit import Action
from schemas.finding import TextFinding
from schemas.policy import Policy
from transforms.text.contract import Conversation
from transforms.text.quoted_values import IMAGE_VALUE
from transforms.text.refuse import is_refusal
from transforms.text.reserved_values import stands_in_surrogate
from transforms.text.rounds import read_rounds

PRONOUN_RULE = "lexicon.gender.pronoun"


@dataclass(frozen=True, slots=True)
class Decision:
    """``refused``: answer turns to refuse, with the finding that is the reason; ``edited``: findings whose
    span changes, with the action; ``restated``: spans of questions that presuppose what is refused;
    ``leaning``: refused answers whose question leans on the refused one before; ``untrue``: answers that no
    neutral wording keeps true; ``removed``: turns left out,
    with the reason; ``questions``: all questions that are answered, filled in with ``removed``; ``dropped``:
    the policy drops the record."""

    refused: dict[int, TextFinding]
    edited: tuple[tuple[TextFinding, Action], ...]
    dropped: bool
    restated: tuple[TextFinding, ...] = ()
    leaning: frozenset[int] = frozenset()
    untrue: Mapping[int, TextFinding] = field(default_factory=dict)
    questions: tuple[int, ...] = ()
    removed: Mapping[int, TextFinding] = field(default_factory=dict)


def decide(conversation: Conversation, findings: Sequence[TextFinding], policy: Policy) -> Decision:
    """Applies the policy. Answers that already are a refusal are left as they are."""
    rounds = read_rounds(conversation, findings, policy)
    refused = dict(rounds.refused)
    edited: list[tuple[TextFinding, Action]] = []
    dropped = any(
        finding.asks and policy.questions.get(finding.attribute) is Action.DROP for finding in findings
    )
    for finding in findings:
        if finding.asks or not _acts_on(finding, policy) or _is_stand_in(conversation, finding, policy):
            continue
        if policy.pronouns_only and finding.detector != PRONOUN_RULE:
            continue
        action = _action(finding, policy)
        dropped = dropped or action is Action.DROP
        if action is Action.REFUSE and not conversation[finding.turn].question:
            refused.setdefault(finding.turn, finding)
        elif not rounds.keeps(finding):
            edited.append((finding, action))
    silent = {
        turn for turn in range(len(conversation)) if is_refusal(conversation[turn].text, policy.refusals)
    }
    return Decision(
        {turn: finding for turn, finding in refused.items() if turn not in silent},
        tuple(
            (finding, action)
            for finding, action in edited
            if finding.turn not in refused and finding.turn not in silent
        ),
        dropped,
        rounds.restated,
        rounds.leaning,
        {turn: finding for turn, finding in rounds.untrue.items() if turn not in silent},
    )


def _acts_on(finding: TextFinding, policy: Policy) -> bool:
    return finding.detector == IMAGE_VALUE or policy.acts_on(finding.attribute, finding.kind, finding.score)


def _is_stand_in(conversation: Conversation, finding: TextFinding, policy: Policy) -> bool:
    """True for what stands in the place of a value already, under a policy that replaces print."""
    if not policy.replaces_print or not finding.attribute.startswith("pii."):
        return False
    return stands_in_surrogate(conversation[finding.turn].text, finding.start, finding.end)


def _action(finding: TextFinding, policy: Policy) -> Action:
    """What the policy does with a mention. What an image lost does not stay in the text for want of an action
    on the text: it is masked."""
    action = policy.mentions.get(finding.attribute, Action.REPORT)
    if finding.detector == IMAGE_VALUE and action in (Action.REPORT, Action.REWRITE):
        return Action.MASK
    return action
