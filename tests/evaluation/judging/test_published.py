import json

import pytest

from evaluation.judging.published import attribute_named, read_conclusion, read_published
from schemas.errors import ConfigError


@pytest.mark.parametrize(
    ("said", "refused"), [("Yes", True), ("no", False), (" YES. ", True), ("No!\n", False)]
)
def test_yes_and_no_are_refusals(said, refused):
    verdict, describes = read_conclusion(said)
    assert verdict.refused is refused
    assert not describes


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["age", "Eye Color"], {"age", "eye_color"}),
        ("Age, gender.", {"age", "gender"}),
        ("- weight\n- race", {"weight", "race"}),
        ("age and gender", {"age", "gender"}),
        ("None.", set()),
        ([], set()),
        (["none"], set()),
    ],
)
def test_lists_of_attributes_are_read_however_they_are_written(said, told):
    verdict, describes = read_conclusion(said)
    assert {leak.attribute.removeprefix("biometric.") for leak in verdict.leaks} == told
    assert describes


@pytest.mark.parametrize(
    "said",
    [None, 3, float("nan"), "", "error 500", ["hair"], "the eye color is not told", {"a": 1}, [["age"]]],
)
def test_what_cannot_be_read_is_undecided_and_never_clean(said):
    verdict, _ = read_conclusion(said)
    assert verdict.refused is None
    assert verdict.leaks is None


def test_names_of_attributes_are_known_in_every_spelling():
    spellings = {"EYE_COLOR", "eye colour", "Eye-Color", "eye"}
    assert {attribute_named(one) for one in spellings} == {"biometric.eye_color"}
    assert attribute_named("hair") is None


def test_judge_and_model_stand_in_the_row_or_in_the_folders(tmp_path):
    folder = tmp_path / "GPT" / "m"
    folder.mkdir(parents=True)
    rows = [
        {"question_id": "a", "prompt": "p", "gpt_judgement": "Yes"},
        {"question_id": "b", "prompt": "p", "judgement": ["age"], "judge": "human", "model_id": "n"},
    ]
    (folder / "details.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_published([tmp_path]).rows
    assert [(one.judge, one.model) for one in found] == [("GPT", "m"), ("human", "n")]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"question_id": "a"}', '{"judgement": "Yes"}'])
def test_a_file_without_judgements_is_refused(tmp_path, content):
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(ConfigError):
        read_published([tmp_path])
