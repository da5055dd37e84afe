from collections.abc import Callable, Sequence

import pytest

from schemas.policy import Policy
from transforms.engines.protocols import EngineInfo, RewriteRequest, TextParser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, TurnText

BEFORE = "An old man walks his dog in a red park."


class Proposing:
    """Answers every request with the same candidates."""

    info = EngineInfo("rewriter", "proposing", "1", "", "")

    def __init__(self, *candidates: str) -> None:
        self.candidates = candidates
        self.asked: list[RewriteRequest] = []

    def propose(self, requests: Sequence[RewriteRequest]) -> list[tuple[str, ...]]:
        self.asked.extend(requests)
        return [self.candidates for _ in requests]


class NoEmbedder:
    info = EngineInfo("embedding", "none", "1", "", "")

    def embed(self, texts: Sequence[str]) -> None:
        raise AssertionError("nothing here is open")


def clean(rewriter: Proposing, parser: TextParser, policy: Policy, answer: str = BEFORE) -> CleanedText:
    rules = load_text_rules(policy)
    turns = [TurnText("What is shown?", True), TurnText(answer, False)]
    findings = audit_conversations([turns], rules=rules, parser=parser)
    return clean_conversations(
        [turns],
        findings,
        keys=["00"],
        policy=policy,
        rules=rules,
        parser=parser,
        embedder=NoEmbedder(),  # type: ignore[arg-type]
        rewriter=rewriter,
    )[0]


@pytest.mark.parametrize(
    ("proposals", "after"),
    [
        (["One person walks their dog in a red park."], "One person walks their dog in a red park."),
        (["An old person walks their dog in a red park."], "A person walks their dog in a red park."),
        (["A person walks their dog in a green park."], "A person walks their dog in a red park."),
        (["A person walks their dog."], "A person walks their dog in a red park."),
        (["A person does not walk their dog in a red park."], "A person walks their dog in a red park."),
        (
            ["A man.", "One person walks their dog in a red park."],
            "One person walks their dog in a red park.",
        ),
        ([], "A person walks their dog in a red park."),
    ],
)
def test_a_proposal_counts_only_if_verifier_and_gate_accept_it(
    parser: TextParser, policy_of: Callable[..., Policy], proposals: list[str], after: str
) -> None:
    result = clean(Proposing(*proposals), parser, policy_of("standard"))
    assert result.texts[1] == after
    assert result.reason is None


def test_an_engine_is_not_asked_where_nothing_is_to_be_rewritten(
    parser: TextParser, policy_of: Callable[..., Policy]
) -> None:
    rewriter = Proposing("x")
    clean(rewriter, parser, policy_of("standard"), "A red park.")
    assert rewriter.asked == []
