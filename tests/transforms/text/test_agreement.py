import pytest

from transforms.text.agreement import article_for, base_form, like_case


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
