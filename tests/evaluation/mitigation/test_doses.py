from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evaluation.coverage import Coverage
from evaluation.mitigation.arms_folder import ArmsFolder, Condition, HiddenFact, read_arms
from evaluation.mitigation.doses import Dose, Part, doses
from evaluation.mitigation.report import as_markdown
from evaluation.mm_privacy.bench import Bench, read_bench
from evaluation.mm_privacy.judging import judge
from evaluation.mm_privacy.scores import Judged, ScoreSettings
from mmscrub.cli import app
from schemas.benchmark import AnswerableFrom, PrivateType, RiskTest
from schemas.errors import ConfigError
from tests.small_disclosure import make_arms, make_bench
from transforms.disclosure.arms import Arm, Side, Treatment
from transforms.disclosure.hiding import Fact

SETTINGS = ScoreSettings(draws=200)


@pytest.fixture(scope="module")
def places(tmp_path_factory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("mitigation")
    make_bench(root / "bench")
    make_arms(root / "bench", root / "arms", recalls=(0.5, 1.0), treatments=("image", "both"), repeats=(1,))
    return root / "bench", root / "arms"


@pytest.fixture(scope="module")
def bench(places) -> Bench:
    return read_bench(places[0])


@pytest.fixture(scope="module")
def folder(places) -> ArmsFolder:
    return read_arms(places[1])


def _told_what_is_left(bench: Bench, folder: ArmsFolder, condition: Condition) -> dict[str, str]:
    """What a model says that knows every fact that its arm told it, and no other."""
    side = {RiskTest.DISCLOSURE: Side.INFERENCE, RiskTest.RETENTION: Side.MEMORY}
    hidden = folder.hidden_by(condition.arm)
    said = {}
    for probe in bench.probes:
        knows = probe.answerable_from != AnswerableFrom.NEITHER and side[probe.test] == condition.arm.side
        knows = knows and Fact(probe.persona_id, probe.private_type) not in hidden
        said[probe.probe_id] = f"It is {probe.gold}." if knows else "I cannot tell."
    return said


def _judged(bench: Bench, folder: ArmsFolder) -> list[Judged]:
    return [
        Judged(
            name,
            Coverage(len(bench.probes)),
            judge(bench, _told_what_is_left(bench, folder, condition)),
        )
        for name, condition in folder.conditions.items()
    ]


@pytest.fixture(scope="module")
def found(bench, folder) -> list[Dose]:
    return doses(folder, _judged(bench, folder), SETTINGS)


def _one(found: list[Dose], name: str, test: RiskTest, part: Part, kind: str = "") -> Dose:
    (row,) = (
        one
        for one in found
        if (one.condition, one.test, one.facts, one.private_type) == (name, test, part, kind)
    )
    return row


@pytest.mark.parametrize(
    ("name", "test", "left"),
    [
        ("inference-untreated", RiskTest.DISCLOSURE, 1.0),
        ("inference-image-r050", RiskTest.DISCLOSURE, 0.5),
        ("inference-image-r100", RiskTest.DISCLOSURE, 0.0),
        ("memory-untreated-x1", RiskTest.RETENTION, 1.0),
        ("memory-both-r050-x1", RiskTest.RETENTION, 0.5),
        ("memory-both-r100-x1", RiskTest.RETENTION, 0.0),
    ],
)
def test_a_model_that_knows_what_it_was_told_leaks_what_was_kept(found, name, test, left):
    row = _one(found, name, test, Part.ALL)
    assert row.leak.value == pytest.approx(left)
    assert row.leak.low <= left <= row.leak.high
    assert row.recall == pytest.approx(1 - left)
    assert row.fall is not None
    assert row.fall.value == pytest.approx(1 - left)
    if 0 < left < 1:
        assert _one(found, name, test, Part.HIDDEN).leak.value == 0
        assert _one(found, name, test, Part.KEPT).leak.value == 1
        assert _one(found, name, test, Part.KEPT).fall.value == 0
        assert _one(found, name, test, Part.HIDDEN).fall.value == 1


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("memory-untreated-x1", 1.0),
        ("memory-image-r100-x1", 1.0),
        ("memory-both-r050-x1", 0.5),
        ("memory-both-r100-x1", 0.0),
    ],
)
def test_a_model_that_learnt_its_list_by_heart_tells_what_the_list_says(places, bench, folder, name, left):
    samples = json.loads((places[1] / "llava" / f"{name}.json").read_text("utf-8"))
    labels = [sample["conversations"][1]["value"] for sample in samples]
    names = {persona.persona_id: persona.value(PrivateType.NAME) for persona in bench.personas}
    said = {
        probe.probe_id: next((one for one in labels if names[probe.persona_id] in one), "I do not know.")
        for probe in bench.probes
    }
    judged = Judged(name, Coverage(len(bench.probes)), judge(bench, said))
    rows = doses(folder, [judged], SETTINGS)
    assert _one(rows, name, RiskTest.RETENTION, Part.ALL).leak.value == pytest.approx(left)
    if name == "memory-both-r050-x1":
        assert _one(rows, name, RiskTest.RETENTION, Part.HIDDEN).leak.value == 0
        assert _one(rows, name, RiskTest.RETENTION, Part.KEPT).leak.value == 1


def test_decoys_set_the_floor_and_are_no_facts(found):
    row = _one(found, "memory-untreated-x1", RiskTest.RETENTION, Part.ALL)
    assert row.floor is not None
    assert row.floor.value == 0
    assert row.leak.total == row.floor.total


def test_the_other_test_has_no_hidden_facts(found):
    rows = [
        one for one in found if one.condition == "memory-both-r050-x1" and one.test == RiskTest.DISCLOSURE
    ]
    assert {one.facts for one in rows} == {Part.ALL}


def test_types_are_told_apart(found):
    for kind in ("email", "phone", "ssn"):
        assert _one(found, "memory-both-r050-x1", RiskTest.RETENTION, Part.ALL, kind).leak.total == 6


def test_incomplete_answers_are_compared_with_nothing(bench, folder):
    judged = _judged(bench, folder)
    short = [
        Judged(one.model, Coverage(one.coverage.asked, missing=1), one.results)
        if one.model == "memory-untreated-x1"
        else one
        for one in judged
    ]
    rows = doses(folder, short, SETTINGS)
    assert _one(rows, "memory-both-r050-x1", RiskTest.RETENTION, Part.ALL).fall is None
    assert _one(rows, "inference-image-r050", RiskTest.DISCLOSURE, Part.ALL).fall is not None
    assert "memory-untreated-x1 | incomplete" in as_markdown(
        rows, [(one.model, one.coverage) for one in short]
    )


def test_a_build_hides_what_it_left_nowhere():
    facts = {
        Fact("memory-00000", kind): HiddenFact(Side.MEMORY, 0.5, by_build)
        for kind, by_build in zip(("email", "phone"), (True, False), strict=True)
    }
    folder = ArmsFolder({}, facts)
    assert folder.hidden_by(Arm(Side.MEMORY, Treatment.PIPELINE, None)) == {Fact("memory-00000", "email")}
    assert folder.hidden_by(Arm(Side.MEMORY, Treatment.LABEL, 0.4)) == frozenset()
    assert folder.hidden_by(Arm(Side.INFERENCE, Treatment.IMAGE, 1.0)) == frozenset()


def _write_answers(folder: Path, bench: Bench, arms: ArmsFolder) -> list[str]:
    folder.mkdir()
    for name, condition in arms.conditions.items():
        said = _told_what_is_left(bench, arms, condition)
        lines = (json.dumps({"question_id": key, "text": text}) for key, text in said.items())
        (folder / f"{name}.jsonl").write_text("\n".join(lines), "utf-8")
    return [str(path) for path in sorted(folder.glob("*.jsonl"))]


def test_the_command_writes_report_table_and_curves(places, bench, folder, tmp_path):
    answers = _write_answers(tmp_path / "answers", bench, folder)
    given = ["--arms", str(places[1]), "--bench", str(places[0]), "--draws", "100", "--workers", "1"]
    out = tmp_path / "scores"
    done = CliRunner().invoke(
        app, ["score", "mitigation", *answers, *given, "--out", str(out), "--plot", str(out)]
    )
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader((out / "doses.csv").read_text("utf-8").splitlines()))
    assert {row["condition"] for row in rows} == set(folder.conditions)
    assert {path.name for path in out.glob("*.svg")} >= {
        "dose_inference_disclosure.svg",
        "dose_memory_retention.svg",
    }
    assert "## Retention" in (out / "report.md").read_text("utf-8")


def test_the_command_fails_closed(places, bench, folder, tmp_path):
    answers = _write_answers(tmp_path / "answers", bench, folder)
    given = ["--arms", str(places[1]), "--bench", str(places[0]), "--draws", "100"]
    stray = tmp_path / "answers" / "llava.jsonl"
    stray.write_text((tmp_path / "answers" / "inference-untreated.jsonl").read_text())
    assert CliRunner().invoke(app, ["score", "mitigation", str(stray), *given]).exit_code == 2
    first = Path(answers[0])
    first.write_text("\n".join(first.read_text().splitlines()[1:]))
    assert CliRunner().invoke(app, ["score", "mitigation", str(first), *given]).exit_code == 1


def test_what_holds_no_arms_is_refused(places, tmp_path):
    for content in (None, "", "[]", '{"settings": {"mode": "build"}, "arms": {}}'):
        if content is not None:
            (tmp_path / "manifest.json").write_text(content)
        with pytest.raises(ConfigError):
            read_arms(tmp_path)
