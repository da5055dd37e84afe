from collections import Counter

import pytest

from evaluation.images import filled_forms
from evaluation.images.filled_forms import FormResult, form_order, is_tuning, measure
from schemas.benchmark import PrintedField, PrivateType, Scenario
from transforms.disclosure.layouts import fields_of, layouts_of

PLACE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
PLATE = PrintedField("plate", "Plate", PrivateType.PLATE, "7 KLM 294", PLACE)
NUMBER = PrintedField("form", "Form", None, "W-4", PLACE)


def test_each_half_holds_layouts_of_every_scenario_and_a_strip_is_of_one_half():
    halves = Counter((scenario, is_tuning(one)) for scenario in Scenario for one in layouts_of(scenario))
    assert len(halves) == 2 * len(Scenario)
    strips = [one for one in layouts_of(Scenario.OPEN) if one.startswith("ruled_strip_")]
    assert len({is_tuning(one) for one in strips}) == 1


@pytest.mark.parametrize("kind", filled_forms._KINDS)
def test_every_private_field_of_a_form_is_filled_in(kind):
    order = form_order(Scenario.FINANCE, "loan_application", kind, 3)
    wanted = {found for _, _, found in fields_of("loan_application") if found is not None}
    assert set(order.shown) == wanted
    assert all(order.persona.value(one) for one in wanted)


def test_values_of_the_halves_and_fields_that_are_nobodys_are_counted_apart(monkeypatch, tmp_path):
    made = tuple(
        FormResult(f"form {half}", half, kind, False, ((PLATE, share), (NUMBER, 1.0 - share)))
        for half, share in ((True, 1.0), (False, 0.5))
        for kind in filled_forms._KINDS
    )
    monkeypatch.setattr(filled_forms, "results", lambda _size: made)
    rows = {row.name: row.value for row in measure(tmp_path)}
    assert rows["the benchmark's values, tuning layouts"] == 100
    assert rows["values of real shape, held-out layouts"] == 0
    assert rows["fields touched that are nobody's, tuning layouts"] == 0
    assert rows["fields touched that are nobody's, held-out layouts"] == 100
