"""The runs that tell small batches from large steps.

In a small batch an identity is by chance correlated with an answer; how far an identity's direction walks is
set by the total step size as well. Only runs in which batch size and learning rate vary apart can say which
of the two memory follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from schemas.errors import ConfigError
from transforms.watermark.batch_orders import OrderName

REFERENCE_BATCH = 16
REFERENCE_RATE = 2e-4
"""Batch size and learning rate of the LoRA recipe of LLaVA-1.5, as in arXiv 2503.01208."""
BATCH_SIZES = (4, 16, 64, 256)


class RateRule(StrEnum):
    """``fixed``: one learning rate for all batch sizes. ``scaled``: proportional to the batch size, so that
    an epoch moves as far."""

    FIXED = "fixed"
    SCALED = "scaled"


@dataclass(frozen=True, slots=True)
class FactorialRun:
    """One training run. ``batch_size`` is the number of examples per optimiser step, over all devices and
    accumulation; ``steps`` are those of one epoch."""

    name: str
    arm: str
    order: OrderName
    batch_size: int
    rate_rule: RateRule
    learning_rate: float
    steps: int


def plan_factorial(
    arms: Iterable[str],
    examples: int,
    batch_sizes: Iterable[int] = BATCH_SIZES,
    learning_rate: float = REFERENCE_RATE,
    reference_batch: int = REFERENCE_BATCH,
) -> Iterator[FactorialRun]:
    """Arms x orders x batch sizes x {fixed, scaled} learning rate; at the reference batch the two rules agree
    and give one run. Raises ConfigError for a batch size below 1 or a rate that is not above 0."""
    if not learning_rate > 0:
        raise ConfigError("learning_rate", learning_rate, "must be above 0")
    for arm, order, size, rule in product(arms, OrderName, batch_sizes, RateRule):
        if size < 1:
            raise ConfigError("batch_sizes", size, "must be at least 1")
        if rule is RateRule.SCALED and size == reference_batch:
            continue
        scale = size / reference_batch if rule is RateRule.SCALED else 1.0
        steps = -(-examples // size)
        name = f"{arm}-{order}-b{size}-{rule}"
        yield FactorialRun(name, arm, order, size, rule, learning_rate * scale, steps)
