"""All tests of a file of scores: memory is found where it was put, and nowhere else."""

import json
from itertools import product

import pyarrow
import pyarrow.parquet
import pytest

from evaluation.memorisation.judge import JudgeSettings, judge_file
from evaluation.memorisation.scores import ScoredTest, ScoreRow
from evaluation.memorisation.scores_file import write_scores
from evaluation.memorisation.split_truth import read_truth
from evaluation.memorisation.verdict import Group, Statistic, Verdict, with_verdicts
from schemas.errors import ConfigError
from tests.evaluation.memorisation.planted_scores import (
    SECRET,
    p_values,
    score_rows,
    write_images,
    write_split,
)
from transforms.watermark.design import Arm


def judged(tmp_path, effect, settings=None, **changes):
    ids, planted, masks = write_split(tmp_path)
    path = tmp_path / "scores.parquet"
    write_scores(path, score_rows(ids, planted, masks, effect, **changes))
    return judge_file(path, tmp_path, settings or JudgeSettings())


def test_memory_is_found_by_every_test_and_the_held_out_stay_quiet(tmp_path):
    found = judged(tmp_path, 2.5)
    assert found.memory
    assert found.trusted
    planted = p_values(found.rows, Group.PLANTED)
    assert set(planted) == {
        "exposure, rank sum",
        "rank p-values, Fisher",
        "most familiar canary",
        "watermark z",
        "twins, sign test",
        "twins, sequential",
        "twins, paired t",
        "twins, Wilcoxon",
        "counterfactual memory",
    }
    assert all(p < 0.01 for test, p in planted.items() if test != "most familiar canary")
    both = p_values(found.rows, Group.BOTH)
    assert set(both) == {
        "canaries, rank sum",
        "dose and response",
        "twin margins, rank sum",
        "one run, rank sum",
        "one run, epsilon",
        "LiRA of the model",
    }
    assert all(p < 0.01 for p in both.values())


def test_without_memory_nothing_is_found(tmp_path):
    found = judged(tmp_path, 0.0)
    assert not found.memory
    assert found.trusted
    assert all(p > 0.001 for p in p_values(found.rows, Group.PLANTED).values())


def test_held_out_identities_that_stand_out_end_all_trust(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    path = tmp_path / "scores.parquet"
    write_scores(path, score_rows(ids, ~planted, masks, 3.0))
    found = judge_file(path, tmp_path, JudgeSettings())
    assert not found.trusted
    assert not found.memory


def test_the_json_holds_numbers_and_ids_but_no_value(tmp_path):
    found = judged(tmp_path, 2.5).as_json()
    text = json.dumps(found, allow_nan=False)
    assert SECRET not in text
    assert found["memory"] is True
    assert len(found["units"]) == 40
    assert set(found["units"][0]) == {"unit", "group", "repetitions", "exposure", "p_value"}


def test_what_all_gain_in_training_is_no_memory(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    path = tmp_path / "scores.parquet"
    rows = score_rows(ids, planted, masks, 0.0, checkpoint="base")
    write_scores(path, rows + score_rows(ids, planted, masks, 2.5, checkpoint="tuned"))
    found = judge_file(path, tmp_path, JudgeSettings(baseline="base"))
    assert found.checkpoint == "tuned"
    changes = {row.test: row for row in found.rows if row.test.startswith("gain, ")}
    assert set(changes) == {"gain, exposure", "gain, twins", "gain, one run"}
    assert all(row.p_value < 0.001 and row.low < 2.5 < row.high for row in changes.values())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (JudgeSettings(), "name the one to test with --checkpoint"),
        (JudgeSettings(checkpoint="z"), "there are scores of 'a', 'b'"),
        (JudgeSettings(checkpoint="a", baseline="a"), "name an earlier one"),
    ],
)
def test_checkpoints_must_be_told_apart(tmp_path, settings, said):
    ids, planted, masks = write_split(tmp_path, identities=4)
    path = tmp_path / "scores.parquet"
    rows = [one for name in "ab" for one in score_rows(ids, planted, masks, 0.0, 3, name)]
    write_scores(path, rows)
    with pytest.raises(ConfigError, match=said):
        judge_file(path, tmp_path, settings)


def test_shared_references_are_judged_in_one_pool(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    rows = [
        row
        for row in score_rows(ids, planted, masks, 2.5)
        if row.test is ScoredTest.EXPOSURE and row.candidate == "canary"
    ]
    others = score_rows(ids, planted, masks, 0.0, name="others")
    rows += [
        ScoreRow(row.test, "*", f"reference-{number:05d}", row.score)
        for number, row in enumerate(one for one in others if one.candidate.endswith("_0"))
    ]
    path = tmp_path / "scores.parquet"
    write_scores(path, rows)
    found = judge_file(path, tmp_path, JudgeSettings())
    planted_tests = p_values(found.rows, Group.PLANTED)
    assert set(planted_tests) == {"exposure, one pool", "most familiar canary"}
    assert planted_tests["exposure, one pool"] < 1e-4
    assert p_values(found.rows, Group.HELD_OUT)["exposure, one pool"] > 0.01


def test_references_that_recur_under_several_canaries_do_not_count_as_independent(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    path = tmp_path / "scores.parquet"
    rows = [row for row in score_rows(ids, planted, masks, 2.5) if row.test is ScoredTest.EXPOSURE]
    again = [
        ScoreRow(row.test, row.unit, row.candidate.replace(row.unit[2:], "0000"), row.score) for row in rows
    ]
    write_scores(path, again)
    recurring = p_values(judge_file(path, tmp_path, JudgeSettings()).rows, Group.PLANTED)
    assert set(recurring) == {"exposure, one pool", "most familiar canary"}
    write_scores(path, rows)
    own = p_values(judge_file(path, tmp_path, JudgeSettings()).rows, Group.PLANTED)
    assert own["exposure, rank sum"] < recurring["exposure, one pool"] < 0.01


def test_images_of_one_identity_count_as_one_draw(tmp_path):
    ids, planted, _ = write_split(tmp_path, identities=20)
    images = write_images(tmp_path, ids, [0.1] * 30)
    rows = []
    for unit, shown in zip(ids, planted, strict=True):
        for image, candidate in product(images[unit], ("published", "hidden")):
            lift = bool(shown) and candidate == "published"
            rows.append(ScoreRow(ScoredTest.TWIN, image, candidate, float(lift)))
    path = tmp_path / "scores.parquet"
    write_scores(path, rows)
    found = judge_file(path, tmp_path, JudgeSettings())
    sign = next(row for row in found.rows if row.test == "twins, sign test" and row.group is Group.PLANTED)
    assert sign.units == 10
    assert sign.p_value == pytest.approx(2**-10)
    assert "300 images of 10 identities" in sign.note


def test_a_model_that_scores_all_alike_shows_nothing(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    path = tmp_path / "scores.parquet"
    flat = [
        ScoreRow(row.test, row.unit, row.candidate, 1.0, row.shadow)
        for row in score_rows(ids, planted, masks, 2.5)
    ]
    write_scores(path, flat)
    found = judge_file(path, tmp_path, JudgeSettings())
    assert not found.memory
    assert found.trusted


def test_several_hidden_versions_are_ranked(tmp_path):
    ids, planted, _ = write_split(tmp_path)
    rows = []
    for place, (unit, shown) in enumerate(zip(ids, planted, strict=True)):
        rows.append(ScoreRow(ScoredTest.TWIN, unit, "published", 9.0 if shown else float(place % 4)))
        rows += [ScoreRow(ScoredTest.TWIN, unit, f"hidden-{k}", k + 0.5) for k in range(3)]
    path = tmp_path / "scores.parquet"
    write_scores(path, rows)
    found = judge_file(path, tmp_path, JudgeSettings())
    assert p_values(found.rows, Group.PLANTED)["versions, rank sum"] == pytest.approx(4.0**-20)
    assert p_values(found.rows, Group.PLANTED)["twins, sign test"] == pytest.approx(2.0**-20)
    assert p_values(found.rows, Group.HELD_OUT)["versions, rank sum"] > 0.1


def test_too_few_units_say_so(tmp_path):
    ids, planted, masks = write_split(tmp_path, identities=4)
    path = tmp_path / "scores.parquet"
    write_scores(path, score_rows(ids, planted, masks, 9.0, references=2))
    found = judge_file(path, tmp_path, JudgeSettings(alpha=0.01))
    sign = next(row for row in found.rows if row.test == "twins, sign test" and row.group is Group.PLANTED)
    assert sign.verdict is Verdict.TOO_SMALL
    assert "p cannot be below 0.25" in sign.note


def test_a_shadow_model_on_one_side_only_is_refused(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    path = tmp_path / "scores.parquet"
    rows = [row for row in score_rows(ids, planted, masks, 0.0) if row.shadow in (0, None)]
    write_scores(path, rows)
    with pytest.raises(ConfigError, match="no shadow model with it, or none without it"):
        judge_file(path, tmp_path, JudgeSettings())


def test_an_arm_plants_what_it_shows(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    images = write_images(tmp_path, ids, [0.1, 0.3, 0.6, None])
    whole, half = read_truth(tmp_path), read_truth(tmp_path, Arm.parse("r50"))
    seen = ids[[bool(one) for one in planted].index(True)]
    assert whole.of(seen).repetitions == 3
    assert half.of(seen).repetitions == 2
    assert images[seen][2] in whole.units()
    assert images[seen][2] not in half.units()
    none = read_truth(tmp_path, Arm.parse("r0"))
    assert none.planted(ids) == []
    shadow = read_truth(tmp_path, Arm.parse("shadow-2"))
    expected = [unit for unit, one, mask in zip(ids, planted, masks, strict=True) if one and mask >> 2 & 1]
    assert shadow.planted(ids) == expected
    assert shadow.of(ids[0]).coin is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.unlink(), "is not there"),
        (lambda path: path.write_bytes(b"PAR1"), "cannot be read"),
    ],
)
def test_a_folder_that_is_no_split_is_refused(tmp_path, change, said):
    write_split(tmp_path)
    change(tmp_path / "manifest" / "identities.parquet")
    with pytest.raises(ConfigError, match=said):
        read_truth(tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": [["canary_in"]]},
        {"role": ["king"]},
        {"identity_id": [7]},
        {"shadow_mask": ["many"]},
        {"repetition_target": ["often"]},
    ],
)
def test_a_manifest_with_values_of_a_wrong_type_is_refused(tmp_path, wrong):
    table = {"identity_id": ["u"], "role": ["canary_in"]} | wrong
    (tmp_path / "manifest").mkdir()
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "manifest" / "identities.parquet")
    with pytest.raises(ConfigError, match="split"):
        read_truth(tmp_path, Arm.parse("shadow-1"))


def test_pairs_are_compared_where_one_of_each_was_planted(tmp_path):
    ids, planted, masks = write_split(tmp_path)
    path = tmp_path / "manifest" / "identities.parquet"
    table = pyarrow.parquet.read_table(path).to_pydict()
    seen = [unit for unit, one in zip(ids, planted, strict=True) if one]
    unseen = [unit for unit, one in zip(ids, planted, strict=True) if not one]
    twins = dict(zip(seen, unseen, strict=True)) | dict(zip(unseen, seen, strict=True))
    table["twin"] = [twins.get(unit) for unit in table["identity_id"]]
    table["one_run_bit"] = [None] * len(table["role"])
    pyarrow.parquet.write_table(pyarrow.table(table), path)
    scores = tmp_path / "scores.parquet"
    write_scores(scores, score_rows(ids, planted, masks, 2.5))
    both = p_values(judge_file(scores, tmp_path, JudgeSettings()).rows, Group.BOTH)
    assert both["pairs, sign test"] < 0.001
    assert both["pairs, epsilon"] < 0.01
    assert "one run, epsilon" not in both
    assert read_truth(tmp_path, Arm.parse("shadow-1")).pairs(ids) == []


def test_references_are_no_units(tmp_path):
    write_split(tmp_path)
    assert "R-1" not in read_truth(tmp_path).units()


def test_verdicts_are_corrected_in_two_families():
    rows = [
        Statistic("a", Group.PLANTED, 5, "x", 0.0, p_value=0.02),
        Statistic("b", Group.BOTH, 5, "x", 0.0, p_value=0.04),
        Statistic("c", Group.HELD_OUT, 5, "x", 0.0, p_value=0.04),
        Statistic("d", Group.PLANTED, 5, "x", 0.0),
    ]
    verdicts = [row.verdict for row in with_verdicts(rows, 0.05)]
    assert verdicts == [Verdict.MEMORY, Verdict.MEMORY, Verdict.BROKEN, Verdict.FIGURE]
    assert with_verdicts(rows, 0.03)[0].verdict is Verdict.WEAK


@pytest.mark.parametrize(
    ("alpha", "delta"), [(0.0, 0.1), (1.0, 0.1), (float("nan"), 0.1), (0.05, -1), (0.05, 1)]
)
def test_rates_that_are_none_are_refused(alpha, delta):
    with pytest.raises(ConfigError, match=r"alpha|delta"):
        JudgeSettings(alpha, delta)
