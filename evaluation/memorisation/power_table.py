"""The power of a planned split as rows: what each test can see, and what it would take to see an effect."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from evaluation.memorisation.exposure import NULL_EXPOSURE
from evaluation.memorisation.one_run import GUESSED_SHARES, epsilon_lower_bound
from evaluation.memorisation.power import (
    MOST_IDENTITIES,
    Alternative,
    Effect,
    critical_wins,
    detectable,
    detectable_slope,
    needed,
    needed_references,
    power_of_fisher,
    power_of_groups,
    power_of_rank_sum,
    power_of_twins,
)
from schemas.errors import ConfigError

NO_MEMORY = 0.5
ONE_CANARY = "one canary"
_MOST_REFERENCES = 10_000
_MOST_SCORES = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """``identities``: planted, and as many held out; ``references``: of each; ``ladder``: rungs of
    repetitions; ``power``: wanted chance of detection. Raises ConfigError for what cannot be."""

    identities: int = 200
    references: int = 99
    alpha: float = 0.05
    power: float = 0.8
    ladder: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for key, number, most in (
            ("identities", self.identities, MOST_IDENTITIES),
            ("references", self.references, _MOST_REFERENCES),
        ):
            if not 1 <= number <= most:
                raise ConfigError(key, number, f"give 1 to {most:,}")
        if self.identities * self.references > _MOST_SCORES:
            raise ConfigError("references", self.references, "identities times references go up to a million")
        for key, share in (("alpha", self.alpha), ("power", self.power)):
            if not 0 < share < 1:
                raise ConfigError(key, share, "give a number between 0 and 1")
        if any(not 0 <= rung <= 1_000_000 for rung in self.ladder):
            raise ConfigError("ladder", self.ladder, "repetitions go from 0 to a million")


@dataclass(frozen=True, slots=True)
class PowerRow:
    """One test. ``smallest``: least p it can give. ``auc``, ``bits``, ``share``: least effect it detects with
    the wanted power, None where it detects none; ``power`` and ``identities``: for the effect asked about,
    None where none was asked or no size suffices."""

    test: str
    smallest: float
    auc: float | None
    bits: float | None
    share: float | None
    power: float | None = None
    identities: int | None = None


def planted_needed(auc: float, plan: Plan) -> int:
    """Planted identities with which the rank sum sees the effect ``auc`` with the power of ``plan``, whose
    own number of identities plays no part. Raises ConfigError for an effect that cannot be, or that needs
    over 4,096."""
    effect = effect_asked(auc, None, None)
    if effect is None or effect.auc <= NO_MEMORY:
        raise ConfigError("auc", auc, "0.5 is no effect: no number of identities shows it")
    count = needed(lambda size: power_of_rank_sum(size, plan.references, plan.alpha, effect), plan.power)
    if count is None:
        raise ConfigError(
            "auc", auc, f"needs over {MOST_IDENTITIES:,} planted identities: ask for a larger effect"
        )
    return count


def power_rows(plan: Plan, effect: Alternative | None = None) -> list[PowerRow]:
    """The tests of a plan: exact laws for ranks and twins, the normal one for the two groups."""
    n, alpha = plan.references, plan.alpha
    tests: list[tuple[str, float, Callable[[int, Alternative], float]]] = [
        (
            "rank sum",
            float(n + 1) ** -plan.identities,
            lambda size, one: power_of_rank_sum(size, n, alpha, one),
        ),
        (
            "Fisher",
            float(n + 1) ** -plan.identities,
            lambda size, one: power_of_fisher(size, n, alpha, one),
        ),
        (ONE_CANARY, 1 / (n + 1), lambda _, one: power_of_rank_sum(1, n, alpha, one)),
        (
            "against held-out",
            1 / math.comb(2 * plan.identities, plan.identities),
            lambda size, one: power_of_groups(size, size, alpha, one),
        ),
        ("twins", 0.5**plan.identities, lambda size, one: power_of_twins(size, alpha, one)),
    ]
    return [_row(plan, effect, *test) for test in tests]


def _row(
    plan: Plan,
    effect: Alternative | None,
    test: str,
    smallest: float,
    power_at: Callable[[int, Alternative], float],
) -> PowerRow:
    auc, share = (
        detectable(lambda one: power_at(plan.identities, one), kind, plan.power)
        for kind in (Effect.AUC, Effect.SHARE)
    )
    bits = None if auc is None else NULL_EXPOSURE * auc / (1 - auc)
    if effect is None:
        return PowerRow(test, smallest, auc, bits, share)
    size = None if test == ONE_CANARY else needed(lambda k: power_at(k, effect), plan.power)
    return PowerRow(test, smallest, auc, bits, share, power_at(plan.identities, effect), size)


def remarks(plan: Plan) -> list[str]:
    """What the plan cannot do, and what it takes, in plain sentences."""
    k, n, alpha = plan.identities, plan.references, plan.alpha
    lines = []
    if 1 / (n + 1) > alpha:
        lines.append(
            f"With {n} references p of one canary cannot be below {1 / (n + 1):.3g}: one alone can never "
            f"be significant at {alpha:g}; that takes {needed_references(alpha):,} references."
        )
    best = needed_references(alpha, k)
    if best > n and k > 1:
        lines.append(
            f"To point at one of {k} canaries at {alpha:g} after correction takes {best:,} references each."
        )
    wins = critical_wins(k, alpha)
    if wins > k:
        lines.append(f"{k} twins are too few for any sign test at {alpha:g}: not even {k} wins suffice.")
    else:
        lines.append(f"Of {k} twins {wins} must win ({wins / k:.1%}).")
    beta = alpha / len(GUESSED_SHARES)
    bound = epsilon_lower_bound(2 * k, 2 * k, 2 * k, 1e-5, beta)
    lines.append(
        f"One run with {2 * k} coins bounds epsilon by {bound:.2f} at most (every guess right, delta 1e-5)."
    )
    if plan.ladder:
        lines += _ladder_remarks(plan)
    return lines


def _ladder_remarks(plan: Plan) -> list[str]:
    rungs = tuple(sorted(set(plan.ladder)))
    each = plan.identities // len(rungs)
    lines = []
    if each < 1:
        return [f"{plan.identities} identities do not fill {len(rungs)} rungs; plan one per rung or more."]
    found = detectable(
        lambda one: power_of_rank_sum(each, plan.references, plan.alpha, one), Effect.BITS, plan.power
    )
    told = f"from {found:.2f} bits on" if found is not None else "at no effect"
    lines.append(f"A rung of {each} identities is seen by itself {told}.")
    slope = detectable_slope((0, *rungs), plan.identities, plan.alpha, plan.power)
    if slope is not None:
        lines.append(f"A rise of {slope:.3f} bits per doubling of the repetitions is seen over the ladder.")
    return lines


def parse_ladder(written: str | None) -> tuple[int, ...]:
    """``"1,2,4"`` as numbers; nothing for None. Raises ConfigError for what is no list of whole numbers."""
    if written is None:
        return ()
    rungs = [rung.strip() for rung in written.split(",")]
    if len(rungs) > 100 or not all(rung.isascii() and rung.isdigit() and len(rung) < 9 for rung in rungs):
        raise ConfigError("repetitions", written, "write whole numbers with commas, such as 1,2,4,8")
    return tuple(int(rung) for rung in rungs)


def effect_asked(auc: float | None, bits: float | None, share: float | None) -> Alternative | None:
    """The one effect that was given, or None. Raises ConfigError for two, and for one that cannot be."""
    given = [(kind, size) for kind, size in zip(Effect, (auc, bits, share), strict=True) if size is not None]
    if len(given) > 1:
        raise ConfigError(given[1][0].value, given[1][1], "tell one effect: --auc, --bits or --share")
    try:
        return Alternative(*given[0]) if given else None
    except ValueError as error:
        raise ConfigError(given[0][0].value, given[0][1], str(error)) from None
