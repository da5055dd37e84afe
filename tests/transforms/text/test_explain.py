"""Explanations say of every edit what stood there, what stands there now, and who objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.edit import Action, TextEdit
from schemas.finding import Kind
from schemas.policy import Policy
from schemas.reasons import Reason
from tests.transforms.text.conftest import SameEmbedder
from transforms.engines.protocols import TextParser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import Attempt, CleanedText, TurnText
from transforms.text.explain import Explanation, explain

Explain = Callable[..., Explanation]


@pytest.fixture(scope="module")
def explained(parser: TextParser, policy_of: Callable[..., Policy]) -> Explain:
    def run(turns: Sequence[str], preset: str = "standard", **changes: object) -> Explanation:
        policy = policy_of(preset, **changes)
        rules = load_text_rules(policy)
        conversation = [TurnText(text, index % 2 == 0) for index, text in enumerate(turns)]
        found = audit_conversations([conversation], rules=rules, parser=parser)
        (cleaned,) = clean_conversations(
            [conversation],
            found,
            keys=["k"],
            policy=policy,
            rules=rules,
            parser=parser,
            embedder=SameEmbedder(),
        )
        return explain(conversation, cleaned, key="k", policy=policy, embedder=SameEmbedder())

    return run


def test_each_edit_is_told_with_its_words_kind_and_a_silent_verifier(explained: Explain) -> None:
    told = explained(["What is shown?", "A man with a beard reads."])
    (edit,) = told.turns[1].edits
    assert (edit.was, edit.now, edit.edit.kind, edit.leaks) == ("man", "person", Kind.IMPLICIT, ())
    assert [one.attribute for one in told.turns[1].reported] == ["biometric.gender"]
    assert told.turns[1].fidelity is not None
    assert told.turns[1].fidelity.score == 1.0
    assert told.reason is None


def test_a_refused_answer_has_no_fidelity(explained: Explain) -> None:
    told = explained(["How old is the person?", "About 27."])
    assert told.turns[1].edits[0].edit.action is Action.REFUSE
    assert told.turns[1].fidelity is None
    assert told.turns[0].reported[0].asks


def test_what_is_held_back_is_shown_as_it_was_tried(explained: Explain) -> None:
    told = explained(["What is shown?", "An old man sits."], min_text_fidelity=1.1)
    assert told.reason is Reason.TEXT_UNFAITHFUL
    assert told.turns[1].after == "A person sits."
    assert told.least_fidelity == 1.1


def test_leaks_stand_with_the_edit_that_holds_them_or_alone(policy_of: Callable[..., Policy]) -> None:
    before, after = "An old man and his cat.", "A woman and his cat."
    edit = TextEdit(0, 0, 10, 0, 7, "biometric.gender", Kind.IMPLICIT, Action.REWRITE, "test")
    cleaned = CleanedText((before,), (), (), 1.0, Reason.TEXT_STILL_LEAKS, attempt=Attempt((after,), (edit,)))
    told = explain(
        [TurnText(before, question=False)],
        cleaned,
        key="k",
        policy=policy_of("standard"),
        embedder=SameEmbedder(),
    ).turns[0]
    assert [leak.rule for leak in told.edits[0].leaks] == ["verify.gender.noun"]
    assert [leak.rule for leak in told.leaks] == ["verify.gender.possessive"]


PLAIN = "a an old man she her is 27 the and women jane@x.org reads . beard no two Mrs. Ann Is ? <image>"
WORDS = st.sampled_from([*PLAIN.split(), "\n", "\ufb01t", "\u2019s", "\u00c9", "\U0001f600"])


@given(st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), min_size=2, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@pytest.mark.parametrize("preset", ["strict", "safe-llava"])
def test_old_and_new_offsets_are_exact_for_any_text(
    explained: Explain, preset: str, turns: list[str]
) -> None:
    for turn in explained(turns, preset).turns:
        old_at = new_at = 0
        for one in turn.edits:
            edit = one.edit
            assert turn.before[old_at : edit.start] == turn.after[new_at : edit.new_start]
            assert (one.was, one.now) == (
                turn.before[edit.start : edit.end],
                turn.after[edit.new_start : edit.new_end],
            )
            old_at, new_at = edit.end, edit.new_end
        assert turn.before[old_at:] == turn.after[new_at:]
