import pytest

from transforms.fidelity.differences import judge
from transforms.fidelity.tokens import words_of
from transforms.fidelity.told import told_words

REWRITTEN_BY_OTHERS = [
    ("A blonde woman with striking blue eyes smiles.", "A blonde person with striking eyes smiles."),
    ("She has piercing green eyes and long hair.", "They have long hair."),
    ("Her eyes are a deep shade of brown, and she wears earrings.", "They wear earrings."),
    ("The iris, seen close up, has a light color, possibly blue.", "The iris, seen close up, is visible."),
    ("Her skin tone is medium brown, and her hair is curly.", "Their hair is curly."),
    ("A woman with fair, smooth skin reads.", "A person with smooth skin reads."),
    ("A man with Asian features stands in a kitchen.", "A person stands in a kitchen."),
    ("A man with a short, well-groomed beard and dark hair reads.", "A person with dark hair reads."),
    ("His muscular arms hold a rope.", "Their arms hold a rope."),
    ("He seems to be a teenager, probably between 15 and 18 years old.", "Their age is not stated."),
    ("She is about 25 years old.", "Their age cannot be determined."),
    ("A young woman looks to the left.", "A subject looks to the left."),
]  # fmt: skip
LOST_ON_THE_WAY = [
    ("She has green eyes and a black handbag.", "They have a handbag."),
    ("The man has a large build and a brown dog.", "The person has a dog."),
    ("The woman holds a dark umbrella.", "The person holds an umbrella."),
    ("The girl looks at a bird with brown feathers.", "The person looks at a bird with feathers."),
    ("Her skin has a dark tattoo of a snake.", "Their skin has a tattoo of a snake."),
    ("The man with a neat beard and a bow tie waves.", "The person waves."),
    ("Her eyes look toward a blue car.", "Their eyes look toward a car."),
    ("The boy eats an apple at school.", "The person eats at school."),
    ("A man waits between 15 and 18 parked cars.", "A person waits between parked cars."),
    ("A dog watches a bird.", "A subject watches a bird."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), REWRITTEN_BY_OTHERS)
def test_a_neutral_rewrite_needs_no_findings_to_pass(before: str, after: str) -> None:
    judged = judge(before, after)
    assert not judged.changes_meaning
    assert not judged.doubts


@pytest.mark.parametrize(("before", "after"), LOST_ON_THE_WAY)
def test_a_word_said_of_a_thing_is_no_attribute(before: str, after: str) -> None:
    judged = judge(before, after)
    assert judged.changes_meaning or judged.doubts


def test_spans_lie_on_the_words_that_tell() -> None:
    text = "An apple tree; a muscular man whose eyes are dark green."
    told = {text[start:end] for start, end in told_words(text, words_of(text))}
    assert {"man", "muscular"} <= told
    assert any("dark green" in span for span in told)
    assert not any("apple" in span for span in told)


def test_many_words_about_eyes_are_read_in_time() -> None:
    text = "Her eyes " + "and deep, slightly pale, dark or " * 400 + "are big."
    assert told_words(text, words_of(text))
