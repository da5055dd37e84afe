"""The numbers of a run: integers that merge over shards in any order, and the summary made of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.image_cache import ImageResult
from pipeline.outcome import Outcome
from schemas.finding import Field, TextFinding
from schemas.reasons import Reason, Stage
from schemas.record import Record, Role
from schemas.version import SCHEMA_VERSION

Tally = Counter[str]
"""Counts by a path joined with ``|``, for example ``text|biometric.gender|implicit|answer|turns``."""

_SEPARATOR = "|"
_QUANTILES = {"min": 0.0, "p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "max": 1.0}
_CAPTION_TURNS = 2


def path(*parts: object) -> str:
    """A tally key."""
    return _SEPARATOR.join(str(part) for part in parts)


def field_of_turn(record: Record, turn: int) -> Field:
    """``question`` for what a human or the system says; ``caption`` for the answer of a record that holds
    one round about an image whose prompt asks nothing; else ``answer``."""
    if record.turns[turn].role is not Role.GPT:
        return Field.QUESTION
    is_pair = len(record.turns) == _CAPTION_TURNS and bool(record.images)
    return Field.CAPTION if is_pair and "?" not in record.turns[0].text else Field.ANSWER


def tally_outcome(outcome: Outcome) -> Tally:
    """The counts of one record."""
    tally: Tally = Counter({"records|in": 1})
    if outcome.reason:
        tally[path("quarantine", outcome.stage, outcome.reason)] += 1
    else:
        tally["records|emitted"] += 1
    tally[path("verdict", "held_back" if outcome.stage == Stage.VERIFY else "passed")] += outcome.stage in (
        "",
        Stage.VERIFY,
    )
    if outcome.record is None:
        return tally
    tally["turns"] += len(outcome.record.turns)
    tally += _tally_findings(outcome.record, outcome.findings)
    if outcome.text is not None and not outcome.reason:
        tally.update(path("edit", edit.action.value) for edit in outcome.text.edits)
        if outcome.text.fidelity is not None:
            tally[path("fidelity", "text", f"{outcome.text.fidelity:.4f}")] += 1
    if outcome.findings or any(result.findings for result in outcome.images):
        tally["records|with_findings"] += 1
    tokens = sum(turn.text.count("<image>") for turn in outcome.record.turns)
    if tokens < len(outcome.record.images):
        tally["note|image_token_missing"] += 1
    if outcome.kept_field_findings:
        tally["note|personal_data_in_kept_fields"] += 1
    if not outcome.record_id:
        tally["note|id_missing"] += 1
    return tally


def tally_image(result: ImageResult) -> Tally:
    """The counts of one distinct image."""
    tally: Tally = Counter({"images|distinct": 1})
    if result.reason:
        tally["images|held_back"] += 1
        tally["images|engine_failed"] += result.reason == Reason.ENGINE_FAILED
    elif not result.cleaned_sha256:
        tally["images|unchanged"] += 1
    else:
        has_boxes = any(edit.box is not None for edit in result.edits)
        tally[path("images", "redacted" if has_boxes else "metadata_stripped")] += 1
        tally.update(path("image_edit", edit.method) for edit in result.edits)
    tally.update(path("image", finding.attribute, "boxes") for finding in result.findings)
    tally.update(path("image", name, "images") for name in {finding.attribute for finding in result.findings})
    if result.fidelity is not None:
        tally[path("fidelity", "image", f"{result.fidelity:.4f}")] += 1
    return tally


def _tally_findings(record: Record, findings: Iterable[TextFinding]) -> Tally:
    tally: Tally = Counter()
    turns: set[tuple[str, int]] = set()
    records: set[str] = set()
    for finding in findings:
        field = field_of_turn(record, finding.turn)
        base = path("text", finding.attribute, finding.kind.value, field.value)
        tally[path(base, "mentions")] += 1
        turns.add((base, finding.turn))
        records.add(base)
    tally.update(path(base, "turns") for base, _ in turns)
    tally.update(path(base, "records") for base in records)
    return tally


def build_summary(tally: Mapping[str, int]) -> dict[str, Any]:
    """``audit/summary.json``: stable keys, integers and fractions, no text."""
    return {
        "schema_version": SCHEMA_VERSION,
        "records": {
            "in": tally.get("records|in", 0),
            "emitted": tally.get("records|emitted", 0),
            "quarantined": sum(_branch(tally, "quarantine").values()),
            "with_findings": tally.get("records|with_findings", 0),
        },
        "turns": tally.get("turns", 0),
        "images": {
            name: tally.get(path("images", name), 0)
            for name in ("distinct", "redacted", "unchanged", "metadata_stripped", "held_back")
        },
        "text_findings": _nest(_branch(tally, "text")),
        "image_findings": _nest(_branch(tally, "image")),
        "edits": _nest(_branch(tally, "edit")),
        "image_edits": _nest(_branch(tally, "image_edit")),
        "verdicts": {name: tally.get(path("verdict", name), 0) for name in ("passed", "held_back")},
        "quarantine": _nest(_branch(tally, "quarantine")),
        "notes": _nest(_branch(tally, "note")),
        "fidelity": {side: _quantiles(_branch(tally, path("fidelity", side))) for side in ("text", "image")},
    }


def _branch(tally: Mapping[str, int], name: str) -> dict[str, int]:
    prefix = name + _SEPARATOR
    return {key.removeprefix(prefix): tally[key] for key in sorted(tally) if key.startswith(prefix)}


def _nest(flat: Mapping[str, int]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, count in flat.items():
        *parents, leaf = key.split(_SEPARATOR)
        node = nested
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = count
    return nested


def _quantiles(histogram: Mapping[str, int]) -> dict[str, float | int] | None:
    """Nearest-rank quantiles of values that are the keys of ``histogram``."""
    total = sum(histogram.values())
    if not total:
        return None
    values = sorted((float(value), count) for value, count in histogram.items())
    result: dict[str, float | int] = {"n": total}
    for name, share in _QUANTILES.items():
        rank = max(1, math.ceil(share * total))
        seen = 0
        for value, count in values:
            seen += count
            if seen >= rank:
                result[name] = value
                break
    return result
