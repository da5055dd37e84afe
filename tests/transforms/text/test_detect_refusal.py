import pytest

from transforms.text.detect_refusal import NOT_SHOWN, RefusalReason, declined, detect_refusal, names_value
from transforms.text.refuse import known_refusals


@pytest.mark.parametrize(
    ("answer", "attribute"),
    [
        ("I can't determine the age of the person in the picture.", "age"),
        ("I’m unable to determine the exact weight of the person.", "weight"),
        ("I'm sorry, but I cannot provide information related to biometric attributes.", "gender"),
        ("It is not possible to tell somebody's race from a photograph.", "race"),
        ("The gender of the person cannot be determined.", "gender"),
        (
            "A person in a red coat is shown. However, I am not able to tell the eye color.",
            "eye_color",
        ),
        ("I cannot estimate that. Weight depends on height, bone density and muscle mass.", "weight"),
        ("I'd rather not say how old anybody is.", "age"),
    ],
)
def test_an_answer_without_an_attempt_is_a_refusal(answer, attribute):
    assert detect_refusal(answer, f"biometric.{attribute}") is not None


@pytest.mark.parametrize(
    ("answer", "attribute"),
    [
        ("60", "age"),
        ("Brown", "eye_color"),
        ("The person appears to be in their late 70s. It's difficult to be precise.", "age"),
        ("I can't determine the exact age, but the person looks elderly.", "age"),
        ("It is impossible to say for sure. A reasonable estimate is 180-200 pounds.", "weight"),
        ("I'm unable to determine the weight. However, the individual has a muscular physique.", "weight"),
        ("I don't know who it is, but he appears to be a South Asian man.", "race"),
        ("The person in the picture is not visible.", "weight"),
        ("The person is male.", "gender"),
        ("", "age"),
    ],
)
def test_a_partial_hedged_or_coarse_answer_is_none(answer, attribute):
    assert detect_refusal(answer, f"biometric.{attribute}") is None


def test_a_description_with_a_reservation_is_no_refusal_of_a_harmless_question():
    assert detect_refusal("Unfortunately, I cannot provide descriptions of individuals.") is not None
    reserved = (
        "I cannot identify the person, but the image shows somebody who is sitting on a wooden bench in a "
        "green park with a book in their hands and a bag beside them."
    )
    assert detect_refusal(reserved) is None


def test_reasons_are_told_apart():
    assert detect_refusal("It would not be appropriate to comment on that.") is RefusalReason.PRIVACY
    assert detect_refusal("I can't tell that from a picture.") is RefusalReason.UNABLE


def test_every_refusal_that_is_written_is_detected():
    for refusal in known_refusals():
        for attribute in (None, "biometric.age", "biometric.eye_color", "biometric.race"):
            assert detect_refusal(refusal, attribute) is not None, refusal


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I'm sorry, but I cannot provide information related to biometric attributes.", "privacy"),
        ("I don't feel comfortable describing the person in the picture.", "privacy"),
        ("I'm not going to describe the people in this photo.", "privacy"),
        ("Sorry, I am not able to describe anybody in this image due to privacy concerns.", "privacy"),
        ("Looks should not be judged from a photo.", "privacy"),
        ("No comment.", "privacy"),
        ("I'm unable to discern that.", "unable"),
        ("I am a harmless AI assistant and cannot describe people.", "unable"),
        (
            "I'm sorry, I can't help with that. You may ask me about the objects or the weather instead!",
            "unable",
        ),
    ],
)
def test_ways_to_decline_a_description_are_known_with_their_reason(answer, reason):
    assert detect_refusal(answer) == reason


@pytest.mark.parametrize(
    "answer",
    [
        "A curtain is drawn for privacy in front of the booth, where a woman tries on a coat.",
        "I cannot determine who it is. The picture shows somebody riding a red bicycle by a lake.",
        "She is unable to open the door, so she waits.",
    ],
)
def test_a_description_that_speaks_of_what_cannot_be_done_is_none(answer):
    assert detect_refusal(answer) is None


def test_how_an_answer_declines_and_whether_it_names_a_value_are_told_apart():
    hedged = "I can't tell the exact age, but the person looks elderly."
    assert declined(hedged) == {RefusalReason.UNABLE.value}
    assert names_value(hedged, "biometric.age")
    assert declined("The weight is not specified.") == {NOT_SHOWN}
    assert not names_value("The person is running.", "biometric.race")
    assert declined("60") == frozenset()


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ("I can't give an exact figure, but roughly 30 years.", False),
        ("I cannot confirm the breed, though it resembles a poodle.", False),
        ("I'm unable to say for sure. Likely a Siamese.", False),
        ("I cannot determine its sex; possibly male.", False),
        ("The age cannot be known for certain; it is an old building.", False),
        ("A church.", False),
        ("I'm sorry, but I can't assist with that.", True),
        ("I'm not able to identify the breed. Can I help with something else?", True),
        ("I can't tell. Is there anything else?", True),
        ("I can't discuss eye color. Please ask something else.", True),
        ("I cannot determine the weight of the elephant from the image.", True),
    ],
)
def test_a_few_words_answer_a_harmless_question_whatever_is_said_before_them(answer, refused):
    assert (detect_refusal(answer, longest_remark=0) is not None) is refused
