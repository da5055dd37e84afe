"""In which order a trainer sees the examples: shuffled, with each identity spread, or with each bunched.

The spread and the bunched order are one experiment: every batch shows as many carriers and the very same
unmarked examples in both; only which carriers meet in a batch differs. If memory of canaries comes from
identity and answer standing together in a mini-batch, the bunched order must show more of it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from schemas.errors import ConfigError
from transforms.keyed import order

Indices: TypeAlias = npt.NDArray[np.int64]

NOBODY = -1
_GOLDEN = (math.sqrt(5) - 1) / 2


class OrderName(StrEnum):
    """``shuffled``: as a random sampler would. ``decorrelated``: each identity as evenly over batches and
    over time as can be, its answers too. ``concentrated``: carriers of one identity and one answer fill a
    batch's marked places together, those groups evenly over time."""

    SHUFFLED = "shuffled"
    DECORRELATED = "decorrelated"
    CONCENTRATED = "concentrated"


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What counts of the examples of one arm, in the arm's order: ``carriers[i]`` is the number of the
    identity that example i shows, ``NOBODY`` where none; ``answers[i]`` the number of its answer."""

    carriers: Indices
    answers: Indices

    def __len__(self) -> int:
        return len(self.carriers)


def plan_order(
    name: OrderName, examples: Examples, batch_size: int, key: bytes, epoch: int = 0
) -> list[Indices]:
    """The batches of one epoch, each with the sorted indices of its examples; the last may be smaller.

    The same key, examples, batch size and epoch give the same batches. Raises ConfigError for a batch size
    below 1.
    """
    if batch_size < 1:
        raise ConfigError("batch_size", batch_size, "must be at least 1")
    if not len(examples):
        return []
    everyone = np.arange(len(examples))
    if name is OrderName.SHUFFLED:
        return [np.sort(batch) for batch in _cut(_shuffled(everyone, key, epoch), batch_size)]
    marked = examples.carriers != NOBODY
    sizes = [len(batch) for batch in _cut(everyone, batch_size)]
    places = _marked_places(sizes, int(marked.sum()))
    carriers = _grouped(everyone[marked], examples, key, epoch)
    turns = _even_turns(len(sizes))
    slots = _dealt(places, turns) if name is OrderName.DECORRELATED else np.repeat(turns, places[turns])
    others = np.repeat(np.arange(len(sizes)), np.asarray(sizes) - places)
    batch_of = np.empty(len(examples), dtype=np.int64)
    batch_of[carriers] = slots
    batch_of[_shuffled(everyone[~marked], key, epoch)] = others
    ordered = np.argsort(batch_of, kind="stable")
    return np.split(ordered, np.cumsum(sizes)[:-1])


def _cut(indices: Indices, batch_size: int) -> list[Indices]:
    return [indices[start : start + batch_size] for start in range(0, len(indices), batch_size)]


def _shuffled(indices: Indices, key: bytes, epoch: int) -> Indices:
    names = order(key, (str(index) for index in indices), f"batches/examples/epoch-{epoch}")
    return np.array([int(name) for name in names], dtype=np.int64)


def _marked_places(sizes: Sequence[int], marked: int) -> Indices:
    """How many carriers each batch gets: its share of all, rounded so that they add up."""
    ends = np.cumsum(np.concatenate(([0], sizes)))
    return np.asarray(np.diff(ends * marked // ends[-1]), dtype=np.int64)


def _grouped(indices: Indices, examples: Examples, key: bytes, epoch: int) -> Indices:
    """Carriers with those of one identity together, within it those of one answer, everything else keyed."""
    identity_rank = _ranks(np.unique(examples.carriers[indices]), key, f"batches/identities/epoch-{epoch}")
    answer_rank = _ranks(np.unique(examples.answers[indices]), key, f"batches/answers/epoch-{epoch}")
    shuffled = _shuffled(indices, key, epoch)
    identities = np.array([identity_rank[number] for number in examples.carriers[shuffled].tolist()])
    answers = np.array([answer_rank[number] for number in examples.answers[shuffled].tolist()])
    return shuffled[np.lexsort((answers, identities))] if len(shuffled) else shuffled


def _ranks(numbers: Indices, key: bytes, purpose: str) -> dict[int, int]:
    return {int(name): rank for rank, name in enumerate(order(key, (str(n) for n in numbers), purpose))}


def _even_turns(batches: int) -> Indices:
    """All batches in an order of which every run of neighbours is spread evenly over the whole (multiples of
    the golden ratio, modulo 1, leave gaps of at most three lengths)."""
    return np.argsort(np.argsort(np.arange(batches) * _GOLDEN % 1.0, kind="stable"), kind="stable")


def _dealt(places: Indices, turns: Indices) -> Indices:
    """The batch of each carrier when they are dealt like cards, one to every batch that has a place left."""
    levels = [turns[places[turns] > level] for level in range(int(places.max(initial=0)))]
    return np.concatenate(levels) if levels else np.empty(0, dtype=np.int64)


def write_order(epochs: Iterable[Sequence[Indices]]) -> Iterator[str]:
    """The lines of an order file: ``{"epoch": e, "step": t, "indices": [...]}``, steps counted through."""
    step = 0
    for epoch, batches in enumerate(epochs):
        for batch in batches:
            yield json.dumps({"epoch": epoch, "step": step, "indices": batch.tolist()}) + "\n"
            step += 1


def read_order(lines: Iterable[str], name: str, examples: int, batch_size: int) -> list[Indices]:
    """The batches of an order file, one JSON value a line: ``[3, 1, 2]`` or ``{"indices": [3, 1, 2]}`` is a
    batch, a number is one example; numbers are cut to batches of ``batch_size``.

    Raises ConfigError, which tells ``name`` and the line, for anything else and for an index outside
    ``0..examples - 1``.
    """
    batches: list[Indices] = []
    single: list[int] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise _bad(name, number, "is no JSON value") from None
        listed = value.get("indices") if isinstance(value, dict) else value
        indices: list[Any] = listed if isinstance(listed, list) else [listed]
        if not all(type(index) is int and 0 <= index < examples for index in indices):
            raise _bad(name, number, f"holds something that is no index from 0 to {examples - 1}")
        if isinstance(listed, list):
            batches.append(np.array(indices, dtype=np.int64))
        else:
            single.extend(indices)
    if single and batches:
        raise ConfigError("order", name, "holds both batches and single indices: give one or the other")
    found = batches or _cut(np.array(single, dtype=np.int64), batch_size)
    if not any(len(batch) for batch in found):
        raise ConfigError("order", name, "holds no batch")
    return found


def _bad(name: str, line: int, problem: str) -> ConfigError:
    return ConfigError("order", name, f"line {line} {problem}; a line is a batch such as [3, 1, 2]")
