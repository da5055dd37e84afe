import json
import stat

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from pipeline.watermark.batch_plan import (
    AnswerRule,
    plan_batches,
    read_arm,
    report_batches,
    write_counts,
    write_runs,
)
from pipeline.watermark.revealed import read_manifest
from schemas.errors import ConfigError
from transforms.watermark.batch_orders import NOBODY, write_order
from transforms.watermark.factorial import plan_factorial


def identities_shown(split, arm):
    """Who is on the image of each record, read without the code under test."""
    rows = read_manifest(split.layout, ("path", "identity_id"))
    who = {row["path"]: row["identity_id"] for row in rows}
    records = json.loads((split.out / "llava" / f"{arm}.json").read_text())
    return [who[f"images/{record['image']}"] if "image" in record else None for record in records]


@pytest.mark.parametrize("arm", ["r0", "r50", "r100", "shadow-1", "train-r100", "test1"])
def test_an_arm_is_read_as_it_shows_identities(made_split, arm):
    read = read_arm(made_split.layout, arm, AnswerRule.EXACT)
    named = [None if n == NOBODY else read.identities[n] for n in read.examples.carriers]
    assert named == identities_shown(made_split, arm if arm.startswith("t") else f"train-{arm}")
    assert (arm == "r0") == (not read.identities)


def test_answers_are_compared_by_their_words_or_by_their_class(made_split, tmp_path):
    replies = ["A cat.", "a  CAT", "two words more than three", "five other words to say", ""]
    records = [{"conversations": [{"from": "gpt", "value": reply}]} for reply in replies]
    arm = tmp_path / "own.json"
    arm.write_text(json.dumps(records))
    exact = read_arm(made_split.layout, str(arm), AnswerRule.EXACT).examples.answers
    classes = read_arm(made_split.layout, str(arm), AnswerRule.CLASS).examples.answers
    assert exact.tolist() == [0, 0, 1, 2, 3]
    assert classes.tolist() == [0, 0, 1, 1, 2]


def test_an_order_that_was_written_is_analysed_as_it_was_planned(made_split, tmp_path):
    arm = read_arm(made_split.layout, "r100", AnswerRule.EXACT)
    planned = plan_batches(arm.examples, "concentrated", 4, b"key", epochs=2)
    path = tmp_path / "order.jsonl"
    path.write_text("".join(write_order(planned)))
    (again,) = plan_batches(arm.examples, str(path), 4, b"another key")
    every = [batch for epoch in planned for batch in epoch]
    assert report_batches(arm, again, 4, {}) == report_batches(arm, every, 4, {})
    assert report_batches(arm, again, 4, {"arm": "r100"})["arm"] == "r100"


def test_the_counts_are_for_their_owner_alone(made_split, tmp_path):
    arm = read_arm(made_split.layout, "r100", AnswerRule.EXACT)
    path = tmp_path / "counts.parquet"
    path.write_bytes(b"")
    path.chmod(0o644)
    write_counts(arm, [np.arange(len(arm.examples))], path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = pq.read_table(path).to_pylist()
    shown = [name for name in identities_shown(made_split, "train-r100") if name]
    assert {row["identity_id"]: row["count"] for row in rows} == {name: shown.count(name) for name in shown}
    write_counts(read_arm(made_split.layout, "r0", AnswerRule.EXACT), [np.arange(3)], path)
    assert pq.read_table(path).num_rows == 0


def test_runs_are_written_as_plain_yaml(tmp_path):
    runs = list(plan_factorial(["r50"], 100, (4,)))
    write_runs(runs, tmp_path / "runs.yaml")
    found = yaml.safe_load((tmp_path / "runs.yaml").read_text())
    assert found[0] == {
        "name": "r50-shuffled-b4-fixed",
        "arm": "r50",
        "order": "shuffled",
        "batch_size": 4,
        "rate_rule": "fixed",
        "learning_rate": 2e-4,
        "steps": 25,
    }


@pytest.mark.parametrize("content", ['[{"image": "x.jpg"}]', '[{"image": 3}]', '[{"image": ""}]', "[3]"])
def test_a_file_that_is_no_arm_of_the_split_is_refused(made_split, tmp_path, content):
    arm = tmp_path / "own.json"
    arm.write_text(content)
    with pytest.raises(ConfigError):
        read_arm(made_split.layout, str(arm), AnswerRule.EXACT)


def test_an_unknown_arm_is_refused_with_those_there_are(made_split):
    with pytest.raises(ConfigError, match="train-r50"):
        read_arm(made_split.layout, "r75", AnswerRule.EXACT)


@pytest.mark.parametrize("order", ["sorted", "missing.jsonl", "/"])
def test_an_unknown_order_is_refused_with_those_there_are(made_split, order):
    arm = read_arm(made_split.layout, "r50", AnswerRule.EXACT)
    with pytest.raises(ConfigError, match="decorrelated"):
        plan_batches(arm.examples, order, 4, b"key")
