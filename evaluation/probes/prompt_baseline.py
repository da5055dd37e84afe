"""What asking alone tells: how often a model's own answer names the right value of a field.

The prompt baseline of arXiv 2503.01208 is one number without a rule for it. Here it is three: the share of
answers that name the value printed into the image, the share that would be right by chance (answers held
against other identities), and how well "it was named" tells seen identities from unseen ones, which is what a
probe's accuracy is compared with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from evaluation.probes.basis import Floats
from evaluation.probes.folds import codes
from evaluation.probes.measures import Interval, interval, resampled
from schemas.errors import ConfigError
from schemas.watermark import FIELDS


@dataclass(frozen=True, slots=True)
class PromptBaseline:
    """``right``: share of answers that name the right value; ``chance``: share that names another identity's;
    ``corrected``: ``(right - chance) / (1 - chance)``, 0 for guessing. ``told_apart``: accuracy, on
    even classes, of taking an identity for seen where the answer names its value. Intervals over identities.
    ``answers``: how many."""

    right: Interval
    chance: float
    corrected: Interval
    told_apart: Interval
    answers: int


def prompt_baseline(
    answers: Sequence[str],
    identities: Sequence[str],
    labels: NDArray[np.bool_],
    values: Mapping[str, str],
    draws: int,
    key: bytes,
) -> PromptBaseline:
    """``answers`` [n] to a question for one field, ``values`` of that field by identity, ``labels`` True for
    seen. Raises ConfigError where an identity has no value, or only one class or identity has answers."""
    if len(set(identities)) < 2 or labels.all() or not labels.any():
        raise ConfigError("answers", len(answers), "give answers for seen and for unseen identities")
    unknown = set(identities) - set(values)
    if unknown:
        raise ConfigError("identities", len(unknown), "identities have no value: give the split's own file")
    who = codes(identities)
    names = sorted(set(identities))
    named = _named(answers, [values[name] for name in names])
    right = named[np.arange(len(who)), who]
    chance = (named.sum(axis=1) - right) / (len(names) - 1)
    positive = np.zeros(len(names), dtype=np.bool_)
    positive[who] = labels
    sums = [
        np.bincount(who, weights=column, minlength=len(names)).astype(np.float64)
        for column in (right, chance)
    ]
    tested = np.bincount(who, minlength=len(names)).astype(np.float64)
    weights = np.vstack([np.ones(len(names)), resampled(positive, draws, key)])

    def share(which: Floats, members: NDArray[np.bool_]) -> Floats:
        total: Floats = (weights[:, members] @ which[members]) / (weights[:, members] @ tested[members])
        return total

    everyone = np.ones(len(names), dtype=np.bool_)
    hit, guessed = share(sums[0], everyone), share(sums[1], everyone)
    apart: Floats = (1 + share(sums[0], positive) - share(sums[0], ~positive)) / 2
    corrected = (hit - guessed) / np.maximum(1 - guessed, 1e-9)
    return PromptBaseline(
        interval(float(hit[0]), hit[1:]),
        float(guessed[0]),
        interval(float(corrected[0]), corrected[1:]),
        interval(float(apart[0]), apart[1:]),
        len(answers),
    )


def read_answers(path: Path, field: str) -> dict[str, str]:
    """Answer by sample id, of a JSONL file with ``sample_id``, ``answer`` and, where it holds answers to
    several questions, ``ask``. Raises ConfigError naming the line that is none."""
    answers: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict) or not all(
                    isinstance(row.get(name), str) for name in ("sample_id", "answer")
                ):
                    raise ConfigError("answers", f"line {number}", "needs texts sample_id and answer")
                if row.get("ask", field) == field:
                    answers[row["sample_id"]] = row["answer"]
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError("answers", path, f"is no JSONL file ({type(error).__name__})") from None
    return answers


def read_values(path: Path, field: str) -> dict[str, str]:
    """Value of ``field`` by identity, from the split's ``manifest/identities.parquet``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if field not in FIELDS:
        raise ConfigError("ask", field, f"is no field of an identity: {', '.join(FIELDS)}")
    try:
        table: dict[str, list[Any]] = pq.read_table(path, columns=["identity_id", field]).to_pydict()
    except (OSError, pa.ArrowException, KeyError) as error:
        remedy = f"cannot be read ({type(error).__name__}): give manifest/identities.parquet of the split"
        raise ConfigError("identities", path, remedy) from None
    return {
        str(name): str(found)
        for name, found in zip(table["identity_id"], table[field], strict=True)
        if found is not None
    }


def _named(answers: Sequence[str], values: Sequence[str]) -> Floats:
    """[answers, values]: 1 where the answer names the value as a whole word."""
    shapes = {value: regex.compile(rf"(?<!\w){regex.escape(_plain(value))}(?!\w)") for value in set(values)}
    plain = [_plain(answer) for answer in answers]
    found = {
        value: np.array([shape.search(one) is not None for one in plain], float)
        for value, shape in shapes.items()
    }
    return np.column_stack([found[value] for value in values])


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
