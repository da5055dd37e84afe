"""``mmscrub score transfer``: what it prints, writes and refuses."""

import json

import pytest
from typer.testing import CliRunner

from mmscrub.cli import app
from tests.scored_bench import small_bench, write_bench

NO = "I am unable to help with that."


def run(*arguments):
    return CliRunner().invoke(
        app, ["score", "transfer", *map(str, arguments), "--workers", "1", "--draws", "100"]
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transfer")
    probes, people, printed = small_bench(3)
    write_bench(folder / "bench", probes, people, printed)
    for name in ("direct", "caption", "undefended"):
        rows = [
            {
                "question_id": one.probe_id,
                "text": NO if one.task == name else one.gold,
                "prompt": f"Careful!\n{one.prompt}",
            }
            for one in probes
        ]
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "half.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows[:40]))
    return folder


def test_a_table_and_a_picture_are_written(folder, tmp_path):
    pytest.importorskip("matplotlib")
    files = [f"{name}={folder / name}.jsonl" for name in ("direct", "caption", "undefended")]
    done = run(*files, "--bench", folder / "bench", "--out", tmp_path / "t", "--plot", tmp_path / "t")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "t").iterdir())
    assert names == [
        "transfer.csv",
        "transfer.json",
        "transfer.md",
        "transfer_disclosure.png",
        "transfer_disclosure.svg",
        "transfer_retention.png",
        "transfer_retention.svg",
    ]
    table = json.loads((tmp_path / "t" / "transfer.json").read_text())["tables"][0]
    assert table["diagonal"]["value"] == 0
    assert table["off_diagonal"]["value"] == 1


def test_half_a_file_is_refused_unless_allowed(folder):
    call = (f"direct={folder}/direct.jsonl", f"caption={folder}/half.jsonl", "--bench", folder / "bench")
    done = run(*call)
    assert done.exit_code == 1
    assert "caption: incomplete" in done.output
    done = run(*call, "--allow-incomplete")
    assert done.exit_code == 0
    assert "| caption (incomplete) |" in done.output


def test_a_wrong_task_exits_with_2(folder):
    done = run(f"poem={folder}/direct.jsonl", "--bench", folder / "bench")
    assert done.exit_code == 2
    assert "TASK=FILE" in done.output
