"""A planted value appears nowhere outside ``data/`` and ``llava/``: no log, metric, file name or report."""

import json
import subprocess
import sys

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


def test_the_failure_of_a_job_is_told_without_the_text_of_foreign_errors():
    from runners.beam_jobs import describe_failure

    text = (
        'Traceback (most recent call last):\n  File "/x/pipeline/rows.py", line 12, in data_row\n'
        f"KeyError: '{CANARY}' [while running 'Write']"
    )
    assert describe_failure("records", text) == "records: KeyError at pipeline/rows.py:12 data_row"
    own = "x\nschemas.errors.RunFailed: shard 3 does not balance [while running 'WriteShards']"
    assert describe_failure("records", own) == "shard 3 does not balance"
