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
        "We have Yirgacheffe, Mandheling and Longjing today.",
    ],
)
def test_places_brands_and_headings_are_no_names(told: Told, text: str) -> None:
    assert [span for span, attribute in told(text) if attribute == "pii.name"] == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday Aunt Wu met Engineer Zhang.", ["Aunt Wu", "Engineer Zhang"]),
        ("I spoke to General Manager Qian Yongqiang.", ["General Manager Qian Yongqiang"]),
        ("Please ask Dr. Helen Novak.", ["Dr. Helen Novak"]),
        ("The manager Helen Novak is here.", ["Helen Novak"]),
    ],
)
def test_a_form_of_address_belongs_to_the_name(told: Told, text: str, names: list[str]) -> None:
    assert [span for span, attribute in told(text) if attribute == "pii.name"] == names


def test_a_title_that_tells_a_gender_stays_beside_the_name(told: Told) -> None:
    assert told("Mr. John Green is here.") == [("Mr.", "biometric.gender"), ("John Green", "pii.name")]


def test_brackets_and_quotes_end_a_name(told: Told) -> None:
    text = '\u3010Feng Haoran\u3011Thank you. Troy:"Hello."'
    assert [span for span, attribute in told(text) if attribute == "pii.name"] == ["Feng Haoran", "Troy"]


@pytest.mark.parametrize(
    "text",
    [
        "Open Xiaohongshu and look at the recipe. Xiaohongshu: new posts for you",
        "The band Lynyrd Skynyrd plays. Lynyrd Skynyrd stands on stage.",
        "A traffic light at the intersection of Haight and Ashbury",
        'A street sign reads "Bacchanalia" above a stop sign.',
    ],
)
def test_what_is_used_as_a_thing_is_no_name(told: Told, text: str) -> None:
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
