"""Rewording keeps what is told, and what a model remarks about its own work is caught."""

from collections import Counter
from itertools import pairwise

import pytest

from evaluation.probes.text_transform import RewordingFault, WordChanger, checked, find_fault
from schemas.errors import ConfigError
from transforms.tables import read_table

TEXT = "The picture shows 2 people sitting near a big sofa, not on it. How many people are in the photo?"
WORDS = read_table("evaluation.probes", "synonyms.yaml")["words"]


def test_words_are_changed_and_the_rest_stays():
    changed = WordChanger(b"key")(TEXT, "a")
    assert changed == (
        "The photo depicts 2 persons seated near a large couch, not on it. "
        "How many persons are in the picture?"
    )
    assert find_fault(TEXT, changed) is None


def test_more_strength_changes_more_and_keeps_what_less_changed():
    def words(strength):
        changed = WordChanger(b"key", strength)(TEXT, "a").split()
        return {at for at, (one, other) in enumerate(zip(TEXT.split(), changed, strict=True)) if one != other}

    counts = [words(step / 10) for step in range(11)]
    assert counts[0] == set()
    assert all(less <= more for less, more in pairwise(counts))
    assert len(counts[10]) == 8
    assert WordChanger(b"key", 0.5)(TEXT, "a") != WordChanger(b"other", 0.5)(TEXT, "a")


@pytest.mark.parametrize(
    "text",
    [
        "Yes",
        "No.",
        "<image>",
        "2",
        "left",
        "PHOTO-12 photo's x_photo",
        "An off-road bike-like thing",
        "Not red: blue",
    ],
)
def test_what_an_answer_turns_on_is_not_touched(text):
    assert WordChanger(b"key")(text, "a").rstrip(".") in {text, text.rstrip(".")}


def test_capitals_are_kept():
    changed = WordChanger(b"key")("Photo of a BIG dog", "a")
    assert changed == "Picture of a LARGE dog"


def test_an_article_before_a_changed_word_stays_right():
    vowels = set("aeiou")
    for word, other in WORDS.items():
        assert (word[0].lower() in vowels) == (other[0].lower() in vowels), word


def test_our_own_rewording_is_never_a_fault():
    for word in WORDS:
        text = f"<image>\nHere a {word} stands 3 metres away."
        assert find_fault(text, WordChanger(b"key")(text, word)) is None


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        ("A small dog sleeps on 2 mats. (I changed 'little' to 'small')", RewordingFault.REMARK),
        ("Here is the rewritten sentence: a small dog sleeps on 2 mats.", RewordingFault.REMARK),
        ("A small dog sleeps on 2 mats. Note: synonyms used.", RewordingFault.REMARK),
        ("A small dog sleeps on 3 mats.", RewordingFault.NUMBERS),
        ("<image> A small dog sleeps on 2 mats.", RewordingFault.PLACEHOLDER),
        ("  ", RewordingFault.NO_TEXT),
        (None, RewordingFault.NO_TEXT),
        ("A small dog sleeps on 2 mats. " * 1 + "It dreams of long walks by the sea in the evening sun. " * 3,
         RewordingFault.LENGTH),
    ],
)  # fmt: skip
def test_what_is_no_plain_rewording_is_named_and_left_out(after, fault):
    before = "A little dog sleeps on 2 mats."
    assert find_fault(before, after) is fault
    faults = Counter()
    assert checked(lambda text, name: after, faults)(before, "a") == before
    assert faults == {fault: 1}


def test_a_remark_that_stood_there_before_is_none():
    assert find_fault("Here is the dog.", "Here is the hound.") is None


def test_a_strength_outside_of_0_to_1_is_refused():
    with pytest.raises(ConfigError, match="0 to 1"):
        WordChanger(b"key", 1.5)
