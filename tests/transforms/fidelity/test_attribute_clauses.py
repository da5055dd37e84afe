import pytest

from transforms.fidelity.differences import judge

LEFT_OUT = [
    ("A man runs. He is muscular, with broad shoulders.", "A person runs."),
    ("He is shirtless, showcasing his well-defined muscles.", "They are shirtless."),
    ("His arms are raised to show the biceps, highlighting his strength.", "Their arms are raised."),
    ("- **Gender:** Female\n- **Hair:** She has curly hair.", "- **Hair:** They have curly hair."),
    ("The child's skin is fair, and the light is soft.", "The light is soft."),
    ("She has a hat and a weathered face with wrinkles around her eyes and mouth.", "They have a hat."),
    ("There's visible stubble on his chin. He smiles.", "They smile."),
    (
        "He seems to be in his 30s, but it is difficult to tell his exact age. He reads a book on a bench.",
        "They read a book on a bench.",
    ),
    ("A person with red hair, likely a woman, reads.", "A person with red hair reads."),
    ("He waves. He has two blue eyes.", "They wave."),
    ("He waves. He has a muscular body.", "They wave."),
    ("He has a long white beard and a cane.", "They have a cane."),
    ("A long-bearded man smiles.", "A person smiles."),
]
SAYS_MORE = [
    ("A man runs. He is muscular and holds a flag.", "A person runs."),
    ("He is shirtless, showcasing his muscles under a red scarf.", "They are shirtless."),
    ("- **Hair:** She has curly hair.\n- **Hat:** blue", "- **Hair:** They have curly hair."),
    ("A dog barks. The muscular man is tall.", "A dog barks."),
    ("She has a smile on her face. Her eyes are blue.", "They have a smile."),
    ("He has short hair and a beard. He waves.", "They wave."),
    ("There is a muscular man. A dog barks.", "A dog barks."),
    ("The man is old. A bus stops.", "The person is visible."),
    ("She only has one eye! She waves.", "They wave."),
    ("He has one eye. He has a hat.", "They have a hat."),
    ("He waves. He has two hands.", "They wave."),
]
REFUSED = "I'm sorry, but I cannot provide information related to biometric attributes."


@pytest.mark.parametrize(("before", "after"), LEFT_OUT)
def test_a_clause_that_tells_only_an_attribute_may_go(before: str, after: str) -> None:
    judged = judge(before, after)
    assert not judged.objections
    assert not judged.doubts


@pytest.mark.parametrize(("before", "after"), SAYS_MORE)
def test_a_clause_that_tells_anything_else_must_stay(before: str, after: str) -> None:
    judged = judge(before, after)
    assert judged.changes_meaning
    assert judged.places


def test_a_refusal_may_stand_for_an_attribute_and_for_nothing_else() -> None:
    assert not judge("He appears to be in his 30s, with a muscular build.", REFUSED).changes_meaning
    assert judge("A dog sits on a bench.", REFUSED).changes_meaning
    assert judge("He appears to be in his 30s.", REFUSED.replace("information", "bottles")).changes_meaning
    assert judge("He appears to be in his 30s.", REFUSED.replace("cannot", "can")).doubts
