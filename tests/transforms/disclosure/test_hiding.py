from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from pipeline.policy_file import load_policy
from schemas.benchmark import FormOrder, ImageSource, LabelKind, PersonaPool, PrivateType, Scenario
from schemas.errors import RejectRecord
from schemas.finding import Box
from schemas.record_key import derive_key
from transforms.disclosure.hiding import Fact, hide_print, hide_values, hiding_ranks, is_covered, is_told
from transforms.disclosure.labels import memory_label
from transforms.disclosure.layouts import fields_of, layouts_of
from transforms.disclosure.personas import PersonaSettings, draw_personas
from transforms.disclosure.render import render_form
from transforms.image.open import ImageLimits

KEY = derive_key(5, b"", "hiding")
PERSONAS = draw_personas(PersonaPool.MEMORY, 12, PersonaSettings(), KEY)
FACTS = [Fact(f"memory-{number:05}", kind) for number in range(103) for kind in PrivateType]
PII = load_policy("pii")
LIMITS = ImageLimits()


def test_of_every_type_the_asked_share_is_hidden_and_shares_are_nested():
    ranks = hiding_ranks(FACTS, KEY)
    assert set(ranks) == set(FACTS)
    before: set[Fact] = set()
    for share in (0.0, 0.5, 0.9, 0.99, 1.0):
        hidden = {fact for fact, rank in ranks.items() if rank <= share}
        assert before <= hidden
        for kind in PrivateType:
            count = sum(fact.private_type == kind for fact in hidden)
            assert abs(count - share * 103) <= 0.5
        before = hidden
    assert before == set(FACTS)


def test_ranks_depend_on_no_order():
    assert hiding_ranks(FACTS, KEY) == hiding_ranks(reversed(FACTS), KEY)


def _pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


@pytest.mark.parametrize("scenario", list(Scenario))
@pytest.mark.parametrize("handwritten", [False, True])
def test_of_a_hidden_value_no_ink_is_left_and_nothing_else_is_lost(scenario, handwritten):
    layout = layouts_of(scenario)[0]
    types = tuple(kind for _, _, kind in fields_of(layout) if kind)
    kept, gone = types[:1], types[1:]
    image_id = f"form {scenario} {handwritten}"
    order = FormOrder(image_id, scenario, layout, ImageSource.TEMPLATE, PERSONAS[0], types, handwritten)
    blank = FormOrder(image_id, scenario, layout, ImageSource.TEMPLATE, PERSONAS[0], kept, handwritten)
    form, without = render_form(order, KEY), render_form(blank, KEY)
    hidden = _pixels(hide_print(form.data, form.fields, gone, PII, LIMITS, KEY))
    ink = np.abs(_pixels(form.data) - _pixels(without.data)).max(axis=2) > 40
    assert ink.sum() > 100
    assert (hidden[ink] == 0).all()
    untouched = (hidden == _pixels(form.data)).all(axis=2)
    assert untouched.mean() > 0.6
    assert hide_print(form.data, form.fields, (), PII, LIMITS, KEY) == form.data


def test_a_photographed_value_is_covered_where_it_lies():
    layout = layouts_of(Scenario.FINANCE)[0]
    types = tuple(kind for _, _, kind in fields_of(layout) if kind)
    order = FormOrder("photo", Scenario.FINANCE, layout, ImageSource.PHOTOGRAPH, PERSONAS[1], types)
    form = render_form(order, KEY)
    hidden = _pixels(hide_print(form.data, form.fields, (PrivateType.PHONE,), PII, LIMITS, KEY))
    for field in form.fields:
        x, y = np.mean(field.quad, axis=0).astype(int)
        assert (hidden[y, x].max() < 40) == (field.private_type == PrivateType.PHONE), field.name


def test_what_is_no_image_is_rejected():
    form = render_form(
        FormOrder(
            "x",
            Scenario.OPEN,
            layouts_of(Scenario.OPEN)[0],
            ImageSource.TEMPLATE,
            PERSONAS[0],
            (PrivateType.NAME,),
        ),
        KEY,
    )
    with pytest.raises(RejectRecord):
        hide_print(form.data[:60], form.fields, (PrivateType.NAME,), PII, LIMITS, KEY)


def test_hidden_values_leave_a_label_and_the_others_stay():
    asked = (PrivateType.EMAIL, PrivateType.PHONE, PrivateType.SSN)
    for persona in PERSONAS:
        text = memory_label(persona, LabelKind.FULL, asked, KEY).text
        hidden = hide_values(text, dict(persona.values), (PrivateType.EMAIL, PrivateType.SSN))
        assert "[EMAIL]" in hidden
        assert "[SSN]" in hidden
        assert persona.value(PrivateType.PHONE) in hidden
        assert persona.value(PrivateType.NAME) in hidden
        assert not is_told(hidden, persona.value(PrivateType.EMAIL))
        assert is_told(hidden, persona.value(PrivateType.PHONE))


def test_a_value_inside_a_longer_one_is_masked_once():
    values = {PrivateType.NAME: "Ann Lee", PrivateType.ADDRESS: "Ann Lee Road 4"}
    assert hide_values("ann lee road 4, Ann Lee, Joann Leeds", values, values) == (
        "[ADDRESS], [NAME], Joann Leeds"
    )


def test_a_place_counts_as_covered_from_nine_tenths():
    quad = ((10.0, 10.0), (110.0, 10.0), (110.0, 30.0), (10.0, 30.0))
    assert is_covered(quad, [Box(0, 0, 200, 200)])
    assert is_covered(quad, [Box(10, 10, 60, 31), Box(60, 10, 104, 31)])
    assert not is_covered(quad, [Box(10, 10, 80, 31)])
    assert not is_covered(quad, [])
