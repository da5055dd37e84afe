"""From a question set to scores on the CPU, with a real model: tiny, of random weights, made here."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.evaluation.probes.tiny_llava import save_tiny_llava
from tests.vision_endpoint import rows_of

pytestmark = pytest.mark.gpu_extra

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments):
    """The program's exit code and output."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-m", "mmscrub", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def answered(bench, model, out, *more):
    """The rows that ``mmscrub answer`` writes."""
    done = run("answer", bench, "--model", f"transformers:{model}", "--out", out, "--new-tokens", 8, *more)
    assert done.returncode == 0, done.stderr
    return rows_of(out)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("model") / "tiny-llava"
    save_tiny_llava(folder)
    return folder


def test_disclosure_and_retention_from_questions_to_scores(model, tmp_path):
    started = time.monotonic()
    made = run("disclosure", "--out", tmp_path / "bench", "--seed", 3, "--type", "email", "--per-cell", 1,
               "--scenes-per-cell", 1, "--photographs", 0, "--memory-persons", 12)  # fmt: skip
    assert made.returncode == 0, made.stderr
    rows = answered(tmp_path / "bench", model, tmp_path / "answers.jsonl")
    summary = json.loads((tmp_path / "answers.jsonl.run.json").read_text())
    assert summary["complete"]
    assert len(rows) == summary["questions"] == summary["bench_rows"]
    scored = run("score", "mm-privacy", tmp_path / "answers.jsonl", "--bench", tmp_path / "bench",
                 "--out", tmp_path / "scores")  # fmt: skip
    assert scored.returncode == 0, scored.stderr
    assert (tmp_path / "scores" / "report.md").is_file()
    assert time.monotonic() - started < 300


def test_prism_from_questions_to_scores(model, tmp_path):
    started = time.monotonic()
    photographs = sorted((ROOT / "examples" / "sample" / "images" / "coco").glob("*.jpg"))[:4]
    (tmp_path / "photographs").mkdir()
    for path in photographs:
        with Image.open(path) as image:
            image.resize((160, 120)).save(tmp_path / "photographs" / path.name)
    made = run("prism", "--images", tmp_path / "photographs", "--out", tmp_path / "bench")
    assert made.returncode == 0, made.stderr
    rows = answered(tmp_path / "bench", model, tmp_path / "answers.jsonl")
    assert len(rows) == 4 * (5 + 5 + 3 + 5)
    published = answered(f"{tmp_path}/bench/PRISM_*.jsonl", model, tmp_path / "published.jsonl",
                         "--images", tmp_path / "photographs")  # fmt: skip
    assert {(row["question_id"], row["prompt"], row["text"]) for row in rows} == {
        (row["question_id"], row["prompt"], row["text"]) for row in published
    }
    scored = run("score", "prism", tmp_path / "answers.jsonl", "--bench", tmp_path / "bench",
                 "--out", tmp_path / "scores")  # fmt: skip
    assert scored.returncode == 0, scored.stderr
    assert (tmp_path / "scores" / "report.md").is_file()
    assert time.monotonic() - started < 300
