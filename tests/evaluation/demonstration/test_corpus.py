import hashlib
import json

import pytest
from PIL import Image

from evaluation.demonstration.corpus import draw_scene, plan_scene, vocabulary_words, write_corpus
from evaluation.demonstration.model import UNKNOWN, Words, check_torch
from evaluation.demonstration.settings import DemonstrationSettings, ModelSize
from schemas.errors import ConfigError

KEY = b"a key"


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.*")}


def test_the_corpus_follows_from_the_key_alone(tmp_path):
    for name, key in (("a", KEY), ("b", KEY), ("c", b"another")):
        write_corpus(tmp_path / name, 4, 64, key)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    assert digests(tmp_path / "a")["scene-00000.jpg"] != digests(tmp_path / "c")["scene-00000.jpg"]


def test_the_corpus_is_a_llava_list_over_distinct_images(tmp_path):
    records = json.loads(write_corpus(tmp_path, 12, 64, KEY).read_text())
    assert len({digests(tmp_path / "images")[record["image"]] for record in records}) == 12
    for record in records:
        asked, replied = record["conversations"]
        assert asked["from"] == "human"
        assert asked["value"].startswith("<image>\n")
        assert replied["from"] == "gpt"


def test_captions_name_what_is_drawn_and_where():
    for index in range(20):
        scene = plan_scene(index, 96, KEY)
        for shape in scene.shapes:
            assert f"a {shape.colour} {shape.shape} {shape.place}" in scene.answer
            left, top, right, bottom = shape.box
            assert 0 <= left < right <= 96
            assert 0 <= top < bottom <= 96
        image = draw_scene(scene, 96, KEY)
        assert isinstance(image, Image.Image)
        assert image.size == (96, 96)


def test_every_word_of_every_caption_is_known():
    words = Words(vocabulary_words())
    unknown = words.numbers[UNKNOWN]
    for index in range(60):
        scene = plan_scene(index, 96, KEY)
        assert unknown not in words.prompt(scene.question, patches=4)
        assert unknown not in words.answer(scene.answer)
    assert words.encode("user 4821") == words.encode("user 4 8 2 1")
    assert unknown in words.encode("gramophone")


def test_a_demonstration_needs_images_for_every_identity():
    with pytest.raises(ConfigError, match="240 or more"):
        DemonstrationSettings(images=100)
    with pytest.raises(ConfigError, match="references"):
        DemonstrationSettings(references=3)
    assert DemonstrationSettings(images=50, pairs=4, model=ModelSize(image=96)).pairs == 4


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("evaluation.demonstration.model.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'mmscrub\[gpu\]'"):
        check_torch()
