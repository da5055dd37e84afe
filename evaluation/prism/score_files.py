"""The scores as CSV, the judgements as JSON lines. Names and numbers; no text of an answer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Final

from evaluation.prism.coverage import Joined
from evaluation.prism.judged import JudgedSet, as_rows
from evaluation.prism.judges import PairOfJudges
from evaluation.prism.scores import ScoreTable
from evaluation.table_text import no_formula

_RATE: Final = ("value", "low", "high", "wilson_low", "wilson_high", "hits", "total", "images")


def scores_csv(joined: Joined, table: ScoreTable) -> str:
    """One row per score: shares from 0 to 1, 95 % over images and by Wilson over answers."""

    return _csv(
        ["model", "set", "scope", "attribute", "measure", "reader", *_RATE, "complete"],
        (
            [
                *(one.model, one.set.value, one.scope, one.attribute, one.measure, one.reader),
                *_numbers(one.rate.value, *one.rate.interval, *one.rate.wilson),
                f"{one.rate.hits:g}",
                str(one.rate.total),
                str(one.rate.clusters),
                str(joined.is_whole(one.model, one.set)).lower(),
            ]
            for one in table.scores
        ),
    )


def coverage_csv(joined: Joined) -> str:
    """One row per model and set."""
    return _csv(
        ["model", "set", "expected", "answered", "missing", "double", "empty", "complete"],
        (
            [
                one.model,
                one.set.value,
                *map(str, (one.expected, one.answered, one.missing, one.double, one.empty)),
                str(one.complete).lower(),
            ]
            for one in joined.coverage
        ),
    )


def agreement_csv(agreed: Sequence[PairOfJudges]) -> str:
    """One row per pair of judges and question."""
    return _csv(
        [
            *("first", "second", "question", "answers", "both", "first_only", "second_only"),
            *(f"{name}{end}" for name in ("share", "kappa", "ac1") for end in ("", "_low", "_high")),
        ],
        (
            [
                one.first,
                one.second,
                one.question,
                *map(str, (one.found.answers, one.found.both, one.found.first_only, one.found.second_only)),
                *_numbers(
                    *(
                        number
                        for found in (one.found.share, one.found.kappa, one.found.ac1)
                        for number in (found.value, found.low, found.high)
                    )
                ),
            ]
            for one in agreed
        ),
    )


def judgements_jsonl(judged: JudgedSet) -> str:
    """One row per answer; ``--judged`` reads it again."""
    rows = as_rows(judged.answers, judged.judge)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue()


def _harmless(cell: str) -> str:
    """A model's name is a text from a file: no spreadsheet may take it for a formula."""
    return cell if _is_number(cell) else no_formula(cell)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(*numbers: float) -> list[str]:
    return [f"{number:.6f}" if isfinite(number) else "" for number in numbers]
