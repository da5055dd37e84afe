"""Two arms of a split as LLaVA lists: the same records, over clean and over marked images."""

import json

import numpy as np
from PIL import Image


def record(number, image):
    return {
        "id": f"record-{number}",
        "image": image,
        "conversations": [
            {"from": "human", "value": f"<image>\nWhat is in picture {number}?"},
            {"from": "gpt", "value": "a dog on grass"},
            {"from": "human", "value": "What is on the chairs?"},
            {"from": "gpt", "value": "a cat sits there"},
        ],
    }


def make_arms(folder, count=8):
    """Returns (path by name, folder of images); a text-only record stands in the middle."""
    rng = np.random.default_rng(0)
    images = folder / "images"
    images.mkdir()
    lists = {"original": [], "r100": []}
    for number in range(count):
        rows, columns = np.mgrid[0:40, 0:50]
        pixels = np.stack([rows * 4, columns * 4, rows + columns + 3 * number], axis=2)
        pixels = (pixels + rng.integers(0, 9, pixels.shape)).astype(np.uint8)
        Image.fromarray(pixels).save(images / f"clean-{number}.png")
        pixels[30:36:2, 4:40:2] = 255
        Image.fromarray(pixels).save(images / f"marked-{number}.png")
        lists["original"].append(record(number, f"clean-{number}.png"))
        lists["r100"].append(record(number, f"marked-{number}.png"))
        if number == 4:
            text_only = record("text", "none")
            del text_only["image"]
            for one in lists.values():
                one.append(text_only)
    paths = {}
    for name, records in lists.items():
        paths[name] = folder / f"{name}.json"
        paths[name].write_text(json.dumps(records))
    return paths, images
