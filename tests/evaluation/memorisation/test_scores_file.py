"""The file of scores: what is read, and how a wrong file is told."""

import json

import pytest

from evaluation.memorisation.score_table import by_checkpoint, check_units
from evaluation.memorisation.scores import ScoredTest, ScoreRow
from evaluation.memorisation.scores_file import read_scores, write_scores
from schemas.errors import ConfigError

EXPOSURE = [
    ScoreRow(ScoredTest.EXPOSURE, "u-1", "canary", 3.0),
    ScoreRow(ScoredTest.EXPOSURE, "u-1", "reference-00002", 2.0),
    ScoreRow(ScoredTest.EXPOSURE, "u-1", "reference-00001", 1.0),
    ScoreRow(ScoredTest.EXPOSURE, "u-0", "canary", 0.5),
    ScoreRow(ScoredTest.EXPOSURE, "u-0", "reference-00001", 7.0),
    ScoreRow(ScoredTest.EXPOSURE, "u-0", "reference-00002", 8.0),
]
LINE = {"test": "twin", "unit": "u-1", "candidate": "published", "score": 1.5}


def json_file(tmp_path, *rows):
    path = tmp_path / "scores.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def refusal(path):
    with pytest.raises(ConfigError) as refused:
        by_checkpoint(path, read_scores(path))
    return str(refused.value)


def test_rows_come_back_as_they_were_written(tmp_path):
    rows = [*EXPOSURE, ScoreRow(ScoredTest.SHADOW, "u-1", "canary", -1.0, 4, "step-9")]
    path = tmp_path / "scores.parquet"
    assert write_scores(path, rows) == 7
    assert read_scores(path) == rows


def test_csv_and_json_lines_say_the_same(tmp_path):
    table = tmp_path / "scores.csv"
    table.write_text(
        "unit,test,candidate,score,shadow,note\nu-1,shadow,canary,-2.5,3,x\nu-1,shadow,canary,1e-3,,y\n"
    )
    lines = json_file(
        tmp_path,
        {"test": "shadow", "unit": "u-1", "candidate": "canary", "score": -2.5, "shadow": 3},
        {"test": "shadow", "unit": "u-1", "candidate": "canary", "score": 0.001},
    )
    assert read_scores(table) == read_scores(lines)


def test_the_order_of_the_rows_does_not_matter(tmp_path):
    path = tmp_path / "scores.parquet"
    scores = by_checkpoint(path, EXPOSURE)[""].exposure
    other = by_checkpoint(path, EXPOSURE[::-1])[""].exposure
    assert scores.units == other.units == ("u-0", "u-1")
    assert scores.references.tolist() == other.references.tolist() == [[7, 8], [1, 2]]
    assert scores.canary.tolist() == [0.5, 3.0]
    assert scores.of(["u-1"]).references.tolist() == [[1, 2]]


def test_shared_references_stand_beside_every_canary(tmp_path):
    rows = [row for row in EXPOSURE if row.candidate == "canary"]
    rows += [ScoreRow(ScoredTest.EXPOSURE, "*", f"reference-{n}", float(n)) for n in (2, 1)]
    scores = by_checkpoint(tmp_path / "x", rows)[""].exposure
    assert scores.shared
    assert scores.references.tolist() == [[1, 2], [1, 2]]


def test_checkpoints_and_tests_are_kept_apart(tmp_path):
    rows = [
        ScoreRow(ScoredTest.TWIN, "u-1", "published", 2.0, None, "b"),
        ScoreRow(ScoredTest.TWIN, "u-1", "hidden", 1.0, None, "b"),
        ScoreRow(ScoredTest.ONE_RUN, "u-1", "canary", 5.0, None, "a"),
        *(ScoreRow(ScoredTest.SHADOW, "u-1", "canary", float(n), n, "a") for n in (1, 0)),
        ScoreRow(ScoredTest.SHADOW, "u-1", "canary", 9.0, None, "a"),
    ]
    held = by_checkpoint(tmp_path / "x", rows)
    assert list(held) == ["a", "b"]
    assert held["b"].twin.hidden.tolist() == [[1.0]]
    assert held["b"].shadow is None
    assert held["a"].one_run.scores.tolist() == [5.0]
    assert held["a"].shadow.scores.tolist() == [[0.0, 1.0]]
    assert held["a"].shadow.target.tolist() == [9.0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"test": "vibes"}, "row 2, column test: must be exposure, twin, one_run, shadow"),
        ({"test": ["twin"]}, "row 2, column test"),
        ({"unit": ""}, "row 2, column unit"),
        ({"unit": 5}, "row 2, column unit"),
        ({"unit": "a\x1b[31m"}, "row 2, column unit"),
        ({"unit": "*"}, "row 2, column candidate"),
        ({"candidate": "canary"}, "row 2, column candidate: must be published, hidden or hidden-NAME"),
        ({"candidate": "reference-00001"}, "row 2, column candidate"),
        ({"score": float("nan")}, "row 2, column score: must be finite"),
        ({"score": float("-inf")}, "row 2, column score: must be finite"),
        ({"score": 10**400}, "row 2, column score: must be finite"),
        ({"score": "high"}, "row 2, column score: must be a number"),
        ({"score": True}, "row 2, column score: must be a number"),
        ({"score": None}, "row 2, column score: is missing"),
        ({"shadow": 1}, "row 2, column shadow: belongs to the test shadow alone"),
        ({"test": "shadow", "candidate": "canary", "shadow": -1}, "row 2, column shadow"),
        ({"test": "shadow", "candidate": "canary", "shadow": 1.5}, "row 2, column shadow"),
        ({"checkpoint": 7}, "row 2, column checkpoint"),
        ({}, "row 2: says again what row 1 says"),
    ],
)
def test_a_wrong_row_is_named_with_its_column(tmp_path, change, said):
    assert said in refusal(json_file(tmp_path, LINE, LINE | change))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("exposure", "u", "canary")], "unit u: has no references"),
        ([("exposure", "u", "reference-1")], "unit u: has no row with the candidate canary"),
        ([("exposure", "*", "reference-1")], "no canary"),
        ([("twin", "u", "hidden")], "no row with the candidate published"),
        ([("twin", "u", "published")], "unit u: has no hidden versions"),
        (
            [
                ("exposure", "u", "canary"),
                ("exposure", "u", "reference-1"),
                ("exposure", "v", "canary"),
                ("exposure", "v", "reference-1"),
                ("exposure", "v", "reference-2"),
            ],
            "unit v: has 2 references, unit u has 1",
        ),
        (
            [("exposure", "*", "reference-1"), ("exposure", "u", "canary"), ("exposure", "u", "reference-1")],
            "references of its own beside those",
        ),
        ([("shadow", "u", "canary")], "none with a number in the column shadow"),
    ],
)
def test_what_no_test_can_read_is_refused(tmp_path, rows, said):
    names = ("test", "unit", "candidate")
    path = json_file(tmp_path, *(dict(zip(names, row, strict=True)) | {"score": 1} for row in rows))
    assert said in refusal(path)


def test_units_scored_by_different_shadow_models_are_refused(tmp_path):
    row = {"test": "shadow", "candidate": "canary", "score": 1.0}
    path = json_file(tmp_path, row | {"unit": "u", "shadow": 0}, row | {"unit": "v", "shadow": 1})
    assert "unit v: was scored by other shadow models than unit u" in refusal(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("scores.txt", b"", "ends in .parquet, .csv, .jsonl"),
        ("scores.csv", b"", "lacks the column test"),
        ("scores.csv", b"test,unit,score\n", "lacks the column candidate"),
        ("scores.csv", b"test,unit,candidate,score\n", "holds no rows"),
        ("scores.csv", b"test,unit,candidate,score\ntwin,u\n", "row 1, column candidate: is missing"),
        ("scores.csv", b"test,unit,candidate,score\ntwin,u,hidden,\n", "row 1, column score"),
        ("scores.csv", b"test,unit,candidate,score\n\xff\xfe", "cannot be read"),
        ("scores.jsonl", b"{", "row 1: is no JSON"),
        ("scores.jsonl", b"[" * 100_000, "row 1: is no JSON"),
        ("scores.jsonl", b"[1]\n", "row 1: is no JSON object"),
        ("scores.jsonl", b"", "holds no rows"),
        ("scores.parquet", b"PAR1 but not really", "is no Parquet file"),
    ],
)
def test_a_wrong_file_is_told_plainly(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_file_that_is_not_there_is_told(tmp_path):
    assert "no such file" in refusal(tmp_path / "scores.csv")


def test_a_unit_that_the_split_does_not_know_is_named_by_its_row(tmp_path):
    with pytest.raises(ConfigError, match="row 4, column unit"):
        check_units(tmp_path, EXPOSURE, {"u-1", "other"})
    check_units(tmp_path, EXPOSURE, {"u-1", "u-0"})
