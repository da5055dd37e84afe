"""Which pictures of a user's folder may stand beside a question about somebody else."""

import io
import os
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.disclosure import scenes
from pipeline.disclosure.config import make_disclosure_config
from pipeline.disclosure.plan import DisclosurePlan
from pipeline.disclosure.scenes import (
    SceneEyes,
    list_scenes,
    look_at_chunk,
    read_scene,
    seen_in,
    write_chunk,
)
from schemas.errors import RunFailed
from schemas.finding import Box
from transforms.engines.protocols import OcrLine, ScoredBox


class Reader:
    """Reads whatever is green, sees a face in whatever is red."""

    info = None

    def read(self, image):
        quad = ((0, 0), (9, 0), (9, 9), (0, 9))
        return (OcrLine("Exit 5", quad, 0.9), OcrLine("-", quad, 0.9)) if image[0, 0, 1] > 200 else ()

    def detect(self, image):
        if image[0, 0, 2] > 200:
            raise ValueError("a model that breaks on blue")
        return (ScoredBox(Box(0, 0, 5, 5), 0.8),) if image[0, 0, 0] > 200 else ()


def picture(colour, size=(1500, 90), form="PNG"):
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).rectangle((20, 20, 60, 60), fill=(9, 90, 90))
    exif = Image.Exif()
    exif[0x010E] = "taken by Jane"
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


@pytest.fixture
def plan(tmp_path, monkeypatch):
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    good = picture((20, 20, 20))
    for name, data in {
        "a.png": good,
        "more/b.JPG": picture((40, 20, 20), form="JPEG"),
        "again.png": good,
        "red.png": picture((255, 0, 0)),
        "green.png": picture((0, 255, 0)),
        "blue.png": picture((0, 0, 255)),
        "cut.png": good[:200],
        "empty.jpg": b"",
        "notes.txt": b"not looked at",
    }.items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "pipe.jpg")
    monkeypatch.setattr(scenes, "scene_eyes", lambda: SceneEyes(Reader(), Reader()))
    out = tmp_path / "out"
    return DisclosurePlan(make_disclosure_config({"out": out, "scenes": folder}))


def looked_at(plan):
    files = list_scenes(plan.config.scenes, plan.key)
    write_chunk(plan, 0, files)
    return files, list(look_at_chunk(plan, 0))


def test_pictures_with_print_or_faces_and_broken_files_are_left_out(plan):
    files, reasons = looked_at(plan)
    assert len(files) == 9
    assert Counter(reasons) == {"": 3, "face": 1, "print": 1, "broken": 4}
    shown = {one.sha256 for one in seen_in(plan, 0) if not one.reason}
    assert len(shown) == 2


def test_what_is_shown_is_encoded_anew_without_metadata_and_not_larger_than_a_form(plan):
    looked_at(plan)
    digests = tuple(dict.fromkeys(one.sha256 for one in seen_in(plan, 0) if not one.reason))
    ready = replace(plan, scenes=digests)
    for number in range(4):
        scene = read_scene(ready, number)
        image = Image.open(io.BytesIO(scene.data))
        assert not image.getexif()
        assert b"Jane" not in scene.data
        assert image.size == (scene.width, scene.height) == (1024, 61)
        assert scene.fields == ()
    assert read_scene(ready, 0) == read_scene(ready, 2) != read_scene(ready, 1)


def test_a_picture_that_was_looked_at_is_not_looked_at_again(plan, monkeypatch):
    _, first = looked_at(plan)

    def fail():
        raise AssertionError

    monkeypatch.setattr(scenes, "scene_eyes", fail)
    assert looked_at(plan)[1] == first


def test_a_picture_that_changed_since_ends_the_run(plan):
    looked_at(plan)
    digest = next(one.sha256 for one in seen_in(plan, 0) if not one.reason)
    (plan.layout.scenes / f"{digest}.jpg").write_bytes(picture((1, 1, 1), form="JPEG"))
    with pytest.raises(RunFailed):
        read_scene(replace(plan, scenes=(digest,)), 0)


def test_the_order_of_files_goes_by_key_and_not_by_name(plan):
    names = [file.location for file in list_scenes(plan.config.scenes, b"one")]
    assert names == [file.location for file in list_scenes(plan.config.scenes, b"one")]
    assert names != [file.location for file in list_scenes(plan.config.scenes, b"two")]
    assert sorted(names) != names


@pytest.mark.slow
def test_the_engines_tell_print_and_landscapes():
    eyes = scenes.scene_eyes()
    sky = np.tile(np.linspace(90, 220, 300, dtype=np.uint8)[:, None, None], (1, 400, 3))
    assert eyes.fault(sky) is None
    image = Image.fromarray(sky)
    ImageDraw.Draw(image).text((60, 120), "EXIT 25 MILES", fill=(0, 0, 0), font_size=40)
    assert eyes.fault(np.asarray(image)) is scenes.NoScene.PRINT
