from collections.abc import Callable

import pytest

from schemas.policy import Policy
from transforms.text.lexicon import read_list
from transforms.text.verifier_checks import checks_for, checks_in, load_checks, plural_of, words_of
from transforms.text.verify import leaks_in


def leaks(policy: Policy, text: str, question: bool = False, refused: bool = False) -> list[str]:
    return [
        one.attribute for one in leaks_in(0, text, checks_for(policy), question=question, refused=refused)
    ]


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("He sits.", "biometric.gender"),
        ("Give it to him.", "biometric.gender"),
        ("A woman sits.", "biometric.gender"),
        ("the young person", "biometric.age"),
        ("They are 27 years old.", "biometric.age"),
        ("a black person", "biometric.race"),
        ("their blue eyes", "biometric.eye_color"),
        ("an overweight person", "biometric.weight"),
        ("write to a@b.org", "pii.email"),
        ("call 555-123-4567", "pii.phone"),
        ("123-45-6789", "pii.ssn"),
        ("An Asian person waits.", "biometric.race"),
        ("They wait for their mother.", "biometric.gender"),
        ("The person has type 2 diabetes.", "sensitive.health"),
        ("A Muslim family prays.", "sensitive.religion"),
        ("a gay couple", "sensitive.sexual_orientation"),
        ("Two Chinese people talk.", "sensitive.nationality"),
        ("Union workers strike.", "sensitive.union"),
        ("pay with 4111 1111 1111 1111", "pii.card"),
        ("GB29 NWBK 6016 1331 9268 19", "pii.iban"),
        ("born on 12/03/1980", "pii.date_of_birth"),
        ("An actress waves.", "biometric.gender"),
        ("Two landladies talk.", "biometric.gender"),
        ("A forewoman waits.", "biometric.gender"),
        ("a tall and elderly person", "biometric.age"),
        ("a sixty-year-old player", "biometric.age"),
        ("A person aged 45 waits.", "biometric.age"),
        ("a group of 20-somethings", "biometric.age"),
        ("a Norwegian skier", "biometric.race"),
        ("people of Asian and European descent", "biometric.race"),
        ("Two Hispanics talk.", "biometric.race"),
        ("Their irises are hazel.", "biometric.eye_color"),
        ("a green-eyed singer", "biometric.eye_color"),
        ("a person of slender build", "biometric.weight"),
        ("a person weighing 80 kg", "biometric.weight"),
        ("Three Buddhists are talking.", "sensitive.religion"),
        ("A womna waves.", "biometric.gender"),
        ("a German-speaking guide", "sensitive.nationality"),
        ("a person living with epilepsy", "sensitive.health"),
    ],
)
def test_a_leak_is_seen(policy_of: Callable[..., Policy], text: str, attribute: str) -> None:
    assert attribute in leaks(policy_of("standard"), text)


@pytest.mark.parametrize(
    "text",
    [
        "They sit with their dog.",
        "A person, 2 dogs and [NAME] at [EMAIL].",
        "Women's Health",
        "The Old Man and the Sea",
        'a sign that says "men at work"',
        "[0.25, 0.43, 0.69, 0.88]",
        "a gingerbread man",
        "The building is 100 years old.",
        "A grandfather clock and a mother elephant with its calf.",
        "A Chinese restaurant and a Catholic church.",
        "An old building, a young tree and a black shirt.",
        "The White House and a brown bear.",
        "A cat with green eyes.",
        "A group in a Scottish marching band.",
        "A pole by a slim phone with a large frame.",
        "A cowboy hat and cowboy boots.",
        "A clock surrounded by mums.",
        "A person in an Asian inspired restaurant with a Jamaican colored hat.",
        "A plate of muffins and danishes.",
        "The person is in a European setting with a Brazilian dancing hall.",
        "They look straight into the camera.",
        "A statue of a mother and child.",
        "A mother black bear with a baby.",
        "They live on Park Lane and sell onesies and bikinis.",
        "The sign reads LADIES, in capitals.",
        "Two white passenger trains.",
    ],
)
def test_a_clean_text_is_silent(policy_of: Callable[..., Policy], text: str) -> None:
    assert leaks(policy_of("standard"), text) == []


@pytest.mark.parametrize(
    ("text", "blunted"),
    [
        ("It is an elderly person.", "It is a person."),
        ("Elderly people wait.", "People wait."),
        ("An actress waves.", "An actor waves."),
        ("There is a stewardess.", "There is a flight attendant."),
        ("a waitress", "a server"),
        ("A Norwegian actor waits.", "An actor waits."),
    ],
)
def test_a_blunt_word_keeps_the_article_and_the_capital(
    policy_of: Callable[..., Policy], text: str, blunted: str
) -> None:
    leak = next(leaks_in(0, text, checks_for(policy_of("standard")), question=False, refused=False))
    word = leak.blunt[:1].upper() + leak.blunt[1:] if text[leak.start].isupper() else leak.blunt
    assert text[: leak.start] + word + text[leak.end :] == blunted


def test_age_nouns_are_seen_where_they_tell_an_age(policy_of: Callable[..., Policy]) -> None:
    assert leaks(policy_of("safe-llava"), "A toddler smiles.") == ["biometric.age"]
    assert leaks(policy_of("standard"), "A toddler smiles.") == []
    assert leaks(policy_of("safe-llava"), "baby carrots and a baby elephant") == []


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("A person sleeps in a crib.", "biometric.age"),
        ("They lie in a baby-friendly room.", "biometric.age"),
        ("A person during childhood.", "biometric.age"),
        ("A person with thinning hair.", "biometric.age"),
        ("An elderly is hit by a ball.", "biometric.age"),
        ("A person with short hair and very tan on a surfboard.", "biometric.race"),
        ("They are very tan.", "biometric.race"),
        ("Their skin appears to be slightly red.", "biometric.race"),
        ("They dance in the manner of indigenous groups.", "biometric.race"),
        ("A case of starvation.", "biometric.weight"),
        ("**Hair and Facial Hair:** They have short hair.", "biometric.gender"),
    ],
)
def test_a_hint_is_seen(policy_of: Callable[..., Policy], text: str, attribute: str) -> None:
    assert attribute in leaks(policy_of("safe-llava"), text)


@pytest.mark.parametrize(
    "text",
    [
        "An empty crib stands in a nursery.",
        "A person works at a plant nursery.",
        "They visit their childhood home.",
        "A person in a tan car with a red apple's skin.",
        "A baby grand piano and a baby-friendly cafe.",
        "**Facial Hair:** not stated.",
    ],
)
def test_a_thing_is_no_hint(policy_of: Callable[..., Policy], text: str) -> None:
    assert leaks(policy_of("safe-llava"), text) == []


def test_what_a_refused_question_offers_is_no_leak(policy_of: Callable[..., Policy]) -> None:
    policy = policy_of("standard")
    assert leaks(policy, "Is it a man or a woman?", question=True, refused=True) == []
    assert leaks(policy, "Is it a man or a woman?", question=True) != []


def test_the_verifier_names_its_own_source() -> None:
    assert "independently" in read_list("verifier")["source"]


@pytest.mark.parametrize(
    "name",
    [
        "gender",
        "age",
        "race",
        "weight",
        "eye_color",
        "people",
        "animals",
        "questions",
        "other_biometric",
        "sensitive",
        "patterns",
        "names",
    ],
)
def test_every_list_names_its_source(name: str) -> None:
    assert len(read_list(name)["source"]) > 20


def test_a_noun_for_a_person_has_its_plural() -> None:
    nouns = ["guy", "lady", "policewoman", "mother-in-law", "bride-to-be", "maid of honor", "ex-wife"]
    plurals = [
        "guys",
        "ladies",
        "policewomen",
        "mothers-in-law",
        "brides-to-be",
        "maids of honor",
        "ex-wives",
    ]
    assert [plural_of(noun) for noun in nouns] == plurals


def test_only_rules_whose_words_stand_in_a_text_are_tried() -> None:
    rules = {check.rule for check in checks_in(words_of("a horseman, aged 40, at the old house"))}
    assert {"verify.gender.compound", "verify.age.aged"} & rules == {"verify.gender.compound"}
    assert "verify.age.adjective" not in rules
    assert "verify.age.adjective" in {check.rule for check in checks_in({"an", "old", "person"})}


def test_every_pattern_of_the_list_compiles() -> None:
    assert all(check.expression.pattern for check in load_checks())
