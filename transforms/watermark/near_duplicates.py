"""Images that look the same are kept in one split: a perceptual hash, and groups of near hashes.

The hash is the one of Zauner (2010, "Implementation and benchmarking of perceptual image hash functions"):
signs of the lowest frequencies of a small grey copy. Grouping is deterministic and does not depend on order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ConfigError

Hashes = NDArray[np.uint64]
Places = NDArray[np.intp]

DISTANCE: Final = 7
"""Bits in which two hashes may differ. Two unrelated hashes do with probability 4e-11."""
_SIDE: Final = 32
_LOW: Final = 8
_BANDS: Final = 4
_BAND_BITS: Final = 16
_MOST_DISTANCE: Final = 2 * _BANDS - 1
_PAIRS: Final = 4_000_000
"""Pairs compared at a time, about 200 MB."""
_LINKS: Final = 8_000_000
"""Links kept before they are joined, about 130 MB, however many copies there are of one image."""


def perceptual_hash(rgb: NDArray[np.uint8]) -> int:
    """64 bits of ``rgb`` (height x width x 3): which low frequencies of its 32 x 32 grey copy lie above their
    median, first row first; the mean grey is left out. Re-encoding, resizing and small marks change few."""
    import cv2

    grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    # In steps far above the noise of float32, so that a flat image has one hash on every machine.
    low = np.rint(np.asarray(cv2.dct(small), np.float64)[:_LOW, :_LOW].ravel() * 64)
    bits = low > np.median(low[1:])
    bits[0] = False
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def duplicate_groups(hashes: Mapping[str, int], distance: int = DISTANCE) -> dict[str, str]:
    """The group of each image: the smallest digest among all that are linked by steps of at most ``distance``
    bits. ``hashes``: 64-bit hash by digest. Raises ConfigError if ``distance`` is not 0 to 7."""
    if not 0 <= distance <= _MOST_DISTANCE:
        raise ConfigError("distance", distance, f"give 0 to {_MOST_DISTANCE} bits")
    names = sorted(hashes)
    values = np.fromiter((hashes[name] for name in names), np.uint64, len(names))
    distinct, place = np.unique(values, return_inverse=True)
    component = _components(distinct, distance)[place]
    # Names are sorted, so the first place of a component is its smallest digest.
    _, first, member = np.unique(component, return_index=True, return_inverse=True)
    return {name: names[first[group]] for name, group in zip(names, member, strict=True)}


def _components(distinct: Hashes, distance: int) -> NDArray[np.int32]:
    """The connected component of each hash. Time grows with the square of the hashes that share 16 bits."""
    places = np.arange(len(distinct))
    found = _linked(places, places)
    waiting: list[tuple[Places, Places]] = []
    for one, other in _candidates(distinct, distance):
        near = np.bitwise_count(distinct[one] ^ distinct[other]) <= distance
        waiting.append((one[near], other[near]))
        if sum(len(ends[0]) for ends in waiting) > _LINKS:
            found, waiting = _joined(found, waiting), []
    return _joined(found, waiting)


def _joined(component: NDArray[np.int32], links: list[tuple[Places, Places]]) -> NDArray[np.int32]:
    """The components once ``links`` are there too."""
    first = np.unique(component, return_index=True)[1]
    one = np.concatenate([first[component], *(ends[0] for ends in links)])
    other = np.concatenate([np.arange(len(component)), *(ends[1] for ends in links)])
    return _linked(one, other)


def _linked(one: Places, other: Places) -> NDArray[np.int32]:
    """The connected component of each place; every place is in ``other``."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = int(other.max(initial=-1)) + 1
    links = coo_array((np.ones(len(one), np.bool_), (one, other)), shape=(size, size))
    found: NDArray[np.int32] = connected_components(links, directed=False)[1]
    return found


def _candidates(distinct: Hashes, distance: int) -> Iterator[tuple[Places, Places]]:
    """Pairs among which all are that differ in at most ``distance`` bits. Hashes that differ in 7 bits differ
    in at most one bit of one of four bands (multi-index hashing, arXiv 1307.2982)."""
    flips = [0] if distance < _BANDS else [0, *(1 << bit for bit in range(_BAND_BITS))]
    for band in range(_BANDS):
        value = _band(distinct, band)
        order = np.argsort(value, kind="stable")
        ends = np.searchsorted(value[order], np.arange((1 << _BAND_BITS) + 1))
        for flip in flips:
            yield from _bucket_pairs(order, ends, flip)


def _band(hashes: Hashes, band: int) -> NDArray[np.uint32]:
    """Every fourth bit of each hash, as a number: neighbouring frequencies go to different bands."""
    value = np.zeros(len(hashes), np.uint32)
    for bit in range(_BAND_BITS):
        taken = (hashes >> np.uint64(bit * _BANDS + band)) & np.uint64(1)
        value |= taken.astype(np.uint32) << np.uint32(bit)
    return value


def _bucket_pairs(order: Places, ends: NDArray[np.intp], flip: int) -> Iterator[tuple[Places, Places]]:
    """Each pair of one bucket and its neighbour under ``flip`` (0: of one bucket), in portions."""
    buckets = np.arange(len(ends) - 1)
    neighbour = buckets ^ flip
    # For each member, the places in ``order`` that it is compared with: those after it, or the neighbour.
    bucket = np.repeat(buckets, np.diff(ends))
    start = np.arange(len(order)) + 1 if flip == 0 else ends[neighbour[bucket]]
    stop = ends[neighbour[bucket] + 1]
    counts = np.where(neighbour[bucket] >= bucket, stop - start, 0)
    total = np.concatenate(([0], np.cumsum(counts)))
    begin = 0
    while begin < len(order):
        end = max(begin + 1, int(np.searchsorted(total, total[begin] + _PAIRS, "right")) - 1)
        some = counts[begin:end]
        inside = np.arange(int(some.sum())) - np.repeat(total[begin:end] - total[begin], some)
        yield order[np.repeat(np.arange(begin, end), some)], order[np.repeat(start[begin:end], some) + inside]
        begin = end
