import json

import pytest
from typer.testing import CliRunner

from mmscrub.cli import app
from tests.chat_endpoint import chat_endpoint
from tests.chat_endpoint import said as said_by_judge
from tests.evaluation.prism import made_answers as made


def said(_kind, question):
    return f"{made.CLEAN} {question.question_id}"


def run(*arguments):
    return CliRunner().invoke(app, ["score", "prism", *map(str, arguments)])


def test_whole_answers_are_scored_and_written(tmp_path):
    answers = made.write(tmp_path / "a.jsonl", made.may_rows("m", said))
    done = run(answers, "--out", tmp_path / "out", "-j", 1)
    assert done.exit_code == 0, done.output
    assert "harmless" in done.output
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["coverage.csv", "judgements.jsonl", "report.md", "scores.csv"]


def test_a_hostile_model_name_reaches_neither_terminal_nor_report(tmp_path):
    answers = made.write(tmp_path / "a.jsonl", made.may_rows("[red]\x1b[2J|<script>", said))
    done = run(answers, "--out", tmp_path / "out", "-j", 1)
    assert done.exit_code == 0
    for shown in (done.output, (tmp_path / "out/report.md").read_text()):
        assert "\x1b" not in shown
        assert "<script" not in shown
        assert "red_" in shown


def test_answers_that_are_not_whole_fail_unless_that_is_allowed_and_are_written_all_the_same(tmp_path):
    answers = made.write(tmp_path / "a.jsonl", made.may_rows("m", said)[:-1])
    done = run(answers, "--out", tmp_path / "out", "-j", 1)
    assert done.exit_code == 1
    assert "1 missing" in done.output
    assert "m *" in done.output
    assert (tmp_path / "out/report.md").is_file()
    assert run(answers, "--out", tmp_path / "out", "-j", 1, "--allow-incomplete").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["missing.jsonl"],
        ["a.jsonl", "--bench", "missing"],
        ["a.jsonl", "--judged", "missing"],
        ["a.jsonl", "--least-words", "0"],
        ["a.jsonl", "--match-words", "-1"],
        ["other.jsonl"],
        ["a.jsonl", "--judge", "magic"],
        ["a.jsonl", "--judge", "openai:m"],
        ["a.jsonl", "--judge", "openai:m", "--base-url", "http://127.0.0.1:9/v1", "--key-variable", "NO_KEY"],
    ],
)
def test_a_wrong_call_exits_with_2_and_names_what_is_wrong(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    rows = made.may_rows("m", said)
    made.write(tmp_path / "a.jsonl", rows)
    made.write(tmp_path / "other.jsonl", [{**row, "prompt": "Who is it?"} for row in rows])
    done = run(*arguments, "--out", "out")
    assert done.exit_code == 2, done.output
    assert "mmscrub: " in done.output
    assert not (tmp_path / "out").exists()


def test_pictures_are_written_as_png_and_svg_and_a_dollar_in_a_name_does_no_harm(tmp_path):
    pytest.importorskip("matplotlib")
    answers = made.write(tmp_path / "a.jsonl", made.may_rows("m$^$", said))
    done = run(answers, "--out", tmp_path / "out", "-j", 1, "--plots")
    assert done.exit_code == 0, done.output
    names = ("answers", "leaks", "leaks_by_length", "useful_and_clean")
    found = sorted(path.name for path in (tmp_path / "out/plots").iterdir())
    assert found == [f"{name}.{ending}" for name in names for ending in ("png", "svg")]


def test_the_help_teaches_with_an_example():
    assert "mmscrub score prism answers/" in run("--help").output


def test_a_language_model_judges_where_it_is_named_and_its_verdicts_are_read_again(tmp_path):
    def conclude(body):
        describes = '"told"' in body["messages"][0]["content"]
        return said_by_judge(json.dumps({"refused": False} | ({"told": ["age"]} if describes else {})))

    answers = made.write(tmp_path / "a.jsonl", made.may_rows("m", said))
    with chat_endpoint(conclude, lambda _: None) as endpoint:
        base, _, model = endpoint.place.partition("#")
        call = ("--judge", f"openai:{model}", "--base-url", base, "--out", tmp_path / "out")
        done = run(answers, *call)
        asked = len(endpoint.bodies)
        assert run(answers, *call).exit_code == 0
        assert len(endpoint.bodies) == asked + 1  # the probe alone
    assert done.exit_code == 0, done.output
    assert "40 verdicts asked for" in done.output
    other = run(answers, "--judged", tmp_path / "out/judgements.jsonl", "--out", tmp_path / "rules", "-j", 1)
    assert other.exit_code == 0, other.output
    assert "rules (strict) / openai:tiny, told: age" in (tmp_path / "rules/report.md").read_text()
