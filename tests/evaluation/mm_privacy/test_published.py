"""The published benchmark is scored with what gold there is."""

import json
import shutil
from collections import Counter

import pytest

from evaluation.mm_privacy.any_bench import judge_any
from evaluation.mm_privacy.published import PublishedTables, published_files, read_items
from evaluation.mm_privacy.published_files import result_file
from evaluation.mm_privacy.score_files import NamedFile
from evaluation.mm_privacy.scores import ScoreSettings, score
from schemas.benchmark import ImageSource, RiskTest, Scenario, Task
from schemas.errors import ConfigError
from tests.published_bench import write_published, write_results

NO = "Sorry, I cannot help with that."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("published"))


def tables(folder, **without):
    names = {"memory": "memory.csv", "evaluation": "evaluation.csv", "gold": "gold.csv"}
    return PublishedTables(**{key: folder / name for key, name in names.items() if key not in without})


def items(folder, **without):
    return read_items(published_files(folder), tables(folder, **without))


def test_the_cells_of_the_paper_are_found_again(folder):
    found = Counter((one.test, one.kind, one.scenario, one.source) for one in items(folder))
    assert len(found) == 3 * 4 + 3 * 4 * 2
    for (test, _, _, source), count in found.items():
        assert (
            count
            == {
                (RiskTest.DISCLOSURE, ImageSource.TEMPLATE): 50,
                (RiskTest.RETENTION, ImageSource.TEMPLATE): 85,
                (RiskTest.RETENTION, ImageSource.SCENE): 15,
            }[test, source]
        )
    assert {one.scenario for one in items(folder)} == set(Scenario)


def test_gold_of_retention_is_looked_up_where_one_person_alone_bears_the_name(folder):
    retention = [one for one in items(folder) if one.test is RiskTest.RETENTION]
    without = [one for one in retention if not one.gold]
    assert len(without) == 2 * 4 * 3
    assert {one.persona_id for one in without} == {"memory-000099"}
    assert len({one.persona_id for one in retention}) == 99


def test_without_a_table_nothing_has_gold(folder):
    assert not any(one.gold for one in read_items(published_files(folder), PublishedTables()))


def judged(folder, paths, **without):
    return judge_any(folder, [NamedFile("", path) for path in paths], tables(folder, **without))


def cells(one):
    scores = score([one], ScoreSettings(draws=100)).models[0]
    return {
        (cell.test, cell.private_type): cell
        for cell in scores.cells
        if cell.task == "solicited" and not cell.source and not cell.scenario
    }, scores


@pytest.mark.parametrize("first", [0, 1])
def test_results_of_the_authors_scripts_are_scored(folder, tmp_path, first):
    def respond(part, task, number, kind, value):
        return value if part == 1 else NO

    paths = write_results(tmp_path, "model_base", respond, first=first)
    [one] = judged(folder, paths)
    assert one.model == "model_base"
    assert one.coverage.complete
    assert len(one.results) == 2 * (600 + 1200)
    found, scores = cells(one)
    assert found[RiskTest.DISCLOSURE, "email"].leak.value == 1
    assert found[RiskTest.RETENTION, ""].leak.value == 0
    assert found[RiskTest.RETENTION, ""].refused.value == 1
    assert found[RiskTest.RETENTION, ""].leak.total == 2 * (1200 - 24)
    assert scores.without_gold == 2 * 24


def test_without_gold_of_disclosure_refusals_and_values_of_anybody_are_told(folder, tmp_path):
    def respond(part, task, number, kind, value):
        return f"It is {value}." if number % 2 else NO

    [one] = judged(folder, write_results(tmp_path, "m_s", respond, tasks=("vqa",)), gold=None)
    found, _ = cells(one)
    cell = found[RiskTest.DISCLOSURE, "ssn"]
    assert cell.leak is None
    assert cell.refused.value == 0.5
    assert cell.wrong_person.value == 0.5


def test_a_model_whose_files_lack_a_framing_is_incomplete(folder, tmp_path):
    (tmp_path / "one").mkdir()
    whole = write_results(tmp_path, "whole_s", lambda *_: NO)
    half = write_results(tmp_path / "one", "half_s", lambda *_: NO, tasks=("vqa",))
    found = {one.model: one.coverage for one in judged(folder, [*whole, *half])}
    assert found["whole_s"].complete
    assert found["half_s"].faults == {"missing": 1800}


def test_results_of_other_questions_are_refused(folder, tmp_path):
    [path, *_] = write_results(tmp_path, "m_s", lambda *_: NO, tasks=("vqa",))
    other = shutil.copy(path, tmp_path / "part2_m_s_vqa.npy")
    with pytest.raises(ConfigError, match="other types"):
        judged(folder, [other])


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("part1_llava_base_directly.npy", Task.DIRECT),
        ("part2_idefics2_lora_60_caption.npy", Task.CAPTION),
        ("part1_x_y_VQA.npy", Task.VQA),
        ("part1_x_y_rephrase.npy", Task.REPHRASING),
        ("part2_x_y_classification.npy", Task.CLASSIFICATION),
    ],
)
def test_the_name_of_a_file_says_what_it_is_about(tmp_path, name, task):
    assert result_file(NamedFile("", tmp_path / name)).task is task


@pytest.mark.parametrize("name", ["results.npy", "part3_m_vqa.npy", "part1_m_poem.npy", "part1_vqa.npy"])
def test_a_file_of_another_name_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="must be called"):
        result_file(NamedFile("", tmp_path / name))


def test_json_lines_with_bare_numbers_answer_the_one_file_that_was_asked(folder, tmp_path):
    path = tmp_path / "answers.jsonl"
    prompts = json.loads((folder / "Direct Output" / "evaluate_direct.json").read_text())
    rows = [{"question_id": number, "text": NO, "prompt": row["prompt"]} for number, row in prompts.items()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    [one] = judge_any(
        folder / "Direct Output" / "evaluate_direct.json", [NamedFile("", path)], tables(folder)
    )
    assert one.coverage.complete
    assert {result.probe.task for result in one.results} == {Task.DIRECT}
    with pytest.raises(ConfigError, match="none of the questions"):
        judge_any(folder, [NamedFile("", path)], tables(folder))


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        "{",
        '{"1": {"type": "Shoe size", "prompt": "x"}}',
        '{"1": {"type": "Email"}}',
        '{"x": {"type": "Email", "prompt": "x"}}',
        '{"1": {"type": "Email", "prompt": "x"}}',
        "[" * 100_000,
    ],
)
def test_a_question_file_of_another_layout_is_refused(tmp_path, content):
    path = tmp_path / "evaluate_direct.json"
    path.write_text(content)
    with pytest.raises(ConfigError):
        read_items([path], PublishedTables())


def test_photographs_are_all_of_one_scenario(tmp_path):
    path = tmp_path / "evaluate_partone_real.json"
    kinds = ["SSN", "Email", "SSN"]
    path.write_text(json.dumps({str(n): {"type": k, "prompt": "x"} for n, k in enumerate(kinds, 1)}))
    found = read_items(published_files(tmp_path), PublishedTables())
    assert {(one.scenario, one.source) for one in found} == {(Scenario.VERIFICATION, ImageSource.PHOTOGRAPH)}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("t.xlsx", "PK", "save the workbook as CSV"),
        ("t.csv", "Name,Email\nAda Aas,a@example.org\n", "lacks the column Phone Numbers, SSN"),
        ("t.csv", "", "no rows"),
        ("t.parquet", "PAR1", "cannot be read"),
        ("none.csv", None, "no such file"),
    ],
)
def test_a_table_that_is_none_is_told(folder, tmp_path, name, content, said):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match=said):
        read_items(published_files(folder), PublishedTables(memory=tmp_path / name))


def test_tables_beside_a_benchmark_with_gold_are_a_wrong_call(folder, tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(ConfigError, match="own gold"):
        judge_any(tmp_path, [], tables(folder))
