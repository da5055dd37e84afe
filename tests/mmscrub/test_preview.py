"""The preview on the terminal: what it explains, at which widths, and where its words do not go."""

import io
import json
import logging

import pytest
from PIL import Image, ImageDraw, ImageFont
from rich.console import Console

from mmscrub.preview import show_preview

RECORDS = [
    [("human", "<image>\nDescribe it."), ("gpt", "An old man in red calls jane.roe@example.com.\x1b[31m")],
    [("human", "How old is she?"), ("gpt", "She is 27.")],
    [("human", "Hello")],
    [("human", "What is it?"), ("gpt", "A brown bear.")],
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    records = [
        {"id": str(number), "conversations": [{"from": who, "value": text} for who, text in turns]}
        | ({"image": "a.jpg"} if "<image>" in turns[0][1] else {})
        for number, turns in enumerate(RECORDS)
    ]
    path = tmp_path_factory.mktemp("preview") / "corpus.json"
    path.write_text(json.dumps(records))
    return path


def shown(corpus, width, *, explained=True, **settings):
    page = io.StringIO()
    console = Console(file=page, width=width, highlight=False)
    settings = {"input": str(corpus), "images": "none", **settings}
    show_preview(console, settings, 4, explained=explained)
    return page.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_each_edit_has_a_row_that_fits_the_terminal(corpus, width):
    page = shown(corpus, width)
    lines = page.splitlines()
    assert max(map(len, lines)) <= width
    row = next(line for line in lines if "3:7" in line)
    assert "old" in row
    assert "silent" in row
    for word in ("lexicon.gender.noun", "mask.pii.email", "biometric.gender", "implicit", "rewrite"):
        assert any(word in line for line in lines), word
    assert "fidelity: 1.00 (wanted 0.25): exact checks passed" in page
    assert "the answer was refused on purpose" in " ".join(page.split())
    assert "quarantined: read: turns_odd" in page
    assert "\x1b" not in page


def test_a_record_that_the_gate_holds_back_is_shown_with_reason_and_candidate(corpus, tmp_path):
    policy = tmp_path / "policy.yaml"
    policy.write_text("name: mine\nmentions: {biometric.age: drop, biometric.gender: rewrite}\n")
    page = shown(corpus, 100, policy=str(policy))
    assert "quarantined: clean_text: dropped_by_policy" in page
    assert "biometric.age" in page
    assert "not emitted; above is the last candidate" in page


def test_turns_that_the_cap_on_refusals_leaves_out_are_shown_as_gone(tmp_path):
    asked = [("human", "How old is she?"), ("gpt", "27."), ("human", "What is it?"), ("gpt", "A dog.")]
    turns = [{"from": who, "value": text} for who, text in asked]
    (tmp_path / "c.json").write_text(json.dumps([{"id": 1, "conversations": turns}]))
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "name: mine\nmentions: {biometric.age: rewrite, biometric.gender: rewrite}\n"
        "questions: {biometric.age: refuse}\nmax_refusal_share: 0\n"
    )
    for explained in (True, False):
        page = shown(tmp_path / "c.json", 100, explained=explained, policy=str(policy))
        assert "A dog." in page
        assert ("refusals.share" in page) is explained


def test_without_explain_only_the_texts_are_shown(corpus):
    page = shown(corpus, 80, explained=False)
    assert "verifier" not in page
    assert "lexicon." not in page
    assert "person" in page


def test_nothing_of_it_reaches_a_log(corpus, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        shown(corpus, 80)
    said = caplog.text + "".join(capfd.readouterr())
    assert not any(word in said for word in ("jane.roe", "old man", "27", "brown bear"))


@pytest.mark.parametrize("held_back", [False, True])
def test_turns_lose_what_their_image_lost_and_the_rule_says_so(tmp_path, held_back):
    image = Image.new("RGB", (460, 120), (250, 248, 240))
    draw = ImageDraw.Draw(image)
    draw.text((30, 40), "Phone: 865-204-2157", fill=(20, 20, 60), font=ImageFont.load_default(24))
    image.save(tmp_path / "card.png")
    said = "The card reads 8652042157 in print." + (" He is 27." if held_back else "")
    turns = [("human", "<image>\nWhat is it?"), ("gpt", said)]
    record = {"id": "1", "image": "card.png"}
    record["conversations"] = [{"from": who, "value": text} for who, text in turns]
    (tmp_path / "c.json").write_text(json.dumps([record]))
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "name: mine\nmentions: {image.text_pii: redact, biometric.age: drop, biometric.gender: report}\n"
    )
    page = shown(tmp_path / "c.json", 120, images=str(tmp_path), policy=str(policy))
    assert "image.value" in page
    assert ("[PHONE]" in page) is not held_back  # the round that tells the age goes as a whole
    assert ("quarantined" in page) is held_back
