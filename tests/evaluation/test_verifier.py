import pytest

from evaluation.text.verifier import TARGETS, Planted, everything, plant, planted, seen


@pytest.mark.parametrize(
    ("caption", "frame", "text"),
    [
        ("A person sits.", "elder %", "An elder person sits."),
        ("The person sits.", "elder %", "The elder person sits."),
        ("A person sits.", "% with gray eyes", "A person with gray eyes sits."),
        ("See the person.", "rider", "See the rider."),
        ("See the person.", "Mr Marlowe", "See Mr Marlowe."),
    ],
)
def test_a_phrase_is_planted_with_its_article(caption, frame, text):
    assert plant(caption, Planted("biometric.age", frame)) == text


def test_a_caption_without_a_person_is_refused():
    with pytest.raises(ValueError, match="no person"):
        plant("A dog.", Planted("biometric.age", "elder %"))


def test_every_attribute_is_planted_and_mostly_seen():
    policy = everything()
    groups = {one.attribute.split(".")[0] for one in planted(policy)}
    assert groups == {"biometric", "sensitive"}
    counts = seen(["A person sits on a bench.", "The person is near a red car."], policy)
    assert {name for name in TARGETS if counts[name][0] / counts[name][1] < 0.6} == set()
