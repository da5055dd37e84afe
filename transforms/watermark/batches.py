"""What really meets in the batches of an order, beside what chance predicts (``batch_law``).

Everything is counted in one pass over (batch, identity, answer) triples, so a plan for hundreds of thousands
of examples takes seconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from transforms.watermark.batch_law import BatchFigures, BatchLaw, Numbers, information_bias, predict
from transforms.watermark.batch_orders import NOBODY, Examples, Indices


@dataclass(frozen=True, slots=True)
class CountedBatches:
    """Figures of the full batches of an order and their standard errors; ``batches`` were counted,
    ``left_out`` had another size."""

    figures: BatchFigures
    errors: BatchFigures
    batches: int
    left_out: int


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Different values of a key over all examples of all batches: their batch, how many examples, and for
    (batch, identity, answer) the two."""

    batch: Indices
    count: Indices
    identity: Indices
    answer: Indices


def law_of(examples: Examples, batch_size: int) -> BatchLaw:
    """The law of drawing from ``examples``: their own shares of identities and answers."""
    total = len(examples)
    shown = examples.carriers[examples.carriers != NOBODY]
    return BatchLaw(
        batch_size,
        tuple((np.unique(shown, return_counts=True)[1] / max(1, total)).tolist()),
        tuple((np.unique(examples.answers, return_counts=True)[1] / max(1, total)).tolist()),
    )


def count_batches(examples: Examples, batches: Sequence[Indices], batch_size: int) -> CountedBatches:
    """Counts what ``batches`` hold; those of another size than ``batch_size`` are left out."""
    full = [batch for batch in batches if len(batch) == batch_size]
    identities = np.unique(examples.carriers[examples.carriers != NOBODY])
    if not full or not identities.size:
        zero = BatchFigures(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return CountedBatches(zero, zero, len(full), len(batches) - len(full))
    drawn = np.concatenate(full)
    at = np.repeat(np.arange(len(full)), batch_size)
    values, answers = np.unique(examples.answers, return_inverse=True)
    carriers = np.searchsorted(identities, examples.carriers[drawn])
    carriers[examples.carriers[drawn] == NOBODY] = NOBODY
    shares = np.bincount(answers, minlength=len(values)) / len(examples)
    triples = _cells(at, carriers, answers[drawn], len(values))
    pairs = _cells(at, carriers, np.zeros_like(carriers), 1)
    replies = _cells(at, np.zeros_like(carriers), answers[drawn], len(values))
    ratios = _ratios(triples, pairs, replies, shares, len(full), batch_size, len(identities))
    return CountedBatches(
        BatchFigures(**{name: _ratio(*parts) for name, parts in ratios.items()}),
        BatchFigures(**{name: _ratio_error(*parts) for name, parts in ratios.items()}),
        len(full),
        len(batches) - len(full),
    )


def identity_counts(examples: Examples, batches: Sequence[Indices]) -> Iterator[tuple[int, int, int]]:
    """(step, identity number, carriers) of every identity in every batch, by step and identity."""
    for step, batch in enumerate(batches):
        shown = examples.carriers[batch]
        for identity, count in zip(*np.unique(shown[shown != NOBODY], return_counts=True), strict=True):
            yield step, int(identity), int(count)


def batch_report(examples: Examples, batches: Sequence[Indices], batch_size: int) -> dict[str, Any]:
    """Predicted and counted figures side by side, ready for JSON; names no identity and no answer."""
    law = law_of(examples, batch_size)
    predicted = asdict(predict(law))
    counted = count_batches(examples, batches, batch_size)
    figures, errors = asdict(counted.figures), asdict(counted.errors)
    seen = np.bincount(np.concatenate(batches), minlength=len(examples)) if len(batches) else np.zeros(0)
    return {
        "batch_size": batch_size,
        "batches": counted.batches,
        "batches_of_another_size": counted.left_out,
        "examples": len(examples),
        "examples_never_seen": int((seen == 0).sum()),
        "examples_seen_again": int((seen > 1).sum()),
        "identities": len(law.carrier_shares),
        "rate": math.fsum(law.carrier_shares),
        "answers": len(law.answer_shares),
        "information_bias": information_bias(law) if law.carrier_shares else 0.0,
        "figures": {
            name: {"predicted": predicted[name], "counted": figures[name], "error": errors[name]}
            for name in (field.name for field in fields(BatchFigures))
        },
    }


def _cells(at: Indices, identity: Indices, answer: Indices, answers: int) -> _Cells:
    # One number per (batch, identity, answer); identities start at NOBODY.
    people = int(identity.max(initial=0)) + 2
    code = (at * people + identity + 1) * answers + answer
    codes, counts = np.unique(code, return_counts=True)
    pair, reply = np.divmod(codes, answers)
    batch, person = np.divmod(pair, people)
    return _Cells(batch, counts.astype(np.int64), person - 1, reply)


def _ratios(
    triples: _Cells, pairs: _Cells, replies: _Cells, shares: Numbers, batches: int, size: int, identities: int
) -> dict[str, tuple[Numbers, Numbers]]:
    """Per figure what stands above and below the line, per batch."""

    def per_batch(cells: _Cells, weights: npt.NDArray[Any]) -> Numbers:
        return _sums(cells.batch, weights.astype(np.float64), batches)

    shown = pairs.identity != NOBODY
    each = np.ones(batches)
    present = per_batch(pairs, shown)
    pair_of = np.searchsorted(_codes(pairs), _codes(triples))
    agreed = (triples.identity != NOBODY) & (triples.count >= 2) & (triples.count == pairs.count[pair_of])
    answers_agreed = per_batch(triples, agreed)
    entropies = [per_batch(cells, -_bits(cells.count, size)) for cells in (pairs, replies, triples)]
    absolute, defined = _phi(triples, pairs, replies, int(shares.argmax()), size, batches)
    return {
        "present": (present, each * identities),
        "lone": (per_batch(pairs, shown & (pairs.count == 1)), present),
        "repeated": ((per_batch(pairs, shown & (pairs.count > 1)) > 0).astype(np.float64), each),
        "one_answer": ((answers_agreed > 0).astype(np.float64), each),
        "one_answers": (answers_agreed, each),
        "phi": (absolute, defined),
        "information": (entropies[0] + entropies[1] - entropies[2], each),
        "step": (_steps(triples, pairs, shares, batches) / size**2, each * identities),
    }


def _codes(cells: _Cells) -> Indices:
    people = int(cells.identity.max(initial=0)) + 2
    return np.asarray(cells.batch * people + cells.identity + 1, dtype=np.int64)


def _bits(counts: Indices, size: int) -> Numbers:
    return counts / size * np.log2(counts / size)


def _phi(
    triples: _Cells, pairs: _Cells, replies: _Cells, answer: int, size: int, batches: int
) -> tuple[Numbers, Numbers]:
    """Per batch the sum of absolute phi of identities with ``answer``, and how many of them have one."""
    with_answer = np.zeros(batches)
    common = replies.answer == answer
    with_answer[replies.batch[common]] = replies.count[common]
    both = np.zeros(len(pairs.count))
    held = triples.answer == answer
    both[np.searchsorted(_codes(pairs), _codes(triples)[held])] = triples.count[held]
    carriers, answered = pairs.count.astype(np.float64), with_answer[pairs.batch]
    spread = carriers * (size - carriers) * answered * (size - answered)
    varies = (pairs.identity != NOBODY) & (spread > 0)
    phi = np.abs(size * both - carriers * answered)[varies] / np.sqrt(spread[varies])
    at = pairs.batch[varies]
    return _sums(at, phi, batches), _sums(at, np.ones(len(at)), batches)


def _sums(batch: Indices, weights: Numbers, batches: int) -> Numbers:
    return np.bincount(batch, weights, batches).astype(np.float64)


def _steps(triples: _Cells, pairs: _Cells, shares: Numbers, batches: int) -> Numbers:
    """Per batch the sum over identities of |sum over carriers (share of every answer - its own)|^2."""
    shown = triples.identity != NOBODY
    own = triples.count * (triples.count - 2 * _carriers_of(triples, pairs) * shares[triples.answer])
    people = pairs.identity != NOBODY
    square = pairs.count[people] ** 2 * float(shares @ shares)
    return _sums(triples.batch[shown], own[shown], batches) + _sums(pairs.batch[people], square, batches)


def _carriers_of(triples: _Cells, pairs: _Cells) -> Indices:
    return np.asarray(pairs.count[np.searchsorted(_codes(pairs), _codes(triples))], dtype=np.int64)


def _ratio(above: Numbers, below: Numbers) -> float:
    return float(above.sum() / below.sum()) if below.sum() else 0.0


def _ratio_error(above: Numbers, below: Numbers) -> float:
    """Standard error of a ratio of sums over independent batches (delta method)."""
    if not below.sum():
        return 0.0
    residual = above - _ratio(above, below) * below
    return float(math.sqrt(float(residual @ residual)) / below.sum())
