"""Rounds that ask to read, or quote, what an image of the record lost."""

from collections.abc import Callable

import pytest

from schemas.edit import Action
from schemas.policy import ImagePolicy, Policy, TextFill
from tests.transforms.text.conftest import SameEmbedder, make_policy
from tests.transforms.text.image_values import KEY, lost
from transforms.engines.protocols import TextParser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, TurnText
from transforms.text.quoted_values import IMAGE_VALUE, HiddenValues
from transforms.text.refuse import is_refusal
from transforms.text.surrogates import surrogate

HIDDEN = (
    ("name", "Gail Hernandez"),
    ("phone", "(555) 123-4567"),
    ("card", "4111 1111 1111 4242"),
    ("plate", "7TD 219"),
    ("secret", "1234"),
    ("username", "gail_h80"),
    ("date_of_birth", "12 March 1980"),
)
Clean = Callable[..., CleanedText]


@pytest.fixture
def clean(parser: TextParser) -> Clean:
    """Cleans turns of a record whose images lost ``HIDDEN``."""

    def run(*turns: str, policy: Policy | None = None, hidden: HiddenValues | None = None) -> CleanedText:
        policy = policy or make_policy("standard")
        rules = load_text_rules(policy)
        hidden = hidden or lost(*HIDDEN)
        said = [TurnText(text, not place % 2, hidden=hidden) for place, text in enumerate(turns)]
        found = audit_conversations([said], rules=rules, parser=parser)
        (done,) = clean_conversations(
            [said], found, keys=["key"], policy=policy, rules=rules, parser=parser, embedder=SameEmbedder()
        )
        return done

    return run


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the phone number on the card?", "555-123-4567"),
        ("What does the plate say?", "7TD-219"),
        ("Who is the card issued to?", "Gail Hernandez"),
        ("Who is the card issued to?", "It is issued to Gail Hernandez, a programmer in Texas."),
        ("What are the last four digits of the card?", "4242"),
        ("Read out the number at the bottom.", "It is 555 123 4567."),
        ("Is the phone number 555-123-4567?", "Yes."),
        ("Whose name is it? A. Gail Hernandez B. Tom Jones", "A"),
        ("What is the PIN?", "1234"),
        ("What is the phone number on the card?", "5S5-128-9567"),
    ],
)
def test_a_question_that_asks_to_read_a_lost_value_is_refused(
    clean: Clean, question: str, answer: str
) -> None:
    done = clean(question, answer)
    assert done.reason is None
    assert is_refusal(done.texts[1], ())


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the total?", "$12.00"),
        ("What does the sign say?", "Stop"),
        ("What color is the phone number?", "Blue"),
        ("Is there a phone number on the card?", "Yes"),
        ("What brand is the phone?", "Nokia"),
        ("How many people are there?", "1234"),
        ("Where is the name printed?", "At the top of the card"),
        ("What is the name of the store?", "Walmart"),
        ("What number is on the bus?", "1254 N"),
        ("What is the date on the invoice?", "31/05/2018"),
        ("What is hanging from the handle?", "Helmet."),
        ("What is on the face of the card?", "A blurred face above their name."),
    ],
)
def test_harmless_rounds_stay_as_they_are(clean: Clean, question: str, answer: str) -> None:
    assert clean(question, answer).texts == (question, answer)


def test_a_caption_loses_the_value_alone(clean: Clean) -> None:
    done = clean("Describe the image.", "A card of Hernandez with the number 555.123.4567 in blue.")
    assert done.texts[1] == "A card of [NAME] with the number [PHONE] in blue."
    assert {(edit.action, edit.rule) for edit in done.edits} == {(Action.MASK, IMAGE_VALUE)}
    assert {"pii.name", "pii.phone"} == {edit.attribute for edit in done.edits}


def test_what_was_cleaned_stays_when_it_is_cleaned_again_without_the_values(
    clean: Clean, parser: TextParser
) -> None:
    turns = ("Who is it?", "Gail Hernandez", "Describe it.", "The plate 7TD 219 on a red car of Gail's.")
    once = clean(*turns)
    policy = make_policy("standard")
    rules = load_text_rules(policy)
    said = [TurnText(text, not place % 2) for place, text in enumerate(once.texts)]
    found = audit_conversations([said], rules=rules, parser=parser)
    (again,) = clean_conversations(
        [said], found, keys=["key"], policy=policy, rules=rules, parser=parser, embedder=SameEmbedder()
    )
    assert once.texts != turns
    assert again.texts == once.texts


def test_a_value_that_the_image_lost_is_masked_under_a_policy_that_only_reports_text(clean: Clean) -> None:
    policy = make_policy("report-only")
    done = clean("Describe it.", "A car with the plate 7TD 219.", policy=policy)
    assert done.texts[1] == "A car with the plate [PLATE]."
    assert clean("What is the plate?", "7TD 219", policy=policy).texts[1] == "[PLATE]"


def replacing() -> Policy:
    """Other text stands where print was."""
    return make_policy("standard", image=ImagePolicy(text_fill=TextFill.REPLACE))


def test_under_a_policy_that_replaces_print_turns_quote_what_stands_there_now(clean: Clean) -> None:
    hidden = lost(("name", "Gail Hernandez"), ("phone", "(555) 123-4567"), replaced=True)
    given, family = surrogate("pii.name", "Gail Hernandez", KEY).split()
    phone = surrogate("pii.phone", "(555) 123-4567", KEY)
    done = clean(
        "Who is the card issued to?",
        "Gail Hernandez",
        "What is the phone number?",
        "It is 555.123.4567.",
        "Describe it.",
        "A card of Hernandez.",
        policy=replacing(),
        hidden=hidden,
    )
    digits = "".join(char for char in phone if char.isdigit())
    assert done.texts[1::2] == (
        f"{given} {family}",
        f"It is {digits[:3]}.{digits[3:6]}.{digits[6:]}.",
        f"A card of {family}.",
    )
    assert {edit.rule for edit in done.edits} == {IMAGE_VALUE}


def test_surrogates_stay_when_turns_are_cleaned_again(clean: Clean) -> None:
    hidden = lost(("name", "Gail Hernandez"), ("email", "gail.h@stichting.com"), replaced=True)
    turns = ("Describe it.", "Mail Gail Hernandez at gail.h@stichting.com.")
    once = clean(*turns, policy=replacing(), hidden=hidden)
    again = clean(*once.texts, policy=replacing(), hidden=lost(("plate", "7TD 219")))
    assert once.texts != turns
    assert again.texts == once.texts
    assert again.edits == ()


def test_what_no_surrogate_stands_for_is_masked_as_ever(clean: Clean) -> None:
    done = clean("Describe it.", "A card of Gail Hernandez.", policy=replacing())
    assert done.texts[1] == "A card of [NAME]."
