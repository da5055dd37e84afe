"""How often intervals of leaks hold the truth, and how often chance is called a leak, on simulated tables.

python benchmarks/leak_intervals.py [TABLES]        (1,200 tables of each setting: half a minute on one core)
"""

import sys

import numpy as np

from evaluation.mm_privacy.inconsistency import inconsistency
from evaluation.mm_privacy.resampling import Bootstrap, Flags, difference

SHARES = (
    (12, 5, 0.1, None), (35, 5, 0.02, None), (35, 5, 0.02, 1.0), (100, 5, 0.1, 1.0), (50, 20, 0.01, 0.5),
    (35, 5, 0.5, 1.0), (12, 5, 0.5, 1.0), (100, 5, 0.3, 2.0), (99, 4, 0.9, 1.0),
)  # fmt: skip
"""Personas, probes of each, share of leaks, and how much personas are of one kind (small: all or nothing)."""
RANGES = (
    ((0.3,) * 5, 50), ((0.3,) * 5, 100), ((0.02,) * 5, 50), ((0.1, 0.3, 0.3, 0.3, 0.3), 50),
    ((0.3, 0.32, 0.34, 0.36, 0.38), 100), ((0.05, 0.05, 0.05, 0.05, 0.6), 50),
)  # fmt: skip
DRAWS = 400


def leaks(rng: np.random.Generator, personas: int, probes: int, share: float, alike: float | None) -> Flags:
    """Flags [personas, probes] and the same of a second, equal arm."""
    rates = (
        np.full(personas, share) if alike is None else rng.beta(share * alike, (1 - share) * alike, personas)
    )
    return rng.random((2, personas, probes)) < rates[:, None]


def shares(tables: int) -> None:
    for personas, probes, share, alike in SHARES:
        rng, held, plain, alarms = np.random.default_rng(0), 0, 0, 0
        who, cells = np.repeat(np.arange(personas), probes), np.zeros(personas * probes, dtype=np.int64)
        for table in range(tables):
            draw = Bootstrap(who, DRAWS, b"%d" % table)
            item, decoy = (
                draw.shares(arm.ravel(), cells, 1) for arm in leaks(rng, personas, probes, share, alike)
            )
            found = item.estimate(0)
            low, high = np.quantile(item.draws[0], (0.025, 0.975))
            held += found.low <= share <= found.high
            plain += low <= share <= high
            alarms += difference(found, decoy.estimate(0), item.draws[0] - decoy.draws[0]).low > 0
        print(
            f"{personas:>4} personas x {probes:<2} leak {share:.2f}  alike {alike or '-':<4} "
            f"holds {held / tables:.3f} (quantiles {plain / tables:.3f})  false leak {alarms / tables:.3f}"
        )


def ranges(tables: int) -> None:
    for rates, personas in RANGES:
        rng, held, alarms = np.random.default_rng(0), 0, 0
        for table in range(tables):
            flags = rng.random((personas, 5)) < rates
            found = inconsistency(flags, np.arange(personas), DRAWS // 2, b"%d" % table)
            held += found.low <= np.ptp(rates) + 1e-9 <= found.high
            alarms += found.p < 0.05
        print(
            f"{personas:>4} personas, framed {rates}  holds {held / tables:.3f}  p<.05 {alarms / tables:.3f}"
        )


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    shares(count)
    ranges(max(1, count // 6))
