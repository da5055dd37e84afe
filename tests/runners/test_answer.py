"""A benchmark put to a model, from end to end: completeness, resume, quarantine, cost."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from mmscrub.cli import main
from pipeline.answers.config import make_answer_config
from pipeline.answers.plan import AnswerPlan
from runners import answer as runner
from runners.answer import run_answer
from runners.beam_jobs import run_job
from schemas.errors import ConfigError, RunFailed
from tests.asked_bench import TASKS, write_probes
from tests.vision_endpoint import prompt_of, rows_of, says, vision_endpoint, write_questions
from transforms.engines import chat_endpoint as chat
from transforms.engines.vision_language.load import load_vision_language

ROOT = Path(__file__).resolve().parents[2]
# Loaded by every Python process that starts with this folder on its path, as the workers do.
SABOTAGE = """
import os, signal
import PIL.Image
intact = PIL.Image.open
def sabotaged(file, *arguments, **options):
    if b"crash" in file.getvalue()[:200]:
        os.kill(os.getpid(), signal.SIGSEGV)
    return intact(file, *arguments, **options)
PIL.Image.open = sabotaged
"""
QUICK = {"attempts": 1, "at_once": 4, "timeout_seconds": 5}


class HerePool:
    """Does the jobs of a run in this process, where a test can look on."""

    def __init__(self, workers, on_counts):
        self.on_counts = on_counts

    def __enter__(self):
        load_vision_language.cache_clear()
        return self

    def __exit__(self, *_):
        pass

    def run(self, jobs, on_death=None):
        from pipeline.progress import PROGRESS

        PROGRESS.take()
        for job in jobs:
            yield job.plan.load_engines() if job.kind is None else run_job(job.kind, job.plan, job.units)
            self.on_counts(PROGRESS.take())


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    monkeypatch.setattr(runner, "WorkerPool", HerePool)
    monkeypatch.setattr(chat, "_BACKOFF_SECONDS", 0.0)
    monkeypatch.delenv("MMSCRUB_ANSWER_KEY", raising=False)


@contextmanager
def bench_at(tmp_path, count=40, answer=None):
    """A published question file, an endpoint, and the call that puts one to the other."""
    bench, root = write_questions(tmp_path, count)

    def call(**more):
        written = {"bench": str(bench), "images": root, "model": f"openai:{endpoint.place}"}
        written |= {"out": tmp_path / "answers.jsonl", **QUICK, **more}
        return run_answer(make_answer_config(written))

    with vision_endpoint(answer or (lambda body: says(f"Seen: {prompt_of(body)}"))) as endpoint:
        yield call, endpoint


def beside(folder):
    """The file of answers and what lies beside it."""
    return sorted(path.name for path in folder.glob("answers*"))


def test_every_question_has_one_row_in_the_order_of_the_benchmark(tmp_path):
    with bench_at(tmp_path) as (call, _):
        result = call(price_input=1.0, price_output=10.0)
    rows = rows_of(tmp_path / "answers.jsonl")
    assert [row["question_id"] for row in rows] == [f"Age/{index}.png" for index in range(40)]
    assert set(rows[0]) == {"question_id", "prompt", "text", "answer_id", "model_id", "metadata"}
    assert rows[0]["model_id"] == "tiny"
    assert len({row["answer_id"] for row in rows}) == 40
    assert all(len(row["answer_id"]) == 22 for row in rows)
    assert result.finished.complete
    assert result.cost == pytest.approx(40 * (100 * 1.0 + 10 * 10.0) / 1e6)
    assert sorted(path.name for path in tmp_path.glob("answers*")) == [
        "answers.jsonl",
        "answers.jsonl.run.json",
    ]
    record = json.loads((tmp_path / "answers.jsonl.run.json").read_text())
    assert (record["complete"], record["input_tokens"], record["cost"]) == (True, 4000, 0.008)


def test_probes_are_asked_with_the_image_of_their_row(tmp_path):
    from tests.vision_endpoint import image_of

    write_probes(tmp_path / "bench", 30)

    def answer(body):
        return says(f"{image_of(body)[0].getpixel((0, 0))[0]} {prompt_of(body)}")

    with vision_endpoint(answer) as endpoint:
        written = {"bench": str(tmp_path / "bench"), "model": f"openai:{endpoint.place}", **QUICK}
        run_answer(make_answer_config(written | {"out": tmp_path / "a.jsonl"}))
    rows = rows_of(tmp_path / "a.jsonl")
    assert [row["text"] for row in rows] == [
        f"{item} As {task}: what is printed?" for item in range(30) for task in TASKS
    ]
    assert "gold" not in json.dumps([body for _, body in endpoint.requests])
    assert "example.org" not in json.dumps([body for _, body in endpoint.requests])


def test_a_question_without_an_answer_leaves_no_whole_file_and_is_asked_again(tmp_path):
    broken = {"on": True}

    def answer(body):
        return (500, b"") if broken["on"] and len(endpoint.bodies) % 10 == 0 else says("Yes.")

    with bench_at(tmp_path, answer=answer) as (call, endpoint):
        (tmp_path / "images" / "Age" / "7.png").write_bytes(b"no image")
        first = call()
        assert not first.finished.complete
        assert first.finished.reasons == {"endpoint_unavailable": 3, "image_undecodable": 1}
        assert not (tmp_path / "answers.jsonl").exists()
        assert len(rows_of(tmp_path / "answers.jsonl.incomplete")) == 36
        held = rows_of(tmp_path / "answers.jsonl.quarantine")
        assert [row["reason"] for row in held].count("endpoint_unavailable") == 3
        assert {"question_id": "Age/7.png", "source": "PRISM_refusal_soft.jsonl", "row": 7,
                "stage": "answer", "reason": "image_undecodable"} in held  # fmt: skip
        assert not json.loads((tmp_path / "answers.jsonl.run.json").read_text())["complete"]
        broken["on"] = False
        (tmp_path / "images" / "Age" / "7.png").write_bytes((tmp_path / "images/Age/8.png").read_bytes())
        asked = len(endpoint.bodies)
        second = call()
        assert len(endpoint.bodies) - asked == 4
    assert (second.finished.complete, second.kept) == (True, 36)
    assert len(rows_of(tmp_path / "answers.jsonl")) == 40
    assert sorted(path.name for path in tmp_path.glob("answers*")) == [
        "answers.jsonl",
        "answers.jsonl.run.json",
    ]


def test_a_finished_run_is_not_done_again(tmp_path):
    with bench_at(tmp_path, 5) as (call, endpoint):
        call()
        asked = len(endpoint.bodies)
        assert call().kept == 5
        assert len(endpoint.bodies) == asked
        with pytest.raises(ConfigError, match="another run"):
            call(new_tokens=7)
        with pytest.raises(ConfigError, match="another run"):
            call(limit=3)
        assert call(limit=3, force=True).questions == 3
    assert len(rows_of(tmp_path / "answers.jsonl")) == 3


def test_parts_of_another_run_are_not_mixed_in(tmp_path):
    with bench_at(tmp_path, answer=lambda body: (500, b"")) as (call, _):
        call(limit=10)
        with pytest.raises(ConfigError, match="another run"):
            call(limit=11)


def test_a_run_goes_on_with_the_parts_it_was_begun_with(tmp_path):
    down = {"on": True}
    with bench_at(tmp_path, 100, lambda body: (500, b"") if down["on"] else says("Yes.")) as (call, _):
        with pytest.raises(RunFailed, match="in a row failed"):
            call(at_once=16)
        down["on"] = False
        assert call(at_once=2).finished.complete
    assert len(rows_of(tmp_path / "answers.jsonl")) == 100


def test_the_spending_limit_holds_over_runs_and_keeps_what_was_paid_for(tmp_path):
    prices = {"price_input": 1000.0, "price_output": 1000.0, "new_tokens": 50}
    with bench_at(tmp_path, 100) as (call, endpoint):
        with pytest.raises(RunFailed, match="spend_most"):
            call(spend_most=6.0, **prices)
        paid = len(endpoint.bodies)
        assert 30 <= paid <= 54
        with pytest.raises(RunFailed, match="spend_most"):
            call(spend_most=6.0, **prices)
        assert len(endpoint.bodies) == paid
        assert call(spend_most=20.0, **prices).kept == paid
        assert len(endpoint.bodies) == 100
    assert len(rows_of(tmp_path / "answers.jsonl")) == 100


def test_a_defence_is_said_and_shown_but_the_prompt_stays_the_benchmarks(tmp_path):
    (tmp_path / "defence.txt").write_text("Never tell what is private.\n")
    with bench_at(tmp_path, 3) as (call, endpoint):
        call(defence=tmp_path / "defence.txt")
        assert all(
            prompt_of(body).startswith("Never tell what is private.\n\nWhat") for body in endpoint.bodies
        )
        with pytest.raises(ConfigError, match="another run"):
            call()
    (row, *_) = rows_of(tmp_path / "answers.jsonl")
    assert row["prompt"].startswith("What is the age")
    assert len(row["metadata"]["defence"]) == 12


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"tasks": "nonsense"}, "tasks"),
        ({"spend_most": 1.0}, "spend_most"),
        ({"spend_most": 1.0, "price_input": 1.0, "model": "baseline:blind"}, "spend_most"),
        ({"base_url": "http://127.0.0.1:1/v1", "model": "transformers:x"}, "base_url"),
        ({"model": "gpt"}, "model"),
        ({"new_tokens": 0}, "new_tokens"),
        ({"limit": True}, "limit"),
        ({"workers": 2}, "workers"),
        ({"nonsense": 1}, "nonsense"),
        ({"bench": "nowhere"}, "bench"),
        ({"defence": "nowhere.txt"}, "defence"),
        ({"images": "nowhere"}, "images"),
    ],
)
def test_a_wrong_call_is_a_config_error_before_anything_is_written(tmp_path, wrong, said):
    with bench_at(tmp_path, 3) as (call, endpoint), pytest.raises(ConfigError) as error:
        call(**wrong)
    assert error.value.key.startswith(said)
    assert not endpoint.bodies
    assert not list(tmp_path.glob("answers*"))


def test_a_place_that_is_taken_is_refused(tmp_path):
    (tmp_path / "answers.jsonl").write_text("mine\n")
    with bench_at(tmp_path, 3) as (call, _):
        with pytest.raises(ConfigError, match="no finished run"):
            call()
        with pytest.raises(ConfigError, match="is a folder"):
            call(out=tmp_path)
        with pytest.raises(ConfigError, match="benchmark itself"):
            call(out=tmp_path / "PRISM_refusal_soft.jsonl")
    assert (tmp_path / "answers.jsonl").read_text() == "mine\n"


def test_a_damaged_part_is_asked_again(tmp_path):
    with bench_at(tmp_path, 40) as (call, endpoint):
        (tmp_path / "images" / "Age" / "39.png").unlink()
        call()
        parts = sorted((tmp_path / "answers.jsonl.parts").glob("part-*"))
        parts[0].write_bytes(parts[0].read_bytes()[:-20])
        (tmp_path / "images" / "Age" / "39.png").write_bytes((tmp_path / "images/Age/3.png").read_bytes())
        asked = len(endpoint.bodies)
        assert call().finished.complete
        assert len(endpoint.bodies) - asked == 33


def test_no_word_of_question_or_answer_is_in_what_is_said_of_a_run(tmp_path, capsys):
    secret = "zqxcanary7731"

    def answer(body):
        return says(secret) if len(endpoint.bodies) % 9 else (500, secret.encode())

    with bench_at(tmp_path, 40, answer) as (call, endpoint):
        call()
    for name in ("answers.jsonl.quarantine", "answers.jsonl.run.json"):
        assert secret not in (tmp_path / name).read_text()
    assert secret not in "".join(capsys.readouterr())


def test_a_plan_that_travels_to_workers_is_small(tmp_path):
    import pickle

    from pipeline.answers.bench_file import find_bench
    from pipeline.answers.survey import survey_bench
    from transforms.engines.vision_language.settings import ModelSettings

    bench, root = write_questions(tmp_path, 1000)
    files = find_bench(str(bench), root)
    parts = survey_bench(files, (), None, 32).parts
    plan = AnswerPlan(tmp_path / "a", files, (), None, "m", "m", ModelSettings(), parts)
    assert len(pickle.dumps(plan)) < 20_000


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path):
    with bench_at(tmp_path, 200, lambda body: time.sleep(0.02) or says("Yes.")) as (call, endpoint):
        out, base = tmp_path / "answers.jsonl", endpoint.place.partition("#")[0]
        command = [
            sys.executable,
            "-P",
            "-m",
            "mmscrub",
            "answer",
            str(tmp_path / "PRISM_refusal_soft.jsonl"),
        ]
        command += ["--images", str(tmp_path / "images"), "--model", "openai:tiny", "--base-url", base]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        killed = subprocess.Popen(
            [*command, "--out", str(out), "--at-once", "2"],
            env=environment,
            start_new_session=True,
            stderr=subprocess.DEVNULL,
        )
        while len(list(Path(f"{out}.parts").glob("part-*"))) < 3:
            assert killed.poll() is None
            time.sleep(0.02)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
        assert not out.exists()
        asked = len(endpoint.bodies)
        result = call()
        assert result.kept >= 3 * 32
        assert len(endpoint.bodies) - asked == 200 - result.kept
    assert len(rows_of(out)) == 200
    assert not Path(f"{out}.parts").exists()


@pytest.mark.slow  # four worker processes start one after another
def test_a_question_that_kills_whoever_asks_it_is_held_back_alone(tmp_path, monkeypatch):
    from PIL import Image, PngImagePlugin

    from runners.worker_pool import WorkerPool

    monkeypatch.setattr(runner, "WorkerPool", WorkerPool)
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(SABOTAGE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "path"), str(ROOT)]))
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "crash")
    with bench_at(tmp_path, 40) as (call, _):
        Image.new("RGB", (40, 30)).save(tmp_path / "images" / "Age" / "7.png", pnginfo=note)
        result = call()
    assert result.finished.reasons == {"engine_failed": 1}
    assert len(rows_of(tmp_path / "answers.jsonl.incomplete")) == 39


def test_the_command_exits_with_1_while_questions_are_open(tmp_path, monkeypatch, capsys):
    bench, root = write_questions(tmp_path, 5)
    (root / "Age" / "2.png").unlink()
    with vision_endpoint() as endpoint:
        command = ["mmscrub", "answer", str(bench), "--images", str(root), "--out", str(tmp_path / "a.jsonl")]
        monkeypatch.setattr(sys, "argv", [*command, "--model", f"openai:{endpoint.place}"])
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert "5 questions = 4 answered + 1 not" in said.out
    assert "image_missing 1" in said.out
    assert "a.jsonl.quarantine" in said.err
