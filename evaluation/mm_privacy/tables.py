"""Scores as Markdown, CSV and JSON. Numbers and names alone; no answer and no value of anybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from evaluation.mm_privacy.resampling import Estimate
from evaluation.mm_privacy.scores import ModelScores, Scores
from evaluation.table_text import no_formula

Row = Mapping[str, object]


def as_json(scores: Scores) -> dict[str, Any]:
    """Every number, with 95 % intervals."""
    return {
        "settings": asdict(scores.settings),
        "complete": scores.complete,
        "models": [
            asdict(one) | {"coverage": asdict(one.coverage) | {"complete": one.coverage.complete}}
            for one in scores.models
        ],
        "comparisons": [asdict(one) for one in scores.comparisons],
    }


def csv_files(scores: Scores) -> dict[str, str]:
    """Long tables by file name: one row per cell, control, verdict, range and test, the model first.
    All of them, also without a row, so that none of an earlier call is left."""
    files: dict[str, list[Row]] = {
        "cells.csv": [],
        "controls.csv": [],
        "verdicts.csv": [],
        "task_inconsistency.csv": [],
        "task_tests.csv": [],
        "decoy_tests.csv": [],
        "unsolicited.csv": [],
    }
    for model in scores.models:
        parts: Sequence[Sequence[Any]] = (
            model.cells,
            model.controls,
            _verdicts(model),
            model.spreads,
            model.task_tests,
            model.decoy_tests,
            model.repeated,
        )
        for rows, part in zip(files.values(), parts, strict=True):
            rows += [{"model": model.model, "complete": model.coverage.complete, **flat(one)} for one in part]
    files["model_tests.csv"] = [flat(one) for one in scores.comparisons]
    return {name: csv_table(rows) for name, rows in files.items()}


def flat(thing: object) -> dict[str, object]:
    """Its fields; those of an estimate or a test become columns ("leak", "leak_low", "leak_high")."""
    row: dict[str, object] = {}
    parts = (
        thing if isinstance(thing, Mapping) else {one.name: getattr(thing, one.name) for one in fields(thing)}  # type: ignore[arg-type]
    )
    for name, value in parts.items():
        if isinstance(value, Estimate):
            row |= {name: value.value, f"{name}_low": value.low, f"{name}_high": value.high}
            row |= {f"{name}_hits": value.hits, f"{name}_of": value.total} if value.total else {}
            row[f"{name}_personas"] = value.clusters
        elif is_dataclass(value):
            row |= {f"{name}_{inner}": said for inner, said in flat(value).items()}
        else:
            row[name] = value
    return row


def _verdicts(model: ModelScores) -> list[Row]:
    rows: list[Row] = []
    for one in model.explained:
        read = None if one.reading is None else one.reading.right
        rows.append(
            {
                "test": one.cell.test,
                "private_type": one.cell.private_type,
                "source": one.cell.source,
                "verdict": one.verdict,
                "leak": None if one.cell.leak is None else one.cell.leak.value,
                "excess": None if one.cell.excess is None else one.cell.excess.value,
                "read": None if read is None else read.value,
                "leak_if_read": None if one.cell.leak_if_read is None else one.cell.leak_if_read.value,
            }
        )
    return rows


def csv_table(rows: Sequence[Row]) -> str:
    """Rows as CSV, with every column that any of them has."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    written = io.StringIO()
    writer = csv.DictWriter(written, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return written.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str):
        return no_formula(value)
    return "" if value is None else str(value)
