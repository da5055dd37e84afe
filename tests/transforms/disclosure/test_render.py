import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from schemas.benchmark import FormOrder, ImageSource, Persona, PersonaPool, PrivateType, Scenario
from schemas.errors import ConfigError, RejectRecord
from schemas.finding import bounds
from transforms.disclosure.compose import compose
from transforms.disclosure.layouts import fields_of, layout_named, layouts_of
from transforms.disclosure.render import render_form, style_of
from transforms.disclosure.scenes import draw_scene

KEY = b"test"
LONG = {
    PrivateType.NAME: "Maximiliane Oberhofer-Łukaszewicz",
    PrivateType.EMAIL: "maximiliane.oberhofer-lukaszewicz47@mail.example.com",
    PrivateType.PHONE: "+1 (202) 555-0147 extension 40233",
    PrivateType.SSN: "987-65-4320",
    PrivateType.ADDRESS: "1842 Upper Whitmore Crossing, Building C, Apartment 2140, Montgomery, TX 75052",
    PrivateType.DATE_OF_BIRTH: "23 September 1974",
    PrivateType.CARD: "4000 0000 1234 5678 901",
    PrivateType.ACCOUNT: "MT00 XXXX 0000 0123 4567 8901 2345 678",
    PrivateType.PASSPORT: "X00123456789",
    PrivateType.PLATE: "QX-00 ZZZ 12",
    PrivateType.MEDICAL_RECORD: "MRN-0000-9821-3377",
}
EVERY = [
    (scenario, layout)
    for scenario in Scenario
    for layout in layouts_of(scenario)
    if scenario is not Scenario.OPEN or layout.endswith(("_email", "_address"))
]
"""Of the strips those with the longest values."""
SOME = EVERY[::4]


def persona(**others):
    values = {**LONG, **{PrivateType(name): value for name, value in others.items()}}
    return Persona("p-1", PersonaPool.EVALUATION, "pl_PL", "female", tuple(values.items()))


def order(scenario, layout, source=ImageSource.TEMPLATE, handwritten=False, shown=None, who=None, name="i-1"):
    types = tuple(kind for _, _, kind in fields_of(layout) if kind)
    return FormOrder(
        name, scenario, layout, source, who or persona(), types if shown is None else shown, handwritten
    )


def pixels(form):
    with Image.open(io.BytesIO(form.data)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize(("scenario", "layout"), EVERY)
def test_ink_is_where_the_quads_are_and_nowhere_else(scenario, layout):
    """Even of values longer than Faker makes them: what differs from the blank form lies in the quads."""
    filled = render_form(order(scenario, layout), KEY)
    blank = render_form(order(scenario, layout, shown=()), KEY)
    changed = np.abs(pixels(filled) - pixels(blank)).max(axis=2) > 48
    quads = [bounds(field.quad) for field in filled.fields if field.private_type]
    for box in quads:
        assert changed[box.y0 : box.y1, box.x0 : box.x1].any()
        assert box.x0 > 0
        assert box.y0 > 0
        assert box.x1 < filled.width
        assert box.y1 < filled.height
        changed[box.y0 : box.y1, box.x0 : box.x1] = False
    assert not changed.any()
    for index, one in enumerate(quads):
        for other in quads[index + 1 :]:
            assert one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0, (
                "two values overlap"
            )


@pytest.mark.parametrize(("scenario", "layout"), SOME)
@pytest.mark.parametrize("handwritten", [False, True])
def test_the_same_order_gives_the_same_bytes(scenario, layout, handwritten):
    wanted = order(scenario, layout, ImageSource.PHOTOGRAPH, handwritten)
    assert render_form(wanted, KEY) == render_form(wanted, KEY)
    assert render_form(wanted, KEY).data != render_form(wanted, b"other").data


def test_a_decoy_differs_in_the_blank_field_alone():
    scenario, layout = Scenario.FINANCE, "account_opening"
    with_ssn = render_form(order(scenario, layout, shown=(PrivateType.NAME, PrivateType.SSN)), KEY)
    without = render_form(order(scenario, layout, shown=(PrivateType.NAME,)), KEY)
    box = bounds(next(field.quad for field in with_ssn.fields if field.private_type is PrivateType.SSN))
    changed = np.abs(pixels(with_ssn) - pixels(without)).max(axis=2) > 0
    assert changed.any()
    changed[box.y0 : box.y1, box.x0 : box.x1] = False
    assert not changed.any()
    assert [field for field in with_ssn.fields if field.private_type is not PrivateType.SSN] == list(
        without.fields
    )


def test_quads_of_a_photograph_hold_the_ink():
    for index in range(6):
        wanted = order(
            Scenario.HIRING, "new_hire_record", ImageSource.PHOTOGRAPH, True, name=f"photo {index}"
        )
        form = render_form(wanted, KEY)
        image = pixels(form).mean(axis=2)
        for field in form.fields:
            box = bounds(field.quad)
            inside = image[box.y0 : box.y1, box.x0 : box.x1]
            around = image[box.y0 - 6 : box.y1 + 6, box.x0 - 6 : box.x1 + 6]
            assert inside.min() < np.median(around) - 40


def test_a_field_that_is_nobodys_is_always_printed_and_drawn_per_image():
    texts = {
        tuple(
            field.text
            for field in render_form(
                order(Scenario.HIRING, "job_application", shown=(), name=name), KEY
            ).fields
        )
        for name in ("a", "b", "c")
    }
    assert len(texts) == 3
    assert all(len(fields) == 3 and all(fields) for fields in texts)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"layout": "no_such"}, "layout"),
        ({"layout": "account_opening"}, "layout"),
        ({"shown": (PrivateType.CARD,)}, "shown"),
        ({"source": ImageSource.SCENE}, "source"),
        ({"persona": Persona("p", PersonaPool.DECOY, "en_US", "male", ())}, "persona"),
    ],
)
def test_a_wrong_order_names_its_key(change, key):
    good = order(Scenario.HIRING, "job_application")
    wanted = FormOrder(**{**{name: getattr(good, name) for name in good.__slots__}, **change})
    with pytest.raises(ConfigError) as caught:
        render_form(wanted, KEY)
    assert caught.value.key == key
    assert "Maximiliane" not in str(caught.value)


@pytest.mark.parametrize("name", ["田中太郎", "a" * 900])
def test_a_value_that_cannot_be_printed_costs_its_own_image(name):
    with pytest.raises(RejectRecord) as caught:
        render_form(order(Scenario.HIRING, "job_application", who=persona(name=name)), KEY)
    assert caught.value.reason.value == "value_not_printable"


@pytest.mark.parametrize(("scenario", "layout"), EVERY)
@pytest.mark.parametrize("handwritten", [False, True])
def test_no_value_leaves_its_field(scenario, layout, handwritten):
    form = render_form(order(scenario, layout, handwritten=handwritten), KEY)
    slots = compose(layout_named(layout), style_of(layout_named(layout), "i-1", KEY)).slots
    for field in form.fields:
        box, slot = bounds(field.quad), slots[field.name]
        assert slot.x0 - 3 <= box.x0
        assert box.x1 <= slot.x1 + 1
        assert slot.y0 - 4 <= box.y0
        assert box.y1 <= slot.y1 + 5


def test_another_process_renders_the_same_bytes():
    code = """
import hashlib, sys
from test_render import KEY, order
import cv2
from schemas.benchmark import ImageSource, Scenario
from transforms.disclosure.render import render_form
from transforms.disclosure.scenes import draw_scene
cv2.setNumThreads(1)
wanted = [order(Scenario.FINANCE, "loan_application", source, True) for source in
          (ImageSource.TEMPLATE, ImageSource.PHOTOGRAPH)]
data = [render_form(one, KEY).data for one in wanted] + [draw_scene("s", KEY).data]
print(hashlib.sha256(b"".join(data)).hexdigest())
"""
    here = Path(__file__)
    path = os.pathsep.join([str(here.parent), str(here.parents[3])])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    ours = [
        render_form(order(Scenario.FINANCE, "loan_application", source, True), KEY).data
        for source in (ImageSource.TEMPLATE, ImageSource.PHOTOGRAPH)
    ]
    digest = hashlib.sha256(b"".join([*ours, draw_scene("s", KEY).data])).hexdigest()
    assert done.stdout.strip() == digest
