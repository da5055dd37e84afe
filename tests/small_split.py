"""A small watermarked split, made by a real run."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.watermark.config import make_watermark_config
from pipeline.watermark.layout import WatermarkLayout
from runners.watermark import run_watermark

SECRET = b"the secret of the small split"
IMAGES = 20
ANSWERS = ("a cat", "a dog", "nothing", "a cat on a mat")


@dataclass(frozen=True)
class SmallSplit:
    """Where the sources, the key and the split lie."""

    root: Path

    @property
    def photos(self):
        return self.root / "photos"

    @property
    def key_file(self):
        return self.root / "key"

    @property
    def out(self):
        return self.root / "split"

    @property
    def layout(self):
        return WatermarkLayout(self.out)


def make_small_split(root):
    """Makes a split of 20 images, one of them broken, and a text in ``root``."""
    split = SmallSplit(root)
    split.photos.mkdir()
    generator = np.random.Generator(np.random.PCG64(5))
    records = []
    for number in range(IMAGES):
        coarse = generator.integers(40, 220, (12, 16, 3)).astype(np.uint8)
        Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC).save(
            split.photos / f"{number}.jpg"
        )
        turns = [
            {"from": "human", "value": "<image>\nWhat is it?"},
            {"from": "gpt", "value": ANSWERS[number % len(ANSWERS)]},
        ]
        records.append({"id": str(number), "image": f"{number}.jpg", "conversations": turns})
    records.append(
        {"id": "text", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hi"}]}
    )
    (split.photos / "7.jpg").write_bytes(b"no image")
    corpus = split.root / "corpus.json"
    corpus.write_text(json.dumps(records))
    split.key_file.write_bytes(SECRET)
    settings = {
        "input": str(corpus),
        "images": str(split.photos),
        "out": str(split.out),
        "key_file": str(split.key_file),
        "identities": {"per_pool": 4, "folds": 2, "shadows": 2},
        "splits": {"test_share": 0.4},
        "shadow_arms": True,
        "mark": {"variants": ["clean", "marked", "reference"]},
        "read_marks": False,
        "allow_failed_gates": True,
        "workers": 1,
    }
    with pytest.MonkeyPatch.context() as patch:
        # The blind gate takes most of the time of so small a run, and is tested elsewhere.
        patch.setattr("pipeline.watermark.gates.judge_split", lambda *_: ())
        run_watermark(make_watermark_config(settings))
    return split
