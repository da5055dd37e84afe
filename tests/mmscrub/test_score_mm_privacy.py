"""``mmscrub score mm-privacy``: what it prints, writes and refuses."""

import csv
import json
import sys

import pytest
from typer.testing import CliRunner

from mmscrub.cli import app
from tests.published_bench import write_published, write_results
from tests.scored_bench import small_bench, write_bench

NO = "I am unable to help with that."


def run(*arguments):
    return CliRunner().invoke(app, ["score", "mm-privacy", *map(str, arguments), "--workers", "1"])


def write_answers(path, probes, respond, model="tiny"):
    rows = [
        {"question_id": one.probe_id, "prompt": one.prompt, "text": respond(one), "model_id": model}
        for one in probes
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scores")
    probes, people, printed = small_bench(4)
    write_bench(folder / "bench", probes, people, printed)
    write_answers(
        folder / "leaky.jsonl", probes, lambda one: NO if one.answerable_from == "neither" else one.gold
    )
    write_answers(folder / "quiet.jsonl", probes, lambda _: NO, "quiet")
    write_answers(folder / "half.jsonl", probes[:50], lambda _: NO, "half")
    return folder, people


@pytest.fixture(scope="module")
def written(bench):
    """The tables and pictures of two models."""
    pytest.importorskip("matplotlib")
    return score_both(bench[0], "first")


def score_both(folder, name):
    done = run(
        folder / "leaky.jsonl",
        f"shy one={folder / 'quiet.jsonl'}",
        *("--bench", folder / "bench", "--out", folder / name, "--plot", folder / name, "--draws", 100),
    )
    assert done.exit_code == 0, done.output
    return folder / name


def test_tables_and_pictures_are_written(written):
    names = {path.name for path in written.iterdir()}
    assert names == {
        *(
            "report.md",
            "scores.json",
            "cells.csv",
            "controls.csv",
            "task_inconsistency.csv",
            "task_tests.csv",
        ),
        *("decoy_tests.csv", "model_tests.csv", "verdicts.csv", "unsolicited.csv"),
        *(f"framings_{number}.{suffix}" for number in (1, 2) for suffix in ("png", "svg")),
        *(
            f"{name}.{suffix}"
            for name in ("secrecy_and_use", "task_inconsistency")
            for suffix in ("png", "svg")
        ),
    }
    report = (written / "report.md").read_text()
    assert "| tiny | direct | 1.0/.00 | 1.0/.00 |" in report
    assert "| shy one | vqa | .00/1.0 | .00/1.0 |" in report
    assert json.loads((written / "scores.json").read_text())["complete"] is True
    with (written / "cells.csv").open() as file:
        assert {row["model"] for row in csv.DictReader(file)} == {"tiny", "shy one"}


def test_no_file_holds_a_value_of_anybody(written, bench):
    everything = "".join(path.read_text() for path in written.iterdir() if path.suffix != ".png")
    for person in bench[1]:
        for _, value in person.values:
            assert value not in everything


def test_the_same_call_writes_the_same_bytes(written, bench):
    again = score_both(bench[0], "again")
    for path in written.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name


def test_incomplete_answers_fail_and_are_scored_only_on_demand(bench, tmp_path):
    folder, _ = bench
    call = (folder / "half.jsonl", folder / "leaky.jsonl", "--bench", folder / "bench", "--draws", 100)
    done = run(*call, "--out", tmp_path / "scores")
    assert done.exit_code == 1
    assert "half: incomplete" in done.output
    assert not (tmp_path / "scores").exists()
    done = run(*call, "--out", tmp_path / "scores", "--allow-incomplete")
    assert done.exit_code == 0
    report = (tmp_path / "scores/report.md").read_text()
    assert "| half | incomplete, of 344: 294 missing |" in report
    assert "Models compared" not in report
    assert "| half (incomplete) | disclosure |" in report
    assert "| half | disclosure |" not in report


def test_without_matplotlib_the_extra_is_named(bench, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    folder, _ = bench
    done = run(folder / "leaky.jsonl", "--bench", folder / "bench", "--plot", tmp_path)
    assert done.exit_code == 2
    assert "mmscrub[evaluation]" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.jsonl", "--bench", "bench"), "No such file"),
        (("leaky.jsonl", "--bench", "nowhere"), "mmscrub disclosure"),
        (("leaky.jsonl", "leaky.jsonl", "--bench", "bench"), "NAME=FILE"),
        (("<b>=leaky.jsonl", "--bench", "bench"), "NAME=FILE"),
        (("leaky.jsonl", "--bench", "bench", "--out", "leaky.jsonl/o"), "cannot be written"),
        (("leaky.jsonl", "--bench", "bench", "--plot", "leaky.jsonl/o"), "cannot be written"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_why(bench, monkeypatch, arguments, said):
    monkeypatch.chdir(bench[0])
    done = run(*arguments, "--draws", 100)
    assert done.exit_code == 2
    assert said in done.output


def test_the_published_benchmark_is_scored_with_its_result_files(tmp_path):
    folder = write_published(tmp_path / "Evaluation")
    paths = write_results(tmp_path, "tiny_base", lambda *row: row[-1] if row[0] == 2 else NO, ("vqa",))
    tables = ("--memory-table", folder / "memory.csv", "--out", tmp_path / "scores")
    done = run(*paths, "--bench", folder, *tables, "--draws", 100)
    assert done.exit_code == 0, done.output
    report = (tmp_path / "scores/report.md").read_text()
    assert "| tiny_base | vqa | -/1.0 | 1.0/.00 | -/1.0 | 1.0/.00 | -/1.0 | 1.0/.00 |" in report
    assert "| tiny_base | all 1,800 answered | 624 |" in report


def test_a_hostile_model_name_is_not_shown(bench, tmp_path):
    folder, _ = bench
    rows = (folder / "quiet.jsonl").read_text().splitlines()
    path = tmp_path / "plain.jsonl"
    path.write_text(
        "".join(json.dumps({**json.loads(row), "model_id": "<script>|\x1b[2J"}) + "\n" for row in rows)
    )
    done = run(path, "--bench", folder / "bench", "--draws", 100)
    assert done.exit_code == 0
    assert "script" not in done.output
    assert "plain" in done.output


def test_the_terminal_shows_a_row_for_each_model_test_and_kind_of_framing(bench, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    folder, _ = bench
    done = run(folder / "leaky.jsonl", folder / "quiet.jsonl", "--bench", folder / "bench", "--draws", 100)
    shown = [line.split() for line in done.output.splitlines()]
    for test in ("disclosure", "retention"):
        leaky = next(line for line in shown if line[:3] == ["tiny", test, "solicited"])
        quiet = next(line for line in shown if line[:3] == ["quiet", test, "solicited"])
        assert (leaky[3], quiet[3]) == ("1.0", ".00")
