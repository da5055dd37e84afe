import pytest

from transforms.text.agreement import article_for, base_form, like_case

OWN_E = """
    ride stare bathe kite chase hope tape plane scrape hate bite care bare wage pine shine cube use close pose
    house raise gaze freeze leave live breathe ache cache axe shoe canoe tiptoe lie untie belie ski skate taxi
    stride glide slide guide decide reside write operate taste browse lose choose
"""
ADDED_E = """
    focus refocus bias waltz buzz crouch stretch box echo toss reach teach poach leash relax retouch discuss
    press search preach
"""


@pytest.mark.parametrize(
    ("verb", "plural"),
    [
        ("is", "are"),
        ("was", "were"),
        ("has", "have"),
        ("does", "do"),
        ("goes", "go"),
        ("runs", "run"),
        ("tries", "try"),
        ("watches", "watch"),
        ("passes", "pass"),
        ("washes", "wash"),
        ("fixes", "fix"),
        ("lies", "lie"),
        ("uses", "use"),
        ("sits", "sit"),
        *((f"{base}s", base) for base in OWN_E.split()),
        *((f"{base}es", base) for base in ADDED_E.split()),
        ("quizzes", "quiz"),
        ("applies", "apply"),
        ("can", "can"),
        ("glass", "glass"),
    ],
)
def test_verbs_agree_with_they(verb: str, plural: str) -> None:
    assert base_form(verb) == plural


@pytest.mark.parametrize(
    ("word", "article"),
    [
        ("person", "a"),
        ("old", "an"),
        ("hour", "an"),
        ("umbrella", "an"),
        ("unicorn", "a"),
        ("European", "a"),
        ("athlete", "an"),
        ("one-armed", "a"),
        ("uniform", "a"),
        ("honest", "an"),
        ("house", "a"),
    ],
)
def test_article_by_sound(word: str, article: str) -> None:
    assert article_for(word) == article


@pytest.mark.parametrize(
    ("new", "old", "shown"),
    [
        ("person", "Man", "Person"),
        ("person", "MAN", "PERSON"),
        ("they", "he", "they"),
        ("they", "He", "They"),
    ],
)
def test_capitals_follow_the_original(new: str, old: str, shown: str) -> None:
    assert like_case(new, old) == shown
