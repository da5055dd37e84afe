import io

import numpy as np
import pytest
from PIL import Image

from transforms.disclosure.scenes import SCENES, draw_scene


@pytest.fixture(scope="module")
def scenes():
    return [draw_scene(f"scene {index}", b"key") for index in range(24)]


def test_a_scene_has_no_fields_and_says_what_it_shows(scenes):
    assert {scene.title for scene in scenes} <= set(SCENES)
    assert len({scene.title for scene in scenes}) > 4
    assert all(scene.fields == () for scene in scenes)


def test_scenes_are_photographs_in_colour_of_the_size_they_say(scenes):
    for scene in scenes:
        with Image.open(io.BytesIO(scene.data)) as image:
            assert image.format == "JPEG"
            assert image.size == (scene.width, scene.height)
            assert np.asarray(image).std() > 12


def test_a_scene_depends_on_its_name_and_the_key_alone(scenes):
    assert draw_scene("scene 3", b"key") == scenes[3]
    assert draw_scene("scene 3", b"other").data != scenes[3].data
    assert len({scene.data for scene in scenes}) == len(scenes)


@pytest.mark.slow
def test_no_engine_sees_a_word_or_a_face_in_any_scene():
    from transforms.engines.centerface.engine import CenterFaceDetector
    from transforms.engines.rapidocr_engine import RapidOcr

    ocr, faces = RapidOcr(), CenterFaceDetector()
    for index in range(60):
        with Image.open(io.BytesIO(draw_scene(f"screened {index}", b"key").data)) as image:
            pixels = np.asarray(image.convert("RGB"))
        # An outline may be taken for a letter or two.
        assert all(len(line.text) < 5 for line in ocr.read(pixels))
        assert not faces.detect(pixels)
