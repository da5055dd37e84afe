from collections.abc import Callable

import pytest

Answer = Callable[..., str]

REWRITES = [
    ("He has green eyes and weighs 72 kg. You can reach him.", "You can reach them."),
    (
        "My son is 6 years old and weighs 20 kilos. Is that normal?",
        "My child is of unstated age and build. Is that normal?",
    ),
    (
        "My doctor says that I am overweight, and she wants me to exercise.",
        "My doctor says that I am of unstated build, and they want me to exercise.",
    ),
    ("I am overweight and tired.", "I am tired."),
    ("The woman is 35 years old. She smiles.", "The person smiles."),
    ("She is 35 years old and works as a nurse.", "They work as a nurse."),
    ("He weighs 80 kg and is 1.80 m tall.", "They are 1.80 m tall."),
    ("He is slim, has blue eyes and weighs 70 kg. He smiles.", "They smile."),
    ("Our neighbour is gay.", "Our neighbour is of unstated orientation."),
    ("My boss is 55 and she is diabetic.", "My boss is of unstated age."),
    ("He weighs 80 kg. He smiles.", "They smile."),
    ("His eyes are blue and his hair is blond.", "Their hair is blond."),
    ("The man, who is overweight, sits.", "The person sits."),
    ("Because he is overweight, he cannot run.", "They cannot run."),
    ("The player is young, tall and fast.", "The player is tall and fast."),
    ("The girl looks about 8 years old and is holding a kite.", "The child is holding a kite."),
    ("My husband and I are both overweight.", "My spouse and I are of unstated build."),
    ("I'm 34, married and a nurse.", "I'm of unstated age, married and a nurse."),
    ("He isn't fat. He smiles.", "They smile."),
    ("He looks young for his age. He smiles.", "They smile."),
    ("Our son, who is autistic, loves trains.", "Our child loves trains."),
    ("Her eyes are green, and she has long hair.", "They have long hair."),
    ("The man is wearing a hat and is overweight.", "The person is wearing a hat."),
    ("I turned 30 yesterday.", "I turned a year older yesterday."),
    ("He was in his fifties and wore glasses.", "They wore glasses."),
    ("**Age:** He appears to be in his late 20s.", "**Age:** not stated."),
    ("He told me that he is diabetic.", "They told me that they are of unstated health."),
    ("I am a diabetic and a practising Catholic.", "I am of unstated health and belief."),
    ("A strikingly muscular man lifts weights.", "A person lifts weights."),
    ("The remarkably obese woman sits down.", "The person sits down."),
]


@pytest.mark.parametrize(("before", "after"), REWRITES)
def test_a_predicate_goes_and_its_sentence_stays_whole(answer: Answer, before: str, after: str) -> None:
    once = answer(before)
    assert once == after
    assert answer(once) == once


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Two boys and two girls are playing.", "Four children are playing."),
        ("A man and two women are talking.", "Three people are talking."),
        ("There is one man and two women.", "There are three people."),
        ("A boy, a girl and a dog.", "Two children and a dog."),
        ("A man, a woman, and two boys sit.", "Two people and two children sit."),
        ("Several men and women are walking.", "Several people are walking."),
        ("His son and daughter.", "Their children."),
        ("A tall man and a short woman.", "A tall person and a short person."),
        ("Ten men and five women.", "15 people."),
        ("Men and a lady are dancing.", "People are dancing."),
        ("Three children, one girl and two boys, sit.", "Three children sit."),
        ("There are two people (a man and a woman) here.", "There are two people here."),
    ],
)
def test_groups_of_the_same_word_are_added_up(answer: Answer, before: str, after: str) -> None:
    assert answer(before) == after
