"""Respondents that are no model, through ``mmscrub answer`` and ``mmscrub score mm-privacy``."""

import json

import pytest
from typer.testing import CliRunner

from mmscrub.cli import app
from tests.scored_bench import small_bench, write_bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    write_bench(folder, *small_bench(8))
    return folder


def answered(bench, name, folder):
    out = folder / f"{name}.jsonl"
    run = CliRunner().invoke(
        app, ["answer", str(bench), "--model", f"baseline:{name}", "--out", str(out), "-j", "1"]
    )
    assert run.exit_code == 0, run.output
    return out


@pytest.mark.parametrize("name", ["leaker", "guesser"])
def test_a_baseline_answers_every_question(bench, name, tmp_path):
    rows = [json.loads(line) for line in answered(bench, name, tmp_path).read_text().splitlines()]
    assert rows
    assert {row["model_id"] for row in rows} == {f"baseline:{name}"}
    assert all(row["text"] for row in rows)


def test_an_unknown_baseline_is_a_wrong_call(bench, tmp_path):
    run = CliRunner().invoke(
        app, ["answer", str(bench), "--model", "baseline:parrot", "--out", str(tmp_path / "a.jsonl")]
    )
    assert run.exit_code == 2
    assert "leaker" in run.output
