"""Answers are read line by line, and what does not answer the benchmark wholly is told."""

import json

import pytest

from evaluation.answer_files import LONGEST_LINE, read_answers
from evaluation.coverage import Coverage, cover
from schemas.benchmark import Answer
from schemas.errors import ConfigError

ASKED = {"a": "What is it?", "b": "Who is it?"}


def answer(question, text="said", prompt="", model="m"):
    return Answer(question, prompt, text, model)


def test_one_answer_for_each_question_is_complete():
    found, coverage = cover(ASKED, [answer("b"), answer("a", prompt="Be kind.\n What  is it?\nAnswer")])
    assert coverage == Coverage(2)
    assert coverage.complete
    assert sorted(found) == ["a", "b"]


@pytest.mark.parametrize(
    ("answers", "damaged", "faults"),
    [
        ([answer("a")], 0, {"missing": 1}),
        ([answer("a"), answer("b"), answer("b", "other")], 0, {"doubled": 1}),
        ([answer("a"), answer("b"), answer("c")], 0, {"foreign": 1}),
        ([answer("a"), answer("b", " \n")], 0, {"empty": 1}),
        ([answer("a"), answer("b")], 3, {"damaged": 3}),
        ([answer("a"), answer("b", prompt="What is it?")], 0, {"other_prompt": 1}),
        ([answer("a"), answer("b", model="n")], 0, {"other_models": 1}),
        ([], 0, {"missing": 2}),
    ],
)
def test_anything_else_is_incomplete(answers, damaged, faults):
    _, coverage = cover(ASKED, answers, damaged)
    assert coverage.faults == faults
    assert not coverage.complete
    assert "incomplete" in str(coverage)


def test_nothing_asked_is_nothing_covered():
    assert not cover({}, [])[1].complete


def test_the_first_answer_counts():
    found, _ = cover(ASKED, [answer("a", "first"), answer("a", "second")])
    assert found["a"].text == "first"


def test_rows_that_are_no_answers_are_counted(tmp_path):
    rows = [
        {
            "question_id": "a",
            "text": "said",
            "model_id": "m",
            "prompt": "p",
            "answer_id": "1",
            "metadata": {},
        },
        {"question_id": 7, "text": ""},
        {"question_id": True, "text": "x"},
        {"question_id": "", "text": "x"},
        {"question_id": "b"},
        {"question_id": "b", "text": None},
        ["a", "text"],
    ]
    lines = [json.dumps(row) for row in rows] + [
        "",
        "{",
        "[" * 100_000,
        '{"text": "\\ud800", "question_id": "s"}',
    ]
    path = tmp_path / "answers.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    read = read_answers(path)
    assert [one.question_id for one in read.answers] == ["a", "7", "s"]
    assert read.answers[0] == Answer("a", "p", "said", "m", "1")
    assert read.damaged == 7
    assert read.models == ("m",)


def test_a_line_without_end_is_damaged_and_the_rest_is_read(tmp_path):
    path = tmp_path / "answers.jsonl"
    row = json.dumps({"question_id": "a", "text": "said"})
    path.write_text(f'{{"question_id": "b", "text": "{"x" * (2 * LONGEST_LINE)}"}}\n{row}\n')
    read = read_answers(path)
    assert [one.question_id for one in read.answers] == ["a"]
    assert read.damaged >= 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b'{"question_id": "a"}\n'])
def test_a_file_without_answers_is_a_wrong_call(tmp_path, content):
    path = tmp_path / "answers.jsonl"
    path.write_bytes(content)
    with pytest.raises(ConfigError):
        read_answers(path)


def test_a_missing_file_is_a_wrong_call(tmp_path):
    with pytest.raises(ConfigError, match="No such file"):
        read_answers(tmp_path / "nothing.jsonl")
