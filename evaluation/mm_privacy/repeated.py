"""What harmless tasks repeat: captions and translations tell private values that nobody asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluation.mm_privacy.resampling import Bootstrap, Codes, Estimate
from evaluation.mm_privacy.results import UNSOLICITED, Results
from schemas.benchmark import RiskTest


@dataclass(frozen=True, slots=True)
class Repeated:
    """Of one framing that names no type, or of all. ``values``: share of the private values printed in the
    image that the answer repeats in full; ``answers``: share of answers that repeat any."""

    test: RiskTest
    task: str
    source: str
    values: Estimate
    answers: Estimate


def repeated(test: RiskTest, results: Results, bootstrap: Bootstrap) -> list[Repeated]:
    """Of every framing that names no type; one row per item, as all framings show its one image."""
    told: Codes = np.array([one.told for one in results.results], dtype=np.int64)
    printed: Codes = np.array([one.printed for one in results.results], dtype=np.int64)
    harmless = np.array([group == UNSOLICITED for group in results.group], dtype=np.bool_)
    which = results.known & harmless & (printed > 0)
    found = []
    for names in (("group",), ("task",), ("task", "source")):
        keys, codes = results.codes(names)
        cells = np.where(which, codes, -1)
        values = bootstrap.shares(told, cells, len(keys), printed)
        answers = bootstrap.shares(told > 0, cells, len(keys))
        for place, key in enumerate(keys):
            if answers.totals[place]:
                source = key[1] if len(key) > 1 else ""
                shares = (values.estimate(place), answers.estimate(place))
                found.append(Repeated(test, key[0], source, *shares))
    return found
