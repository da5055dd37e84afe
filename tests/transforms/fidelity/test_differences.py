import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.fidelity.differences import Objection, judge
from transforms.fidelity.tokens import stem, words_of

FAITHFUL = [
    ("A man left of 2 red cars", "A person left of 2 red cars"),
    ("He's sure she doesn't like him.", "They're sure they don't like them."),
    ("She goes home and does what he has to.", "They go home and do what they have to."),
    ("His son and daughter.", "Their children."),
    ("Three children, one girl and two boys, sit.", "Three children sit."),
    ("Two people (a man and a woman) wait.", "Two people wait."),
    ("He isn't fat.", "They are visible."),
    ("Because he is fat, he cannot run.", "They cannot run."),
    ("An elderly Asian woman in red.", "A person in red."),
    ("Two men and a woman sit on a bench.", "Three people sit on a bench."),
    ("A man and woman with a dog.", "Two people with a dog."),
    ("A man and a woman look at the sea.", "Two people look at the sea."),
    ("The man hugs the woman.", "One person hugs the other person."),
    ("A policeman and a waitress.", "A police officer and a server."),
    ("He is 27 years old and smiles.", "They smile."),
    ("Each guest gave his or her name.", "Each guest gave their name."),
    ("A boy and a kid eat.", "A person and another person eat."),
    ("A boy and his mother eat.", "A child and their parent eat."),
    ("A 27-year-old man with blue eyes reads.", "A person reads."),
    ("The boys' hats", "The children's hats"),
    ("Ask Mr. John Smith.", "Ask [NAME]."),
    ("He has a slender build.", "They have a particular build."),
    ("He has a fair complexion.", "They have a particular complexion."),
    ("Visible muscle definition in his arms.", "Visible form in their arms."),
    ("The man on the left is a young man with short hair.", "The person on the left has short hair."),
    ("A man is on a street. He is wearing a hat.", "A person is on a street, wearing a hat."),
    ("A woman stands, wearing a hat.", "A person stands. They are wearing a hat."),
    ("He wears a hat, and the sky is clear.", "They wear a hat. The sky is clear."),
    ("He has a hat and a light beard. The man is wearing a coat.", "They have a hat and are wearing a coat."),
    ("The man waits. He has his arms crossed.", "The person waits. Their arms are crossed."),
    ("The child is smiling and looks at a dog.", "They are smiling and look at a dog."),
    ("An older couple sits on a bench.", "Two people sit on a bench."),
    ("This man has no beard, no hat, and no smile.", "This person has no hat, and no smile."),
]  # fmt: skip
CHANGED = [
    ("A man left of 2 red cars", "A person left of 3 red cars", Objection.COUNT),
    ("A man left of 2 red cars", "A person right of 2 red cars", Objection.PLACE),
    ("A man left of 2 red cars", "A person left of 2 blue cars", Objection.COLOUR),
    ("A man is not here", "A person is here", Objection.NEGATION),
    ("A man is here", "A person isn't here", Objection.NEGATION),
    ("A man eats an apple", "A person does not eat an apple", Objection.NEGATION),
    ("A man feeds a boy.", "A child feeds a person.", Objection.ADDED),
    ("A mother holds her son.", "Their child holds a parent.", Objection.LOST),
    ("A man feeds a dog.", "A dog feeds a person.", Objection.LOST),
    ("The cat sees the dog near him.", "The dog sees the cat near them.", Objection.ADDED),
    ("Two men and a woman sit.", "Two people sit.", Objection.COUNT),
    ("A man and a woman sit.", "Three people sit.", Objection.COUNT),
    ("Two men ride.", "A person rides.", Objection.COUNT),
    ("A man and a woman sit.", "A person sits.", Objection.COUNT),
    ("A person is not old.", "A person is old.", Objection.NEGATION),
    ("A dog next to a woman.", "A dog next.", Objection.LOST),
    ("A man on a bench.", "A person off a bench.", Objection.PLACE),
    ("A man with a cup.", "A person with no cup.", Objection.NEGATION),
    ("A man holds a cup.", "A person holds a plate.", Objection.ADDED),
    ("A man holds a cup and reads a book.", "A person holds a cup.", Objection.LOST),
    ("A woman holds two dogs.", "A person holds two dog.", Objection.COUNT),
    ("A dog runs.", "A dog and a person runs.", Objection.ADDED),
    ("An old man waits.", "A a person waits.", Objection.GRAMMAR),
    ("He runs.", "They  run.", Objection.GRAMMAR),
    ("He waits.", "", Objection.LENGTH),
    (
        "A man and a woman are waiting, and a boy.",
        "A person and another person are waiting.",
        Objection.COUNT,
    ),
    ("A couple of dogs bark at a man.", "Two dogs and a cat bark at a person.", Objection.ADDED),
    ("A man has a smile on his face.", "A person has a smile.", Objection.LOST),
]


@pytest.mark.parametrize(("before", "after"), FAITHFUL)
def test_a_neutral_rewrite_is_explained(before: str, after: str) -> None:
    judged = judge(before, after)
    assert not judged.objections
    assert not judged.doubts
    assert judged.kept == 1.0


@pytest.mark.parametrize(("before", "after", "objection"), CHANGED)
def test_another_meaning_is_objected_to(before: str, after: str, objection: Objection) -> None:
    assert objection in judge(before, after).objections


def test_another_form_of_a_verb_is_no_other_deed() -> None:
    assert not judge("He is posing for a picture.", "They pose for a picture.").changes_meaning
    assert judge("He is posing for a picture.", "They paint for a picture.").changes_meaning


def test_only_what_is_told_may_go() -> None:
    before, after = "A black dog barks.", "A dog barks."
    assert judge(before, after, [(2, 7)]).objections == frozenset()
    assert judge(before, after, []).objections == {Objection.COLOUR}


def test_an_unknown_word_in_the_place_of_an_attribute_is_left_open() -> None:
    judged = judge("A man walks home.", "A stroller walks home.")
    assert judged.doubts == (("man", "stroller"),)
    assert not judged.objections


@pytest.mark.parametrize(
    ("verb", "base"), [("goes", "go"), ("flies", "fly"), ("sees", "see"), ("dies", "die"), ("misses", "miss")]
)
def test_agreement_leaves_the_stem(verb: str, base: str) -> None:
    assert stem(verb) == stem(base)


PLAIN = [pair for pair in FAITHFUL if not any(word in pair[0] for word in ("no", "n't"))]


@given(st.sampled_from(PLAIN), st.integers(0, 30))
def test_a_single_not_is_always_seen(pair: tuple[str, str], place: int) -> None:
    before, after = pair
    words = after.split()
    place %= len(words) + 1
    assert judge(before, " ".join([*words[:place], "not", *words[place:]])).changes_meaning


@given(
    st.integers(2, 400), st.integers(2, 400), st.sampled_from(["red cars", "dogs", "books"]), st.booleans()
)
def test_another_number_is_always_seen(one: int, other: int, things: str, first: bool) -> None:
    said = "{} {} stand by an old man, and he waves." if first else "An old man waves and sees {} {}."
    new = "{} {} stand by a person, and they wave." if first else "A person waves and sees {} {}."
    assert judge(said.format(one, things), new.format(other, things)).changes_meaning is (one != other)


@given(st.lists(st.sampled_from(FAITHFUL), min_size=1, max_size=4))
def test_faithful_rewrites_in_a_row_are_faithful(pairs: list[tuple[str, str]]) -> None:
    before, after = (" ".join(pair[side] for pair in pairs) for side in (0, 1))
    assert not judge(before, before).objections
    assert judge(after, after).kept == 1.0


@given(st.text(max_size=60))
def test_a_text_keeps_its_own_meaning_and_words_stand_where_they_say(text: str) -> None:
    assert judge(text, text).objections == frozenset()
    for word in words_of(text):
        assert text[word.start : word.end].lower().replace("’", "'") == word.text


@given(st.lists(st.sampled_from(["a", "man", "not", "two", "red", "dogs", "run", "he", "in"]), max_size=8))
def test_any_order_of_words_is_judged(words: list[str]) -> None:
    assert 0.0 <= judge("A man and two red dogs run.", " ".join(words)).kept <= 1.0


@pytest.mark.parametrize(
    ("before", "after", "faithful"),
    [
        ("A baby in a crib.", "A person in a bed.", True),
        ("A baby in a nursery.", "A person in a room.", True),
        ("A baby crawls.", "A person moves.", True),
        ("A baby in a crib.", "A person in a room.", False),
        ("An old man.", "A person in a chair.", False),
        ("A woman with a beard.", "A person with a toy.", False),
    ],
)
def test_a_neutral_thing_stands_only_for_what_it_is(before: str, after: str, faithful: bool) -> None:
    judged = judge(before, after)
    assert bool(judged.changes_meaning or judged.doubts) is not faithful
