import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.parse_record import ParseLimits, parse_record, record_id_of, replace_texts
from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage
from schemas.record import Origin, Role

ORIGIN = Origin("corpus.json", 3)
LIMITS = ParseLimits()
ROUND = [{"from": "human", "value": "One?"}, {"from": "gpt", "value": "Two."}]


def _parse(raw):
    return parse_record(raw, ORIGIN, LIMITS)


def _reason(raw):
    with pytest.raises(RejectRecord) as caught:
        _parse(raw)
    assert caught.value.stage is Stage.READ
    return caught.value.reason


def _spoken(*roles, key="from", text="value"):
    return [{key: role, text: f"text {index}"} for index, role in enumerate(roles)]


def _paths(raw):
    return tuple(image.path for image in _parse({"conversations": ROUND, **raw}).images)


def test_llava_record_is_read_with_locators():
    raw = {"id": "r1", "image": "a/b.jpg", "conversations": ROUND, "extra": {"k": [1]}}
    record = _parse(raw)
    assert record.record_id == "r1"
    assert [(turn.role, turn.text, turn.locator) for turn in record.turns] == [
        (Role.HUMAN, "One?", ("conversations", 0, "value")),
        (Role.GPT, "Two.", ("conversations", 1, "value")),
    ]
    assert [(image.path, image.location, image.sha256) for image in record.images] == [("a/b.jpg", "", "")]
    assert record.raw == raw
    assert record.origin == ORIGIN


@pytest.mark.parametrize(
    "roles",
    [
        ("human", "gpt", "human", "gpt"),
        ("user", "assistant"),
        ("user", "chatgpt"),
        ("human", "bot"),
        ("Human", "GPT"),
        ("system", "human", "gpt"),
        ("system", "system", "user", "gpt"),
    ],
)
def test_roles_of_all_forms_are_read(roles):
    record = _parse({"conversations": _spoken(*roles)})
    assert [turn.role.value for turn in record.turns if turn.role is not Role.SYSTEM][:2] == ["human", "gpt"]
    assert [turn["from"] for turn in record.raw["conversations"]] == list(roles)


def test_messages_with_text_content():
    record = _parse({"messages": _spoken("system", "user", "assistant", key="role", text="content")})
    assert [turn.locator for turn in record.turns] == [("messages", index, "content") for index in range(3)]


def test_messages_with_parts():
    content = [
        {"type": "image_url", "image_url": {"url": "a.jpg", "detail": "low"}},
        {"type": "text", "text": "What is it?"},
        {"type": "input_audio", "input_audio": {"data": "..."}},
        "And this?",
        {"type": "image", "image": "b.jpg"},
    ]
    answer = [{"type": "text", "text": "A cat."}]
    raw = {"messages": [{"role": "user", "content": content}, {"role": "assistant", "content": answer}]}
    record = _parse(copy.deepcopy(raw))
    assert [(turn.text, turn.locator) for turn in record.turns] == [
        ("What is it?", ("messages", 0, "content", 1, "text")),
        ("And this?", ("messages", 0, "content", 3)),
        ("A cat.", ("messages", 1, "content", 0, "text")),
    ]
    assert [image.path for image in record.images] == ["a.jpg", "b.jpg"]
    assert record.raw == raw


def test_image_parts_without_a_path_stand_for_the_list_beside_them():
    ask = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "<image>What?"}]}
    messages = [ask, {"role": "assistant", "content": "A cat."}]
    assert [image.path for image in _parse({"messages": messages, "images": ["a.jpg"]}).images] == ["a.jpg"]
    assert _reason({"messages": messages}) is Reason.IMAGE_TOKEN_MISMATCH


@pytest.mark.parametrize(
    ("identifier", "record_id"),
    [("a", "a"), (17, "17"), (-1, "-1"), (None, ""), ("", ""), (2**80, str(2**80))],
)
def test_ids_that_are_read(identifier, record_id):
    raw = {"id": identifier, "conversations": ROUND}
    assert _parse(raw).record_id == record_id
    assert record_id_of(raw) == record_id


def test_id_may_be_missing():
    assert _parse({"conversations": ROUND}).record_id == ""


@pytest.mark.parametrize(
    "value", [None, 3, "x", [], {}, {"id": True}, {"id": 1.5}, {"id": "\ud800"}, {"id": [1]}]
)
def test_a_broken_row_without_a_usable_id_tells_none(value):
    assert record_id_of(value) == ""


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({}, ()),
        ({"image": None}, ()),
        ({"image": []}, ()),
        ({"images": None}, ()),
        ({"image": "a.jpg"}, ("a.jpg",)),
        ({"image": ["a.jpg", "a.jpg"]}, ("a.jpg", "a.jpg")),
        ({"image": {"bytes": None, "path": "a.jpg"}}, ("a.jpg",)),
        ({"images": ["a.jpg", {"path": "b.jpg", "bytes": None}]}, ("a.jpg", "b.jpg")),
        ({"image": "a.jpg", "images": ["a.jpg", "b.jpg"]}, ("a.jpg", "b.jpg")),
        ({"image": "a.jpg", "images": ["b.jpg"]}, ("a.jpg", "b.jpg")),
        ({"image": "img:1.jpg"}, ("img:1.jpg",)),
        ({"image": "../a.jpg"}, ("../a.jpg",)),
    ],
)
def test_image_fields(fields, paths):
    assert _paths(fields) == paths


def _with_turns(turns, **fields):
    return {"id": "x", "conversations": turns, **fields}


def _nested(levels):
    value = "x"
    for _ in range(levels):
        value = {"in": value}
    return value


REJECTED = [
    ([], Reason.NOT_AN_OBJECT),
    (None, Reason.NOT_AN_OBJECT),
    ("record", Reason.NOT_AN_OBJECT),
    (_with_turns(ROUND, id=True), Reason.ID_TYPE),
    (_with_turns(ROUND, id=1.5), Reason.ID_TYPE),
    (_with_turns(ROUND, id={}), Reason.ID_TYPE),
    ({"id": "x"}, Reason.CONVERSATIONS_MISSING),
    (_with_turns(ROUND, messages=[{"role": "user", "content": "x"}]), Reason.CONVERSATIONS_TWICE),
    (_with_turns(ROUND, messages={"role": "user"}), Reason.CONVERSATIONS_TWICE),
    (_with_turns(None), Reason.CONVERSATIONS_MISSING),
    (_with_turns([]), Reason.CONVERSATIONS_EMPTY),
    (_with_turns({}), Reason.CONVERSATIONS_TYPE),
    (_with_turns("text"), Reason.CONVERSATIONS_TYPE),
    (_with_turns([None, None]), Reason.TURN_TYPE),
    (_with_turns([["human", "x"]]), Reason.TURN_TYPE),
    (_with_turns([{"from": "human"}]), Reason.TURN_VALUE_TYPE),
    (_with_turns([{"from": "human", "value": None}]), Reason.TURN_VALUE_TYPE),
    (_with_turns([{"from": "human", "value": 4}]), Reason.TURN_VALUE_TYPE),
    (_with_turns([{"from": "human", "value": ["x"]}]), Reason.TURN_VALUE_TYPE),
    (_with_turns([{"from": "human", "value": float("nan")}]), Reason.TURN_VALUE_TYPE),
    ({"messages": [{"role": "user", "content": None}]}, Reason.TURN_VALUE_TYPE),
    ({"messages": [{"role": "user", "content": []}]}, Reason.TURN_VALUE_TYPE),
    ({"messages": [{"role": "user", "content": [3]}]}, Reason.TURN_VALUE_TYPE),
    ({"messages": [{"role": "user", "content": [{"type": "text", "text": 3}]}]}, Reason.TURN_VALUE_TYPE),
    (_with_turns([{"from": "robot", "value": "x"}]), Reason.ROLE_UNKNOWN),
    (_with_turns([{"from": None, "value": "x"}]), Reason.ROLE_UNKNOWN),
    (_with_turns([{"value": "x"}]), Reason.ROLE_UNKNOWN),
    (_with_turns(_spoken("gpt", "human")), Reason.TURNS_NOT_ALTERNATING),
    (_with_turns(_spoken("human", "human", "gpt")), Reason.TURNS_NOT_ALTERNATING),
    (_with_turns(_spoken("human", "system", "gpt")), Reason.TURNS_NOT_ALTERNATING),
    (_with_turns(_spoken("human")), Reason.TURNS_ODD),
    (_with_turns(_spoken("human", "gpt", "human")), Reason.TURNS_ODD),
    (_with_turns(_spoken("system")), Reason.TURNS_ODD),
    (_with_turns([ROUND[0], {"from": "gpt", "value": "x" * 200_001}]), Reason.TURN_TOO_LONG),
    (_with_turns([ROUND[0], {"from": "gpt", "value": "x\udfff"}]), Reason.BAD_ENCODING),
    (_with_turns(ROUND, note={"\ud800": 1}), Reason.BAD_ENCODING),
    (_with_turns(ROUND, note=[["a", "\ud83d"]]), Reason.BAD_ENCODING),
    (_with_turns(ROUND, score=float("nan")), Reason.NUMBER_NOT_FINITE),
    (_with_turns(ROUND, score=[{"a": float("inf")}]), Reason.NUMBER_NOT_FINITE),
    (_with_turns(ROUND, note=_nested(64)), Reason.JSON_INVALID),
    (_with_turns(ROUND, image=""), Reason.IMAGE_REFERENCE_TYPE),
    (_with_turns(ROUND, image=3), Reason.IMAGE_REFERENCE_TYPE),
    (_with_turns(ROUND, image=False), Reason.IMAGE_REFERENCE_TYPE),
    (_with_turns(ROUND, image={"bytes": None, "path": None}), Reason.IMAGE_REFERENCE_TYPE),
    (_with_turns(ROUND, image=[["a.jpg"]]), Reason.IMAGE_REFERENCE_TYPE),
    (_with_turns(ROUND, images=["a.jpg", None]), Reason.IMAGE_REFERENCE_TYPE),
    (_with_turns(ROUND, image="http://example.org/a.jpg"), Reason.IMAGE_REFERENCE_REMOTE),
    (_with_turns(ROUND, image=" HTTPS://example.org/a.jpg"), Reason.IMAGE_REFERENCE_REMOTE),
    (_with_turns(ROUND, image="s3://bucket/a.jpg"), Reason.IMAGE_REFERENCE_REMOTE),
    (_with_turns(ROUND, image="file:///etc/hostname"), Reason.IMAGE_REFERENCE_REMOTE),
    (_with_turns(ROUND, images=["data:image/png;base64,AA"]), Reason.IMAGE_REFERENCE_REMOTE),
    (_with_turns([{"from": "human", "value": "<image>?"}, ROUND[1]]), Reason.IMAGE_TOKEN_MISMATCH),
    (
        _with_turns(
            [{"from": "human", "value": "<image>?"}, {"from": "gpt", "value": "<image>"}], image="a.jpg"
        ),
        Reason.IMAGE_TOKEN_MISMATCH,
    ),
]


@pytest.mark.parametrize(
    ("raw", "reason"), REJECTED, ids=lambda value: str(value)[:60].encode("ascii", "replace").decode()
)
def test_rejected_records(raw, reason):
    assert _reason(raw) is reason


def test_limits_are_inclusive():
    assert _parse(_with_turns([ROUND[0], {"from": "gpt", "value": "x" * 200_000}]))
    assert _parse(_with_turns(ROUND, note=_nested(63)))


@pytest.mark.parametrize(
    "locator", [("missing",), ("conversations", 9, "value"), ("id", "x"), ("conversations", 0)]
)
def test_a_locator_must_point_to_a_string(locator):
    with pytest.raises(ValueError, match="locator"):
        replace_texts({"id": 1, "conversations": ROUND}, [(locator, "new")])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
speech = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(
    lambda text: "<image>" not in text
)


@st.composite
def raw_records(draw):
    taken = {"id", "image", "images", "conversations", "messages"}
    raw = draw(
        st.dictionaries(st.text(max_size=6).filter(lambda key: key not in taken), json_values, max_size=3)
    )
    raw["id"] = draw(st.none() | st.text(max_size=5) | st.integers())
    texts = draw(st.lists(st.tuples(speech, speech), min_size=1, max_size=3))
    if draw(st.booleans()):
        turns = [
            {"from": who, "value": text}
            for pair in texts
            for who, text in zip(("human", "gpt"), pair, strict=True)
        ]
        raw["conversations"] = turns
    else:
        raw["messages"] = [
            {"content": [{"type": "text", "text": text}, {"type": "other", "x": 1}], "role": who}
            for pair in texts
            for who, text in zip(("user", "assistant"), pair, strict=True)
        ]
    raw["image"] = draw(st.none() | st.just("a.jpg") | st.just(["a.jpg", "b/c.png"]))
    return raw


@settings(max_examples=200, deadline=None)
@given(raw_records())
def test_any_record_comes_back_unchanged(raw):
    before = json.dumps(raw)
    record = _parse(raw)
    again = replace_texts(record.raw, [(turn.locator, turn.text) for turn in record.turns])
    assert json.dumps(again) == before


@settings(max_examples=200, deadline=None)
@given(raw_records())
def test_only_the_located_strings_change(raw):
    before = json.dumps(raw)
    record = _parse(raw)
    changed = replace_texts(record.raw, [(turn.locator, f"new {i}") for i, turn in enumerate(record.turns)])
    assert json.dumps(raw) == before
    assert list(changed) == list(raw)
    again = _parse(changed)
    assert [turn.text for turn in again.turns] == [f"new {i}" for i in range(len(record.turns))]
    back = replace_texts(changed, [(turn.locator, turn.text) for turn in record.turns])
    assert json.dumps(back) == before


@pytest.mark.parametrize("other", [None, [], {}, "a note", 3])
def test_a_second_conversation_field_without_turns_is_kept(other):
    record = _parse(_with_turns(ROUND, messages=other))
    assert [turn.locator[0] for turn in record.turns] == ["conversations"] * 2
