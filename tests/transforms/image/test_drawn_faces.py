"""Flat drawings are told from photographs; what is not sure counts as a photograph."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from schemas.finding import Box
from transforms.engines.protocols import EngineInfo, ScoredBox
from transforms.image.drawn_faces import PhotographedFaces, is_drawn

FACE = Box(60, 60, 140, 150)


def comic(scale=4):
    """A face of six colours and black lines."""
    image = Image.new("RGB", (200 * scale, 200 * scale), (250, 240, 200))
    draw = ImageDraw.Draw(image)

    def at(*places):
        return [place * scale for place in places]

    draw.ellipse(at(58, 48, 142, 140), fill=(90, 50, 20), outline="black", width=3 * scale)
    draw.ellipse(at(62, 62, 138, 148), fill=(250, 215, 180), outline="black", width=3 * scale)
    for x in (80, 108):
        draw.ellipse(at(x, 92, x + 14, 104), fill="white", outline="black", width=2 * scale)
        draw.ellipse(at(x + 5, 95, x + 10, 102), fill=(30, 60, 120))
    draw.arc(at(82, 112, 118, 136), 20, 160, fill=(170, 30, 40), width=3 * scale)
    return np.asarray(image.resize((200, 200), Image.Resampling.LANCZOS))


def photograph():
    """The same scene with soft light and grain, as a camera gives it."""
    soft = Image.fromarray(comic()).filter(ImageFilter.GaussianBlur(1.5))
    light = np.linspace(0.6, 1.1, 200)[None, :, None] * np.linspace(1.0, 0.8, 200)[:, None, None]
    grain = np.random.default_rng(1).normal(0, 4, (200, 200, 3))
    return np.clip(np.asarray(soft) * light + grain, 0, 255).astype(np.uint8)


def shaded():
    """The drawing with soft shades instead of flat colours."""
    light = np.linspace(0.5, 1.0, 200)[None, :, None] * np.linspace(1.0, 0.5, 200)[:, None, None]
    return np.clip(comic() * light, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("image", "box", "drawn"),
    [
        (comic(), FACE, True),
        (comic(), Box(90, 90, 115, 110), False),
        (photograph(), FACE, False),
        (shaded(), FACE, False),
        (np.full((200, 200, 3), 127, np.uint8), FACE, False),
        (np.random.default_rng(2).integers(0, 255, (200, 200, 3), np.uint8), FACE, False),
    ],
    ids=["comic", "small", "photograph", "shaded", "blank", "noise"],
)
def test_only_a_flat_drawing_is_one(image, box, drawn):
    assert is_drawn(image, box) is drawn


def test_a_box_at_the_border_is_looked_at_inside_the_image():
    assert is_drawn(comic()[60:, 60:], Box(0, 0, 80, 90))


def test_the_detector_leaves_out_drawn_faces_only():
    class Faces:
        info = EngineInfo("faces", "fixed", "1", "", "size=2")

        def detect(self, image):
            return (ScoredBox(FACE, 0.9),)

    faces = PhotographedFaces(Faces())
    assert faces.detect(comic()) == ()
    assert faces.detect(photograph()) == (ScoredBox(FACE, 0.9),)
    assert faces.info.settings == "size=2 drawn=kept"
