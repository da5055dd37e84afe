"""Benchmarks of every form become the same questions; what is broken costs itself."""

import json

import pytest

from pipeline.answers.bench_file import find_bench
from pipeline.answers.questions import image_of, read_questions
from pipeline.answers.survey import survey_bench
from schemas.errors import ConfigError, RejectRecord
from schemas.reasons import Reason
from tests.asked_bench import TASKS, write_numbered, write_probes
from tests.vision_endpoint import picture, write_questions


def all_questions(files, **how):
    return [one for file in files for one in read_questions(file, images=True, **how)]


def test_probes_come_with_image_task_and_words_but_without_the_fields_of_their_form(tmp_path):
    files = find_bench(str(write_probes(tmp_path, 4)), None)
    questions = all_questions(files)
    assert [one.question_id for one in questions][:3] == [f"d0000-{task}" for task in TASKS]
    assert {one.task for one in questions} == set(TASKS)
    assert image_of(questions[-1], files[0]) == picture((3, 60, 60))
    assert questions[0].about["gold"] == "jo0@example.org"
    assert "fields" not in questions[0].about


@pytest.mark.parametrize("first", [0, 1, 6, 7, 8, 20, 23])
def test_reading_from_a_row_on_skips_nothing_else(tmp_path, first):
    files = find_bench(str(write_probes(tmp_path, 8)), None)
    rows = [one.row for one in all_questions(files, first=first)]
    assert rows == list(range(first, 24))


def test_published_lines_name_their_image_below_the_root(tmp_path):
    bench, root = write_questions(tmp_path, 3)
    files = find_bench(str(bench), root)
    questions = all_questions(files)
    assert [one.task for one in questions] == ["refusal_soft"] * 3
    assert questions[2].prompt.endswith("\nAnswer")
    assert image_of(questions[2], files[0]) == picture((2, 0, 0))


def test_a_folder_of_published_sets_is_one_benchmark(tmp_path):
    bench, root = write_questions(tmp_path, 2)
    (tmp_path / "PRISM_implicit_leakage.jsonl").write_text(bench.read_text().replace("age", "scene"))
    (tmp_path / "notes.jsonl").write_text('{"note": 1}\n')
    files = find_bench(str(tmp_path), root)
    assert [file.name for file in files] == ["implicit_leakage", "refusal_soft"]
    assert find_bench(f"{tmp_path}/PRISM_ref*.jsonl", root) == files[1:]


def test_published_requests_are_asked_in_five_framings_of_the_image_of_their_number(tmp_path):
    bench, root = write_numbered(tmp_path / "whole" / "direct", 3)
    files = find_bench(str(bench), None)
    questions = all_questions(files)
    assert [one.question_id for one in questions][4:7] == [
        "disclosure/classification/1",
        "disclosure/direct/2",
        "disclosure/vqa/2",
    ]
    assert len(questions) == 15
    assert all("Say the address." in one.prompt for one in questions)
    assert len({one.prompt for one in questions}) == 5
    assert image_of(questions[6], files[0]) == picture((2, 0, 0))
    assert [one.row for one in all_questions(files, first=7)] == list(range(7, 15))
    assert find_bench(str(bench.parent), root) == find_bench(str(tmp_path / "whole"), None) == files


def test_other_numbered_questions_are_asked_as_they_are(tmp_path):
    bench, root = write_numbered(tmp_path, 2)
    own = bench.rename(tmp_path / "own.json")
    questions = all_questions(find_bench(str(own), root))
    assert [(one.question_id, one.prompt) for one in questions] == [
        ("1", "Say the address."),
        ("2", "Say the address."),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", Reason.QUESTION_MALFORMED),
        ("[1]", Reason.QUESTION_MALFORMED),
        ('{"question_id": "a", "image": "Age/0.png"}', Reason.QUESTION_MALFORMED),
        ('{"question_id": "", "text": "What?", "image": "Age/0.png"}', Reason.QUESTION_MALFORMED),
        ('{"question_id": ["a"], "text": "What?", "image": "Age/0.png"}', Reason.QUESTION_MALFORMED),
        ('{"question_id": "a", "text": {"x": 1}, "image": "Age/0.png"}', Reason.QUESTION_MALFORMED),
        ('{"question_id": "a", "text": "\\ud800", "image": "Age/0.png"}', Reason.QUESTION_MALFORMED),
        ('{"question_id": "a", "text": "What?"}', Reason.IMAGE_MISSING),
        ('{"question_id": "a", "text": "What?", "image": 7}', Reason.IMAGE_MISSING),
        ('{"question_id": "a", "text": "What?", "image": "Age"}', Reason.IMAGE_MISSING),
        ('{"question_id": "a", "text": "What?", "image": "gone.png"}', Reason.IMAGE_MISSING),
        ('{"question_id": "a", "text": "What?", "image": "../PRISM.jsonl"}', Reason.IMAGE_PATH_OUTSIDE_ROOT),
        ('{"question_id": "a", "text": "What?", "image": "/etc/passwd"}', Reason.IMAGE_PATH_ABSOLUTE),
    ],
)
def test_a_row_that_cannot_be_asked_has_its_reason_and_the_others_stay(tmp_path, line, reason):
    bench, root = write_questions(tmp_path, 1)
    bench.write_text(f"{bench.read_text()}{line}\n{bench.read_text().replace('0.png', '0.png ')}")
    files = find_bench(str(bench), root)
    questions = all_questions(files)
    assert len(questions) == 3
    assert image_of(questions[0], files[0])
    with pytest.raises(RejectRecord) as error:
        image_of(questions[1], files[0])
    assert error.value.reason is reason


def test_parts_hold_every_question_once_and_no_row_of_another_file(tmp_path):
    write_probes(tmp_path, 5)
    write_probes(tmp_path, 3, name="retention-00000-of-00001.parquet", tasks=("direct",))
    files = find_bench(str(tmp_path), None)
    survey = survey_bench(files, (), None, 4)
    assert [(part.file, part.first, part.asked) for part in survey.parts] == [
        (0, 0, 4),
        (0, 4, 4),
        (0, 8, 4),
        (0, 12, 3),
        (1, 0, 3),
    ]
    assert (survey.questions, survey.rows) == (18, 18)


def test_tasks_and_limit_choose_questions_and_change_the_digest(tmp_path):
    files = find_bench(str(write_probes(tmp_path, 5)), None)
    whole, some, few = (
        survey_bench(files, tasks, limit, 4) for tasks, limit in (((), None), (("vqa",), None), ((), 7))
    )
    assert (whole.questions, some.questions, few.questions) == (15, 5, 7)
    assert [part.asked for part in few.parts] == [4, 3]
    assert len({whole.digest, some.digest, few.digest}) == 3
    assert whole.digest == survey_bench(files, (), None, 9).digest


def test_a_task_that_is_not_there_is_a_config_error_that_names_those_that_are(tmp_path):
    files = find_bench(str(write_probes(tmp_path, 2)), None)
    with pytest.raises(ConfigError, match="direct, plain_caption, vqa"):
        survey_bench(files, ("caption",), None, 4)


def test_a_question_that_is_asked_twice_is_a_config_error(tmp_path):
    bench, root = write_questions(tmp_path, 2)
    bench.write_text(bench.read_text() * 2)
    with pytest.raises(ConfigError, match="2 questions are asked twice"):
        survey_bench(find_bench(str(bench), root), (), None, 4)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", ""),
        ("a.json", "[1, 2]"),
        ("a.json", "{broken"),
        ("a.json", "{}"),
        ("a.parquet", "no parquet"),
        ("a.txt", "words"),
    ],
)
def test_a_file_that_is_no_benchmark_is_a_config_error(tmp_path, name, content):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ConfigError):
        survey_bench(find_bench(str(path), tmp_path), (), None, 4)


def test_a_folder_without_questions_is_a_config_error(tmp_path):
    (tmp_path / "personas.json").write_text(json.dumps({"a": 1}))
    with pytest.raises(ConfigError, match="holds no questions"):
        find_bench(str(tmp_path), None)


def test_published_questions_need_an_image_root(tmp_path):
    bench, _ = write_questions(tmp_path, 1)
    with pytest.raises(ConfigError, match="images"):
        find_bench(str(bench), None)


def test_half_a_benchmark_is_refused_unless_a_glob_chooses_it(tmp_path):
    for name in ("disclosure-00000-of-00003.parquet", "disclosure-00002-of-00003.parquet"):
        write_probes(tmp_path, 1, name=name)
    with pytest.raises(ConfigError, match="not all shards of disclosure"):
        find_bench(str(tmp_path), None)
    assert len(find_bench(f"{tmp_path}/data/*.parquet", None)) == 2
