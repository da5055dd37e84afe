"""What is taken for a thing that is there, and what is not: somebody called or dressed so, or a picture."""

import pytest

from transforms.engines.registry import load_parser
from transforms.prism.things import Evidence, gather, load_thing_names, things_of, together
from transforms.text.lexicon import load_people_words
from transforms.text.nonpersons import load_nonperson_words


def found(*texts):
    return [thing.name for thing in things_of(gather(texts, lambda: load_parser("bundled")))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("A brown dog sleeps next to a boy on a couch.", ["couch", "dog"]),
        ("A man rides a horse past an old stone church.", ["church", "horse"]),
        ("Two elephants walk across the road.", ["elephants"]),
        ("A little girl hugs her teddy bear.", ["teddy bear"]),
        ("A polar bear and her cub swim in the water.", ["polar bear"]),
        ("The police dog stands beside its handler.", ["dog"]),
        ("The woman's cat lies on a suitcase.", ["cat", "suitcase"]),
        ("There are three sheep in front of a red barn.", ["barn", "sheep"]),
        ("The large clock tower can be seen behind the trees.", ["clock tower", "trees"]),
        ("An old man is sitting on a bench with his dogs.", ["bench", "dogs"]),
        ("A wooden statue of a bear stands by.", ["statue"]),
        ("A wooden table stands by a metal bench.", ["bench", "table"]),
        ("A snowman with a carrot nose stands in the yard.", ["snowman"]),
    ],
)
def test_what_is_plainly_there_is_found(text, names):
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "He is a lion on the field.",
        "The boy is a little bear.",
        "That man is a bear of a man.",
        "She married a bear of a man.",
        "A woman in a bear costume is standing in the street.",
        "The mascot, a big lion, waves at the crowd.",
        "A man dressed as a cat is at the party.",
        "A child wearing a tiger mask looks at the elephant.",
        "A dog walker crosses the street.",
        "A cat lady feeds her friends.",
        "The horse rider smiles at the crowd.",
        "The bus driver looks tired.",
        "The Chicago Bears play against the Lions tonight.",
        "He eats a hot dog.",
        "There is no dog in the yard.",
        "The dog isn't visible here.",
        "A boy without a dog sits alone.",
        "Is there a dog in the picture?",
        "It could be a cat or a dog.",
        "The cloud looks like a dog.",
        "She plays with a toy horse.",
        "A stuffed lion lies in the crib.",
        'The sign says "dog for sale".',
        "The shirt has a painting of a tiger on it.",
        "A bear-like man walks by.",
        "You dog sit for them on weekends.",
        "His nickname is the elephant.",
        "A dog balloon floats over the crowd.",
        "DOG",
        "A dog",
        "",
    ],
)
def test_what_may_be_somebody_or_not_there_is_passed_over(text):
    assert found(text) == []


def test_of_several_captions_one_alone_is_not_believed():
    captions = ["A woman in a coat and cat tows a suitcase.", "A woman pulls a suitcase.", "Somebody walks.",
                "A traveller in an airport."]  # fmt: skip
    assert found(*captions) == ["suitcase"]
    assert found(captions[0]) == ["cat", "suitcase"]


def test_a_costume_in_one_caption_hides_the_animals_of_all():
    assert found("A bear sits on a bench.", "Somebody in a costume rests.") == ["bench"]
    assert found("A bear sits on a bench.", "Somebody rests.") == ["bear", "bench"]


def test_the_bear_is_the_teddy_bear_where_one_is_spoken_of():
    assert found("A teddy bear sits on the bed.", "The bear wears a hat.") == ["bed", "teddy bear"]


def test_a_word_that_makes_something_else_of_it_is_believed_in_all_captions():
    assert found("A fish kite and a dog kite fly.", "A dog flies over the beach.") == ["kite"]


def test_what_records_tell_adds_up_in_any_order():
    parser = lambda: load_parser("bundled")  # noqa: E731
    told = [
        gather([text], parser)
        for text in ("A dog runs on grass.", "Two dogs run in a park.", "A cat sits there.")
    ]
    assert together(told) == together(reversed(told))
    assert [(thing.name, thing.times) for thing in things_of(together(told))] == [("dogs", 2), ("cat", 1)]
    assert together([]) == Evidence()
    assert things_of(Evidence()) == ()


def test_no_parser_is_loaded_where_no_thing_is_named():
    def refuse():
        raise AssertionError("loaded")

    assert gather(["A man smiles at a woman.", "What is the dog doing?"], refuse).said == ()


def test_a_text_without_sentences_and_a_very_long_one_are_no_trouble():
    assert found("dog " * 50_000) == []
    assert found("\x00 A dog\x00 sits .\n" * 3) in ([], ["dog"])
    assert found("A dog runs in the park. " * 5_000) == ["dog"]


def test_no_listed_thing_is_a_word_for_somebody():
    people, names = load_people_words(), load_thing_names()
    words = {word for name in names.kinds for word in name.split()}
    assert not words & (people.person | people.pronouns | load_nonperson_words().either)
