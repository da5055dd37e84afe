"""Same rows, same bytes: over workers, input order, repeated runs and crashes."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import mmscrub
from tests.small_corpus import build_small, shard_digests


def test_two_workers_give_the_same_shards_as_one(small_build, tmp_path):
    corpus, out, _ = small_build
    build_small(corpus, tmp_path / "out", workers=2)
    assert shard_digests(tmp_path / "out") == shard_digests(out)
    assert len(shard_digests(out)) == 8
    for name in ("llava/corpus.json", "audit/summary.json"):
        assert (tmp_path / "out" / name).read_bytes() == (out / name).read_bytes()


def test_a_shuffled_input_gives_the_same_shards(small_build, tmp_path):
    corpus, out, _ = small_build
    records = json.loads((corpus / "corpus.json").read_text())
    random.Random(5).shuffle(records)
    (tmp_path / "corpus.json").write_text(json.dumps(records))
    (tmp_path / "images").symlink_to(corpus / "images")
    build_small(tmp_path, tmp_path / "out")
    assert shard_digests(tmp_path / "out") == shard_digests(out)


def test_building_what_was_built_changes_nothing(small_build, tmp_path):
    corpus, out, _ = small_build
    result = mmscrub.build(
        out / "llava" / "corpus.json", tmp_path / "again", images=str(corpus / "images"), workers=1
    )
    assert result.summary["edits"] == {}
    assert (tmp_path / "again/llava/corpus.json").read_bytes() == (out / "llava/corpus.json").read_bytes()


def test_redacted_images_are_not_redacted_again(small_corpus, tmp_path):
    build_small(small_corpus, tmp_path / "out", llava_images=True)
    again = mmscrub.build(
        tmp_path / "out/llava/corpus.json",
        tmp_path / "again",
        images=str(tmp_path / "out/llava/images"),
        workers=1,
    )
    assert again.summary["images"]["redacted"] == 0
    assert again.summary["edits"] == {}


def test_a_second_run_does_nothing_again(small_corpus, tmp_path):
    build_small(small_corpus, tmp_path / "out")
    first = shard_digests(tmp_path / "out")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "out/data").iterdir()}
    build_small(small_corpus, tmp_path / "out")
    assert shard_digests(tmp_path / "out") == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out/data").iterdir()} == stamps
    assert json.loads((tmp_path / "out/run.json").read_text())["shards_kept"] == 8


def test_a_changed_policy_does_every_shard_again_and_leaves_none_behind(small_corpus, tmp_path):
    build_small(small_corpus, tmp_path / "out")
    build_small(small_corpus, tmp_path / "out", policy="pii", shards={"records": 100})
    assert len(list((tmp_path / "out/data").iterdir())) == 1
    assert json.loads((tmp_path / "out/run.json").read_text())["shards_kept"] == 0


@pytest.mark.parametrize("moment", range(3))
def test_a_run_killed_at_any_moment_ends_with_the_same_bytes(small_build, tmp_path, moment):
    corpus, out, _ = small_build
    config = {
        "input": str(corpus / "corpus.json"),
        "images": str(corpus / "images"),
        "out": str(tmp_path / "out"),
        "shards": {"records": 8},
        "workers": 2,
    }
    (tmp_path / "run.yaml").write_text(json.dumps(config))
    command = [sys.executable, "-P", "-m", "mmscrub", "build", "--config", str(tmp_path / "run.yaml")]
    process = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(2.0 + 2.5 * moment)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert shard_digests(tmp_path / "out") == shard_digests(out)
    assert not list((tmp_path / "out").rglob("*.partial"))
    assert not (tmp_path / "out/.mmscrub/spool").exists()
