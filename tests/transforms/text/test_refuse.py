from collections import Counter
from collections.abc import Callable

import pytest

from schemas.policy import Policy
from schemas.taxonomy import load_taxonomy
from transforms.engines.protocols import TextParser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.contract import TurnText
from transforms.text.refuse import choose_refusal, is_refusal, known_refusals
from transforms.text.verifier_checks import checks_for
from transforms.text.verify import leaks_in


def test_one_sentence_of_a_policy_is_always_the_same() -> None:
    assert {choose_refusal(["No."], f"{key:04x}", 1, "biometric.age") for key in range(50)} == {"No."}


@pytest.mark.parametrize(
    "attribute",
    [name for name in load_taxonomy() if not name.startswith("image.")],
)
def test_the_catalogue_has_many_sentences_for_every_attribute(attribute: str) -> None:
    chosen = Counter(choose_refusal((), f"{key:04x}", 1, attribute) for key in range(2000))
    assert len(chosen) >= 20
    assert max(chosen.values()) < 200
    assert all(is_refusal(sentence, ()) for sentence in chosen)


def test_the_sentence_depends_on_record_turn_and_attribute_only() -> None:
    assert choose_refusal((), "ab", 1, "biometric.age") == choose_refusal((), "ab", 1, "biometric.age")
    assert len({choose_refusal((), "ab", turn, "biometric.age") for turn in range(1, 40, 2)}) > 5


def test_earlier_sentences_and_the_data_sets_own_are_known() -> None:
    for sentence in (
        "I'm sorry, but I cannot provide information related to biometric attributes.",
        "I can't tell that about a person from a picture.",
        " I leave out personal attributes of the people shown here.\n",
    ):
        assert is_refusal(sentence, ())
    assert not is_refusal("A man on a bench.", ())


def test_no_refusal_tells_asks_or_leaks_anything(
    policy_of: Callable[..., Policy], parser: TextParser
) -> None:
    policy = policy_of("strict")
    sentences = sorted(known_refusals())
    rules = load_text_rules(policy)
    found = audit_conversations(
        [[TurnText(sentence, False)] for sentence in sentences], rules=rules, parser=parser
    )
    assert [s for s, findings in zip(sentences, found, strict=True) if findings] == []
    checks = checks_for(policy)
    leaking = [s for s in sentences if list(leaks_in(1, s, checks, question=False, refused=False))]
    assert leaking == []


def test_every_sentence_is_a_sentence() -> None:
    for sentence in known_refusals():
        assert sentence[0].isupper()
        assert sentence[-1] == "."
        assert "{" not in sentence
