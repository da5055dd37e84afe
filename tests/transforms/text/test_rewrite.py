from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.edit import Action
from schemas.policy import Policy
from transforms.engines.protocols import TextParser
from transforms.text.audit import load_text_rules, passage_mentions
from transforms.text.passage_edits import PassageEdit
from transforms.text.rewrite import rewrite_passage

Candidates = Callable[..., list[str]]
Rewrites = Callable[..., list[tuple[PassageEdit, ...]]]


def _applied(text: str, edits: Sequence[PassageEdit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.fixture
def rewrites(parser: TextParser, policy_of: Callable[..., Policy]) -> Rewrites:
    """The edits of every candidate of one passage, best first."""

    def run(text: str, preset: str = "standard") -> list[tuple[PassageEdit, ...]]:
        doc = parser.parse([text], entities=False)[0]
        told = passage_mentions(text, False, doc, load_text_rules(policy_of(preset))).told
        return list(rewrite_passage(text, doc, [(one, Action.REWRITE) for one in told]))

    return run


@pytest.fixture
def candidates(rewrites: Rewrites) -> Candidates:
    """Every candidate of one passage, best first."""

    def run(text: str, preset: str = "standard") -> list[str]:
        return [_applied(text, edits) for edits in rewrites(text, preset)]

    return run


def test_candidates_go_from_the_natural_one_to_the_mask(candidates: Candidates) -> None:
    assert candidates("A man and a woman sit.") == [
        "Two people sit.",
        "A person and a person sit.",
        "A [GENDER] and a [GENDER] sit.",
    ]


def test_the_plain_candidate_leaves_no_clause_out(candidates: Candidates) -> None:
    text = "The man, who is overweight, sits and waves."
    natural, plain, _ = candidates(text)
    assert natural == "The person sits and waves."
    assert plain == "The person, who is of unstated build, sits and waves."


def test_candidates_that_are_the_same_come_once(candidates: Candidates) -> None:
    assert candidates("He waits.") == ["They wait.", "[GENDER] waits."]


def test_candidates_are_the_same_each_time(candidates: Candidates) -> None:
    text = "An old man and his wife, both overweight, greet the young girl."
    assert candidates(text) == candidates(text)


_WORDS = st.sampled_from(
    [
        "a",
        "the",
        "old",
        "young",
        "man",
        "woman",
        "men",
        "two",
        "and",
        "or",
        ",",
        ".",
        "with",
        "has",
        "is",
        "blue",
        "eyes",
        "brown",
        "hair",
        "beard",
        "likely",
        "person",
        "child",
        "boy",
        "girl",
        "appears",
        "to",
        "be",
        "30",
        "years",
        "old",
        "build",
        "muscular",
        "who",
        "which",
        "he",
        "she",
        "his",
        "her",
        "them",
        "Asian",
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WORDS, min_size=1, max_size=14))
def test_every_candidate_of_any_words_has_ordered_edits_that_change_something(
    rewrites: Rewrites, words: list[str]
) -> None:
    text = " ".join(words)
    for edits in rewrites(text):
        assert all(one.end <= other.start for one, other in pairwise(edits))
        assert all(0 <= one.start <= one.end <= len(text) for one in edits)
        assert all(text[one.start : one.end] != one.text for one in edits)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_WORDS, min_size=1, max_size=10))
def test_what_no_edit_touches_stays_as_it_is(rewrites: Rewrites, words: list[str]) -> None:
    text = " ".join(words)
    for edits in rewrites(text):
        kept, at = [], 0
        for one in edits:
            kept += [text[at : one.start], one.text]
            at = one.end
        assert "".join([*kept, text[at:]]) == _applied(text, edits)
