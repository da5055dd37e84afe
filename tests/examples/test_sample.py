from __future__ import annotations

import hashlib
import importlib
import json
import platform
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import PIL
import pytest
import yaml
from PIL import Image, ImageChops, ImageStat
from stdnum import iban, luhn

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SAMPLE = EXAMPLES / "sample"
IMAGES = SAMPLE / "images"
RECORDS = json.loads((SAMPLE / "llava.json").read_text(encoding="utf-8"))
PRINTED = json.loads((SAMPLE / "printed.json").read_text(encoding="utf-8"))
PHOTOGRAPHS = yaml.safe_load((EXAMPLES / "coco_photographs.yaml").read_text(encoding="utf-8"))["photographs"]
PERSONAS = json.loads((EXAMPLES / "personas.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def make_sample():
    """The script, imported as Python imports it when it is run: its folder first on the path."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        yield importlib.import_module("make_sample")
    finally:
        sys.path.remove(str(EXAMPLES))


def test_every_record_is_valid_llava():
    for record in RECORDS:
        assert set(record) <= {"id", "image", "conversations"}
        assert isinstance(record["id"], str)
        turns = record["conversations"]
        assert [turn["from"] for turn in turns] == ["human", "gpt"] * (len(turns) // 2)
        assert all(isinstance(turn["value"], str) and turn["value"].strip() for turn in turns)
        tokens = sum(turn["value"].count("<image>") for turn in turns)
        assert tokens == (1 if "image" in record else 0)
        assert "{" not in "".join(turn["value"] for turn in turns)


def test_the_mix_of_records():
    kinds = Counter(record["id"].split("_")[0] for record in RECORDS)
    assert kinds == {"coco": 31, "vqa": 2, "doc": 12, "text": 15}
    assert max(Counter(record["id"] for record in RECORDS).values()) == 2
    assert sum(len(record["conversations"]) > 2 for record in RECORDS) > 30


@pytest.mark.parametrize("words", ["how old", "gender", "race", "eye color", "weigh"])
def test_questions_ask_for_each_attribute(words):
    questions = [turn["value"].lower() for record in RECORDS for turn in record["conversations"][::2]]
    assert any(words in question for question in questions)


def test_images_on_disk_are_those_referenced():
    on_disk = {path.relative_to(IMAGES).as_posix() for path in IMAGES.rglob("*") if path.is_file()}
    assert on_disk == {record["image"] for record in RECORDS if "image" in record}


def test_every_photograph_is_credited_under_an_allowed_licence():
    page = (SAMPLE / "CREDITS.md").read_text(encoding="utf-8")
    on_disk = sorted(path.name for path in (IMAGES / "coco").iterdir())
    assert on_disk == sorted(photograph["file"] for photograph in PHOTOGRAPHS)
    for photograph in PHOTOGRAPHS:
        assert photograph["licence_id"] in (4, 5, 7, 8)
        row = next(line for line in page.splitlines() if photograph["file"] in line)
        assert photograph["source"] in row
        assert "creativecommons.org/licenses/by" in row
        assert "-nc" not in row
        assert "-nd" not in row


def test_photographs_are_cocos_own_bytes():
    for photograph in PHOTOGRAPHS:
        content = (IMAGES / "coco" / photograph["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == photograph["sha256"]


def test_first_answer_about_a_photograph_is_its_caption():
    captions = {f"coco/{photograph['file']}": photograph["captions"] for photograph in PHOTOGRAPHS}
    seen = set()
    for record in RECORDS:
        image = record.get("image", "")
        if image in captions and image not in seen:
            seen.add(image)
            assert record["conversations"][1]["value"] == captions[image][0]
    assert seen == set(captions)


def test_sample_stays_small():
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 8_000_000


RESERVED = {
    "email": r"[a-z.]+@example\.(com|org)",
    "phone": r"\(\d{3}\) 555-01\d\d",
    "ssn": r"987-65-432\d",
    "zip": r"000\d\d",
    "ip": r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}",
    "company": r"Example .+",
}


@pytest.mark.parametrize("key", RESERVED)
def test_personas_stay_in_reserved_ranges(key):
    assert all(re.fullmatch(RESERVED[key], persona[key]) for persona in PERSONAS)


def test_cards_and_accounts_are_published_examples(make_sample: ModuleType):
    personas = sys.modules["personas"]
    assert {persona["card"] for persona in PERSONAS} <= set(personas.TEST_CARDS)
    assert {persona["iban"] for persona in PERSONAS} <= set(personas.EXAMPLE_IBANS)
    assert all(luhn.is_valid(persona["card"].replace(" ", "")) for persona in PERSONAS)
    assert all(iban.is_valid(persona["iban"]) for persona in PERSONAS)


def test_texts_name_no_other_mail_or_phone():
    text = json.dumps(RECORDS)
    assert set(re.findall(r"@([\w.-]+\w)", text)) <= {"example.com", "example.org"}
    assert all(number.startswith("01") for number in re.findall(r"555-(\d{4})", text))


def test_drawing_personas_again_gives_the_same_people(make_sample: ModuleType):
    pytest.importorskip("faker")
    personas = sys.modules["personas"]
    assert personas.draw_personas(4, seed=3) == personas.draw_personas(4, seed=3)
    assert personas.draw_personas(4, seed=3) != personas.draw_personas(4, seed=4)
    drawn = personas.draw_personas(20, seed=11)
    for key, pattern in RESERVED.items():
        assert all(re.fullmatch(pattern, getattr(persona, key)) for persona in drawn)


def test_sample_rebuilds_byte_for_byte(make_sample: ModuleType, tmp_path: Path):
    for out in (tmp_path / "one", tmp_path / "two"):
        assert make_sample.build_sample(out, coco=IMAGES) == len(RECORDS)
    same_tools = PIL.__version__ == PRINTED["pillow"] and platform.machine() == "x86_64"
    for path in sorted(path for path in SAMPLE.rglob("*") if path.is_file()):
        name = path.relative_to(SAMPLE)
        first = (tmp_path / "one" / name).read_bytes()
        assert first == (tmp_path / "two" / name).read_bytes(), name
        if same_tools:
            assert first == path.read_bytes(), name
        elif name.suffix in (".png", ".jpg"):
            difference = ImageChops.difference(Image.open(path), Image.open(tmp_path / "one" / name))
            assert max(ImageStat.Stat(difference).mean) < 2.0, name


def test_rebuilding_refuses_a_photograph_that_is_missing_or_changed(make_sample: ModuleType, tmp_path: Path):
    with pytest.raises(ValueError, match="is not under"):
        make_sample.build_sample(tmp_path / "out", coco=tmp_path)
    (tmp_path / PHOTOGRAPHS[0]["file"]).write_bytes(b"other")
    with pytest.raises(ValueError, match="differs"):
        make_sample.build_sample(tmp_path / "out", coco=tmp_path)


def test_printed_values_lie_inside_their_images():
    assert len(PRINTED["images"]) == 12
    for name, values in PRINTED["images"].items():
        width, height = Image.open(IMAGES / name).size
        assert any(value["attribute"].startswith("pii.") for value in values)
        for value in values:
            x0, y0, x1, y1 = value["box"]
            assert 0 <= x0 < x1 <= width
            assert 0 <= y0 < y1 <= height


def test_printed_boxes_hold_ink():
    for name, values in PRINTED["images"].items():
        image = Image.open(IMAGES / name).convert("L")
        for value in values:
            assert ImageStat.Stat(image.crop(value["box"])).stddev[0] > 15, (name, value["attribute"])


def test_answers_about_documents_are_printed_there():
    answers = {r["image"]: r["conversations"][3]["value"] for r in RECORDS if r["id"].startswith("doc_badge")}
    for name, answer in answers.items():
        names = [value["text"] for value in PRINTED["images"][name] if value["attribute"] == "pii.name"]
        assert names[0] in answer


def test_receipts_carry_camera_metadata_with_a_position():
    for number in (1, 2):
        exif = Image.open(IMAGES / f"rendered/receipt_{number}.jpg").getexif()
        assert exif.get_ifd(0x8825)[1] == "S"
