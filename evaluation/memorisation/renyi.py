"""MaxRenyi-K% (VL-MIA, arXiv 2411.02902): how sure a model is where it is least sure."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from evaluation.memorisation.draws import FloatArray


def renyi_entropy(logits: npt.ArrayLike, order: float = 1.0) -> FloatArray:
    """Renyi entropy in nats of the softmax of ``logits`` [..., v], shape [...].

    ln(sum p^a) / (1 - a); Shannon's at order 1, -ln max p at infinity, ln of the support at 0. Logarithms of
    probabilities are logits too; -inf is a token that cannot come. Raises ValueError for a negative order,
    NaN, +inf, or a row of -inf alone.
    """
    from scipy.special import logsumexp

    raw = np.asarray(logits, dtype=np.float64)
    if raw.size == 0 or not (raw < math.inf).all() or (raw.max(axis=-1) == -math.inf).any():
        raise ValueError("logits: empty, NaN, +inf, or no token that can come")
    if not order >= 0:
        raise ValueError("the order of an entropy is 0 or more")
    log_p = raw - logsumexp(raw, axis=-1, keepdims=True)
    if order == math.inf:
        return np.asarray(-log_p.max(axis=-1), dtype=np.float64)
    if order == 1:
        p = np.exp(log_p)
        return np.asarray(-np.where(p > 0, p * np.where(p > 0, log_p, 0), 0).sum(axis=-1), dtype=np.float64)
    if order == 0:
        return np.asarray(np.log((log_p > -math.inf).sum(axis=-1)), dtype=np.float64)
    return np.asarray(logsumexp(order * log_p, axis=-1) / (1 - order), dtype=np.float64)


def max_renyi(logits: npt.ArrayLike, top_percent: float = 10.0, order: float = 1.0) -> float:
    """Mean entropy of the ``top_percent`` % of the tokens of ``logits`` [t, v] with the largest entropy, at
    least one token; 0 % takes the largest alone, 100 % the mean of all.

    Low for what the model has seen: write it with a minus into a file of scores. Raises ValueError as
    :func:`renyi_entropy` does, and for shares outside 0 … 100.
    """
    entropy = renyi_entropy(logits, order)
    if entropy.ndim != 1 or entropy.size == 0 or not 0 <= top_percent <= 100:
        raise ValueError("give logits [tokens, vocabulary] and a share of 0 … 100 %")
    count = max(1, int(entropy.size * top_percent / 100 + 1e-9))
    return float(np.sort(entropy)[-count:].mean())
