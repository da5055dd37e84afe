"""What an image loses its turns lose, in a whole build; a second build changes nothing."""

import json

import pytest
from PIL import Image, ImageDraw, ImageFont

import mmscrub
from transforms.text.refuse import is_refusal
from transforms.text.reserved_values import is_surrogate

TURNS = [
    ("<image>\nWhat is the phone number on the card?", "865-204-2157"),
    ("Who is the card issued to?", "Gail Hernandez"),
    ("What is the name of the firm?", "Northwind Trading"),
    ("Describe the card.", "A white card of Hernandez with dark print and the number 8652042157."),
]
ROLES = ("human", "gpt")
FILLS = ["solid", "inpaint", "replace"]


def write_card(path):
    image = Image.new("RGB", (460, 240), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    lines = ["Northwind Trading", "Name: Gail Hernandez", "Phone: 865-204-2157", "Open Monday to Friday"]
    for row, text in enumerate(lines):
        draw.text((30, 24 + 48 * row), text, fill=(20, 20, 60), font=ImageFont.load_default(24))
    image.save(path)


@pytest.fixture(scope="module", params=FILLS)
def built(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "images").mkdir()
    write_card(folder / "images/card.png")
    turns = [{"from": who, "value": text} for pair in TURNS for who, text in zip(ROLES, pair, strict=True)]
    record = {"id": "1", "image": "card.png", "conversations": turns}
    (folder / "corpus.json").write_text(json.dumps([record]))
    policy = folder / "policy.yaml"
    policy.write_text(
        "name: filled\nmentions: {pii.*: mask, image.*: redact}\nquestions: {pii.*: refuse}\n"
        f"image: {{text_fill: {request.param}}}\n"
    )
    results = []
    source, images = folder / "corpus.json", folder / "images"
    for name in ("out", "again"):
        out = folder / name
        results.append(
            mmscrub.build(
                source, out, images=str(images), policy=str(policy), llava_images=True, workers=1
            ).summary
        )
        source, images = out / "llava/corpus.json", out / "llava/images"
    return request.param, folder, results


def answers(path):
    (record,) = json.loads(path.read_text())
    return [turn["value"] for turn in record["conversations"]][1::2]


def test_the_turns_lose_what_the_image_lost(built):
    fill, folder, (summary, _) = built
    phone, name, firm, caption = answers(folder / "out/llava/corpus.json")
    assert summary["images"]["redacted"] == 1
    assert firm == "Northwind Trading"
    for text in (phone, name, caption):
        assert not any(value in text for value in ("Hernandez", "865", "2157"))
    if fill == "replace":
        assert is_surrogate(phone)
        assert is_surrogate(name)
        assert name.split()[-1] in caption
        assert phone.replace("-", "") in caption
    else:
        assert is_refusal(phone, ())
        assert is_refusal(name, ())
        assert caption == "A white card of [NAME] with dark print and the number [PHONE]."


def test_a_second_build_changes_nothing(built):
    _, folder, (_, again) = built
    assert again["images"]["redacted"] == 0
    assert again["edits"] == {}
    first, second = (folder / name / "llava" for name in ("out", "again"))
    assert (first / "corpus.json").read_bytes() == (second / "corpus.json").read_bytes()
