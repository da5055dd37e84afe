"""``mmscrub score``: what it prints, writes and refuses."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from evaluation.memorisation.scores_file import write_scores
from mmscrub.cli import app
from tests.evaluation.memorisation.planted_scores import SECRET, score_rows, write_split


def run(*arguments):
    return CliRunner().invoke(app, ["score", *map(str, arguments)])


@pytest.fixture
def split(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    write_scores(tmp_path / "scores.parquet", score_rows(ids, planted, masks, 2.5))
    return tmp_path


def test_memory_is_told_and_written(split):
    out = split / "memory.json"
    done = run("memorisation", split / "scores.parquet", "--split", split, "--out", out)
    assert done.exit_code == 0
    for said in ("planted", "held-out", "twins, sign test", "The model remembers planted identities"):
        assert said in done.output
    assert SECRET not in done.output
    written = json.loads(out.read_text())
    assert written["memory"] is True
    assert written["held_out_quiet"] is True


def test_the_same_scores_give_the_same_bytes(split):
    for name in ("a.json", "b.json"):
        run("memorisation", split / "scores.parquet", "--split", split, "--out", split / name)
    assert (split / "a.json").read_bytes() == (split / "b.json").read_bytes()


def test_pictures_are_drawn(split):
    pytest.importorskip("matplotlib")
    done = run("memorisation", split / "scores.parquet", "--split", split, "--plot", split / "pictures")
    assert done.exit_code == 0
    names = sorted(path.name for path in (split / "pictures").iterdir())
    assert names == ["exposure.png", "p_values.png", "repetitions.png"]
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in (split / "pictures").iterdir())


def test_without_matplotlib_the_extra_is_named(split, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    done = run("memorisation", split / "scores.parquet", "--split", split, "--plot", split / "pictures")
    assert done.exit_code == 2
    assert "mmscrub[evaluation]" in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing.csv", "--split", "."), "no such file"),
        (("scores.parquet", "--split", "nowhere"), "is not there"),
        (("scores.parquet", "--split", ".", "--alpha", "2"), "alpha"),
        (("scores.parquet", "--split", ".", "--delta", "nan"), "delta"),
        (("scores.parquet", "--split", ".", "--arm", "half"), "arms"),
        (("scores.parquet", "--split", ".", "--checkpoint", "x"), "checkpoint"),
        (("scores.parquet", "--split", ".", "--baseline", "x"), "baseline"),
        (("scores.parquet", "--split", ".", "--out", "scores.parquet/o.json"), "cannot be written"),
        (("scores.parquet", "--split", ".", "--plot", "scores.parquet"), "cannot be written"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_why(split, monkeypatch, arguments, said):
    monkeypatch.chdir(split)
    done = run("memorisation", *arguments)
    assert done.exit_code == 2
    assert said in done.output


def test_a_wrong_row_exits_with_2_and_is_named(split):
    path = split / "scores.csv"
    path.write_text("test,unit,candidate,score\ntwin,U-0000,published,1\ntwin,U-9999,published,nan\n")
    done = run("memorisation", path, "--split", split)
    assert done.exit_code == 2
    assert "row 2, column score" in done.output
    path.write_text("test,unit,candidate,score\ntwin,U-0000,published,1\ntwin,U-9999,published,1\n")
    assert "row 2, column unit" in run("memorisation", path, "--split", split).output


def test_power_tells_what_is_detectable_and_what_is_needed():
    done = run("power", "--identities", 20, "--references", 9, "--repetitions", "1,2,4", "--auc", "0.7")
    assert done.exit_code == 0
    for said in ("against held-out", "needs", "p of one canary cannot be below 0.1", "15 must win"):
        assert said in done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--identities", 0), "identities"),
        (("--references", 10**9), "references"),
        (("--power", 1), "power"),
        (("--auc", 0.3), "auc"),
        (("--auc", 0.6, "--bits", 3), "one effect"),
        (("--repetitions", "a"), "repetitions"),
    ],
)
def test_a_plan_that_cannot_be_exits_with_2(arguments, said):
    done = run("power", *arguments)
    assert done.exit_code == 2
    assert said in done.output


def test_the_command_line_starts_without_statistics_or_plotting():
    code = "import sys, mmscrub.cli; print(sorted({'scipy', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
