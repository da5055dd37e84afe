"""What chance alone makes of identities and answers inside mini-batches, before any order is looked at.

Content that has nothing to do with the task over a whole corpus is correlated with it inside a small batch
(the mechanism of arXiv 2503.01208). Here is how strongly, when ``batch_size`` examples are drawn with a law
of identities and, independent of it, a law of answers. Everything is exact but for ``information_bias``.

The chance that nothing of a kind happens to any of many identities is read from a product of one series per
identity: were the batch size a Poisson number, identities would be independent; the true size is then
conditioned on, which costs one coefficient.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.float64]

_DIRECT_CONVOLUTION = 2048
_DEVIATIONS = 12.0
"""Binomial terms further than this many standard deviations (and as many counts) from the mean are left out:
they hold less than 1e-30."""


@dataclass(frozen=True, slots=True)
class BatchLaw:
    """From what a batch is drawn: ``carrier_shares[u]`` is the share of examples that carry identity u (they
    sum to the embedding rate), ``answer_shares[a]`` the share that has answer a (they sum to 1)."""

    batch_size: int
    carrier_shares: tuple[float, ...]
    answer_shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """What happens inside batches, predicted or counted.

    ``present``: share of (batch, identity) with at least one carrier. ``lone``: of those, exactly one, whose
    answer is then perfectly confounded with it. ``repeated``: share of batches with some identity twice.
    ``one_answer``: share of batches in which some identity has at least two carriers and they share one
    answer; ``one_answers``: how many such identities a batch has. ``phi``: mean absolute correlation of an
    identity and the commonest answer, where both vary in the batch. ``information``: plug-in mutual
    information of identity (or none) and answer, bits. ``step``: mean squared norm of the batch gradient
    along an identity for a calibrated model, in units of the identity's squared feature norm.
    """

    present: float
    lone: float
    repeated: float
    one_answer: float
    one_answers: float
    phi: float
    information: float
    step: float


def uniform_law(batch_size: int, rate: float, identities: int, answer_shares: tuple[float, ...]) -> BatchLaw:
    """The law of ``identities`` equally likely ones at an embedding rate."""
    return BatchLaw(batch_size, (rate / identities,) * identities, answer_shares)


def zipf_shares(answers: int) -> tuple[float, ...]:
    """Answer a has a share proportional to 1/a."""
    weights = [1 / rank for rank in range(1, answers + 1)]
    return tuple(weight / math.fsum(weights) for weight in weights)


def predict(law: BatchLaw) -> BatchFigures:
    """All figures that the law implies. An empty law of identities gives zeros."""
    size = law.batch_size
    shares, times = _distinct(law.carrier_shares)
    if not shares.size:
        return BatchFigures(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    counts = np.arange(size + 1)
    agreeing = _agreement(law.answer_shares, size)
    several = counts >= 2
    present = 1 - (1 - shares) ** size
    alone = size * shares * (1 - shares) ** (size - 1)
    together = np.array([float(_binomial(size, share)[several] @ agreeing[several]) for share in shares])
    return BatchFigures(
        present=float(times @ present / times.sum()),
        lone=float(times @ alone / (times @ present)),
        repeated=1 - _none_of(law, np.where(several, 0.0, 1.0)),
        one_answer=1 - _none_of(law, np.where(several, 1 - agreeing, 1.0)),
        one_answers=float(times @ together),
        phi=_mean_absolute_phi(size, shares, times, max(law.answer_shares)),
        information=expected_information(law),
        step=float(times @ shares / times.sum()) * answer_variance(law.answer_shares) / size,
    )


def answer_variance(answer_shares: tuple[float, ...]) -> float:
    """Total variance of a one-hot answer around its calibrated prediction: 1 - sum of squared shares."""
    return 1 - math.fsum(share**2 for share in answer_shares)


def random_walk(law: BatchLaw, learning_rates: tuple[float, ...]) -> float:
    """Expected squared length that an identity's direction has walked after steps of these learning rates,
    in units of its squared feature norm, for a calibrated model and independent batches."""
    return predict(law).step * math.fsum(rate**2 for rate in learning_rates)


def information_bias(law: BatchLaw) -> float:
    """What mutual information seems to be, in bits, though there is none: the bias of Miller and Madow for
    large batches, cut where the smaller of the two entropies ends."""
    carriers, answers = _with_none(law.carrier_shares), np.asarray(law.answer_shares)
    cells = ((carriers > 0).sum() - 1) * ((answers > 0).sum() - 1)
    return float(min(cells / (2 * law.batch_size * math.log(2)), _entropy(carriers), _entropy(answers)))


def expected_information(law: BatchLaw) -> float:
    """Expected plug-in mutual information in bits between identity (or none) and answer within one batch."""
    carriers, carrier_times = _distinct(tuple(_with_none(law.carrier_shares)))
    answers, answer_times = _distinct(law.answer_shares)
    cells, cell_times = np.outer(carriers, answers).ravel(), np.outer(carrier_times, answer_times).ravel()
    size = law.batch_size
    return (
        _expected_entropy(size, carriers, carrier_times)
        + _expected_entropy(size, answers, answer_times)
        - _expected_entropy(size, cells, cell_times)
    )


def _distinct(shares: tuple[float, ...]) -> tuple[Numbers, Numbers]:
    """The different shares above 0, and how often each occurs."""
    values, times = np.unique(np.asarray(shares, dtype=np.float64), return_counts=True)
    return values[values > 0], times[values > 0].astype(np.float64)


def _with_none(carrier_shares: tuple[float, ...]) -> Numbers:
    none = 1 - math.fsum(carrier_shares)
    return np.append(np.asarray(carrier_shares, dtype=np.float64), none if none > 1e-12 else 0.0)


def _entropy(shares: Numbers) -> float:
    held = shares[shares > 0]
    return float(-(held @ np.log2(held)))


def _agreement(answer_shares: tuple[float, ...], size: int) -> Numbers:
    """[size + 1] chance that n independent answers are all the same."""
    answers, times = _distinct(answer_shares)
    return np.array([min(1.0, float(times @ answers**n)) for n in range(size + 1)])


def _binomial(size: int, share: float) -> Numbers:
    from scipy.stats import binom

    return np.asarray(binom.pmf(np.arange(size + 1), size, share), dtype=np.float64)


def _none_of(law: BatchLaw, allowed: Numbers) -> float:
    """The chance that every identity's number of carriers n passes, which it does with ``allowed[n]``."""
    from scipy.stats import poisson

    size = law.batch_size
    counts = np.arange(size + 1)
    none = max(0.0, 1 - math.fsum(law.carrier_shares))
    product: Numbers = np.asarray(poisson.pmf(counts, size * none), dtype=np.float64)
    shares, times = _distinct(law.carrier_shares)
    for share, often in zip(shares, times, strict=True):
        series = poisson.pmf(counts, size * share) * allowed
        product = _times(product, _power(series, int(often)))
    return min(1.0, float(product[size] / poisson.pmf(size, size)))


def _power(series: Numbers, exponent: int) -> Numbers:
    result = np.zeros_like(series)
    result[0] = 1.0
    while exponent:
        if exponent & 1:
            result = _times(result, series)
        exponent >>= 1
        if exponent:
            series = _times(series, series)
    return result


def _times(left: Numbers, right: Numbers) -> Numbers:
    if left.size <= _DIRECT_CONVOLUTION:
        return np.convolve(left, right)[: left.size]
    from scipy.signal import fftconvolve

    return np.asarray(np.clip(fftconvolve(left, right)[: left.size], 0.0, None), dtype=np.float64)


def _log_choose(total: Any, chosen: Any) -> Any:
    from scipy.special import gammaln

    return gammaln(total + 1.0) - gammaln(chosen + 1.0) - gammaln(total - chosen + 1.0)


def _window(size: int, share: float) -> npt.NDArray[np.int64]:
    """The counts that a binomial reaches."""
    reach = _DEVIATIONS * (math.sqrt(size * share * (1 - share)) + 1)
    return np.arange(max(0, math.floor(size * share - reach)), min(size, math.ceil(size * share + reach)) + 1)


def _weights(size: int, share: float, counts: npt.NDArray[np.int64]) -> Numbers:
    if share >= 1:
        return np.asarray(counts == size, dtype=np.float64)
    logs = _log_choose(size, counts) + counts * math.log(share) + (size - counts) * math.log1p(-share)
    return np.asarray(np.exp(logs), dtype=np.float64)


def _expected_entropy(size: int, shares: Numbers, times: Numbers) -> float:
    """Expected plug-in entropy in bits of ``size`` draws: each outcome's count is binomial."""
    total = 0.0
    for share, often in zip(shares, times, strict=True):
        counts = _window(size, float(share))
        counts = counts[counts > 0]
        seen = counts / size
        total -= float(often * (_weights(size, float(share), counts) @ (seen * np.log2(seen))))
    return total


def _mean_absolute_phi(size: int, shares: Numbers, times: Numbers, answer_share: float) -> float:
    """Mean over (identity, batch) of the absolute phi with one answer, where both vary within the batch.

    Given how many carriers and how many such answers a batch has, those that are both are hypergeometric,
    whose mean absolute deviation is one term: 2 m (B - n - a + m) / B * P(m), m the first above the mean.
    """
    answers = _window(size, answer_share)
    answers = answers[(answers > 0) & (answers < size)]
    above = below = 0.0
    for share, often in zip(shares, times, strict=True):
        carriers = _window(size, float(share))
        carriers = carriers[(carriers > 0) & (carriers < size)]
        if not carriers.size or not answers.size:
            continue
        n, a = carriers[:, None], answers[None, :]
        first = n * a // size + 1
        possible = first <= np.minimum(n, a)
        m = np.where(possible, first, 0)
        chance = np.exp(_log_choose(n, m) + _log_choose(size - n, a - m) - _log_choose(size, a))
        deviation = np.where(possible, 2 * m * (size - n - a + m) / size * chance, 0.0)
        phi = deviation * size / np.sqrt(1.0 * n * (size - n) * a * (size - a))
        weights = np.outer(_weights(size, float(share), carriers), _weights(size, answer_share, answers))
        above += float(often) * float((weights * phi).sum())
        below += float(often) * float(weights.sum())
    return above / below if below else 0.0
