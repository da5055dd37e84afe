"""What is said of animals, likenesses and things stays; what is said of people beside them is found."""

from collections.abc import Callable

import pytest

from transforms.engines.protocols import TextParser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.contract import CleanedText, TurnText

Told = Callable[..., list[tuple[str, str]]]

OF_NOBODY = [
    "A dog with his ball.",
    "A brown bear with her cubs.",
    "The teddy bear has blue eyes.",
    "A cat licks himself.",
    "A giraffe sticks his head in the sky.",
    "A picture of a bear with his mouth open.",
    "A brown dog responded to his owner.",
    "The zebra is wondering what he sees.",
    "A baby giraffe and an adult elephant.",
    "A mother and its calf in a field.",
    "A group of elephants contains a baby one.",
    "A statue of a woman with a jug.",
    "Two man statues stand in front of a house.",
    "A girl doll sits in a suitcase.",
    "The cartoon figure of a woman wears a sash.",
    "A cartoon man waves.",
    "Bears with princess crowns.",
    "Cowboy boots on a shelf.",
    "A picture of a mummy in the museum.",
    "The women's restroom is closed.",
    "KING ARTHUR FLOUR",
    "A queen and a king on the chess board.",
    "A dog dressed as a bride.",
    "His and hers sinks.",
]

OF_SOMEBODY = [
    ("A man walks with his dog.", "his"),
    ("A dog sits on his lap.", "his"),
    ("The dog licks his hand.", "his"),
    ("Feeding a giraffe with his hand.", "his"),
    ("The dog he is walking is brown.", "he"),
    ("A hot dog in his hand.", "his"),
    ("A shepherd with two dogs watches his sheep.", "his"),
    ("A child swings a baseball bat.", "child"),
    ("A baby looks at a dog.", "baby"),
    ("A dog looks at a baby.", "baby"),
    ("A teenager rides a horse.", "teenager"),
    ("A man stands next to a statue.", "man"),
    ("The woman looks at a statue of a man.", "woman"),
    ("The waitress smiles.", "waitress"),
    ("My mummy smiles.", "mummy"),
    ("The woman's room is big.", "woman"),
]


@pytest.mark.parametrize("text", OF_NOBODY)
def test_what_is_said_of_nobody_is_left(told: Told, text: str) -> None:
    assert told(text, "safe-llava") == []


@pytest.mark.parametrize("text", OF_NOBODY)
def test_the_verifier_leaves_it_too(cleaned: Callable[..., CleanedText], text: str) -> None:
    assert cleaned(["What is shown?", text], "safe-llava").texts[1] == text


@pytest.mark.parametrize(("text", "word"), OF_SOMEBODY)
def test_somebody_beside_an_animal_or_a_likeness_is_found(told: Told, text: str, word: str) -> None:
    assert word in [found for found, _ in told(text, "safe-llava")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("There are two people. One is Asian, the other is elderly.", ["Asian", "elderly"]),
        ("Two people sit there. One looks old and the other is young.", ["old", "young"]),
        ("There are three people. The first is a bit heavy.", ["heavy"]),
        ("There are two cars next to some people. One is old.", []),
        ("One of the chairs is old.", []),
    ],
)
def test_a_person_described_in_the_next_sentence_counts(told: Told, text: str, words: list[str]) -> None:
    assert [found for found, _ in told(text)] == words


@pytest.mark.parametrize(
    ("asked", "found"), [("What does the man hold?", ["his"]), ("What is in the picture?", [])]
)
def test_a_person_of_another_turn_may_be_meant(
    parser: TextParser, policy_of: Callable[..., object], asked: str, found: list[str]
) -> None:
    rules = load_text_rules(policy_of("safe-llava"))  # type: ignore[arg-type]
    answer = "A dog with his ball."
    turns = [TurnText(asked, True), TurnText(answer, False)]
    findings = audit_conversations([turns], rules=rules, parser=parser)[0]
    assert [answer[one.start : one.end] for one in findings if one.turn == 1] == found


def test_a_person_of_another_turn_is_still_seen_when_only_one_turn_is_edited(
    cleaned: Callable[..., CleanedText],
) -> None:
    result = cleaned(["Is somebody there?", "A person stands there.", "And?", "The dog with his ball."])
    assert result.texts[3] == "The dog with their ball."


ALONE = "Describe the picture."


@pytest.mark.parametrize(
    "turns",
    [
        [ALONE, "A man and a dog.", ALONE, "A brown dog waits for his owner."],
        [ALONE, "A man and a dog.", ALONE, "A dog lies on his back."],
        [ALONE, "A woman smiles.", ALONE, "A mother elephant gives her baby a bath."],
        ["What animal is this?", "A dog.", "What is he doing?", "He is running with a stick."],
        [ALONE, "Two elephants walk.", ALONE, "Adults and their young walk."],
        [ALONE, "A cat near a wall looking to he right"],
    ],
)
def test_a_record_keeps_what_an_animal_is_and_does(
    cleaned: Callable[..., CleanedText], turns: list[str]
) -> None:
    assert [turn.replace("man and", "person and") for turn in turns if "smiles" not in turn] == [
        turn for turn in cleaned(turns, "safe-llava").texts if "smiles" not in turn
    ]


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        (["What is he holding?", "A dog.", "Is his hat red?", "Yes."], ["he", "his"]),
        (["What is somebody walking?", "A dog.", "Is he old?", "Yes."], ["he"]),
        ([ALONE, "Somebody sits.", ALONE, "A dog in his car."], ["his"]),
        ([ALONE, "Somebody sits.", ALONE, "A dog jumps off his back."], ["his"]),
        ([ALONE, "Somebody sits.", ALONE, "A dog catches a frisbee he threw."], ["he"]),
        ([ALONE, "A giraffe eats.", ALONE, "She feeds it leaves."], ["She"]),
        ([ALONE, "A dog lies there.", ALONE, "He is wearing a shirt."], ["He"]),
        ([ALONE, "An elephant in a zoo.", ALONE, "A baby looks at the camera."], ["baby"]),
        ([ALONE, "Baby reaching for mouse.", ALONE, "A place where baby can reach."], ["Baby", "baby"]),
    ],
)
def test_a_record_with_an_animal_still_tells_of_people(
    parser: TextParser, policy_of: Callable[..., object], turns: list[str], words: list[str]
) -> None:
    rules = load_text_rules(policy_of("safe-llava"))  # type: ignore[arg-type]
    said = [TurnText(text, place % 2 == 0) for place, text in enumerate(turns)]
    findings = audit_conversations([said], rules=rules, parser=parser)[0]
    assert [turns[one.turn][one.start : one.end] for one in findings if not one.asks] == words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A small child swings back a bat.", "child"),
        ("One child lifts another.", "child"),
        ("A person helping a child stand on a board.", "child"),
        ("Three people and a baby sit on a blanket.", "baby"),
        ("Male standing at a podium.", "Male"),
        ("A male sleds on a white sheet.", "male"),
        ("Two female kickboxers fight.", "female"),
        ("Two men in black shorts stand there.", "men"),
        ("male center right", "male"),
        ("Main Subject: The Elderly Man", "Man"),
    ],
)
def test_a_verb_that_looks_like_a_noun_makes_no_thing(told: Told, text: str, word: str) -> None:
    assert word in [found for found, _ in told(text, "safe-llava")]


@pytest.mark.parametrize("text", ["A male connector.", "A female cardinal.", "A baby swing in a park."])
def test_a_thing_or_an_animal_of_that_name_stays(told: Told, text: str) -> None:
    assert told(text, "safe-llava") == []
