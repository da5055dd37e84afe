"""Question sets from a corpus and from a folder: what OUT holds, same bytes always, plain errors."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from mmscrub.cli import app
from pipeline.prism.config import make_prism_config
from runners.prism import run_prism
from schemas.errors import RunFailed
from tests.bad_images import encoded
from tests.end_to_end.test_watermark import encoded_bomb
from tests.split_corpus import scene
from transforms.prism.questions import Category, QuestionSet

CAPTIONS = (
    "A dog sits next to a man.",
    "A church stands behind the trees.",
    "Somebody smiles.",
    "A woman waves.",
)
IMAGES = 12
BAD = {
    "Age/bomb.png": (encoded_bomb(), "image_too_many_pixels"),
    "Age/cut.jpg": (scene(98)[:900], "image_truncated"),
    "Age/empty.webp": (b"", "image_empty"),
    "Age/film.gif": (encoded("GIF", 3, save_all=True) + b"", ""),
    "Age/phone.heic": (b"\0\0\0\x18ftypheic", "image_undecodable"),
    "Age/text.JPG": (b"no image", "image_undecodable"),
    "loose.jpg": (scene(97), "image_without_category"),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Twelve images with captions, two records on one of them, text alone, one unanswered, a bad image."""
    folder = tmp_path_factory.mktemp("prism")
    (folder / "photos").mkdir()
    records = []
    for number in range(IMAGES):
        (folder / "photos" / f"{number}.jpg").write_bytes(scene(number))
        said = CAPTIONS[number % len(CAPTIONS)]
        records.append({"id": str(number), "image": f"{number}.jpg", "conversations": talk(said)})
    records.append({"id": "again", "image": "2.jpg", "conversations": talk("A cat sits on a car.")})
    records.append({"id": "alone", "conversations": talk("A horse.", "")})
    records.append({"id": "odd", "image": "1.jpg", "conversations": talk("A cat sleeps.")[:1]})
    (folder / "photos" / "broken.jpg").write_bytes(b"no image")
    records.append({"id": "broken", "image": "broken.jpg", "conversations": talk("A bear sits there.")})
    (folder / "corpus.json").write_text(json.dumps(records))
    return folder


def talk(said, token="<image>\n"):
    return [{"from": "human", "value": f"{token}What is there?"}, {"from": "gpt", "value": said}]


def settings(corpus, out, **more):
    written = {"input": str(corpus / "corpus.json"), "images": str(corpus / "photos"), "out": str(out)}
    return written | {"workers": 1, "shards": {"records": 8}} | more


@pytest.fixture(scope="module")
def made(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "out"
    return run_prism(make_prism_config(settings(corpus, out)))


def questions(out, kind):
    return [json.loads(line) for line in (out / kind.file_name).read_text("utf-8").splitlines()]


def digests(out):
    kept = [*out.glob("PRISM_*.jsonl"), *out.glob("data/*.parquet"), *out.glob("quarantine/*.parquet")]
    kept += [out / name for name in ("summary.json", "manifest.json", "README.md")]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def quarantined(out):
    rows = [row for path in out.glob("quarantine/*.parquet") for row in pq.read_table(path).to_pylist()]
    return {row["record_id"]: row["reason"] for row in rows}


def test_the_books_balance_and_every_image_is_asked_once(made):
    records = made.summary["records"]
    assert records == {"in": IMAGES + 4, "asked": IMAGES + 1, "text_only": 1, "quarantined": 2}
    assert made.summary["images"]["asked"] == IMAGES
    assert quarantined(made.layout.root) == {"odd": "turns_odd", "broken": "image_undecodable"}
    counts = {kind: len(questions(made.layout.root, kind)) for kind in QuestionSet}
    assert list(counts.values()) == [5 * IMAGES, 5 * IMAGES, 3 * IMAGES, 5 * IMAGES]


def test_question_files_have_the_published_columns_in_source_order(made):
    for kind in (QuestionSet.SOFT, QuestionSet.HARD, QuestionSet.IMPLICIT):
        rows = questions(made.layout.root, kind)
        assert {tuple(row) for row in rows} == {("question_id", "image", "text", "category")}
        assert list(dict.fromkeys(row["image"] for row in rows)) == [f"{n}.jpg" for n in range(IMAGES)]
        assert all(row["text"].endswith("\nAnswer") for row in rows)


def test_things_are_asked_about_that_any_record_of_the_image_names_and_people_never(made):
    rows = questions(made.layout.root, QuestionSet.OVER_REFUSAL)
    asked = {row["image"]: set() for row in rows}
    for row in rows:
        asked[row["image"]].add(row["thing"])
    assert asked["0.jpg"] == {"dog"}
    assert {"trees", ""} <= asked["1.jpg"] <= {"church", "trees", ""}
    assert asked["2.jpg"] == {"cat", "car"} or asked["2.jpg"] == {"cat"}
    assert asked["3.jpg"] == {""}
    assert {row["category"] for row in rows} == set(Category)
    harmless = made.summary["harmless"]
    assert harmless["about_things"] + harmless["about_pictures"] == len(rows)


def test_parquet_holds_the_same_rows_with_the_image_once_in_each_group(made, corpus):
    for kind in QuestionSet:
        rows = [
            row
            for path in sorted(made.layout.data.glob(f"{kind.value}-*.parquet"))
            for row in pq.read_table(path).to_pylist()
        ]
        listed = questions(made.layout.root, kind)
        images = {row["question_id"] + row["text"]: row.pop("image") for row in rows}
        plain = [{name: value for name, value in row.items() if name != "image"} for row in listed]
        assert sorted(map(repr, rows)) == sorted(map(repr, plain))
        for row in listed:
            shown = images[row["question_id"] + row["text"]]
            assert shown["bytes"] == (corpus / "photos" / row["image"]).read_bytes()
    stored = sum(path.stat().st_size for path in made.layout.data.glob("refusal_soft-*.parquet"))
    photos = sum(len((corpus / "photos" / f"{n}.jpg").read_bytes()) for n in range(IMAGES))
    assert stored < 1.5 * photos + 40_000


def test_the_hub_loads_each_set_by_its_name(made, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path))
    from datasets import load_dataset

    loaded = load_dataset(
        str(made.layout.root), "over_refusal", split="test", cache_dir=str(tmp_path), streaming=True
    )
    first = next(iter(loaded))
    assert first["image"].size == (240, 180)
    assert set(first) == {"question_id", "image", "text", "category", "thing", "thing_kind"}


def test_other_workers_and_another_place_give_the_same_bytes(made, corpus, tmp_path):
    run_prism(make_prism_config(settings(corpus, tmp_path / "out", workers=2)))
    assert digests(tmp_path / "out") == digests(made.layout.root)


def test_a_run_goes_on_where_it_was_stopped(made, corpus, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(made.layout.root, out)
    (out / "manifest.json").unlink()
    next(iter(sorted(out.glob("data/refusal_hard-*.parquet")))).unlink()
    next(iter(sorted((out / ".mmscrub" / "done").glob("shard-*.json")))).unlink()
    run_prism(make_prism_config(settings(corpus, out)))
    assert digests(out) == digests(made.layout.root)
    shards = made.plan.shards
    assert json.loads((out / "run.json").read_text())["shards_kept"] == 2 * shards - 2


def test_a_folder_is_asked_by_category_and_what_cannot_be_opened_is_quarantined(tmp_path):
    photos, out = tmp_path / "photos", tmp_path / "out"
    for folder in ("Age", "eye color/green"):
        (photos / folder).mkdir(parents=True)
    (photos / "eye color/green/1.jpg").write_bytes(scene(1))
    (photos / "eye color/green/copy.jpg").write_bytes(scene(1))
    (photos / ".hidden.jpg").write_bytes(scene(2))
    (photos / "notes.txt").write_text("no image")
    for name, (content, _) in BAD.items():
        (photos / name).write_bytes(content)
    (tmp_path / "outside.jpg").write_bytes(scene(3))
    (photos / "Age" / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    with open(os.fsencode(photos) + b"/Age/\xff.jpg", "wb") as file:  # noqa: PTH123
        file.write(scene(4))
    result = run_prism(
        make_prism_config({"images": str(photos), "out": str(out), "layout": "2025-05", "workers": 1})
    )
    expected = {name: reason for name, (_, reason) in BAD.items() if reason}
    expected |= {"Age/link.jpg": "image_path_outside_root", "": "bad_encoding"}
    assert quarantined(out) == expected
    assert result.summary["records"]["asked"] == 3
    assert result.summary["images"] == {"asked": 3, "copies": 1, "by_category": {"Age": 1, "Eye_Color": 2}}
    assert len(questions(out, QuestionSet.SOFT)) == 3
    assert {row["thing_kind"] for row in questions(out, QuestionSet.OVER_REFUSAL)} == {"picture"}


def test_an_image_that_once_killed_its_workers_is_looked_at_again(made, corpus, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(made.layout.root, out)
    killer = hashlib.sha256((corpus / "photos" / "3.jpg").read_bytes()).hexdigest()
    for path in (out / ".mmscrub" / "look").rglob("slot-*.jsonl"):
        seen = [json.loads(line) for line in path.read_text().splitlines()]
        seen = [one | {"reason": "engine_failed"} if one["sha256"] == killer else one for one in seen]
        path.write_text("".join(json.dumps(one) + "\n" for one in seen))
    run_prism(make_prism_config(settings(corpus, out)))
    assert digests(out) == digests(made.layout.root)


def test_a_run_that_asks_about_nothing_fails_and_leaves_no_questions_of_an_earlier_one(
    made, corpus, tmp_path
):
    out = tmp_path / "out"
    shutil.copytree(made.layout.root, out)
    with pytest.raises(RunFailed, match=r"image_without_category 13.*layout 2025-09"):
        run_prism(make_prism_config(settings(corpus, out, layout="2025-05")))
    assert not list(out.glob("PRISM_*"))
    assert not (out / "manifest.json").exists()


@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(made, corpus, tmp_path):
    out = tmp_path / "out"
    config = tmp_path / "run.yaml"
    config.write_text(json.dumps(settings(corpus, out)))
    run = [sys.executable, "-m", "mmscrub", "prism", "--config", str(config)]
    process = subprocess.Popen(
        run, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 120
    while not list((out / ".mmscrub" / "done").glob("*.json")) and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "manifest.json").exists()
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert digests(out) == digests(made.layout.root)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "images: '(missing)': give --images"),
        (["--images", "photos"], "out: '(missing)'"),
        (["--images", "gone", "--out", "out"], "images: 'gone': must be an existing folder"),
        (["--images", "none", "--out", "out"], "images: 'none': a question needs its image"),
        (["--images", "empty", "--out", "out"], "holds no image"),
        (["corpus.json", "--out", "out"], "images: '(missing)': give the folder"),
        (["gone.json", "--images", "photos", "--out", "out"], "INPUT: 'gone.json': does not exist"),
        (["--images", "photos", "--out", "photos"], "out: 'photos': "),
        (["--images", "photos", "--out", "corpus.json"], "is a file; give a folder"),
        (["--images", "photos", "--out", "out", "--fail-on", "leaks=1"], "write NAME=SHARE"),
        (["--images", "photos", "--out", "out", "--workers", "-1"], "workers: "),
        (["--images", "photos", "--out", "out", "--config", "bad.yaml"], "colour: "),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_to_do(corpus, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(corpus)
    (corpus / "empty").mkdir(exist_ok=True)
    (corpus / "bad.yaml").write_text("colour: red\n")
    arguments = [str(tmp_path / "out") if one == "out" else one for one in arguments]
    done = CliRunner().invoke(app, ["prism", *arguments])
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.output.split())
    assert not (tmp_path / "out").exists()
