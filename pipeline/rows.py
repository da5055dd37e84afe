"""Outcomes as rows of the Parquet files: pure functions, one per file kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from pipeline.field_types import FieldType, fit
from pipeline.outcome import Outcome
from pipeline.parse_record import replace_texts, without_utterances
from pipeline.partition import extra_fields
from pipeline.plan import RunPlan
from pipeline.turn_fields import turn_fields
from schemas.columns import (
    CONVERSATIONS,
    EDITS,
    FIDELITY,
    FROM,
    ID,
    IMAGE,
    IMAGE_EDITS,
    IMAGE_PATHS,
    IMAGES,
    PROVENANCE,
    SOURCE,
    VALUE,
)  # fmt: skip
from schemas.edit import Action
from schemas.errors import RunFailed
from schemas.finding import Field, corners
from schemas.policy import Policy
from schemas.record import Record
from schemas.version import SCHEMA_VERSION

Row = dict[str, Any]


def cleaned_texts(outcome: Outcome) -> tuple[str, ...]:
    """The texts of the turns as they are emitted."""
    if outcome.text is None:
        raise RunFailed("an outcome without cleaned text reached the writer")
    return outcome.text.texts


def cleaned_raw(outcome: Outcome) -> dict[str, Any]:
    """The source object with its turns cleaned, in the form it came in, without those that are left out."""
    turns = _readable(outcome).turns
    locators = [turn.locator for turn in turns]
    raw = replace_texts(outcome.raw, list(zip(locators, cleaned_texts(outcome), strict=True)))
    removed = outcome.text.removed if outcome.text else ()
    return without_utterances(raw, [locators[turn] for turn in removed]) if removed else raw


def _spoken(outcome: Outcome) -> list[dict[str, str]]:
    """The turns that are emitted. An utterance of several parts is left out as a whole."""
    turns = _readable(outcome).turns
    removed = {turns[turn].locator[:2] for turn in (outcome.text.removed if outcome.text else ())}
    return [
        {FROM: turn.role.value, VALUE: value}
        for turn, value in zip(turns, cleaned_texts(outcome), strict=True)
        if turn.locator[:2] not in removed
    ]


def data_row(outcome: Outcome, plan: RunPlan, image_bytes: Callable[[int], bytes]) -> Row:
    """One row of ``data/``. ``image_bytes`` gives the emitted bytes of the record's image by index."""
    record = _readable(outcome)
    text = outcome.text
    raw = cleaned_raw(outcome)
    images = [
        {"bytes": image_bytes(index), "path": PurePosixPath(ref.path.replace("\\", "/")).name}
        for index, ref in enumerate(record.images)
        if ref.sha256
    ]
    source = raw.get(SOURCE)
    row: Row = {
        ID: outcome.record_id,
        IMAGE: images[0] if len(images) == 1 else None,
        CONVERSATIONS: _spoken(outcome),
        SOURCE: source if isinstance(source, str) else plan.sources[outcome.source].name,
        EDITS: [_text_edit(edit) for edit in (text.edits if text else ())],
        IMAGE_EDITS: _image_edits(outcome),
        FIDELITY: {
            "text": text.fidelity if text else None,
            "image": _image_fidelity(outcome),
            "image_text": outcome.caption_match,
        },
        PROVENANCE: {
            "record_key": outcome.record_key,
            "image_sha256": [result.cleaned_sha256 or result.sha256 for result in outcome.images],
            "policy": plan.policy.name,
            "version": SCHEMA_VERSION,
        },
        IMAGE_PATHS: [ref.path for ref in record.images],
    }
    if plan.several_images:
        row[IMAGES] = images if len(images) > 1 else []
    return row | fit_extras(raw, plan.fields or {})


def fit_extras(raw: Mapping[str, Any], types: Mapping[str, FieldType]) -> Row:
    """The unknown fields of a record as values of their columns; null where the record has none."""
    extras = extra_fields(raw)
    return {name: fit(extras.get(name), field_type) for name, field_type in types.items()}


def finding_rows(outcome: Outcome, policy: Policy) -> list[Row]:
    """The rows of ``audit/findings`` for one record: text first, then images."""
    if outcome.record is None:
        return []
    base = {"record_key": outcome.record_key, "record_id": outcome.record_id}
    fields = turn_fields(outcome.record) if outcome.findings else ()
    rows: list[Row] = []
    for finding in outcome.findings:
        actions = policy.questions if finding.asks else policy.mentions
        acts = finding.asks or policy.acts_on(finding.attribute, finding.kind, finding.score)
        action = actions.get(finding.attribute, Action.REPORT) if acts else Action.REPORT
        rows.append(
            base
            | {
                "turn": finding.turn,
                "field": fields[finding.turn].value,
                "start": finding.start,
                "end": finding.end,
                "image": None,
                "box": None,
                "attribute": finding.attribute,
                "kind": finding.kind.value,
                "detector": finding.detector,
                "score": finding.score,
                "action": action.value,
                "value_hash": "",
            }
        )
    for index, result in enumerate(outcome.images):
        for seen in result.findings:
            rows.append(
                base
                | {
                    "turn": None,
                    "field": (Field.IMAGE if seen.box else Field.METADATA).value,
                    "start": None,
                    "end": None,
                    "image": index,
                    "box": corners(seen.box),
                    "attribute": seen.attribute,
                    "kind": seen.kind.value,
                    "detector": seen.detector,
                    "score": seen.score,
                    "action": policy.mentions.get(seen.attribute, Action.REPORT).value,
                    "value_hash": seen.value_hash,
                }
            )
    return rows


def lineage_row(outcome: Outcome) -> Row:
    """Where a record came from."""
    return {
        "record_key": outcome.record_key,
        "record_id": outcome.record_id,
        "source_uri": outcome.origin.uri,
        "source_row": outcome.origin.row,
    }


def quarantine_row(outcome: Outcome, *, keep_raw: bool) -> Row:
    """Why a record is not emitted; its content only if the user asked to keep it."""
    row = lineage_row(outcome) | {"stage": outcome.stage, "reason": outcome.reason}
    if keep_raw:
        row["raw"] = json.dumps(outcome.raw, default=str)
    return row


def _readable(outcome: Outcome) -> Record:
    if outcome.record is None:
        raise RunFailed("an unreadable record reached the writer")
    return outcome.record


def _text_edit(edit: Any) -> Row:
    return {
        "turn": edit.turn,
        "start": edit.start,
        "end": edit.end,
        "new_start": edit.new_start,
        "new_end": edit.new_end,
        "attribute": edit.attribute,
        "kind": edit.kind.value,
        "action": edit.action.value,
        "rule": edit.rule,
    }


def _image_edits(outcome: Outcome) -> list[Row]:
    return [
        {
            "image": index,
            "box": corners(edit.box),
            "attribute": edit.attribute,
            "action": edit.action.value,
            "method": edit.method,
        }
        for index, result in enumerate(outcome.images)
        for edit in result.edits
    ]


def _image_fidelity(outcome: Outcome) -> float | None:
    values = [result.fidelity for result in outcome.images if result.fidelity is not None]
    return min(values) if values else None
