"""From features on disk to a report, pictures and exit codes."""

import json

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from evaluation.probes import score
from evaluation.probes.feature_shards import BatchedReader, ExtractSettings, extract
from evaluation.probes.prompt_baseline import prompt_baseline, read_answers
from evaluation.probes.split_images import WatermarkSplit
from mmscrub.cli import app
from schemas.errors import ConfigError
from tests.evaluation.probes.made_split import make_split

QUICK = ["--permutations", "99", "--draws", "100", "--controls", "1", "--folds", "3"]


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    return make_split(tmp_path_factory.mktemp("made") / "split", identities=15, images=4)


def features(split, folder, memory, seed=0):
    """Noise, and in layer 1 a direction for seen identities."""
    source = WatermarkSplit(split)
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(len(source.samples()), 2, 2, 24)).astype(np.float32)
    seen = np.array([one.split == "test1" for one in source.samples()])
    hidden[:, 1, :, 0] += memory * seen[:, None]
    waiting = iter(hidden)
    about = {"model": "none", "ask": "username", "tokens": ["last", "image"], "layers": 2}
    read = BatchedReader(lambda images: np.stack([next(waiting) for _ in images]), 16)
    extract(source, read, folder, about, ExtractSettings())
    return folder


def test_memory_is_found_beyond_a_control_and_drawn(split, tmp_path, capsys):
    tuned = features(split, tmp_path / "tuned", 3.0)
    control = features(split, tmp_path / "r0", 0.0, seed=1)
    out, pictures = tmp_path / "report.json", tmp_path / "pictures"
    call = [str(tuned), "--against", f"r0={control}", "--out", str(out), "--pictures", str(pictures), *QUICK]
    assert score.main(call) == 0
    report = json.loads(out.read_text())
    assert report["p"] == 0.01
    assert report["identities"] == 30
    assert report["controls"]["r0"]["last"]["p"] > 0.05
    assert report["tokens"]["image"]["layers"][1]["accuracy"]["low"] > 0.7
    assert report["differences"]["r0"]["last"]["layers"][1]["auc"]["low"] > 0.1
    assert "token last minus r0: p = 0.0100" in capsys.readouterr().out
    for name in ("layers-last", "plane-last", "layers-image", "plane-image"):
        shown = np.asarray(Image.open(pictures / f"{name}.png").convert("L"))
        assert min(shown.shape) > 400
        assert shown.std() > 5


def test_two_runs_give_the_same_report_whatever_the_number_of_workers(split, tmp_path):
    tuned = features(split, tmp_path / "tuned", 1.0)
    reports = []
    for workers in ("1", "3"):
        score.main([str(tuned), "--out", str(tmp_path / "report.json"), "--workers", workers, *QUICK])
        reports.append((tmp_path / "report.json").read_bytes())
    assert reports[0] == reports[1]


def test_the_program_prints_what_the_module_prints(split, tmp_path, capsys):
    tuned, out = features(split, tmp_path / "tuned", 2.0), tmp_path / "report.json"
    assert score.main([str(tuned), *QUICK]) == 0
    done = CliRunner().invoke(app, ["score", "probes", str(tuned), *QUICK, "--out", str(out)])
    assert done.exit_code == 0
    assert capsys.readouterr().out in done.output
    assert json.loads(out.read_text())["p"] == 0.01
    wrong = CliRunner().invoke(app, ["score", "probes", str(tuned), "--against", "r0"])
    assert wrong.exit_code == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--against", "r0"], "NAME=FEATURES"),
        (["--tokens", "role"], "these features hold: last, image"),
        (["--cost", "-1"], "above 0"),
        (["--permutations", "0"], "1 or more"),
        (["--answers", "none.jsonl"], "together with --identities"),
        (["--seed", ""], "not empty"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_why(split, tmp_path, capsys, more, said):
    assert score.main([str(features(split, tmp_path / "tuned", 0.0)), *QUICK, *more]) == 2
    assert said in capsys.readouterr().err


VALUES = {f"identity-{n}": f"name{n}" for n in range(20)}


def baseline(seen_right, unseen_right, values=VALUES):
    rng = np.random.default_rng(0)
    identities = [f"identity-{n % 20}" for n in range(400)]
    labels = np.array([n % 2 == 0 for n in range(400)])
    right = rng.random(400) < np.where(labels, seen_right, unseen_right)
    answers = [
        f"It is {values[who]}." if hit else f"It is {values[f'identity-{rng.integers(20)}']}!"
        for who, hit in zip(identities, right, strict=True)
    ]
    return prompt_baseline(answers, identities, labels, values, 200, b"key")


def test_guessing_is_corrected_for_chance():
    found = baseline(0.0, 0.0)
    assert found.corrected.low < 0 < found.corrected.high
    assert found.told_apart.low < 0.5 < found.told_apart.high
    genders = {name: ("female", "male")[n // 2 % 2] for n, name in enumerate(VALUES)}
    guessed = baseline(0.0, 0.0, genders)
    assert 0.4 < guessed.right.value < 0.6
    assert abs(guessed.corrected.value) < 0.15


def test_reading_the_mark_tells_nothing_apart_and_remembering_does():
    reads = baseline(0.9, 0.9)
    assert reads.corrected.value > 0.8
    assert reads.told_apart.low < 0.5 < reads.told_apart.high
    assert baseline(0.9, 0.1).told_apart.low > 0.8


def test_a_value_inside_of_a_longer_word_is_not_named():
    labels = np.array([True, False])
    values = {"a": "ann", "b": "1"}
    found = prompt_baseline(["Annabel 12", "21"], ["a", "b"], labels, values, 10, b"key")
    assert found.right.value == found.chance == 0


def test_answers_that_are_none_are_refused_by_line(tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text('{"sample_id": "a", "answer": "x"}\n{"sample_id": 3}\n')
    with pytest.raises(ConfigError, match="line 2"):
        read_answers(path, "username")
    path.write_text('{"sample_id": "a", "answer": "x", "ask": "age"}\n\n{"sample_id": "b", "answer": "y"}\n')
    assert read_answers(path, "username") == {"b": "y"}
