import io
import json

import numpy as np
import pytest
from PIL import Image

from evaluation.images.camera import Shot, place, size_of, take
from evaluation.images.other_scenes import other_scenes, plain_scenes
from evaluation.images.page import draw, ink
from evaluation.images.planted import DIFFICULTIES, HELD_OUT, TUNING, plant, retake, write
from evaluation.images.scenes import SCENES

SIDE = 200


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("L")).astype(int)


@pytest.mark.parametrize(
    "shot",
    [
        Shot(),
        Shot(angle=7.0),
        Shot(angle=-5.0, lean=0.12, seed=3),
        Shot(quarters=1),
        Shot(quarters=2, angle=3.0),
        Shot(quarters=3, lean=0.1, seed=9),
    ],
)
def test_a_box_of_the_page_is_found_again_in_the_picture(shot):
    page = np.full((SIDE, SIDE + 60, 3), 255, np.uint8)
    page[40:60, 150:190] = 0
    seen = pixels(take(page, shot)) < 128
    assert size_of(SIDE + 60, SIDE, shot) == (seen.shape[1], seen.shape[0])
    corners = place(((150, 40), (190, 40), (190, 60), (150, 60)), SIDE + 60, SIDE, shot)
    rows, columns = np.where(seen)
    assert (columns.mean(), rows.mean()) == pytest.approx(np.mean(corners, axis=0), abs=1.5)


def test_the_same_seed_gives_the_same_files_and_another_seed_others():
    first = [image.data for image in plant(TUNING, 6)]
    assert [image.data for image in plant(TUNING, 8)][:6] == first
    assert [image.data for image in plant(HELD_OUT, 6)] != first


def test_the_ink_of_every_value_lies_in_its_quads():
    for image in plant(TUNING, 12):
        upright = draw(image.page).astype(int)
        for value in image.values:
            blank = dict.fromkeys(value.runs, " ")
            changed = np.abs(draw(image.page, blank).astype(int) - upright).sum(axis=2) > 90
            boxes = np.zeros_like(changed)
            for run in value.runs:
                (x0, y0), _, (x1, y1), _ = ink(image.page.runs[run])
                boxes[int(y0) - 1 : int(y1) + 2, int(x0) - 1 : int(x1) + 2] = True
            assert changed.any()
            assert not (changed & ~boxes).any()


def test_every_layout_has_values_and_harmless_lines_of_many_kinds():
    images = list(plant(HELD_OUT, 48))
    assert {image.scene for image in images} == set(SCENES)
    assert {image.difficulty for image in images} == set(DIFFICULTIES)
    assert all(image.values for image in images)
    assert all(image.harmless for image in images)
    assert len({value.kind for image in images for value in image.values}) >= 10
    assert all(run.size >= 12 for image in images for run in image.page.runs)


def test_a_guess_takes_the_place_of_the_value_and_leaves_the_rest():
    image = next(plant(TUNING, 1))
    (run,) = image.values[0].runs
    guess = retake(image, run, "XXXXXX")
    assert guess != image.data
    assert retake(image, run, image.page.runs[run].text) == image.data


def test_the_gold_file_names_every_value(tmp_path):
    count = write(plant(TUNING, 3), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "gold.jsonl").read_text("utf-8").splitlines()]
    assert sum(len(row["values"]) for row in rows) == count
    for row in rows:
        with Image.open(tmp_path / row["image"]) as image:
            assert image.size == (row["width"], row["height"])
        for x, y in (point for value in row["values"] for quad in value["quads"] for point in quad):
            assert -1 <= x <= row["width"] + 1
            assert -1 <= y <= row["height"] + 1


def test_the_other_layouts_share_no_label_between_the_halves_and_meet_every_difficulty():
    halves = [list(plant(seed, 132, (), other_scenes(half))) for half, seed in enumerate((TUNING, HELD_OUT))]
    for images in halves:
        assert {image.scene for image in images} == set(other_scenes(0))
        assert {image.difficulty for image in images if image.scene == "grid"} == set(DIFFICULTIES)
        assert all(image.values and image.harmless for image in images)
    first, second = ({line.text for image in images if image.scene == "grid" for line in image.harmless}
                     for images in halves)  # fmt: skip
    assert {"Guest name", "Policyholder"}.isdisjoint(first & second)


def test_plain_scenes_hold_no_value():
    images = list(plant(TUNING, 8, (), plain_scenes()))
    assert all(image.harmless and not image.values for image in images)
