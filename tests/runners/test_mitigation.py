"""Arms made by worker processes."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from mmscrub.cli import app
from tests.small_disclosure import make_arms, make_bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return make_bench(tmp_path_factory.mktemp("bench"))


def test_workers_make_the_arms_that_one_process_makes(bench, tmp_path):
    settings = ["--no-build", "--side", "memory", "--recall", "0.5", "--repeat", "2", "-j", "2"]
    done = CliRunner().invoke(app, ["mitigate", str(bench), "--out", str(tmp_path / "arms"), *settings])
    assert done.exit_code == 0, done.output
    assert "memory-both-r050" in done.output
    alone, _, _ = make_arms(
        bench,
        tmp_path / "alone",
        sides=("memory",),
        recalls=(0.5,),
        repeats=(2,),
        treatments=("image", "label", "both"),
    )
    by_workers, by_one = (
        json.loads((folder / "manifest.json").read_bytes())
        for folder in (tmp_path / "arms", alone.layout.root)
    )
    assert by_workers["files"] == by_one["files"]
    again = CliRunner().invoke(app, ["mitigate", str(bench), "--out", str(bench.parent), *settings])
    assert again.exit_code == 2


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (["--recall", "2"], "recalls"),
        (["--treatment", "blur"], "treatments"),
        (["--repeat", "0"], "repeats"),
        (["--policy", "nothing"], "policy"),
    ],
)
def test_a_wrong_call_names_the_setting_and_starts_nothing(bench, tmp_path, change, word):
    done = CliRunner().invoke(
        app, ["mitigate", str(bench), "--out", str(tmp_path / "arms"), "--no-build", *change]
    )
    assert done.exit_code == 2
    assert word in done.output
    assert not (tmp_path / "arms").exists()


def test_places_that_would_mix_runs_are_refused(bench, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").write_text("somebody's")
    for source, out in ((tmp_path, tmp_path / "arms"), (bench, bench / "arms"), (bench, tmp_path / "other")):
        done = CliRunner().invoke(app, ["mitigate", str(source), "--out", str(out), "--no-build"])
        assert done.exit_code == 2, out


@pytest.mark.slow
def test_a_real_build_hides_printed_and_stated_facts(bench, tmp_path):
    settings = ["--recall", "1", "--repeat", "1", "-j", "2"]
    done = CliRunner().invoke(app, ["mitigate", str(bench), "--out", str(tmp_path / "arms"), *settings])
    assert done.exit_code == 0, done.output
    summary = json.loads((tmp_path / "arms" / "summary.json").read_bytes())
    for side in ("inference", "memory"):
        for kind, one in summary["pipeline"][side].items():
            assert one["facts"] == one["in_images"] == 6, kind
            assert one["hidden_in_images"] >= 5, kind
    assert (
        summary["arms"]["memory-pipeline"]["rows"] + summary["arms"]["memory-pipeline"]["withheld_rows"] == 6
    )
    assert (tmp_path / "arms" / "build" / "manifest.json").is_file()
