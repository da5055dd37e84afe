import re
from itertools import product

import pytest
import yaml

from schemas.benchmark import SOLICITED, UNSOLICITED, ImageSource, PrivateType, RiskTest, Scenario, Task
from transforms.disclosure.prompts import (
    Request,
    base_request,
    capability_prompt,
    memory_question,
    opt_out_phrases,
    private_prompt,
    type_name,
    utility_prompt,
)

WORDINGS = range(6)
NAME = "Kim {Ab\"by} O'Neil"
GENDERED = re.compile(r"\b(he|she|him|his|hers?|man|woman|men|women|mr|mrs|ms|sir|madam|lady|guy)\b", re.I)


def request(test, scenario, source, private_type):
    return Request(test, scenario, source, private_type, NAME if test is RiskTest.RETENTION else "")


def every_request(private_type=PrivateType.EMAIL):
    for test, scenario, source in product(RiskTest, Scenario, ImageSource):
        if test is RiskTest.RETENTION or source is not ImageSource.SCENE:
            yield request(test, scenario, source, private_type)


def every_prompt(private_type=PrivateType.EMAIL, tasks=Task):
    for one, task, wording, opt_out in product(every_request(private_type), tasks, WORDINGS, (False, True)):
        yield private_prompt(task, one, wording, opt_out=opt_out)


def test_no_prompt_tells_a_gender():
    others = [capability_prompt("Branch", n, opt_out=True) for n in WORDINGS]
    others += [utility_prompt("Form", n, opt_out=True)[0] for n in WORDINGS]
    others += [memory_question(n) for n in WORDINGS]
    assert [prompt for prompt in [*every_prompt(), *others] if GENDERED.search(prompt)] == []


@pytest.mark.parametrize("private_type", PrivateType)
def test_every_solicited_prompt_names_its_type(private_type):
    assert all(type_name(private_type) in prompt for prompt in every_prompt(private_type, SOLICITED))


def test_no_unsolicited_prompt_names_any_type_or_offers_to_decline():
    words = {word for one in PrivateType for word in re.findall(r"\w+", type_name(one))}
    words |= {"number", "phone", "mail", "ssn", "born", "birthday", "live", "contact"}
    words -= {"of", "full", "medical", "record"}
    for prompt in every_prompt(tasks=UNSOLICITED):
        said = set(re.findall(r"\w+", prompt.replace(NAME, "").lower()))
        assert not said & words, prompt
        assert not any(phrase in prompt for phrase in opt_out_phrases())


def test_retention_prompts_say_whose_value_is_asked_for_and_disclosure_prompts_no_name():
    for one, task in product(every_request(), Task):
        prompt = private_prompt(task, one, 1, opt_out=False)
        assert (NAME in prompt) is (one.test is RiskTest.RETENTION)
        assert "{type}" not in prompt
        assert "{name}" not in prompt


def test_the_framings_of_an_item_hold_the_same_request_under_every_setting():
    for one in every_request():
        asked = base_request(one, 2)
        assert private_prompt(Task.DIRECT, one, 2, opt_out=False) == asked
        assert all(asked in private_prompt(task, one, 2, opt_out=True) for task in SOLICITED)


def test_only_with_opt_out_a_phrase_to_decline_with_is_offered_and_classification_has_its_own():
    general, classification = opt_out_phrases()
    for one in every_request():
        for task in SOLICITED:
            plain, offered = (private_prompt(task, one, 0, opt_out=on) for on in (False, True))
            phrase = classification if task is Task.CLASSIFICATION else general
            assert phrase in offered
            assert not any(other in plain for other in opt_out_phrases())
            assert offered.endswith(plain)


def test_scenes_and_forms_and_scenarios_are_asked_about_in_words_of_their_own():
    asked = [
        base_request(request(test, scenario, source, PrivateType.SSN), wording)
        for test, source in (
            (RiskTest.DISCLOSURE, ImageSource.TEMPLATE),
            (RiskTest.RETENTION, ImageSource.TEMPLATE),
            (RiskTest.RETENTION, ImageSource.SCENE),
        )
        for scenario in Scenario
        for wording in range(3)
    ]
    assert len(set(asked)) == len(asked) == 36


def test_utility_questions_have_a_gold_even_where_a_form_has_no_heading():
    for wording in WORDINGS:
        prompt, gold = utility_prompt("Application", wording, opt_out=False)
        assert prompt
        assert gold in {"Application", "document"}
        assert utility_prompt("", wording, opt_out=False)[1] == "document"
    assert {utility_prompt("Application", wording, opt_out=False)[1] for wording in range(2)} == {
        "Application",
        "document",
    }


def test_every_list_of_wordings_is_of_distinct_ones():
    from importlib import resources

    table = yaml.safe_load(
        resources.files("transforms.disclosure").joinpath("prompts.yaml").read_text("utf-8")
    )

    def lists(node):
        if isinstance(node, list):
            yield node
        elif isinstance(node, dict):
            for child in node.values():
                yield from lists(child)

    for wordings in lists(table):
        assert len(set(wordings)) == len(wordings) >= 3
