"""What is kept of an image that was made, and what makes it be made again."""

import math
from dataclasses import replace

import pytest

from pipeline.slot_files import SlotFiles
from pipeline.watermark.image_step import file_name, is_made, made_for
from pipeline.watermark.image_store import MadeFile, MadeImage, MadeImages, PlannedImage, by_slot
from schemas.watermark import ImagePlan, MarkedVariant, MarkMeasures, SplitName, Variant
from transforms.keyed import Draws

SHA = "ab" * 32
PLANNED = PlannedImage(
    ImagePlan(SHA, SplitName.TRAIN, 0.3, None, None, 1), group=SHA, identity=None, reference=None, gated=True
)


@pytest.fixture
def made(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "x.jpg").write_bytes(b"12345")
    unseen = MarkMeasures(math.inf, 1.0, 0.0, math.inf, 1.0, 1.0, -0.0, None, None, None, None, 1)
    one = MarkedVariant(Variant.CLEAN, "00" * 32, 5, None, None, unseen)
    return MadeImage(PLANNED, made_for(PLANNED, "settings"), "twins", (MadeFile("images/x.jpg", one),))


def test_names_of_files_are_keyed_and_differ_by_image_and_variant():
    names = {
        file_name(Draws(key, "x"), sha, variant)
        for key in (b"k" * 16, b"l" * 16)
        for sha in (SHA, "cd" * 32)
        for variant in Variant
    }
    assert len(names) == 2 * 2 * len(Variant)
    assert not [name for name in names if "ababab" in name or "clean" in name]


def test_an_image_is_made_again_if_its_plan_its_settings_or_its_files_changed(made, tmp_path):
    assert is_made(made, made_for(PLANNED, "settings"), tmp_path)
    assert not is_made(None, made.made_for, tmp_path)
    assert not is_made(made, made_for(PLANNED, "others"), tmp_path)
    moved = replace(PLANNED, plan=replace(PLANNED.plan, h_rate=0.4))
    assert not is_made(made, made_for(moved, "settings"), tmp_path)
    (tmp_path / "images" / "x.jpg").write_bytes(b"123")
    assert not is_made(made, made.made_for, tmp_path)


def test_what_was_made_comes_back_as_it_was_kept(made, tmp_path):
    store = MadeImages(tmp_path / "marks")
    assert store.load(SHA) is None
    store.save(made)
    assert store.load(SHA) == made


def test_a_note_that_was_cut_counts_as_none(made, tmp_path):
    store = MadeImages(tmp_path / "marks")
    store.save(made)
    path = next((tmp_path / "marks").rglob("*.json"))
    path.write_bytes(path.read_bytes()[:40])
    assert store.load(SHA) is None


def test_plans_come_back_by_slot_whatever_order_they_came_in(tmp_path):
    images = [
        replace(PLANNED, plan=replace(PLANNED.plan, sha256=f"{number:02x}" + "0" * 62))
        for number in range(256)
    ]
    files = SlotFiles(tmp_path)
    for slot, planned in by_slot(reversed(images)).items():
        files.write(slot, planned)
    assert list(files.read_all(PlannedImage)) == images
    assert len(files.read(3, PlannedImage)) == 4
    assert SlotFiles(tmp_path / "none").read(3, PlannedImage) is None
