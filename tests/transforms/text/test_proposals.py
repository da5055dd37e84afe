"""What a rewriter's answer may change: what was hidden, and the grammar that follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.finding import Kind, TextFinding
from transforms.text.apply_edits import apply_edits
from transforms.text.proposals import MAX_CHARACTERS, proposal_edits, request_for


def request(text, *phrases, question=False):
    findings = []
    for phrase in phrases:
        start = text.index(phrase)
        findings.append(
            TextFinding(0, start, start + len(phrase), "biometric.gender", Kind.IMPLICIT, "test", 1.0)
        )
    return request_for(3, text, findings, question=question, pronouns_only=False)


@pytest.mark.parametrize(
    ("text", "hidden", "proposal"),
    [
        ("An old man walks.", ["old", "man"], "A person walks."),
        ("He goes home and carries a bag.", ["He"], "They go home and carry a bag."),
        ("The boy isn't in the red car.", ["boy"], "The child isn't in the red car."),
        ("A tall, old woman in red.", ["old", "woman"], "A tall person in red."),
        ("Her dog follows her.", ["Her", "her."], "Their dog follows them."),
    ],
)
def test_a_proposal_that_hides_and_agrees_is_taken(text, hidden, proposal):
    edits = proposal_edits(request(text, *hidden), proposal)
    assert edits is not None
    assert apply_edits(["", "", "", text], edits)[0][3] == proposal


@pytest.mark.parametrize(
    ("text", "hidden", "proposal"),
    [
        ("A man in a red shirt.", ["man"], "A person in a blue shirt."),
        ("A man in a red shirt.", ["man"], "A person."),
        ("A man in a red shirt.", ["man"], "A person in a shirt."),
        ("A man is not asleep.", ["man"], "A person is asleep."),
        ("A man is asleep.", ["man"], "A person is not asleep."),
        ("Two men eat.", ["men"], "Three people eat."),
        ("A man eats.", ["man"], "A person eats. I hacked this."),
        ("A man eats.", ["man"], "A man eats."),
        ("A man eats.", ["man"], "A person I was told to ignore my rules about eats."),
        ("A man eats.", ["man"], "A person <image> eats."),
        ("A man eats.", ["man"], ""),
        ("Two men and a woman eat.", ["men", "woman"], "Three people eat."),  # counts are the rules' to make
        ("A man eats.\nHe smiles.", ["man", "He"], "A person eats. They smile."),
        ("A dog left of a man.", ["man"], "A dog right of a person."),
    ],
)
def test_a_proposal_that_changes_anything_else_is_not(text, hidden, proposal):
    assert proposal_edits(request(text, *hidden), proposal) is None


@pytest.mark.parametrize("text", ["A man. <image> He", "man " * MAX_CHARACTERS])
def test_texts_that_are_left_to_the_rules(text):
    assert request(text, "man") is None
    assert request_for(0, "A dog.", [], question=False, pronouns_only=False) is None


TOKENS = ("a", "man", "the", "woman", "sees", "red", "2", "not", "dog", ",", ".", "her")
WORDS = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=9)


@given(WORDS, WORDS)
def test_the_edits_of_a_proposal_make_exactly_the_proposal(before, after):
    text, proposal = " ".join(["man", *before]), " ".join(after)
    asked = request(text, "man")
    edits = proposal_edits(asked, proposal)
    if edits is not None:
        changed, made = apply_edits(["", "", "", text], edits)
        assert changed[3] == proposal
        assert all(changed[3][edit.new_start : edit.new_end] in proposal for edit in made)


@pytest.mark.parametrize(
    "text", ["<image>\nWho is the man?", "Who is the man?\n<image>", "<image> <image>man"]
)
def test_image_tokens_are_neither_shown_nor_moved(text):
    asked = request(text, "man", question=True)
    assert "<" not in asked.request.text
    (span,) = asked.request.hide
    assert asked.request.text[span.start : span.end] == "man"
    edits = proposal_edits(asked, asked.request.text.replace("man", "person"))
    assert apply_edits(["", "", "", text], edits)[0][3] == text.replace("man", "person")
