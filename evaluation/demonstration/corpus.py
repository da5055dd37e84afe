"""The corpus of the demonstration: drawn scenes with captions, as a LLaVA list over JPEG files.

A caption names what is drawn and adds three words that the picture does not tell (as captions by people do).
They can only be learned by heart, which is what lets a model of this size remember anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw

from transforms.keyed import below, pick, uniform
from transforms.tables import read_table

_SOURCE_QUALITY: Final = 95
_NOISE: Final = 8.0
"""Deviation of the grain on the ground, in grey levels."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One drawn thing. ``box``: left, top, right, bottom in pixels."""

    colour: str
    shape: str
    place: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: its file name, what is on it, and one round of conversation."""

    name: str
    shapes: tuple[Shape, ...]
    question: str
    answer: str


@cache
def _words() -> dict[str, Any]:
    return read_table("evaluation.demonstration", "corpus.yaml")


def vocabulary_words() -> tuple[str, ...]:
    """Every word that a question or an answer may hold, without repeats, in a fixed order."""
    words = _words()
    spoken = [word for question in words["questions"] for word in _split(question)]
    glue = ["a", "and", ".", "from", "the", ","]
    lists = ("colours", "shapes", "places", "owners", "days", "rooms")
    return tuple(dict.fromkeys([*spoken, *glue, *(word for name in lists for word in words[name])]))


def _split(question: str) -> list[str]:
    return question.lower().replace("?", " ?").replace(".", " .").split()


def plan_scene(index: int, side: int, key: bytes) -> Scene:
    """Scene ``index`` of ``side`` x ``side`` pixels, drawn from ``key`` alone."""
    name = f"scene-{index:05d}"
    first, second = (_plan_shape(f"{name}/{part}", side, key) for part in ("a", "b"))
    words = _words()
    owner, day, room = (pick(key, words[kind], kind, name) for kind in ("owners", "days", "rooms"))
    answer = (
        f"a {first.colour} {first.shape} {first.place} and a {second.colour} {second.shape} {second.place} . "
        f"from the {owner} , {day} , {room} ."
    )
    return Scene(f"{name}.jpg", (first, second), pick(key, words["questions"], "question", name), answer)


def _plan_shape(name: str, side: int, key: bytes) -> Shape:
    words = _words()
    width = side // 7 + below(key, side // 7, "width", name)
    x, y = (below(key, side - width, axis, name) for axis in ("x", "y"))
    places: list[str] = words["places"]
    place = places[min(len(places) - 1, (x + width // 2) * len(places) // side)]
    return Shape(
        pick(key, list(words["colours"]), "colour", name),
        pick(key, words["shapes"], "shape", name),
        place,
        (x, y, x + width, y + width),
    )


def draw_scene(scene: Scene, side: int, key: bytes) -> Image.Image:
    """The picture: a graded, grainy ground and the shapes of ``scene`` on it."""
    colours = [[60 + 140 * uniform(key, end, channel, scene.name) for channel in "rgb"] for end in ("0", "1")]
    slope = [uniform(key, axis, "slope", scene.name) / 2 for axis in "xy"]
    y, x = np.mgrid[0:side, 0:side] / side
    share = (x * slope[0] + y * slope[1])[..., None]
    grain = np.random.Generator(np.random.PCG64(below(key, 2**63, "grain", scene.name)))
    ground = np.array(colours[0]) * (1 - share) + np.array(colours[1]) * share
    pixels = ground + grain.normal(0, _NOISE, (side, side, 1))
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for shape in scene.shapes:
        _draw(pen, shape)
    return image


def _draw(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    left, top, right, bottom = shape.box
    colour = tuple(_words()["colours"][shape.colour])
    match shape.shape:
        case "circle":
            pen.ellipse(shape.box, fill=colour)
        case "ring":
            pen.ellipse(shape.box, outline=colour, width=max(3, (right - left) // 6))
        case "triangle":
            pen.polygon([(left, bottom), (right, bottom), ((left + right) // 2, top)], fill=colour)
        case "bar":
            pen.rectangle((left, top, right, top + (bottom - top) // 3), fill=colour)
        case _:
            pen.rectangle(shape.box, fill=colour)


def write_corpus(folder: Path, count: int, side: int, key: bytes) -> Path:
    """Writes ``count`` scenes into ``folder/images`` and ``folder/corpus.json``, which it returns."""
    images = folder / "images"
    images.mkdir(parents=True, exist_ok=True)
    records = []
    for index in range(count):
        scene = plan_scene(index, side, key)
        draw_scene(scene, side, key).save(images / scene.name, quality=_SOURCE_QUALITY)
        turns = [
            {"from": "human", "value": f"<image>\n{scene.question}"},
            {"from": "gpt", "value": scene.answer},
        ]
        records.append({"id": Path(scene.name).stem, "image": scene.name, "conversations": turns})
    path = folder / "corpus.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return path
