import pytest

from schemas.errors import ConfigError
from transforms.watermark.factorial import FactorialRun, OrderName, RateRule, plan_factorial


def test_batch_size_and_learning_rate_vary_apart():
    runs = list(plan_factorial(["r50"], 1000, (4, 16, 64)))
    assert len(runs) == 3 * (3 + 2)  # three orders; both rules agree at the batch of 16
    assert len({run.name for run in runs}) == len(runs)
    assert (
        FactorialRun(
            "r50-decorrelated-b64-scaled", "r50", OrderName.DECORRELATED, 64, RateRule.SCALED, 8e-4, 16
        )
        in runs
    )
    assert {run.learning_rate for run in runs if run.rate_rule is RateRule.FIXED} == {2e-4}
    scaled = {run.learning_rate / run.batch_size for run in runs if run.rate_rule is RateRule.SCALED}
    assert max(scaled) == pytest.approx(min(scaled))


@pytest.mark.parametrize(("sizes", "rate"), [((0,), 1e-4), ((4,), 0.0), ((4,), float("nan"))])
def test_runs_that_cannot_be_are_refused(sizes, rate):
    with pytest.raises(ConfigError):
        list(plan_factorial(["r50"], 10, sizes, rate))
