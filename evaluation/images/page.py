"""A page as data (ground, shapes, runs of text) and its picture, with the ink box of every run."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from evaluation.images.fonts import load_font

Rgb = tuple[int, int, int]
Corners = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Four (x, y), clockwise from the top left of what they surround."""

_LETTER_SHAKE: Final = 0.06
"""How far a letter of handwriting leaves its line, in sizes of the font."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters drawn from the baseline point ``x, y`` in one typeface.

    ``value``: index of the planted value that they are (a part of); None for the rest. ``line``: number of
    the line on the page. ``shaken``: seed of a handwriting's unsteadiness, 0 for print."""

    text: str
    x: float
    y: float
    font: str
    size: int
    colour: Rgb
    line: int
    value: int | None = None
    shaken: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled rectangle of a page, with an outline if ``edge`` is given."""

    x0: int
    y0: int
    x1: int
    y1: int
    fill: Rgb
    edge: Rgb | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What a page is printed on. ``photo``: a picture of the page's size, mixed with ``colour``, of which
    ``veil`` (0 to 1) is the share; else a gradient from ``colour`` to ``other``."""

    colour: Rgb
    other: Rgb
    photo: Image.Image | None = None
    veil: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """``width`` x ``height`` pixels."""

    width: int
    height: int
    ground: Ground
    shapes: tuple[Shape, ...]
    runs: tuple[Run, ...]


def draw(page: Page, instead: Mapping[int, str] | None = None) -> NDArray[np.uint8]:
    """The page as height x width x 3. ``instead``: other text for the run of that index in ``page.runs``."""
    picture = _ground(page)
    pen = ImageDraw.Draw(picture)
    for shape in page.shapes:
        pen.rectangle((shape.x0, shape.y0, shape.x1, shape.y1), fill=shape.fill, outline=shape.edge)
    for index, run in enumerate(page.runs):
        font = load_font(run.font, run.size)
        for x, y, letters in _strokes(run, (instead or {}).get(index, run.text)):
            pen.text((x, y), letters, fill=run.colour, font=font, anchor="ls")
    return np.asarray(picture)


def ink(run: Run) -> Corners:
    """The box around what ``run`` leaves on the page; a point where it is blank."""
    font = load_font(run.font, run.size)
    boxes = [
        (*font.getbbox(letters, anchor="ls"), x, y)
        for x, y, letters in _strokes(run, run.text)
        if letters.strip()
    ]
    if not boxes:
        return ((run.x, run.y),) * 4
    x0 = min(x + left for left, _, _, _, x, _ in boxes)
    y0 = min(y + top for _, top, _, _, _, y in boxes)
    x1 = max(x + right for _, _, right, _, x, _ in boxes)
    y1 = max(y + bottom for _, _, _, bottom, _, y in boxes)
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def width_of(text: str, font: str, size: int) -> float:
    """How far the pen moves over ``text``, in pixels."""
    return float(load_font(font, size).getlength(text))


def _strokes(run: Run, text: str) -> list[tuple[float, float, str]]:
    """Where each piece of ``text`` begins: all of it at once in print, letter by letter by hand."""
    if not run.shaken:
        return [(run.x, run.y, text)]
    font = load_font(run.font, run.size)
    shake = random.Random(run.shaken)
    x, placed = run.x, []
    for letter in text:
        up = shake.uniform(-_LETTER_SHAKE, _LETTER_SHAKE) * run.size
        placed.append((x, run.y + up, letter))
        x += _advance(font, letter) + shake.uniform(-0.02, 0.05) * run.size
    return placed


def _advance(font: ImageFont.FreeTypeFont | ImageFont.ImageFont, letter: str) -> float:
    return float(font.getlength(letter))


def _ground(page: Page) -> Image.Image:
    ground = page.ground
    ramp = np.linspace(0.0, 1.0, page.height)[:, None, None]
    first, last = np.array(ground.colour, float), np.array(ground.other, float)
    rows = np.broadcast_to(first + (last - first) * ramp, (page.height, page.width, 3))
    plain = Image.fromarray(np.rint(rows).astype(np.uint8))
    if ground.photo is None:
        return plain
    return Image.blend(ground.photo.resize((page.width, page.height)), plain, ground.veil)
