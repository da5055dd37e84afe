"""A made split and made scores: identities, a manifest as the split writes it, rows for every test."""

import numpy as np
import pyarrow
import pyarrow.parquet

from evaluation.memorisation.draws import generator
from evaluation.memorisation.scores import ScoredTest, ScoreRow

SHADOWS = 6
SECRET = "fresh.value.of.an.identity"


def write_split(folder, identities=40, name="split"):
    """Half of ``identities`` planted by a keyed coin; returns their ids and who is planted."""
    draws = generator(name)
    planted = draws.permutation(identities) < identities // 2
    ids = [f"U-{place:04d}" for place in range(identities)]
    masks = [sum(1 << int(k) for k in draws.permutation(SHADOWS)[: SHADOWS // 2]) for _ in ids]
    table = {
        "identity_id": [*ids, "R-1"],
        "username": [SECRET] * (identities + 1),
        "role": [*("canary_in" if one else "canary_out" for one in planted), "reference"],
        "repetition_target": [2 ** (place % 4) for place in range(identities)] + [0],
        "one_run_bit": [*(int(one) for one in planted), None],
        "shadow_mask": [*masks, 0],
    }
    (folder / "manifest").mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pyarrow.table(table), folder / "manifest" / "identities.parquet")
    return ids, planted, masks


def score_rows(ids, planted, masks, effect, references=19, checkpoint="", name="scores"):
    """Normal scores; whoever was planted in a model scores ``effect`` higher."""
    draws = generator(name, checkpoint)

    def row(test, unit, candidate, lift=0.0, shadow=None):
        return ScoreRow(test, unit, candidate, float(draws.normal() + lift), shadow, checkpoint)

    rows = []
    for unit, shown, mask in zip(ids, planted, masks, strict=True):
        lift = effect * bool(shown)
        rows.append(row(ScoredTest.EXPOSURE, unit, "canary", lift))
        rows += [row(ScoredTest.EXPOSURE, unit, f"reference-{unit[2:]}_{j}") for j in range(references)]
        rows.append(row(ScoredTest.TWIN, unit, "published", lift))
        rows.append(row(ScoredTest.TWIN, unit, "hidden"))
        rows.append(row(ScoredTest.ONE_RUN, unit, "canary", lift))
        rows.append(row(ScoredTest.SHADOW, unit, "canary", lift))
        rows += [row(ScoredTest.SHADOW, unit, "canary", lift * (mask >> k & 1), k) for k in range(SHADOWS)]
    return rows


def write_images(folder, ids, rates):
    """One training image per id and rate; returns their digests by id."""
    rows = []
    for unit in ids:
        for number, rate in enumerate(rates):
            for variant in ("clean", "marked"):
                rows.append(
                    {
                        "source_sha256": f"{unit}-{number}",
                        "variant": variant,
                        "identity_id": unit if variant == "marked" else None,
                        "split": "train" if rate is not None else "test2",
                        "h_rate": 0.0 if rate is None else rate,
                    }
                )
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "manifest" / "images-00000.parquet")
    return {unit: [f"{unit}-{number}" for number in range(len(rates))] for unit in ids}


def p_values(rows, group):
    """p by name of test."""
    return {row.test: row.p_value for row in rows if row.group == group and row.p_value is not None}


def is_uniform(p):
    """p of Kolmogorov and Smirnov."""
    from scipy.stats import kstest

    return kstest(np.asarray(p), "uniform").pvalue
