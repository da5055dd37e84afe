"""A small corpus that has a bit of everything, and a way to build it."""

import json
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import mmscrub

SMALL_SHARDS = {"records": 8}
CAPTIONS = [
    "A man in a red shirt rides a horse along the beach.",
    "Two women are talking next to an old building.",
    "The young boy is holding his kite and he looks happy.",
    "A brown bear walks through the grass.",
    "She is 27 years old and wears a blue hat.",
    "Write to jane.roe@example.com or call (212) 555-0147.",
    "A bowl of fruit on a wooden table.",
]
QUESTIONS = [
    "What is shown here?",
    "How old is the woman?",
    "What is the gender of the person?",
    "Describe it.",
]


def write_image(path: Path, index: int, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = random.Random(index)
    image = Image.new("RGB", (320, 200), tuple(noise.randrange(120, 256) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(6):
        x, y = noise.randrange(280), noise.randrange(160)
        draw.ellipse((x, y, x + 30, y + 30), fill=tuple(noise.randrange(256) for _ in range(3)))
    if text:
        draw.rectangle((8, 70, 312, 110), fill="white")
        draw.text((14, 78), text, fill="black", font=ImageFont.load_default(18))
    image.save(path, quality=90) if path.suffix == ".jpg" else image.save(path)


def small_records(count: int = 40) -> list[dict]:
    """Text-only records, records that share an id, exact copies, shared images, unknown fields."""
    records = []
    for index in range(count):
        record = {"id": f"r{index % 30}", "conversations": []}
        if index % 2:
            record["image"] = f"set/{index % 6}.jpg"
        for turn in range(1 + index % 2):
            token = "<image>\n" if index % 2 and turn == 0 else ""
            record["conversations"] += [
                {"from": "human", "value": token + QUESTIONS[(index + turn) % len(QUESTIONS)]},
                {"from": "gpt", "value": CAPTIONS[(index + turn) % len(CAPTIONS)]},
            ]
        if index % 5 == 0:
            record["extra"] = {"score": index / 2, "tags": ["a"]}
        records.append(record)
    return [*records, records[3], records[3]]


def build_small(folder: Path, out: Path, **settings):
    defaults = {"images": str(folder / "images"), "shards": SMALL_SHARDS, "workers": 1}
    return mmscrub.build(folder / "corpus.json", out, **(defaults | settings))


def shard_digests(out: Path) -> dict[str, str]:
    manifest = json.loads((out / "manifest.json").read_text())
    return {shard["path"]: shard["sha256"] for shard in manifest["shards"]}
