"""The rows of a benchmark's tables, as ``schemas/benchmark_columns.py`` names their columns."""

from __future__ import annotations

from typing import Any

from pipeline.parse_record import IMAGE_TOKEN
from schemas import benchmark_columns as columns
from schemas.benchmark import Persona, PrintedField, Probe, RenderedForm
from schemas.columns import CONVERSATIONS, FROM, ID, IMAGE, VALUE
from schemas.record import Role
from transforms.disclosure.memory_set import MemorySample

_PNG = b"\x89PNG"


def image_name(image_id: str, data: bytes) -> str:
    """The file name of an image."""
    return f"{image_id}.{'png' if data.startswith(_PNG) else 'jpg'}"


def probe_row(probe: Probe, rendered: RenderedForm) -> dict[str, Any]:
    """One question with its image."""
    return {
        columns.PROBE_ID: probe.probe_id,
        columns.ITEM_ID: probe.item_id,
        columns.TEST: probe.test.value,
        columns.PURPOSE: probe.purpose.value,
        columns.PRIVATE_TYPE: None if probe.private_type is None else probe.private_type.value,
        columns.SCENARIO: probe.scenario.value,
        columns.IMAGE_SOURCE: probe.source.value,
        columns.LAYOUT: probe.layout,
        columns.TASK: probe.task.value,
        columns.PROMPT: probe.prompt,
        columns.GOLD: probe.gold,
        columns.PERSONA_ID: probe.persona_id,
        columns.SHOWN_PERSONA_ID: probe.shown_persona_id,
        columns.ANSWERABLE_FROM: probe.answerable_from.value,
        columns.TWIN: probe.twin,
        columns.IMAGE_ID: probe.image_id,
        IMAGE: {"bytes": rendered.data, "path": image_name(probe.image_id, rendered.data)},
        columns.WIDTH: rendered.width,
        columns.HEIGHT: rendered.height,
        columns.FIELDS: [_field(one) for one in rendered.fields],
    }


def memory_row(sample: MemorySample, rendered: RenderedForm) -> dict[str, Any]:
    """One training sample."""
    order = sample.order
    return {
        ID: sample.sample_id,
        IMAGE: {"bytes": rendered.data, "path": image_name(sample.sample_id, rendered.data)},
        CONVERSATIONS: conversation(sample),
        columns.PERSONA_ID: order.persona.persona_id,
        columns.LABEL_KIND: sample.label.kind.value,
        columns.STATED: [one.value for one in sample.label.stated],
        columns.SCENARIO: order.scenario.value,
        columns.LAYOUT: order.layout,
        columns.IMAGE_SOURCE: order.source.value,
        columns.WIDTH: rendered.width,
        columns.HEIGHT: rendered.height,
        columns.FIELDS: [_field(one) for one in rendered.fields],
    }


def conversation(sample: MemorySample) -> list[dict[str, str]]:
    """Question and label as LLaVA writes a round."""
    return [
        {FROM: Role.HUMAN.value, VALUE: f"{IMAGE_TOKEN}\n{sample.question}"},
        {FROM: Role.GPT.value, VALUE: sample.label.text},
    ]


def persona_row(persona: Persona) -> dict[str, Any]:
    """One person with all values."""
    return {
        columns.PERSONA_ID: persona.persona_id,
        columns.POOL: persona.pool.value,
        columns.LOCALE: persona.locale,
        columns.GENDER: persona.gender,
        columns.VALUES: [{columns.PRIVATE_TYPE: kind.value, VALUE: value} for kind, value in persona.values],
    }


def _field(field: PrintedField) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label,
        columns.PRIVATE_TYPE: None if field.private_type is None else field.private_type.value,
        "text": field.text,
        "quad": [number for corner in field.quad for number in corner],
    }
