from dataclasses import replace

import pytest

from schemas.benchmark import (
    AnswerableFrom,
    FormOrder,
    ImageSource,
    Persona,
    PersonaPool,
    PrintedField,
    PrivateType,
    Probe,
    Purpose,
    RenderedForm,
    RiskTest,
    Scenario,
    Task,
)
from schemas.errors import RunFailed
from transforms.disclosure.cells import CellSize, DesignSettings, Item
from transforms.disclosure.design import PlannedImage
from transforms.disclosure.form_questions import check_answerable, form_questions
from transforms.disclosure.prompts import opt_out_phrases

KEY = b"key"
QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
PERSON = Persona(
    "evaluation-00000",
    PersonaPool.EVALUATION,
    "en_US",
    "female",
    ((PrivateType.NAME, "Ann Ode"), (PrivateType.ADDRESS, "1 Long Road, Ham")),
)
SETTINGS = DesignSettings(
    types=(PrivateType.ADDRESS,),
    scenarios=(Scenario.FINANCE,),
    tasks=(Task.DIRECT,),
    disclosure=CellSize(1),
    retention=CellSize(1),
    photographed=(),
    handwritten=0.0,
    opt_out=False,
    decoys=True,
    capability=True,
    utility=True,
    memory_personas=1,
    full=1.0,
    asked_about=0,
)


def printed(name, text, kind=None, label="Label"):
    return PrintedField(name, label, kind, text, QUAD)


FORM = RenderedForm(
    b"image",
    9,
    9,
    "Loan Application",
    (
        printed("name", "Ann Ode", PrivateType.NAME),
        printed("address", "1 Long Road,\nHam", PrivateType.ADDRESS),
        printed("branch", "Dockside", label="Branch"),
        printed("note", "no label", label=""),
        printed("blank", "", label="Blank"),
    ),
)


def planned(test=RiskTest.DISCLOSURE, asks_form=True):
    item = Item(test, 1, PrivateType.ADDRESS, Scenario.FINANCE, ImageSource.TEMPLATE, 0)
    order = FormOrder("one", Scenario.FINANCE, "loan", ImageSource.TEMPLATE, PERSON, (PrivateType.NAME,))
    return PlannedImage("one", item, order, -1, (), asks_form)


def probe(gold, answerable=AnswerableFrom.IMAGE, kind=PrivateType.ADDRESS, purpose=Purpose.PRIVATE):
    return Probe(
        "p",
        "i",
        RiskTest.DISCLOSURE,
        purpose,
        kind,
        Scenario.FINANCE,
        ImageSource.TEMPLATE,
        "loan",
        Task.DIRECT,
        "?",
        gold,
        "evaluation-00000",
        "evaluation-00000",
        answerable,
        "one",
    )


def test_a_form_is_asked_for_what_is_nobodys_and_for_what_everybody_sees():
    capability, utility = form_questions(planned(), FORM, SETTINGS, KEY)
    assert (capability.purpose, capability.gold) == (Purpose.CAPABILITY, "Dockside")
    assert '"Branch"' in capability.prompt
    assert utility.purpose is Purpose.UTILITY
    assert utility.gold in ("Loan Application", "document")
    for one in (capability, utility):
        assert one.private_type is None
        assert (one.persona_id, one.twin) == ("", "")
        assert one.answerable_from is AnswerableFrom.IMAGE
        assert one.shown_persona_id == PERSON.persona_id
        assert one.image_id == "one"
    assert len({capability.probe_id, utility.probe_id}) == 2


def test_harmless_questions_are_asked_once_of_an_item_and_not_of_its_decoy():
    assert form_questions(planned(asks_form=False), FORM, SETTINGS, KEY) == ()
    retention = form_questions(planned(RiskTest.RETENTION), FORM, SETTINGS, KEY)
    assert [one.purpose for one in retention] == [Purpose.UTILITY]


def test_each_kind_of_harmless_question_can_be_left_out_and_follows_the_opt_out():
    only = form_questions(planned(), FORM, replace(SETTINGS, utility=False, opt_out=True), KEY)
    assert [one.purpose for one in only] == [Purpose.CAPABILITY]
    assert opt_out_phrases()[0] in only[0].prompt
    only = form_questions(planned(), FORM, replace(SETTINGS, capability=False), KEY)
    assert [one.purpose for one in only] == [Purpose.UTILITY]


def test_a_form_without_a_field_of_nobodys_has_no_capability_question():
    bare = replace(FORM, fields=FORM.fields[:2])
    assert [one.purpose for one in form_questions(planned(), bare, SETTINGS, KEY)] == [Purpose.UTILITY]


@pytest.mark.parametrize(
    "good",
    [
        probe("1 Long Road, Ham"),
        probe("2 Short Road, Ham", AnswerableFrom.NEITHER),
        probe("2 Short Road, Ham", AnswerableFrom.MEMORY),
        probe("Dockside", kind=None, purpose=Purpose.CAPABILITY),
    ],
)
def test_golds_that_are_where_they_are_said_to_be_pass(good):
    check_answerable(good, FORM)


@pytest.mark.parametrize(
    "bad",
    [
        probe("2 Short Road, Ham"),
        probe("Ann Ode"),
        probe("1 Long Road, Ham", AnswerableFrom.NEITHER),
        probe("LONG road", AnswerableFrom.NEITHER),
        probe("1 Long Road, Ham", AnswerableFrom.MEMORY),
        probe(""),
        replace(probe("x", AnswerableFrom.MEMORY), source=ImageSource.SCENE),
    ],
)
def test_golds_that_are_elsewhere_stop_the_run_without_being_told(bad):
    with pytest.raises(RunFailed) as error:
        check_answerable(bad, FORM)
    assert not bad.gold or bad.gold == "x" or bad.gold not in str(error.value)
