"""A planted value appears nowhere outside ``data/`` and ``llava/``: no log, metric, file name or report."""

import json
import re
import subprocess
import sys

import pytest

from schemas.errors import ConfigError, RunFailed
from tests.small_corpus import write_image

CANARY = "zqxcanary7731"


def planted_records():
    person = f"Write to {CANARY}@example.com, ask for {CANARY}."
    return [
        {"id": "ok", "conversations": [{"from": "human", "value": "Say."}, {"from": "gpt", "value": person}]},
        {"id": "bad", "conversations": [{"from": CANARY, "value": "x"}, {"from": "gpt", "value": CANARY}]},
        {"id": "odd", "conversations": [{"from": "human", "value": CANARY}]},
        {"id": "img", "image": "a.png", "conversations": [
            {"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A card."}]},
        {"id": "gone", "image": f"{CANARY}.png", "conversations": [
            {"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A card."}]},
        {"id": "meta", "note": CANARY, "conversations": [
            {"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]},
    ]  # fmt: skip


def test_a_planted_value_stays_in_the_corpus(tmp_path):
    write_image(tmp_path / "images" / "a.png", 1, f"{CANARY}@example.org")
    (tmp_path / "broken.jsonl").write_text(f'{{"id": "{CANARY}", broken\n')
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, planted_records())))
    out = tmp_path / "out"
    command = [sys.executable, "-P", "-m", "mmscrub", "build", str(tmp_path / "*.jsonl"), "--out", str(out)]
    done = subprocess.run(
        [*command, "--images", str(tmp_path / "images"), "-j", "1"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "MMSCRUB_DEBUG": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    checked = 0
    for path in out.rglob("*"):
        relative = path.relative_to(out)
        assert CANARY not in str(relative)
        if path.is_file() and relative.parts[0] not in ("data", "llava"):
            assert CANARY.encode() not in path.read_bytes(), relative
            checked += 1
    assert checked > 8
    assert f"{CANARY}@" not in (out / "llava" / "corpus.json").read_text()


def fail_with(error):
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    from runners.beam_jobs import describe_failure

    def step(_):
        raise error

    options = PipelineOptions(["--runner=FnApiRunner", "--direct_running_mode=in_memory"])
    try:
        with beam.Pipeline(options=options) as pipeline:
            pipeline | beam.Create([1]) | beam.Map(step)
    except Exception as raised:  # noqa: BLE001
        return describe_failure("records", raised)
    return ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError(CANARY), "records: KeyError at an unknown place"),
        (
            UnicodeEncodeError("utf-8", CANARY, 1, 2, CANARY),
            "records: UnicodeEncodeError at an unknown place",
        ),
        (OSError(28, CANARY, CANARY), "records: No space left on device (OSError) at an unknown place"),
        (RunFailed("shard 3 does not balance"), "shard 3 does not balance"),
        (ConfigError("INPUT", "c.parquet", "is no Parquet file"), "INPUT: 'c.parquet': is no Parquet file"),
    ],
)
def test_the_failure_of_a_job_is_told_without_the_text_of_foreign_errors(error, said):
    assert fail_with(error) == said


def test_the_failure_of_a_job_names_the_place():
    from pipeline.parse_record import replace_texts
    from runners.beam_jobs import describe_failure

    with pytest.raises(ValueError, match="locator") as caught:
        replace_texts({"a": CANARY}, [((CANARY,), "x")])
    said = describe_failure("records", caught.value)
    assert re.fullmatch(r"records: ValueError at pipeline/parse_record\.py:\d+ replace_texts", said)
