"""``mmscrub watermark verify | unmark | batches``: exit codes, files and what is shown."""

import json

import pytest
from typer.testing import CliRunner

from mmscrub.cli import app


def call(*arguments):
    return CliRunner().invoke(app, ["watermark", *(str(argument) for argument in arguments)])


def test_an_honest_split_verifies_with_exit_0_and_a_report(made_split, tmp_path):
    digest = json.loads(made_split.layout.commitment.read_bytes())["digest"]
    report = tmp_path / "checks.json"
    result = call(
        "verify", made_split.out, "--key-file", made_split.key_file, "--published", digest, "--report", report
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(report.read_text())
    assert {row["different"] for row in rows} == {0}
    assert "not checked: give --images" in result.output


def test_a_changed_file_ends_with_exit_1_and_its_name(split_copy):
    arm = split_copy.layout.llava_arm("train-r50")
    arm.write_bytes(arm.read_bytes() + b" ")
    result = call("verify", split_copy.out, "--key-file", split_copy.key_file)
    assert result.exit_code == 1
    assert "llava/train-r50.json: changed" in result.output


@pytest.mark.parametrize(
    "name", ["\x1b[2Jx.jpg", "new\nline.jpg", b"\xff.jpg".decode("utf-8", "surrogateescape")]
)
def test_a_name_that_would_steer_the_terminal_is_escaped(split_copy, name):
    (split_copy.layout.images / name).write_bytes(b"")
    result = call("verify", split_copy.out, "--key-file", split_copy.key_file)
    assert result.exit_code == 1
    assert name not in result.output
    assert "additional" in result.output


def test_a_wrong_key_ends_with_exit_1(made_split, tmp_path):
    other = tmp_path / "key"
    other.write_bytes(b"x" * 32)
    assert call("verify", made_split.out, "--key-file", other).exit_code == 1
    assert call("verify", made_split.out).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "ABSENT"],
        ["verify", "OUT", "--key-file", "ABSENT"],
        ["verify", "OUT", "--images", "ABSENT"],
        ["verify", "OUT", "--key-file", "KEY", "--input", "ABSENT"],
        ["verify", "OUT", "--share", "2"],
        ["verify", "OUT", "--key-file", "KEY", "--images", "PHOTOS", "--font", "ABSENT"],
        ["unmark", "ABSENT", "--split", "OUT", "--out", "NEW"],
        ["unmark", "CORPUS", "--split", "ABSENT", "--out", "NEW"],
        ["batches", "OUT", "--arm", "r33", "--out", "NEW"],
        ["batches", "OUT", "--order", "sorted", "--out", "NEW"],
        ["batches", "OUT", "--answers", "some", "--out", "NEW"],
        ["batches", "OUT", "--batch-size", "0", "--out", "NEW"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_exit_2_and_writes_nothing(made_split, tmp_path, arguments):
    places = {
        "OUT": made_split.out,
        "KEY": made_split.key_file,
        "PHOTOS": made_split.photos,
        "CORPUS": made_split.layout.llava_arm("train-r50"),
        "ABSENT": tmp_path / "absent",
        "NEW": tmp_path / "new",
    }
    result = call(*(places.get(argument, argument) for argument in arguments))
    assert result.exit_code == 2, result.output
    assert list(tmp_path.iterdir()) == []


def test_the_full_arm_without_its_marks_is_the_clean_arm(made_split, tmp_path):
    full, clean = (made_split.layout.llava_arm(f"train-{arm}") for arm in ("r100", "r0"))
    result = call("unmark", full, "--split", made_split.out, "--out", tmp_path / "new")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / full.name).read_bytes() == clean.read_bytes()
    for folder in ("qwen", "data"):
        new = tmp_path / folder
        assert call("unmark", made_split.out / folder, "--split", made_split.out, "--out", new).exit_code == 0
    qwen = [tmp_path / "qwen" / f"train-{arm}.json" for arm in ("r50", "r0")]
    assert qwen[0].read_bytes() == qwen[1].read_bytes()


def test_data_without_its_marks_shows_the_clean_images(made_split, tmp_path):
    import pyarrow.parquet as pq

    call("unmark", made_split.out / "data", "--split", made_split.out, "--out", tmp_path / "new")
    rows = [row for path in (tmp_path / "new").iterdir() for row in pq.read_table(path).to_pylist()]
    assert len(rows) > 15
    assert all(row["image"] == row["image_clean"] for row in rows)


def test_batches_are_planned_reported_and_written(made_split, tmp_path):
    files = {name: tmp_path / name for name in ("plan.json", "order.jsonl", "counts.parquet", "runs.yaml")}
    result = call(
        *("batches", made_split.out, "--arm", "r100", "--batch-size", "4", "--order", "decorrelated"),
        *("--key-file", made_split.key_file, "--epochs", "2", "--out", files["plan.json"]),
        *("--order-out", files["order.jsonl"], "--counts-out", files["counts.parquet"]),
        *("--runs-out", files["runs.yaml"]),
    )
    assert result.exit_code == 0, result.output
    assert all(path.stat().st_size for path in files.values())
    report = json.loads(files["plan.json"].read_text())
    assert (report["order"], report["epochs"], report["examples_never_seen"]) == ("decorrelated", 2, 0)
    assert "predicted" in result.output
    shown = made_split.layout.identities.name + files["plan.json"].read_text()
    assert "identity-" not in shown
