from collections.abc import Callable, Sequence

import pytest

from schemas.edit import Action
from schemas.finding import Kind
from schemas.policy import Policy
from transforms.engines.protocols import EngineInfo, RewriteRequest, TextParser
from transforms.text import choose
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, TurnText
from transforms.text.mentions import Form, Mention
from transforms.text.passage_edits import PassageEdit

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


TWO = "A man with a cup sees a woman with a hat."


def edits_of(*said: tuple[str, str]) -> tuple[PassageEdit, ...]:
    return tuple(
        PassageEdit(start, start + len(old), new, mention(start, start + len(old)), rule_of(new))
        for old, new in said
        for start in [TWO.index(old)]
    )


def rule_of(new: str) -> str:
    return "mask.biometric.gender" if new.startswith("[") else "r"


def mention(start: int, end: int) -> Mention:
    return Mention(start, end, "biometric.gender", Kind.IMPLICIT, "r", Form.NOUN, "person")


def chosen(monkeypatch: pytest.MonkeyPatch, *candidates: tuple[PassageEdit, ...], leak: str = "?") -> str:
    monkeypatch.setattr(choose, "rewrite_passage", lambda *_, **__: iter(candidates))
    wanted = [(mention(2, 5), Action.REWRITE), (mention(23, 28), Action.REWRITE)]
    places = lambda text: [(text.index(leak), text.index(leak) + 1)] if leak in text else []  # noqa: E731
    text = TWO
    for edit in reversed(choose.choose_rewrite(TWO, None, wanted, places)):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


MASKED = edits_of(("man", "[GENDER]"), ("woman", "[GENDER]"))


@pytest.mark.parametrize(
    ("best", "plainer", "text"),
    [
        # The second edit loses the hat: only there the plainer candidate counts.
        (
            edits_of(("man", "person"), ("woman with a hat", "person")),
            edits_of(("man", "somebody"), ("woman", "somebody")),
            "A person with a cup sees a somebody with a hat.",
        ),
        # The second edit leaks in both, so a mask stands there and nowhere else.
        (
            edits_of(("man", "person"), ("woman", "person?")),
            edits_of(("man", "somebody"), ("woman", "somebody?")),
            "A person with a cup sees a [GENDER] with a hat.",
        ),
        # Nothing is wrong with the first.
        (
            edits_of(("man", "person"), ("woman", "person")),
            edits_of(("man", "somebody"), ("woman", "somebody")),
            "A person with a cup sees a person with a hat.",
        ),
    ],
)
def test_another_candidate_counts_only_where_the_best_is_at_fault(
    monkeypatch: pytest.MonkeyPatch,
    best: tuple[PassageEdit, ...],
    plainer: tuple[PassageEdit, ...],
    text: str,
) -> None:
    assert chosen(monkeypatch, best, plainer, MASKED) == text


def test_the_tries_for_one_passage_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    real = choose.judge

    def counting(*pair: object) -> object:
        tried.append("")
        return real(*pair)  # type: ignore[arg-type]

    monkeypatch.setattr(choose, "judge", counting)
    bad = [edits_of(("man", f"person {n}?"), ("woman", f"person {n}?")) for n in range(20)]
    chosen(monkeypatch, *bad)
    assert len(tried) == choose.MAX_TRIES


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Old man giving autographs away.", "Person giving autographs away."),
        ("One of the men is holding a cup.", "One of the people is holding a cup."),
        ("Next to the women is a car.", "Next to the people is a car."),
    ],
)
def test_nothing_harmless_goes_or_is_masked_with_an_attribute(
    parser: TextParser, policy_of: Callable[..., Policy], before: str, after: str
) -> None:
    assert clean(Proposing(), parser, policy_of("safe-llava"), before).texts[1] == after
