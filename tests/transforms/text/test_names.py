from collections.abc import Callable

import pytest

Told = Callable[..., list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ask Holly Sherman.", ["Holly Sherman"]),
        ("It goes to Kelly Serrano, please.", ["Kelly Serrano"]),
        ("The parcel that Timothy Novak sent is here.", ["Timothy Novak"]),
        ("My name is Sandgreen.", ["Sandgreen"]),
        ("Producer Thomas Speer explained it.", ["Thomas Speer"]),
        ("Michael Theismann ran, but Theismann fell.", ["Michael Theismann", "Theismann"]),
        ("They had four: Hans, Linda, Amber and Brendan.", ["Hans", "Linda", "Amber", "Brendan"]),
    ],
)
def test_names_are_found_wherever_they_stand(told: Told, text: str, names: list[str]) -> None:
    assert [span for span, attribute in told(text) if attribute == "pii.name"] == names


@pytest.mark.parametrize(
    "text",
    [
        "A German Shepherd runs along Jennifer Street.",
        "Big Ben and the Jordan River.",
        'A sign that says "Cheer".',
        "The office of Johnson & Johnson in Charlotte.",
        "New Summer Shoes With Great Prices",
        "Hi there, this is a bottle of Jack Daniels.",
        "We visited St. Louis in May.",
    ],
)
def test_places_brands_and_headings_are_no_names(told: Told, text: str) -> None:
    assert [span for span, attribute in told(text) if attribute == "pii.name"] == []


def test_a_name_told_in_one_turn_is_found_in_every_other(parser, policy_of) -> None:
    from transforms.text.audit import audit_conversations, load_text_rules
    from transforms.text.contract import TurnText

    texts = ["Who is this?", "This is Ngozi Okafor, a singer.", "Okafor again", "It is red."]
    turns = [TurnText(text, index % 2 == 0) for index, text in enumerate(texts)]
    rules = load_text_rules(policy_of("standard"))
    found = audit_conversations([turns], rules=rules, parser=parser)[0]
    names = [(one.turn, texts[one.turn][one.start : one.end]) for one in found if one.attribute == "pii.name"]
    assert [pair for pair in names if pair[0] != 0] == [(1, "Ngozi Okafor"), (2, "Okafor")]
