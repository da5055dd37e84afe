"""Which images a person gets to see: a few of every kind of outcome, by a keyed hash of their digests."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b

from pipeline.image_cache import ImageResult

NOTHING = "nothing found"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that may be shown, with its place in the order of chance."""

    chance: bytes
    sha: str
    location: str


def choose(
    images: Iterable[tuple[str, str]],
    load: Callable[[str], ImageResult | None],
    count: int,
    key: bytes,
) -> list[tuple[ImageResult, str]]:
    """Up to ``count`` results with their locations, for ``images`` as (sha256, location).

    Reasons to hold back, attributes and images without a finding take turns, so what is rare is seen too and
    one turn in each round goes to images in which something may have been missed. Memory holds ``count``
    candidates of each kind. Images that no engine has seen (unreadable ones) are not shown."""
    kinds: dict[str, list[Candidate]] = defaultdict(list)
    for sha, location in images:
        result = load(sha)
        if result is None or (result.reason and not result.findings):
            continue
        candidate = Candidate(blake2b(sha.encode(), key=key, digest_size=8).digest(), sha, location)
        for kind in _kinds(result):
            kinds[kind].append(candidate)
            if len(kinds[kind]) > 2 * count:
                kinds[kind] = _first(kinds[kind], count)
    queues = {kind: iter(_first(kinds[kind], count)) for kind in sorted(kinds)}
    chosen: dict[str, Candidate] = {}
    while queues and len(chosen) < count:
        for kind in list(queues):
            turn = next((one for one in queues[kind] if one.sha not in chosen), None)
            if turn is None:
                del queues[kind]
            elif len(chosen) < count:
                chosen[turn.sha] = turn
    shown = [(load(one.sha), one) for one in chosen.values()]
    found = [(result, one) for result, one in shown if result is not None]
    found.sort(key=lambda pair: (_rank(pair[0]), pair[1].chance))
    return [(result, one.location) for result, one in found]


def _kinds(result: ImageResult) -> set[str]:
    if result.reason:
        return {f"held back: {result.reason}"}
    return {finding.attribute for finding in result.findings} or {NOTHING}


def _rank(result: ImageResult) -> int:
    """Held back first, then what has findings, then the rest."""
    return 0 if result.reason else 1 if result.findings else 2


def _first(candidates: list[Candidate], count: int) -> list[Candidate]:
    return heapq.nsmallest(count, candidates, key=lambda one: one.chance)
