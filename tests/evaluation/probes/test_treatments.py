"""Treatments are compared record by record, so their lists must agree."""

import json

import numpy as np
import pytest
from PIL import Image

from evaluation.probes.image_transform import ImageTransform
from evaluation.probes.text_transform import WordChanger
from evaluation.probes.treatments import ChangedImages, ChangedTexts, batch_places, read_aligned
from schemas.errors import ConfigError, RunFailed
from tests.evaluation.probes.made_arms import make_arms, record


def test_lists_are_read_place_by_place(tmp_path):
    arms, images = make_arms(tmp_path)
    lists = read_aligned(arms, images)
    assert [len(one) for one in lists.values()] == [8, 8]
    clean, marked = (one.example(3) for one in lists.values())
    assert clean.turns == marked.turns
    assert clean.turns[0][1] == "What is in picture 3?"
    assert not np.array_equal(clean.rgb, marked.rgb)


@pytest.mark.parametrize("change", ["order", "text", "fewer"])
def test_lists_that_do_not_agree_are_refused(tmp_path, change):
    arms, images = make_arms(tmp_path)
    records = json.loads(arms["r100"].read_text())
    if change == "order":
        records[0], records[1] = records[1], records[0]
    elif change == "text":
        records[0]["conversations"][1]["value"] = "Something else."
    else:
        records.pop()
    arms["r100"].write_text(json.dumps(records))
    with pytest.raises(ConfigError, match="another order"):
        read_aligned(arms, images)


@pytest.mark.parametrize("content", ["{}", "[", "[1, null]", "[]"])
def test_what_is_no_list_of_records_is_refused(tmp_path, content):
    path = tmp_path / "r0.json"
    path.write_text(content)
    with pytest.raises(ConfigError):
        read_aligned({"original": path}, tmp_path)


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/passwd", "none.jpg"])
def test_an_image_that_is_not_in_the_folder_stops_the_run(tmp_path, name):
    path = tmp_path / "r0.json"
    path.write_text(json.dumps([record(0, name)]))
    with pytest.raises(RunFailed, match="record 0"):
        read_aligned({"original": path}, tmp_path)["original"].example(0)


def test_batches_are_one_order_for_all_and_every_record_comes_once_an_epoch():
    batches = batch_places(10, 3, 6, b"key")
    assert batches == batch_places(10, 3, 6, b"key")
    assert [len(batch) for batch in batches] == [3] * 6
    assert len({place for batch in batches[:3] for place in batch}) == 9
    assert batches[:3] != batches[3:]
    with pytest.raises(ConfigError, match="1 to 10"):
        batch_places(10, 11, 1, b"key")


def test_baselines_change_their_own_side_only(tmp_path):
    arms, images = make_arms(tmp_path)
    base = read_aligned(arms, images)["original"]
    before = base.example(2)
    turned = ChangedImages(base, ImageTransform(b"key")).example(2)
    reworded = ChangedTexts(base, WordChanger(b"key")).example(2)
    assert turned.turns == before.turns
    assert not np.array_equal(turned.rgb.shape, before.rgb.shape) or not np.array_equal(
        turned.rgb, before.rgb
    )
    assert np.array_equal(reworded.rgb, before.rgb)
    assert reworded.turns[0][1] == "What is in photo 2?"
    assert Image.fromarray(turned.rgb).mode == "RGB"
