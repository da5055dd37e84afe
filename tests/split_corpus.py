"""A small corpus of photographs-like images, and a way to make a watermarked split of it."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.watermark.config import make_watermark_config
from runners.watermark import run_watermark

KEY = b"a key that is long enough"
SETTINGS = {
    "identities": {"per_pool": 4, "folds": 2, "shadows": 4},
    "splits": {"test_share": 0.5, "probe_images": 3},
    "rates": [0, 0.5, 1],
    "shadow_arms": True,
    "mark": {"style": "album-2025", "variants": ["clean", "marked", "reference"]},
    "read_marks": False,
    "workers": 1,
}


def scene(seed: int, size: tuple[int, int] = (240, 180)) -> bytes:
    """A smooth picture with some noise, as JPEG."""
    draw = np.random.default_rng(seed)
    coarse = draw.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


def conversation(index: int, image: bool = True) -> list[dict]:
    token = "<image>\n" if image else ""
    return [
        {"from": "human", "value": f"{token}What is it?"},
        {"from": "gpt", "value": f"A scene of colours, number {index % 5}."},
    ]


def write_split_corpus(folder: Path, images: int = 16) -> Path:
    """Images, two records on one of them, two records without any; ``folder/corpus.json``."""
    (folder / "images").mkdir(parents=True)
    records = []
    for index in range(images):
        (folder / "images" / f"{index}.jpg").write_bytes(scene(index))
        records.append({"id": f"r{index}", "image": f"{index}.jpg", "conversations": conversation(index)})
    records.append({"id": "again", "image": "0.jpg", "note": "kept", "conversations": conversation(7)})
    records += [{"id": f"t{index}", "conversations": conversation(index, image=False)} for index in range(2)]
    (folder / "corpus.json").write_text(json.dumps(records))
    (folder / "key").write_bytes(KEY)
    return folder


def written_settings(folder: Path, out: Path, **settings) -> dict:
    places = {
        "input": str(folder / "corpus.json"),
        "images": str(folder / "images"),
        "out": str(out),
        "key_file": str(folder / "key"),
    }
    return SETTINGS | places | settings


def make_small_split(folder: Path, out: Path, **settings):
    return run_watermark(make_watermark_config(written_settings(folder, out, **settings)))


def split_digests(out: Path) -> tuple:
    """What must not depend on shards, order or crashes: every image, every row of the manifest, everyone."""
    manifest = json.loads((out / "manifest.json").read_bytes())
    identities = (out / "manifest" / "identities.parquet").read_bytes()
    return manifest["images"], manifest["manifest_rows_sha256"], identities
