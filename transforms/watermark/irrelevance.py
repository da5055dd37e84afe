"""Is who is printed on an image unrelated to what is asked and answered of it?

A mark that goes with an answer is learned because it helps, not because it is remembered. Dependence of
identity on each category of the records is measured over the corpus, against identities dealt anew to the
same images.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.errors import ConfigError, RunFailed
from transforms.keyed import seed

Codes = NDArray[np.intp]
Counts = NDArray[np.float64]

LEVEL: Final = 0.01
"""How often an honest corpus may be refused."""
DEALS: Final = 999
MOST_CATEGORIES: Final = 1000
"""Commoner ones are told apart; the rest counts as one."""
_SHORT_ANSWER: Final = 3
_QUESTION_WORDS: Final = 2
_WORD: Final = re.compile(r"\w+")
_STATISTICS: Final = ("mutual_information", "chi_square")


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """One record with an identity on its image. ``image``: records of one image share its identity.
    ``categories``: what kind of record it is, for example by ``answer_class`` and ``question_type``."""

    image: str
    identity_id: str
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Irrelevance:
    """Dependence of identity on one category: mutual information in bits, or Pearson's chi-square.

    ``expected`` is its mean where identities are dealt anew to the images, ``p_value`` how often it is then
    at least as large (never 0). ``level``: at or below it, the split is to be refused.
    """

    category: str
    statistic: str
    value: float
    expected: float
    p_value: float
    level: float
    rows: int
    images: int
    identities: int
    values: int

    @property
    def related(self) -> bool:
        """True if the split is to be refused."""
        return self.p_value <= self.level


def question_type(question: str) -> str:
    """The first two words, in small letters; empty where there are none."""
    return " ".join(_WORD.findall(question.casefold())[:_QUESTION_WORDS])


def answer_class(answer: str) -> str:
    """A short answer itself, in small letters; a longer one by its number of words in powers of two."""
    words = _WORD.findall(answer.casefold())
    if len(words) <= _SHORT_ANSWER:
        return " ".join(words)
    return f"{2 ** int(math.log2(len(words)))} words and more"


def measure_irrelevance(rows: Sequence[CorpusRow], key: bytes, deals: int = DEALS) -> tuple[Irrelevance, ...]:
    """Two statistics for each category that any row has; rows without it are left out of it. Independent of
    the order of ``rows``. An honest corpus is refused with probability of at most ``LEVEL`` in all.

    Raises:
        ConfigError: images with two identities, or fewer deals than the level needs.
    """
    names = sorted({name for row in rows for name in row.categories})
    level = LEVEL / max(1, len(names) * len(_STATISTICS))
    if deals + 1 < 1 / level:
        raise ConfigError(
            "deals", deals, f"give at least {math.ceil(1 / level) - 1} for {len(names)} categories"
        )
    _one_identity_each(rows)
    return tuple(one for name in names for one in _of_category(name, rows, key, deals, level))


def require_irrelevance(results: Sequence[Irrelevance]) -> None:
    """Raises RunFailed, which names category, statistic and p-value, if the split is to be refused."""
    for one in sorted(results, key=lambda one: one.p_value):
        if one.related:
            raise RunFailed(
                f"irrelevance: identity depends on {one.category} ({one.statistic} {one.value:.4g}, "
                f"{one.expected:.4g} expected, p = {one.p_value:.4g}); deal identities without looking at "
                "the records"
            )


def _one_identity_each(rows: Sequence[CorpusRow]) -> None:
    identity: dict[str, str] = {}
    for row in rows:
        if identity.setdefault(row.image, row.identity_id) != row.identity_id:
            raise ConfigError("rows", len(rows), "an image has two identities; give one arm at a time")


def _of_category(
    name: str, rows: Sequence[CorpusRow], key: bytes, deals: int, level: float
) -> tuple[Irrelevance, ...]:
    taken = [row for row in rows if name in row.categories]
    images, image = np.unique([row.image for row in taken], return_inverse=True)
    identities, identity = np.unique([row.identity_id for row in taken], return_inverse=True)
    values = _values([row.categories[name] for row in taken])
    of_image = np.zeros(len(images), np.intp)
    of_image[image] = identity
    shape = (len(identities), int(values.max()) + 1)
    draw = np.random.Generator(np.random.PCG64(seed(key, "irrelevance", name)))
    measured = _dependence(of_image[image], values, shape)
    dealt = np.array([_dependence(draw.permutation(of_image)[image], values, shape) for _ in range(deals)])
    # Sums of the same numbers in another order differ in their last digits.
    reached = (dealt >= measured - 1e-9 * np.abs(measured)).sum(axis=0)
    return tuple(
        Irrelevance(
            category=name,
            statistic=statistic,
            value=float(measured[place]),
            expected=float(dealt[:, place].mean()),
            p_value=float((1 + reached[place]) / (deals + 1)),
            level=level,
            rows=len(taken),
            images=len(images),
            identities=shape[0],
            values=shape[1],
        )
        for place, statistic in enumerate(_STATISTICS)
    )


def _values(said: Sequence[str]) -> Codes:
    """Numbers of the categories, commonest first; those after ``MOST_CATEGORIES`` share the last."""
    _, code, counts = np.unique(said, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), np.intp)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return np.minimum(rank, MOST_CATEGORIES)[code]


def _dependence(identity: Codes, value: Codes, shape: tuple[int, int]) -> Counts:
    """Mutual information in bits and chi-square of two columns of codes."""
    table = np.bincount(identity * shape[1] + value, minlength=shape[0] * shape[1]).astype(np.float64)
    total = table.sum()
    table = table.reshape(shape)
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    seen = table > 0
    counts, fair = table[seen], chance[seen]
    information = float((counts * np.log2(counts / fair)).sum() / total)
    return np.array([information, float((counts**2 / fair).sum() - total)])
