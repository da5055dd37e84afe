from collections.abc import Callable, Sequence

import pytest

from schemas.edit import Action
from schemas.policy import Policy
from transforms.engines.protocols import TextParser
from transforms.text.audit import load_text_rules, passage_mentions
from transforms.text.passage_edits import PassageEdit
from transforms.text.rewrite import rewrite_passage

Candidates = Callable[..., list[str]]


def _applied(text: str, edits: Sequence[PassageEdit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


@pytest.fixture
def candidates(parser: TextParser, policy_of: Callable[..., Policy]) -> Candidates:
    """Every candidate of one passage, best first."""

    def run(text: str, preset: str = "standard") -> list[str]:
        doc = parser.parse([text], entities=False)[0]
        told = passage_mentions(text, False, doc, load_text_rules(policy_of(preset))).told
        wanted = [(one, Action.REWRITE) for one in told]
        return [_applied(text, edits) for edits in rewrite_passage(text, doc, wanted)]

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
