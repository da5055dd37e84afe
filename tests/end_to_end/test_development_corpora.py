"""The acceptance rows on real corpora that are not part of the project; skipped where they are absent.

Set ``MMSCRUB_SHARED`` to their folder, or lay it beside the checkout as ``shared``.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import mmscrub
from tests.small_corpus import shard_digests

ROOT = Path(__file__).resolve().parents[2]
LLAVA = Path(os.environ.get("MMSCRUB_SHARED", ROOT.parent / "shared")) / "data" / "llava"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not LLAVA.is_dir(), reason="the development corpora are not here"),
]


@pytest.fixture(scope="module")
def text_build(tmp_path_factory):
    out = tmp_path_factory.mktemp("text") / "out"
    return out, mmscrub.build(LLAVA / "text_only.json", out, images="none")


@pytest.fixture(scope="module")
def image_build(tmp_path_factory):
    out = tmp_path_factory.mktemp("images") / "out"
    return out, mmscrub.build(
        LLAVA / "with_images.json",
        out,
        images=str(LLAVA / "images"),
        shards={"records": 32},
        llava_images=True,
    )


def test_real_text_is_cleaned_and_hardly_any_record_is_held_back(text_build):
    out, result = text_build
    records = result.summary["records"]
    assert records["in"] == 15375 == records["emitted"] + records["quarantined"]
    assert records["quarantined"] <= 0.003 * records["in"], result.summary["quarantine"]
    rows = sum(pq.read_metadata(path).num_rows for path in (out / "data").glob("*.parquet"))
    assert rows == records["emitted"]


def test_one_worker_and_a_shuffled_input_give_the_same_shards(text_build, tmp_path):
    out, _ = text_build
    records = json.loads((LLAVA / "text_only.json").read_text())
    random.Random(11).shuffle(records)
    (tmp_path / "text_only.json").write_text(json.dumps(records))
    mmscrub.build(tmp_path / "text_only.json", tmp_path / "out", images="none", workers=1)
    assert shard_digests(tmp_path / "out") == shard_digests(out)


def test_cleaning_real_text_twice_changes_nothing(text_build, tmp_path):
    out, _ = text_build
    again = mmscrub.build(out / "llava" / "text_only.json", tmp_path / "again", images="none")
    assert again.summary["edits"] == {}
    assert (tmp_path / "again/llava/text_only.json").read_bytes() == (
        out / "llava/text_only.json"
    ).read_bytes()


def test_real_images_load_and_the_books_balance(image_build, tmp_path):
    datasets = pytest.importorskip("datasets")
    out, result = image_build
    records = result.summary["records"]
    assert records["in"] == 140 == records["emitted"] + records["quarantined"]
    dataset = datasets.load_dataset(str(out), split="train", cache_dir=str(tmp_path / "cache"))
    assert len(dataset) == records["emitted"]
    assert all(row["image"].size[0] > 0 and row["conversations"] for row in dataset)


def test_cleaning_real_images_twice_changes_nothing(image_build, tmp_path):
    out, result = image_build
    again = mmscrub.build(
        out / "llava" / "with_images.json",
        tmp_path / "again",
        images=str(out / "llava" / "images"),
        shards={"records": 32},
    )
    assert again.summary["edits"] == {}
    assert again.summary["images"]["redacted"] == 0
    assert again.summary["records"]["emitted"] == result.summary["records"]["emitted"]


def test_five_kills_at_random_moments_change_nothing(image_build, tmp_path):
    out, _ = image_build
    target = tmp_path / "out"
    settings = {
        "input": str(LLAVA / "with_images.json"),
        "images": str(LLAVA / "images"),
        "out": str(target),
        "shards": {"records": 32},
        "llava_images": True,
    }
    (tmp_path / "run.yaml").write_text(json.dumps(settings))
    command = [sys.executable, "-P", "-m", "mmscrub", "build", "--config", str(tmp_path / "run.yaml")]
    moments = random.Random(time.time_ns())
    for _ in range(5):
        process = subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        time.sleep(moments.uniform(1, 30))
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    markers = [json.loads(marker.read_bytes()) for marker in target.glob(".mmscrub/done/*.json")]
    finished = {target / marker["path"]: (target / marker["path"]).stat().st_mtime_ns for marker in markers}
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert shard_digests(target) == shard_digests(out)
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    names = Counter(path.name for path in target.rglob("*.parquet"))
    assert all(count == 1 for count in names.values())
