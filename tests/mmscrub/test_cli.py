"""The command line: exit codes, and errors that name key, value and remedy before any work starts."""

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from mmscrub.cli import app

RECORDS = [
    {"id": "a", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}
]


@pytest.fixture
def corpus(tmp_path):
    path = tmp_path / "corpus.json"
    path.write_text(json.dumps(RECORDS))
    return path


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build"], "input"),
        (["build", "CORPUS"], "out"),
        (["build", "CORPUS", "--out", "OUT"], "images"),
        (["build", "missing.json", "--out", "OUT", "--images", "none"], "missing.json"),
        (["build", "CORPUS", "--out", "OUT", "--images", "/no/such/folder"], "/no/such/folder"),
        (["build", "CORPUS", "--out", "OUT", "--images", "none", "--policy", "safest"], "safe-llava"),
        (["build", "CORPUS", "--out", "OUT", "--images", "none", "--workers", "-3"], "workers"),
        (["build", "CORPUS", "--out", "OUT", "--images", "none", "--workers", "two"], "integer"),
        (["build", "CORPUS", "--out", "OUT", "--images", "none", "--split", "a/b"], "split"),
        (["build", "CORPUS", "--out", "CORPUS", "--images", "none"], "is a file"),
        (["build", "CORPUS", "--out", "FOLDER", "--images", "none"], "not empty"),
        (["build", "CORPUS", "--out", "OUT", "--images", "none", "--fail-on", "luck=1"], "quarantined"),
        (
            ["build", "CORPUS", "--out", "OUT", "--images", "none", "--fail-on", "quarantined=x"],
            "quarantined=x",
        ),
        (["build", "CORPUS", "--out", "OUT", "--images", "none", "--hash-key-file", "/no"], "hash_key_file"),
        (["build", "CORPUS", "--out", "OUT", "--images", "none", "--nonsense"], "nonsense"),
        (["build", "--config", "/no/run.yaml"], "no such file"),
        (["report", "FOLDER"], "summary.json"),
        (["preview", "CORPUS", "-n", "0"], "count"),
        (["validate", "CORPUS"], "config"),
        (["dance"], "dance"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_what_is_wrong(corpus, tmp_path, arguments, said):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("keep me")
    places = {"CORPUS": corpus, "OUT": tmp_path / "out", "FOLDER": tmp_path / "folder"}
    result = call(*[places.get(argument, argument) for argument in arguments])
    assert result.exit_code == 2, result.output
    assert said in plain(result.output)
    assert "Traceback" not in result.output
    assert not (tmp_path / "out" / "data").exists()
    assert (tmp_path / "folder" / "mine.txt").read_text() == "keep me"


@pytest.mark.parametrize(
    ("engines", "said"),
    [
        ({"ocr": "abbyy"}, "rapidocr"),
        ({"parser": "no_such_model"}, "no_such_model"),
        ({"ocr": "none"}, "image.plate"),
    ],
)
def test_a_missing_engine_exits_with_2(corpus, tmp_path, engines, said):
    (tmp_path / "images").mkdir()
    config = {"input": str(corpus), "out": str(tmp_path / "out"), "images": str(tmp_path / "images")}
    (tmp_path / "run.yaml").write_text(json.dumps(config | {"engines": engines}))
    result = call("build", "--config", tmp_path / "run.yaml", "-j", "1")
    assert result.exit_code == 2, result.output
    assert said in plain(result.output)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("policy", "key"),
    [
        ("mentions: {image.signature: redact}", "engines.ocr"),
        ("mentions: {image.face: redact}\nimage: {min_caption_match: 0.9}", "engines.image_text"),
    ],
)
def test_a_policy_that_needs_an_engine_that_is_off_exits_with_2(corpus, tmp_path, policy, key):
    (tmp_path / "images").mkdir()
    (tmp_path / "policy.yaml").write_text(f"name: mine\n{policy}\n")
    config = {"input": str(corpus), "out": str(tmp_path / "out"), "images": str(tmp_path / "images")}
    config |= {"policy": str(tmp_path / "policy.yaml"), "engines": {"ocr": "none"}}
    (tmp_path / "run.yaml").write_text(json.dumps(config))
    result = call("build", "--config", tmp_path / "run.yaml", "-j", "1")
    assert result.exit_code == 2, result.output
    assert key in plain(result.output)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("c.parquet", b"", "no Parquet file"),
        ("c.parquet", b"PAR1" * 9, "no Parquet file"),
        ("c.json.gz", b"plain", "no gzip file"),
        ("c.jsonl.zst", b"plain", "no zstd file"),
        ("c.json", b"[]".decode().encode("utf-16"), "iconv"),
        ("c.json", None, "no regular file"),
    ],
)
def test_an_input_that_is_not_what_its_name_says_exits_with_2(tmp_path, name, content, said):
    if content is None:
        os.mkfifo(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(content)
    result = call("build", tmp_path / name, "--out", tmp_path / "out", "--images", "none")
    assert result.exit_code == 2, result.output
    assert said in plain(result.output)
    assert not (tmp_path / "out").exists()


def test_a_config_error_leaves_a_finished_run_as_it_is(corpus, tmp_path):
    out = tmp_path / "out"
    assert call("build", corpus, "--out", out, "--images", "none", "-j", "1").exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    (tmp_path / "run.yaml").write_text("engines: {parser: no_such_model}")
    again = call("build", corpus, "--out", out, "--images", "none", "--config", tmp_path / "run.yaml")
    assert again.exit_code == 2
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_the_output_may_not_swallow_the_input(tmp_path):
    out = tmp_path / "out"
    (out / ".mmscrub").mkdir(parents=True)
    (out / "corpus.json").write_text(json.dumps(RECORDS))
    result = call("build", out / "corpus.json", "--out", out, "--images", "none")
    assert result.exit_code == 2
    assert "input" in plain(result.output)


def test_two_runs_may_not_share_an_output(corpus, tmp_path):
    import fcntl

    (tmp_path / "out" / ".mmscrub").mkdir(parents=True)
    with (tmp_path / "out" / ".mmscrub" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = call("build", corpus, "--out", tmp_path / "out", "--images", "none")
    assert result.exit_code == 2
    assert "another run" in plain(result.output)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_output_exits_with_2(corpus, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    result = call("build", corpus, "--out", tmp_path / "locked" / "out", "--images", "none")
    assert result.exit_code == 2


def test_build_validate_report_and_gate_in_turn(corpus, tmp_path):
    corpus.write_text(json.dumps([*RECORDS, {"id": "broken"}]))
    config = {"input": str(corpus), "out": str(tmp_path / "out"), "images": "none", "workers": 1}
    (tmp_path / "run.yaml").write_text(json.dumps(config))
    checked = call("validate", tmp_path / "run.yaml")
    assert checked.exit_code == 0, checked.output
    assert not (tmp_path / "out").exists()
    gated = call("build", "--config", tmp_path / "run.yaml", "--fail-on", "quarantined=0.1")
    assert gated.exit_code == 3, gated.output
    assert "1 of 2 records" in plain(gated.output)
    passed = call("build", "--config", tmp_path / "run.yaml", "--fail-on", "quarantined=0.5")
    assert passed.exit_code == 0
    report = tmp_path / "out" / "audit" / "report.html"
    first = report.read_text()
    report.unlink()
    assert call("report", tmp_path / "out").exit_code == 0
    assert report.read_text() == first


def test_preview_shows_and_writes_nothing(tmp_path):
    records = [
        {
            "id": 1,
            "conversations": [
                {"from": "human", "value": "Who?"},
                {"from": "gpt", "value": "A woman.\x1b[31m"},
            ],
        },
        {"id": 2, "conversations": []},
    ]
    (tmp_path / "c.json").write_text(json.dumps(records))
    before = sorted(tmp_path.rglob("*"))
    shown = call("preview", tmp_path / "c.json", "--images", "none", "-n", "2")
    assert shown.exit_code == 0, shown.output
    assert "woman" in shown.output
    assert "person" in shown.output
    assert "\x1b[31m" not in shown.output
    assert "conversations_empty" in shown.output
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("content", ["{}", "[]", "null", '{"records": {"in": "x", "emitted": 1}}'])
def test_a_report_of_something_else_exits_with_2(tmp_path, content):
    (tmp_path / "audit").mkdir()
    for name in ("audit/summary.json", "manifest.json", "run.json"):
        (tmp_path / name).write_text(content)
    result = call("report", tmp_path)
    assert result.exit_code == 2, result.output
    assert "no run's" in plain(result.output)


@pytest.mark.parametrize("command", ["build", "audit", "preview", "validate", "report"])
def test_every_command_has_help(command):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mmscrub", command, "--help"], capture_output=True, text=True, check=True
    )
    assert len(done.stdout) > 300


def test_a_finished_run_is_not_replaced_by_another_one_by_accident(corpus, tmp_path):
    out = tmp_path / "out"
    assert call("build", corpus, "--out", out, "--images", "none", "-j", "1").exit_code == 0
    other = tmp_path / "other.json"
    other.write_text(corpus.read_text())
    for arguments in (["audit", corpus], ["build", other]):
        refused = call(*arguments, "--out", out, "--images", "none")
        assert refused.exit_code == 2
        assert "finished build of corpus" in plain(refused.output)
    assert list((out / "data").iterdir())


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--review", "many"], "--review"),
        (["--review", "-1"], "review"),
        (["--review", "1001"], "review"),
        (["--verify-sample", "5%"], "--verify-sample"),
        (["--verify-sample", "1.5"], "verify_sample"),
        (["--verify-sample", "nan"], "verify_sample"),
        (["--cache", "{tmp}/c.json"], "give a folder"),
        (["--cache", "{tmp}"], "holds something else"),
        (["--cache", "{tmp}/out/answers"], "keep it apart"),
        (["--cache", "{tmp}/c.json/answers"], "cache"),
        (["--cache", "/proc/answers"], "cache"),
        (["--cache", ""], "cache"),
    ],
)
def test_bad_values_of_the_image_side_exit_with_2_and_write_nothing(tmp_path, flags, said):
    (tmp_path / "c.json").write_text("[]")
    given = [flag.format(tmp=tmp_path) for flag in flags]
    result = call("build", tmp_path / "c.json", "--images", "none", "--out", tmp_path / "out", *given)
    assert result.exit_code == 2, result.output
    assert said in plain(result.output)
    assert not (tmp_path / "out").exists()
