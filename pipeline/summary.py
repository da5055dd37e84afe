"""The numbers of a run: integers that merge over shards in any order, and the summary made of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.image_cache import ImageResult
from pipeline.outcome import Outcome
from pipeline.turn_fields import turn_fields
from schemas.edit import Action
from schemas.finding import Field, TextFinding
from schemas.reasons import Reason, Stage
from schemas.record import Record, Role
from schemas.version import SCHEMA_VERSION
from transforms.text.contract import CleanedText, TurnText
from transforms.text.proposals import RULE as PROPOSAL
from transforms.text.question_kinds import QuestionKind, RoundOutcome, round_counts

Tally = Counter[str]
"""Counts by a path joined with ``|``, for example ``text|biometric.gender|implicit|answer|turns``."""

ANY = "any"
"""Stands for all attributes together."""

ALL = "all"
"""Stands for all fields together."""

_SEPARATOR = "|"
TEXT_FIELDS = (Field.QUESTION.value, Field.ANSWER.value, Field.CAPTION.value)
_QUANTILES = {"min": 0.0, "p01": 0.01, "p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "max": 1.0}


def path(*parts: object) -> str:
    """A tally key."""
    return _SEPARATOR.join(str(part) for part in parts)


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
    fields = turn_fields(outcome.record)
    tally["turns"] += len(fields)
    tally.update(path("turns", field.value) for field in fields)
    tally += _tally_findings(fields, outcome.findings)
    if outcome.text is not None and not outcome.reason:
        tally.update(path("edit", edit.action.value) for edit in outcome.text.edits)
        tally.update(_writers(outcome.text))
        tally += _tally_rounds(outcome.record, outcome.text)
        if outcome.text.fidelity is not None:
            tally[path("fidelity", "text", f"{outcome.text.fidelity:.4f}")] += 1
    if outcome.caption_match is not None:
        tally[path("fidelity", "image_text", f"{outcome.caption_match:.4f}")] += 1
    if outcome.findings or any(result.findings for result in outcome.images):
        tally["records|with_findings"] += 1
    tokens = sum(turn.text.count("<image>") for turn in outcome.record.turns)
    if tokens < len(outcome.record.images):
        tally["note|image_token_missing"] += 1
    personal = any(name.startswith("pii.") for name in outcome.kept_field_findings)
    tally["note|personal_data_in_kept_fields"] += personal
    tally["note|attributes_in_kept_fields"] += bool(outcome.kept_field_findings) and not personal
    if not outcome.record_id:
        tally["note|id_missing"] += 1
    return tally


def tally_image(result: ImageResult) -> Tally:
    """The counts of one distinct image."""
    tally: Tally = Counter({"images|distinct": 1})
    if result.reason:
        tally["images|held_back"] += 1
        tally[path("image_held_back", result.reason)] += 1
        tally["images|engine_failed"] += result.reason == Reason.ENGINE_FAILED
    elif not result.cleaned_sha256:
        tally["images|unchanged"] += 1
    else:
        has_boxes = any(edit.box is not None for edit in result.edits)
        tally[path("images", "redacted" if has_boxes else "metadata_stripped")] += 1
        tally.update(path("image_edit", edit.method) for edit in result.edits)
        tally.update(
            path("image_edited", edit.attribute, edit.action.value, edit.method) for edit in result.edits
        )
        if result.area is not None:
            tally[path("image_area", f"{result.area:.4f}")] += 1
    tally.update(path("image", finding.attribute, "boxes") for finding in result.findings)
    tally.update(path("image", name, "images") for name in {finding.attribute for finding in result.findings})
    looks, leaks = result.second_looks
    tally["second_look|sampled"] += looks > 0
    tally["second_look|leaking"] += leaks > 0
    tally["second_look|leaks"] += leaks
    tally["second_look|held_back"] += leaks > 0 and bool(result.reason)
    if result.fidelity is not None:
        tally[path("fidelity", "image", f"{result.fidelity:.4f}")] += 1
    return tally


def _writers(text: CleanedText) -> set[str]:
    """Who worded the rewrites: the grammar rules, an engine whose proposals passed, or both."""
    rules = {edit.rule for edit in text.edits if edit.action is Action.REWRITE}
    return {path("rewritten", "by_engine" if rule == PROPOSAL else "by_rules") for rule in rules}


def _tally_rounds(record: Record, text: CleanedText) -> Tally:
    """Rounds of an emitted record by the kind of question and by what was done with them."""
    conversation = [TurnText(turn.text, question=turn.role is not Role.GPT) for turn in record.turns]
    counts = round_counts(conversation, text.findings, text.edits)
    return Counter({path("rounds", kind.value, done.value): count for (kind, done), count in counts.items()})


def _tally_findings(fields: Sequence[Field], findings: Iterable[TextFinding]) -> Tally:
    """Mentions, and the turns and records that hold them: once per attribute, kind and field, and once per
    attribute over all kinds (``total``), where turns and records are distinct ones."""
    tally: Tally = Counter()
    turns: set[tuple[str, int]] = set()
    for finding in findings:
        field = fields[finding.turn].value
        bases = [path("text", finding.attribute, finding.kind.value, field)]
        bases += [path("total", name, where) for name in (finding.attribute, ANY) for where in (field, ALL)]
        for base in bases:
            tally[path(base, "mentions")] += 1
            tally[path(base, "asks")] += finding.asks
            turns.add((base, finding.turn))
    tally.update(path(base, "turns") for base, _ in turns)
    tally.update(path(base, "records") for base in {base for base, _ in turns})
    return tally


def build_summary(tally: Mapping[str, int]) -> dict[str, Any]:
    """``audit/summary.json``: stable keys, integers and fractions, no text.

    ``text_findings`` is attribute, kind, field -> mentions, asks (those of them that are a question's
    request), turns, records. ``text_totals`` is the same over all kinds, where a turn or record counts once,
    with ``any`` for all attributes and ``all`` for all fields. Both are counted before anything is cleaned,
    over every record that reached the audit of its text. ``rewritten`` counts records by who worded them.

    Of distinct images: ``image_findings`` is attribute -> boxes, images; ``image_edits`` method -> boxes or
    metadata fields, ``image_edits_by_attribute`` the same by attribute and action; ``image_area`` holds
    quantiles of the share of a picture that was painted; ``images_held_back`` is reason -> images;
    ``second_look`` says how many redacted images another engine read again, in how many of them it read
    what was to be gone, in how many places, and how many were held back for it.

    ``rounds`` is kind of question -> refused, left_out, changed, kept, over the emitted records of a build.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "records": {
            "in": tally.get("records|in", 0),
            "emitted": tally.get("records|emitted", 0),
            "quarantined": sum(branch(tally, "quarantine").values()),
            "with_findings": tally.get("records|with_findings", 0),
        },
        "turns": tally.get("turns", 0),
        "turns_by_field": {field: tally.get(path("turns", field), 0) for field in TEXT_FIELDS},
        "images": {
            name: tally.get(path("images", name), 0)
            for name in ("distinct", "redacted", "unchanged", "metadata_stripped", "held_back")
        },
        "text_findings": nest(_with_asks(branch(tally, "text"))),
        "text_totals": nest(_with_asks(branch(tally, "total"))),
        "rounds": {
            kind.value: {
                done.value: tally.get(path("rounds", kind.value, done.value), 0) for done in RoundOutcome
            }
            for kind in QuestionKind
        },
        "image_findings": nest(branch(tally, "image")),
        "edits": nest(branch(tally, "edit")),
        "rewritten": {who: tally.get(path("rewritten", who), 0) for who in ("by_rules", "by_engine")},
        "image_edits": nest(branch(tally, "image_edit")),
        "image_edits_by_attribute": nest(branch(tally, "image_edited")),
        "image_area": _quantiles(branch(tally, "image_area")),
        "images_held_back": branch(tally, "image_held_back"),
        "second_look": {
            name: tally.get(path("second_look", name), 0)
            for name in ("sampled", "leaking", "leaks", "held_back")
        },
        "verdicts": {name: tally.get(path("verdict", name), 0) for name in ("passed", "held_back")},
        "quarantine": nest(branch(tally, "quarantine")),
        "notes": nest(branch(tally, "note")),
        "fidelity": {
            side: _quantiles(branch(tally, path("fidelity", side)))
            for side in ("text", "image", "image_text")
        },
    }


def branch(tally: Mapping[str, int], name: str) -> dict[str, int]:
    """The counts below a part of a path, by the rest of their paths."""
    prefix = name + _SEPARATOR
    return {key.removeprefix(prefix): tally[key] for key in sorted(tally) if key.startswith(prefix)}


def _with_asks(flat: Mapping[str, int]) -> dict[str, int]:
    """``flat`` with an ``asks`` beside every ``mentions``; counters keep no zeros."""
    zeros = {path(key.removesuffix("mentions") + "asks"): 0 for key in flat if key.endswith("|mentions")}
    return dict(sorted((zeros | dict(flat)).items()))


def nest(flat: Mapping[str, int]) -> dict[str, Any]:
    """Counts by path as nested mappings."""
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
