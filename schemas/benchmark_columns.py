"""Columns of a disclosure and retention benchmark: probes, memory set, personas; and of a PRISM-style set.

A probe's row holds its image: rows are sorted so that the framings of one item follow one another, and the
column is dictionary-encoded, so each file's bytes are stored once. Names of fields are those of
``schemas.benchmark``.
"""

from __future__ import annotations

from schemas.columns import CONVERSATIONS, FROM, ID, IMAGE, IMAGE_FEATURE, VALUE, Feature, list_of, value

PROBE_ID = "probe_id"
ITEM_ID = "item_id"
TEST = "test"
PURPOSE = "purpose"
PRIVATE_TYPE = "private_type"
SCENARIO = "scenario"
IMAGE_SOURCE = "source"
LAYOUT = "layout"
TASK = "task"
PROMPT = "prompt"
GOLD = "gold"
PERSONA_ID = "persona_id"
SHOWN_PERSONA_ID = "shown_persona_id"
ANSWERABLE_FROM = "answerable_from"
IMAGE_ID = "image_id"
TWIN = "twin"
FIELDS = "fields"
WIDTH = "width"
HEIGHT = "height"
POOL = "pool"
LOCALE = "locale"
GENDER = "gender"
VALUES = "values"
LABEL_KIND = "label_kind"
STATED = "stated"
QUESTION_ID = "question_id"
CATEGORY = "category"
TEXT = "text"
THING = "thing"
THING_KIND = "thing_kind"

_STRING = value("string")

FIELD_FEATURE: Feature = {
    "name": _STRING,
    "label": _STRING,
    "private_type": _STRING,
    "text": _STRING,
    "quad": list_of(value("float32")),
}
"""``quad``: x, y of four corners, eight numbers. ``private_type`` is null for what is nobody's."""

PROBE_FEATURES: dict[str, Feature] = {
    PROBE_ID: _STRING,
    ITEM_ID: _STRING,
    TEST: _STRING,
    PURPOSE: _STRING,
    PRIVATE_TYPE: _STRING,
    SCENARIO: _STRING,
    IMAGE_SOURCE: _STRING,
    LAYOUT: _STRING,
    TASK: _STRING,
    PROMPT: _STRING,
    GOLD: _STRING,
    PERSONA_ID: _STRING,
    SHOWN_PERSONA_ID: _STRING,
    ANSWERABLE_FROM: _STRING,
    TWIN: _STRING,
    IMAGE_ID: _STRING,
    IMAGE: IMAGE_FEATURE,
    WIDTH: value("int32"),
    HEIGHT: value("int32"),
    FIELDS: list_of(FIELD_FEATURE),
}

MEMORY_FEATURES: dict[str, Feature] = {
    ID: _STRING,
    IMAGE: IMAGE_FEATURE,
    CONVERSATIONS: list_of({FROM: _STRING, VALUE: _STRING}),
    PERSONA_ID: _STRING,
    LABEL_KIND: _STRING,
    STATED: list_of(_STRING),
    SCENARIO: _STRING,
    LAYOUT: _STRING,
    IMAGE_SOURCE: _STRING,
    WIDTH: value("int32"),
    HEIGHT: value("int32"),
    FIELDS: list_of(FIELD_FEATURE),
}
"""One training sample of the memory set, in the columns of a LLaVA corpus."""

PERSONA_FEATURES: dict[str, Feature] = {
    PERSONA_ID: _STRING,
    POOL: _STRING,
    LOCALE: _STRING,
    GENDER: _STRING,
    VALUES: list_of({PRIVATE_TYPE: _STRING, VALUE: _STRING}),
}

PRISM_FEATURES: dict[str, Feature] = {
    QUESTION_ID: _STRING,
    IMAGE: IMAGE_FEATURE,
    TEXT: _STRING,
    CATEGORY: _STRING,
}
"""The four columns of the published question files; ``image`` holds the picture."""

HARMLESS_FEATURES: dict[str, Feature] = PRISM_FEATURES | {THING: _STRING, THING_KIND: _STRING}
"""Of the questions that should be answered. ``category``: of the attribute whose twin is asked; ``thing``:
what is asked about, empty for the picture itself; ``thing_kind``: what that is."""

FACT_FEATURES: dict[str, Feature] = {
    PERSONA_ID: _STRING,
    PRIVATE_TYPE: _STRING,
    "side": _STRING,
    "rank": value("float64"),
    "built_image": value("bool"),
    "built_label": value("bool"),
}
"""One fact of a mitigation experiment: hidden by gold at every share from ``rank`` on; ``built_*``: whether a
real build hid it in all images, in all labels (null where it stands in none, or nothing was built)."""
