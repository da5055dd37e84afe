"""A watermarked split from a corpus: what OUT holds, same bytes whatever happens, errors in plain words."""

import json
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from mmscrub.cli import app
from pipeline.watermark.card import render_split_card
from tests.split_corpus import (
    conversation,
    make_small_split,
    scene,
    split_digests,
    write_split_corpus,
    written_settings,
)

BAD = {
    "tiny.jpg": "image_smaller_than_mark",
    "cut.jpg": "image_truncated",
    "text.jpg": "image_undecodable",
    "bomb.png": "image_too_many_pixels",
    "gone.jpg": "image_missing",
    "../outside.jpg": "image_path_outside_root",
    "/etc/hostname": "image_path_absolute",
}
REASONS = sorted([*BAD.values(), "several_images", "turns_odd"])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Good records, and some that go to quarantine each for its own reason."""
    folder = write_split_corpus(tmp_path_factory.mktemp("split") / "corpus")
    images = folder / "images"
    (images / "tiny.jpg").write_bytes(scene(99, (60, 40)))
    (images / "cut.jpg").write_bytes(scene(98)[:900])
    (images / "text.jpg").write_bytes(b"no image")
    (images / "bomb.png").write_bytes(encoded_bomb())
    (folder / "outside.jpg").write_bytes(scene(97))
    records = json.loads((folder / "corpus.json").read_text())
    records += [{"id": name, "image": name, "conversations": conversation(1)} for name in BAD]
    records.append({"id": "two", "image": ["1.jpg", "2.jpg"], "conversations": conversation(2)})
    records.append({"id": "odd", "image": "1.jpg", "conversations": conversation(2)[:1]})
    (folder / "corpus.json").write_text(json.dumps(records))
    return folder


def encoded_bomb():
    """The head of a PNG of a billion pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    body = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    data = b"IDAT" + zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n"
        + body
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
    )


@pytest.fixture(scope="module")
def split(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "out"
    return make_small_split(corpus, out, allow_failed_gates=True)


def arm(result, name, form="llava"):
    return json.loads((result.layout.root / form / f"{name}.json").read_text("utf-8"))


def manifest_rows(result):
    shards = sorted(result.layout.secrets.glob("images-*.parquet"))
    return [row for shard in shards for row in pq.read_table(shard).to_pylist()]


def test_the_books_balance_and_every_record_is_in_one_split(split, corpus):
    records = split.summary["records"]
    assert (records["in"], records["emitted"], records["text_only"]) == (19 + len(REASONS), 19, 2)
    names = [record["id"] for name in ("train-r0", "test1", "test2") for record in arm(split, name)]
    given = [record["id"] for record in json.loads((corpus / "corpus.json").read_text())]
    assert sorted(names) == sorted(set(given) - {*BAD, "two", "odd"})


def test_bad_records_cost_themselves_each_with_its_reason(split):
    rows = pq.read_table(split.layout.quarantine).to_pylist()
    assert sorted(row["reason"] for row in rows) == REASONS
    held = {row["errors"] for row in manifest_rows(split) if row["errors"]}
    assert held == {BAD[name] for name in ("tiny.jpg", "cut.jpg", "text.jpg", "bomb.png")}


def test_arms_show_nested_marks_over_the_same_records(split):
    by_name = {Path(row["path"]).name: row for row in manifest_rows(split) if row["path"]}
    marked = {}
    for name in ("train-r0", "train-r50", "train-r100"):
        shown = [by_name[Path(r["image"]).name] for r in arm(split, name) if "image" in r]
        marked[name] = {row["source_sha256"] for row in shown if row["variant"] == "marked"}
        assert {row["split"] for row in shown} == {"train"}
    assert not marked["train-r0"]
    assert marked["train-r50"] < marked["train-r100"]
    half = {
        row["source_sha256"] for row in by_name.values() if row["h_rate"] < 0.5 and row["split"] == "train"
    }
    assert marked["train-r50"] == half
    for name, pool in (("test1", "U1"), ("test2", "U2")):
        shown = [by_name[Path(record["image"]).name] for record in arm(split, name)]
        assert {(row["variant"], row["pool"]) for row in shown} == {("marked", pool)}


def test_a_shadow_arm_shows_the_mark_of_the_identities_in_its_half_alone(split):
    by_name = {Path(row["path"]).name: row for row in manifest_rows(split) if row["path"]}
    mask = {
        row["source_sha256"]: row["shadow_mask"] for row in by_name.values() if row["variant"] == "marked"
    }
    for shadow in range(4):
        shown = [by_name[Path(r["image"]).name] for r in arm(split, f"train-shadow-{shadow}") if "image" in r]
        assert shown
        for row in shown:
            assert (row["variant"] == "marked") == bool(mask[row["source_sha256"]] >> shadow & 1)


def test_the_card_says_that_a_split_was_emitted_although_its_gates_refuse_it(split):
    summary = split.summary | {"gates": split.summary["gates"] | {"refused": ["blind gate: <b>told</b>"]}}
    card = render_split_card(split.plan, summary, [])
    assert "- blind gate: &lt;b>told&lt;/b>" in card
    assert "These gates refuse the split" not in (split.layout.root / "README.md").read_text()


def test_every_named_file_is_there_and_its_name_tells_nothing(split):
    rows = [row for row in manifest_rows(split) if row["path"]]
    for row in rows:
        assert re.fullmatch(r"images/([0-9a-f]{2})/\1[0-9a-f]{30}\.jpg", row["path"])
        assert (split.layout.root / row["path"]).stat().st_size == row["out_size"]
    on_disk = {str(p.relative_to(split.layout.root)) for p in split.layout.images.rglob("*.jpg")}
    assert on_disk == {row["path"] for row in rows}
    for record in arm(split, "train-r50"):
        if "image" in record:
            assert (split.layout.images / record["image"]).is_file()


def test_qwen_arms_hold_the_same_records(split):
    llava, qwen = arm(split, "test1"), arm(split, "test1", "qwen")
    for ours, theirs in zip(llava, qwen, strict=True):
        assert [turn["from"] for turn in theirs["conversations"]] == ["user", "assistant"]
        first = theirs["conversations"][0]["value"]
        assert first == f"Picture 1: <img>images/{ours['image']}</img>\nWhat is it?"
    text_only = [r for r in arm(split, "train-r100", "qwen") if "<img>" not in r["conversations"][0]["value"]]
    assert len(text_only) == 2


def test_text_only_records_and_unknown_fields_come_back_as_they_were(split, corpus):
    given = {r["id"]: r for r in json.loads((corpus / "corpus.json").read_text())}
    emitted = {r["id"]: r for name in ("train-r0", "test1", "test2") for r in arm(split, name)}
    assert emitted["t1"] == given["t1"]
    assert emitted["again"]["note"] == "kept"
    assert emitted["r3"]["conversations"] == given["r3"]["conversations"]


def test_datasets_loads_the_splits(split, tmp_path):
    from datasets import load_dataset

    loaded = load_dataset(str(split.layout.root), cache_dir=str(tmp_path))
    assert {name: len(rows) for name, rows in loaded.items()} == split.summary["splits"]
    row = loaded["test1"][0]
    assert row["image"].size == row["image_clean"].size == (240, 180)
    assert row["pool"] == "U1"


def test_probe_lists_are_balanced(split):
    probes = pq.read_table(split.layout.probes).to_pylist()
    by_split = [row["split"] for row in probes]
    assert by_split.count("test1") == by_split.count("test2") > 0


def told_of(split):
    """What tells one identity from another, as text."""
    people = pq.read_table(split.layout.identities).to_pylist()
    return {str(row[name]) for row in people for name in ("username", "user_id", "capture_time")}


def test_nothing_outside_the_secret_places_tells_an_identity(split):
    told = told_of(split)
    for path in split.layout.root.rglob("*"):
        place = path.relative_to(split.layout.root).parts[0]
        if path.is_file() and place not in ("manifest", ".mmscrub", "images", "data"):
            assert not [value for value in told if value.encode() in path.read_bytes()], path.name
    assert split.layout.secrets.stat().st_mode & 0o077 == 0
    assert split.layout.work.stat().st_mode & 0o077 == 0


def test_sixteen_shards_and_a_shuffled_input_give_the_same_images_and_manifest(split, corpus, tmp_path):
    records = json.loads((corpus / "corpus.json").read_text())
    random.Random(4).shuffle(records)
    (tmp_path / "corpus.json").write_text(json.dumps(records))
    (tmp_path / "images").symlink_to(corpus / "images")
    (tmp_path / "key").write_bytes((corpus / "key").read_bytes())
    settings = {"shards": {"records": 3}, "workers": 2, "allow_failed_gates": True}
    other = make_small_split(tmp_path, tmp_path / "out", **settings)
    assert other.plan.shards == 16
    assert split_digests(other.layout.root) == split_digests(split.layout.root)
    assert other.summary["gates"]["refused"] == split.summary["gates"]["refused"]


def command(folder, out, **settings):
    written = folder / "run.yaml"
    written.write_text(json.dumps(written_settings(folder, out, allow_failed_gates=True, **settings)))
    return [sys.executable, "-P", "-m", "mmscrub", "watermark", "--config", str(written)]


def test_a_run_that_was_killed_goes_on_and_ends_with_the_same_bytes(split, corpus, tmp_path):
    out = tmp_path / "out"
    run = command(corpus, out)
    process = subprocess.Popen(
        run, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    made = out / ".mmscrub" / "marks"
    end = time.monotonic() + 120
    while len(list(made.glob("*/*.json"))) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "manifest.json").exists()
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not [value for value in told_of(split) if value in done.stdout + done.stderr]
    assert split_digests(out) == split_digests(split.layout.root)
    assert json.loads((out / "run.json").read_text())["images_kept"] >= 3
    assert not (out / ".mmscrub" / "spool").exists()


@pytest.mark.slow
def test_another_key_makes_everything_again(split, corpus, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(split.layout.root, out)
    files = {path.name for path in (out / "images").rglob("*.jpg")}
    (tmp_path / "other").write_bytes(b"another key, just as long")
    make_small_split(corpus, out, key_file=str(tmp_path / "other"), allow_failed_gates=True)
    assert json.loads((out / "run.json").read_text())["images_kept"] == 0
    assert not files & {path.name for path in (out / "images").rglob("*.jpg")}


def plain(text):
    return re.sub(r"\s+", " ", re.sub(r"\x1b\[[0-9;]*m", "", text))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["CORPUS", "--images", "IMAGES"], "give --out"),
        (["CORPUS", "--out", "OUT"], "images"),
        (["CORPUS", "--out", "OUT", "--images", "none"], "needs an image"),
        (["CORPUS", "--out", "OUT", "--images", "/no/such"], "existing folder"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--preset", "album-2024"], "album-2025"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--style", "loud"], "legible"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--rate", "1.5"], "less than or equal to 1"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--rate", ".5", "--rate", ".5"], "twice"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--test-share", "1"], "less than 1"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--identities", "0"], "per_pool"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--key-file", "SHORT"], "at least 16 bytes"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--key-file", "/no/key"], "cannot be read"),
        (["CORPUS", "--out", "FULL", "--images", "IMAGES"], "not empty"),
        (["CORPUS", "--out", "OUT", "--images", "IMAGES", "--fail-on", "luck=1"], "illegible"),
        (["--config", "UNKNOWN"], "no such key"),
        (["--config", "FONT"], "no font that FreeType reads"),
        (["--config", "BUCKET"], "needs marks to be read"),
        (["--config", "VARIANTS"], "clean and marked"),
    ],
)
def test_a_wrong_call_exits_with_2_before_work_starts(corpus, tmp_path, arguments, said):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    (tmp_path / "short").write_bytes(b"short")
    configs = {
        "UNKNOWN": {"marks": {}},
        "FONT": {"mark": {"font": str(tmp_path / "short")}},
        "BUCKET": {"mark": {"bucket": "readable"}},
        "VARIANTS": {"mark": {"variants": ["marked"]}},
    }
    places = {
        "CORPUS": corpus / "corpus.json",
        "IMAGES": corpus / "images",
        "OUT": tmp_path / "out",
        "FULL": tmp_path / "full",
        "SHORT": tmp_path / "short",
    }
    for name, settings in configs.items():
        places[name] = tmp_path / f"{name}.yaml"
        places[name].write_text(json.dumps(written_settings(corpus, tmp_path / "out", **settings)))
    result = CliRunner().invoke(app, ["watermark", *[str(places.get(one, one)) for one in arguments]])
    assert result.exit_code == 2, result.output
    assert said in plain(result.output)
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "full" / "mine.txt").read_text() == "keep"


def test_a_font_without_a_glyph_exits_with_2_and_names_it(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("transforms.watermark.font.MarkFont.has", lambda _, character: character != "0")
    call = ["watermark", str(corpus / "corpus.json"), "--images", str(corpus / "images")]
    result = CliRunner().invoke(app, [*call, "--out", str(tmp_path / "out")])
    assert result.exit_code == 2, result.output
    assert "U+0030" in plain(result.output)
    assert not (tmp_path / "out").exists()


def test_a_corpus_without_images_exits_with_2_and_says_why(tmp_path):
    records = [{"id": "t", "conversations": conversation(1, image=False)}]
    (tmp_path / "corpus.json").write_text(json.dumps(records))
    (tmp_path / "images").mkdir()
    call = ["watermark", str(tmp_path / "corpus.json"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*call, "--images", str(tmp_path / "images"), "--no-reading", "-j", "1"])
    assert result.exit_code == 2, result.output
    assert "no record with an image" in plain(result.output)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--identities", "54", "--detect", "0.6"], "draw at least the 55 needed"),
        (["--identities", "55", "--detect", "0.6"], "of 55 planted identities on"),
        (["--detect", "0.5"], "no effect"),
    ],
)
def test_a_corpus_too_small_for_the_asked_power_exits_with_2(corpus, tmp_path, asked, said):
    (tmp_path / "run.yaml").write_text(json.dumps(written_settings(corpus, tmp_path / "out")))
    result = CliRunner().invoke(app, ["watermark", "--config", str(tmp_path / "run.yaml"), *asked])
    assert result.exit_code == 2, result.output
    assert said in " ".join(plain(result.output).split())
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.slow
def test_too_few_images_for_the_ladder_exit_with_2_and_say_what_fits(corpus, tmp_path):
    ladder = {"identities": {"per_pool": 4, "folds": 2, "ladder": [1, 64]}}
    (tmp_path / "run.yaml").write_text(json.dumps(written_settings(corpus, tmp_path / "out", **ladder)))
    result = CliRunner().invoke(app, ["watermark", "--config", str(tmp_path / "run.yaml")])
    assert result.exit_code == 2, result.output
    assert "ladder" in plain(result.output)
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_second_run_makes_nothing_again_and_a_refused_one_leaves_no_arms(
    split, corpus, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    shutil.copytree(split.layout.root, out)
    monkeypatch.setattr("pipeline.watermark.gates.Verdicts.refusals", lambda _: ("blind gate: told",))
    (tmp_path / "run.yaml").write_text(json.dumps(written_settings(corpus, out)))
    call = ["watermark", "--config", str(tmp_path / "run.yaml")]
    refused = CliRunner().invoke(app, call)
    assert refused.exit_code == 3, refused.output
    assert "the split is refused" in plain(refused.output)
    assert not (out / "manifest.json").exists()
    assert not list(out.glob("llava/*.json"))
    assert json.loads((out / "summary.json").read_text())["status"] == "refused"
    run = json.loads((out / "run.json").read_text())
    assert (run["images_kept"], run["shards_kept"]) == (17, split.plan.shards)
