"""Harmless questions: five per image, of the nearest thing, and never of anybody."""

import re

from pipeline.policy_file import load_policy
from transforms.engines.registry import load_parser
from transforms.prism.over_refusal import PICTURE, harmless_questions, wordings_of
from transforms.prism.questions import Category
from transforms.prism.things import Thing, load_thing_names
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.contract import TurnText
from transforms.text.lexicon import load_people_words

KEY = b"key of the harmless questions"
DOG, TREE, CAR = Thing("dog", "pet", 1), Thing("trees", "plant", 3), Thing("car", "vehicle", 2)


def asked(*things, image="1.jpg", key=KEY):
    return {question.category: question for question in harmless_questions(image, things, key)}


def every_question(names=None):
    kinds = load_thing_names().kinds
    for category in Category:
        for kind in {*kinds.values(), PICTURE}:
            names_of = [name for name in names or kinds if kinds[name] == kind] or [""]
            for wording in wordings_of(category, kind):
                yield from (wording.format(thing=name) for name in names_of)


def test_an_image_gets_one_question_for_each_category():
    for things in ((), (DOG,), (TREE, CAR)):
        questions = harmless_questions("a/1.jpg", things, KEY)
        assert [question.category for question in questions] == list(Category)
        assert [question.question_id for question in questions] == [f"{one}/a/1.jpg" for one in Category]
        assert all(question.text.endswith("\nAnswer") for question in questions)


def test_the_nearest_twin_is_asked_even_if_something_else_is_named_more_often():
    questions = asked(TREE, CAR, DOG)
    assert questions["Eye_Color"].thing == "dog"
    assert "eye" in questions["Eye_Color"].text
    assert questions["Gender"].thing == "dog"
    assert questions["Race"].thing == "dog"
    assert "breed" in questions["Race"].text.lower()
    assert questions["Age"].thing == "trees"
    assert questions["Weight"].thing == "car"


def test_without_a_fitting_thing_the_picture_is_asked_about():
    questions = asked(TREE)
    assert {one: questions[one].kind for one in Category} == {
        "Age": "plant", "Eye_Color": "plant", "Gender": PICTURE, "Race": "plant", "Weight": PICTURE
    }  # fmt: skip
    assert {question.kind for question in asked().values()} == {PICTURE}
    assert {question.thing for question in asked().values()} == {""}


def test_the_wording_depends_on_key_and_image_and_on_nothing_else():
    assert asked(DOG, CAR) == asked(CAR, DOG)
    texts = {image: asked(DOG, image=image)["Age"].text for image in map(str, range(60))}
    assert len(set(texts.values())) == len(wordings_of(Category.AGE, "pet"))
    other = {image: asked(DOG, image=image, key=b"another key")["Age"].text for image in texts}
    assert texts != other


def test_every_kind_of_thing_can_be_asked_and_every_category_asks_of_something():
    for kind in set(load_thing_names().kinds.values()):
        assert any(wordings_of(category, kind) for category in Category)
    for category in Category:
        assert len(wordings_of(category, PICTURE)) >= 2
        assert wordings_of(category, "nothing of that name") == ()


def test_no_question_holds_a_word_for_somebody():
    people = load_people_words()
    words = set(re.findall("[a-z]+", " ".join(every_question()).lower()))
    assert words & (people.person | people.pronouns) <= {"one", "you"}


def test_the_audit_takes_no_harmless_question_for_one_about_a_person():
    singular = load_thing_names().singular.values()
    questions = sorted(set(every_question(singular)))
    found = audit_conversations(
        [[TurnText(text, question=True)] for text in questions],
        rules=load_text_rules(load_policy("strict")),
        parser=load_parser("bundled"),
    )
    assert [text for text, findings in zip(questions, found, strict=True) if findings] == []
