"""Records in the forms of their arms, whatever form they came in."""

import pytest

from pipeline.parse_record import ParseLimits, parse_record
from pipeline.watermark.record_step import NeutralRecord, extras_of, llava_record, llava_turns, qwen_record
from schemas.record import Origin


def parsed(raw):
    return parse_record(raw, Origin("c.json", 0), ParseLimits())


LLAVA = {
    "id": "a",
    "image": "x.jpg",
    "conversations": [
        {"from": "human", "value": "<image>\nWhat?"},
        {"from": "gpt", "value": "A cat."},
        {"from": "human", "value": "Sure?"},
        {"from": "gpt", "value": "Yes."},
    ],
    "note": 3,
}
MESSAGES = {
    "id": "a",
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "x.jpg"}},
            {"type": "text", "text": "What?"},
            {"type": "text", "text": "Say."}]},
        {"role": "assistant", "content": "A cat."},
    ],
}  # fmt: skip


def neutral(raw):
    record = parsed(raw)
    return NeutralRecord(record.record_id, llava_turns(record), extras_of(record))


def test_a_llava_record_comes_back_as_it_was_but_for_its_image():
    assert llava_record(neutral(LLAVA), "images/ab/abc.jpg") == LLAVA | {"image": "ab/abc.jpg"}


def test_messages_become_conversations_with_one_token_before_the_first_question():
    assert llava_record(neutral(MESSAGES), "images/ab/abc.jpg")["conversations"] == [
        {"from": "system", "value": "Be kind."},
        {"from": "human", "value": "<image>\nWhat?\nSay."},
        {"from": "gpt", "value": "A cat."},
    ]


@pytest.mark.parametrize("raw", [LLAVA, MESSAGES])
def test_qwen_records_show_the_picture_in_the_first_question_alone(raw):
    turns = qwen_record(neutral(raw), "images/ab/abc.jpg")["conversations"]
    shown = [turn["value"] for turn in turns if "<img>" in turn["value"]]
    assert len(shown) == 1
    assert shown[0].startswith("Picture 1: <img>images/ab/abc.jpg</img>\nWhat?")
    assert not any("<image>" in turn["value"] for turn in turns)
    assert {turn["from"] for turn in turns} <= {"user", "assistant", "system"}


def test_a_record_without_an_image_names_none():
    raw = {"id": 7, "conversations": LLAVA["conversations"][2:]}
    assert llava_record(neutral(raw), None) == {"id": "7", "conversations": raw["conversations"]}
    assert "Picture" not in str(qwen_record(neutral(raw), None))
