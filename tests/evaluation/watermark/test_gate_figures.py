import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from evaluation.watermark import blind_gate
from evaluation.watermark.irrelevance import _dealt, _rows
from evaluation.watermark.photographs import photographs, twins
from evaluation.watermark_quality import PARTS
from transforms.watermark.blind_gate import Verdict, judge_split, told_apart

KEY = b"a key of the tests"
IMAGES = 40


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    folder = data / "llava" / "images" / "made"
    folder.mkdir(parents=True)
    records = []
    for place in range(IMAGES):
        draw = np.random.default_rng(place)
        grid = Image.fromarray(draw.integers(0, 256, (9, 12, 3)).astype(np.uint8))
        scene = np.asarray(grid.resize((260, 200), Image.Resampling.BICUBIC), np.int16)
        noisy = np.clip(scene + draw.integers(-8, 9, scene.shape), 0, 255).astype(np.uint8)
        out = io.BytesIO()
        Image.fromarray(noisy).save(out, "JPEG", quality=int(draw.integers(85, 96)))
        (folder / f"{place}.jpg").write_bytes(out.getvalue())
        turns = [{"from": "human", "value": "<image>\nWhat is it?"}, {"from": "gpt", "value": "A scene."}]
        records.append({"id": f"{place}", "image": f"made/{place}.jpg", "conversations": turns})
    (data / "llava" / "with_images.json").write_text(json.dumps(records))
    return photographs(data)


def test_an_honest_split_passes_and_one_made_the_old_way_does_not(corpus):
    rows = blind_gate.honest_rows(corpus, twins(corpus, "album-2025"), KEY)
    assert {name for row in rows for name in row.sides} == {
        "r25: marked or clean",
        "r50: marked or clean",
        "r75: marked or clean",
        "train or test",
        "test1 or test2",
    }
    at_half = [
        replace(row, sides={"r50": side}) for row in rows for name, side in row.sides.items() if "r50" in name
    ]
    assert {one.verdict for one in judge_split(at_half, KEY)} == {Verdict.CHANCE}
    old = judge_split(blind_gate._old_rows(corpus, blind_gate._old_files(corpus), KEY), KEY)
    assert "container" in {one.family for one in told_apart(old)}


def test_only_training_records_are_tested_for_irrelevance(corpus):
    dealt = _dealt(corpus, KEY)
    rows = list(_rows(corpus, dealt))
    assert 0 < len(rows) < IMAGES
    assert {row.categories["question_type"] for row in rows} == {"what is"}


def test_parts_are_named_after_what_they_measure():
    assert {"blind_gate", "irrelevance", "near_duplicates"} <= set(PARTS)
