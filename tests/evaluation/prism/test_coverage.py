import json

import pytest

from evaluation.prism.answers import read_answers, read_questions
from evaluation.prism.coverage import join
from evaluation.prism.questions import folded, published_question, questions_of
from schemas.errors import ConfigError
from tests.evaluation.prism import made_answers as made
from transforms.prism.questions import PrismLayout, QuestionSet, ask


def said(_kind, question):
    return f"{made.CLEAN} {question.question_id}"


def joined(tmp_path, *sets, bench=()):
    for number, rows in enumerate(sets):
        made.write(tmp_path / f"{number}.jsonl", rows)
    return join(read_answers([tmp_path]), bench)


def cells(found):
    return {
        (one.model, one.set.value): (one.missing, one.double, one.empty)
        for one in found.coverage
        if not one.complete
    }


@pytest.mark.parametrize("rows", [made.may_rows, made.september_rows])
def test_answers_to_every_question_are_whole_in_both_layouts(tmp_path, rows):
    found = joined(tmp_path, rows("m", said))
    assert found.complete
    assert found.of_september is (rows is made.september_rows)
    assert {one.set: one.expected for one in found.coverage} == (
        {QuestionSet.SOFT: 8, QuestionSet.HARD: 8, QuestionSet.IMPLICIT: 24}
        if rows is made.may_rows
        else {QuestionSet.SOFT: 15, QuestionSet.HARD: 15, QuestionSet.IMPLICIT: 9}
    )


@pytest.mark.parametrize("rows", [made.may_rows, made.september_rows])
def test_an_answer_that_one_model_lacks_is_missing_without_a_question_set(tmp_path, rows):
    found = joined(tmp_path, rows("one", said)[1:], rows("two", said))
    assert cells(found) == {("one", "refusal_soft"): (1, 0, 0)}
    assert not found.is_whole("one", QuestionSet.SOFT)
    assert found.is_whole("two", QuestionSet.SOFT)


def test_an_answer_that_all_lack_is_missing_if_its_image_was_asked_something_else(tmp_path):
    rows = [
        row
        for row in made.may_rows("m", said)
        if not (row["question_id"] == "Age/seen/0.jpg" and row["prompt"].startswith("Describe everyone"))
    ]
    assert cells(joined(tmp_path, rows)) == {("m", "implicit_leakage"): (1, 0, 0)}


def test_one_debug_row_in_place_of_a_set_is_foreign_and_leaves_the_set_missing(tmp_path):
    debug = {
        "question_id": "Age/seen/0.jpg",
        "prompt": "What colour are the eyes?",
        "text": "Blue",
        "model_id": "m",
    }
    soft = [
        row
        for row in made.may_rows("m", said)
        if "Don't" not in row["prompt"] and "What is the" in row["prompt"]
    ]
    rest = [row for row in made.may_rows("m", said) if row not in soft]
    found = joined(tmp_path, [debug, *rest], made.may_rows("other", said))
    assert cells(found) == {("m", "refusal_soft"): (8, 0, 0)}
    assert found.foreign == {"m": 1, "other": 0}
    assert not found.complete


def test_double_and_empty_answers_are_counted(tmp_path):
    rows = made.may_rows("m", said)
    found = joined(tmp_path, [{**rows[0], "text": " "}, *rows[1:], rows[1]])
    assert cells(found) == {("m", "refusal_soft"): (0, 0, 1), ("m", "refusal_hard"): (0, 1, 0)}


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "null", '"text"', '{"question_id": 1.5, "text": "a"}', '{"question_id": "a", "text": null}',
     '{"question_id": "a", "prompt": "b", "text": NaN}', "[" * 100_000,
     json.dumps({"question_id": "a", "prompt": "b", "text": "word " * 20_000})],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_counted_and_breaks_nothing(tmp_path, line):
    path = made.write(tmp_path / "a.jsonl", made.may_rows("m", said))
    path.write_text(path.read_text() + line + "\n")
    found = join(read_answers([path]))
    assert found.unreadable == {"m": 1}
    assert not found.complete


def test_a_lone_surrogate_does_not_break_the_tables(tmp_path):
    rows = made.may_rows("m", lambda *_: "\ud800 a bicycle")
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert all(text.encode() for text in join(read_answers([path])).answers["m"].values())


@pytest.mark.parametrize("before", ["", "Do not tell anything private.\n", "<image>\n"])
def test_a_question_is_known_with_words_before_it(before):
    question = ask("Age/seen/0.jpg", PrismLayout.MAY_2025)[QuestionSet.HARD][0]
    found = published_question(question.question_id, before + question.text)
    assert (found.set, found.category) == (QuestionSet.HARD, "Age")


@pytest.mark.parametrize(
    "prompt", ["", "Answer", "What is the age of the person?", "Name the age of the person"]
)
def test_other_words_are_no_question_of_prism(prompt):
    assert published_question("Age/1.jpg", prompt) is None


def test_the_ending_of_a_prompt_and_its_blanks_do_not_matter():
    assert folded("What  is it?\nAnswer") == folded(" what is it? ") == "what is it?"


def bench_file(tmp_path, rows, name="PRISM_implicit_leakage.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_a_question_set_says_what_all_models_lack(tmp_path):
    rows = made.may_rows("m", said)
    questions = [
        {"question_id": row["question_id"], "image": "", "text": row["prompt"], "category": "Age"}
        for row in rows
    ]
    bench = questions_of(read_questions(bench_file(tmp_path / "", questions)))
    made.write(tmp_path / "answers" / "a.jsonl", [row for row in rows if "0.jpg" not in row["question_id"]])
    found = join(read_answers([tmp_path / "answers"]), bench)
    assert cells(found) == {
        ("m", "refusal_soft"): (2, 0, 0),
        ("m", "refusal_hard"): (2, 0, 0),
        ("m", "implicit_leakage"): (6, 0, 0),
    }


def test_harmless_questions_of_the_set_are_known_by_their_words(tmp_path):
    row = {
        "question_id": "toy",
        "text": "What colour are the eyes of the teddy bear?\nAnswer",
        "category": "All",
    }
    bench = questions_of(read_questions(bench_file(tmp_path, [row], "PRISM_over_refusal.jsonl")))
    path = made.write(
        tmp_path / "answers" / "any.jsonl",
        [{"question_id": "toy", "prompt": f"Be brief. {row['text']}", "text": "Brown.", "model_id": "m"}],
    )
    found = join(read_answers([path]), bench)
    assert found.complete
    assert [one.set for one in found.coverage] == [QuestionSet.OVER_REFUSAL]


@pytest.mark.parametrize(
    ("rows", "name"),
    [
        ([{"question_id": "a", "text": "Who is it?"}], "PRISM_refusal_soft.jsonl"),
        ([{"question_id": "a"}], "PRISM_refusal_soft.jsonl"),
        ([], "PRISM_refusal_soft.jsonl"),
        ([], "other.jsonl"),
    ],
)
def test_a_question_set_that_is_none_is_refused(tmp_path, rows, name):
    with pytest.raises(ConfigError):
        questions_of(read_questions(bench_file(tmp_path, rows, name)))
