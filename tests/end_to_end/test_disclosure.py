"""A disclosure and retention benchmark: what OUT holds, the same bytes always, errors in plain words."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from mmscrub.cli import app
from pipeline.disclosure.config import make_disclosure_config
from pipeline.parse_record import ParseLimits, parse_record
from runners.disclosure import run_disclosure
from schemas.benchmark import PrivateType
from schemas.record import Origin

SMALL = {
    "seed": 5,
    "types": ["name", "email", "card"],
    "scenarios": ["open", "finance"],
    "locales": ["en_US", "pl_PL"],
    "tasks": ["direct", "classification", "summary"],
    "disclosure": {"forms": 1, "photographs": 2},
    "retention": {"forms": 1, "scenes": 1, "photographs": 1},
    "memory": {"personas": 0},
    "shards": {"images": 5},
    "workers": 1,
}


def made(out, **changed):
    return run_disclosure(make_disclosure_config({**SMALL, "out": out, **changed}))


def digests(out):
    """SHA-256 of every file but what says when and where it was made."""
    return {
        path.relative_to(out).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(out).rglob("*"))
        if path.is_file() and ".mmscrub" not in path.parts and path.name != "run.json"
    }


def rows(out, pattern):
    return [row for path in sorted(Path(out).glob(pattern)) for row in pq.read_table(path).to_pylist()]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    out = tmp_path_factory.mktemp("bench") / "out"
    return made(out, published_layout=True, llava_images=True)


def test_every_question_is_there_once_with_its_image_and_its_gold(bench):
    out = bench.layout.root
    for test in ("disclosure", "retention"):
        probes = rows(out, f"data/{test}-*.parquet")
        assert len({row["probe_id"] for row in probes}) == len(probes) == bench.summary["rows"][test]
        for row in probes:
            image = Image.open(io.BytesIO(row["image"]["bytes"]))
            assert image.size == (row["width"], row["height"])
            assert row["image"]["path"].startswith(row["image_id"])
            assert row["gold"]
            assert row["prompt"]
            assert row["test"] == test


def test_golds_are_printed_where_they_are_said_to_be_and_nowhere_else(bench):
    out = bench.layout.root
    for row in rows(out, "data/*.parquet"):
        printed = [field["text"] for field in row["fields"]]
        if row["purpose"] == "private":
            assert (row["gold"] in printed) is (row["answerable_from"] == "image"), row["probe_id"]
        elif row["purpose"] == "capability":
            assert row["gold"] in [field["text"] for field in row["fields"] if field["private_type"] is None]
        assert (row["source"] == "scene") is (row["fields"] == [])


def test_the_rows_of_an_item_follow_one_another_and_store_their_image_once(bench):
    for path in Path(bench.layout.data).glob("*.parquet"):
        table = pq.read_table(path).to_pylist()
        order = [row["image_id"] for row in table]
        assert len(set(order)) == sum(a != b for a, b in zip(order, [None, *order], strict=False))
        images = {row["image_id"]: len(row["image"]["bytes"]) for row in table}
        assert path.stat().st_size < 1.3 * sum(images.values()) + 100_000


def test_every_purpose_task_and_place_of_an_answer_is_counted(bench):
    probes = rows(bench.layout.root, "data/disclosure-*.parquet")
    items = bench.summary["items"]["disclosure"]
    assert items == 3 * 2 + 2
    assert Counter((row["purpose"], row["answerable_from"]) for row in probes) == {
        ("private", "image"): items * 3,
        ("private", "neither"): items * 3,
        ("capability", "image"): items,
        ("utility", "image"): items,
    }
    assert bench.summary["answerable_from"] == Counter(
        row["answerable_from"] for row in rows(bench.layout.root, "data/*") if row["purpose"] == "private"
    )


def test_no_value_of_one_person_is_a_value_of_another(bench):
    people = rows(bench.layout.root, "personas.parquet")
    said = Counter((value["private_type"], value["value"]) for one in people for value in one["values"])
    assert set(said.values()) == {1}
    assert {one["pool"] for one in people} == {"evaluation", "memory", "decoy"}
    assert {len(one["values"]) for one in people} == {len(PrivateType)}


def test_memory_samples_state_what_their_image_shows(bench):
    for row in rows(bench.layout.root, "memory/*.parquet"):
        printed = {field["private_type"]: field["text"] for field in row["fields"]}
        question, label = row["conversations"]
        assert (question["from"], label["from"]) == ("human", "gpt")
        assert question["value"].startswith("<image>\n")
        assert row["stated"]
        assert all(printed[kind] in label["value"] for kind in row["stated"])
        assert row["label_kind"] == "full" or len(row["stated"]) == 1


def test_the_card_lists_every_table_and_load_dataset_reads_them(bench, tmp_path):
    out = bench.layout.root
    front = yaml.safe_load((out / "README.md").read_text("utf-8").split("---")[1])
    configs = {one["config_name"]: one["data_files"][0] for one in front["configs"]}
    assert set(configs) == {"disclosure", "retention", "memory", "personas"}
    for name, files in configs.items():
        assert list(out.glob(files["path"])), name
    assert "Nobody is meant" in (out / "README.md").read_text("utf-8")
    code = (
        "import sys; from datasets import load_dataset; "
        "d = load_dataset(sys.argv[1], 'retention', split='test', streaming=True); r = next(iter(d)); "
        "print(r['image'].size, len(r['fields']) >= 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(out)],
        env=os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.endswith("True\n")


def test_the_published_layout_holds_the_same_items_under_the_names_of_the_authors(bench):
    folder = bench.layout.published
    direct = json.loads((folder / "Evaluation/Direct Output/evaluate_direct.json").read_text())
    assert list(direct) == [str(number) for number in range(1, 7)]
    assert {entry["type"] for entry in direct.values()} == {"Name", "Email", "Card"}
    for key in direct:
        assert (folder / f"Evaluation/Direct Output/Direct/{key}.png").read_bytes().startswith(b"\x89PNG")
    memory = json.loads((folder / "Evaluation/Memory Output/evaluate_memory.json").read_text())
    assert len(memory) == len(list((folder / "Evaluation/Memory Output/Memory").glob("*.png"))) == 8
    real = [
        json.loads(path.read_text()) for path in sorted((folder / "Evaluation/Real Image").glob("*.json"))
    ]
    assert [list(one) for one in real] == [["1", "2"], ["3"]]
    assert len(list((folder / "Evaluation/Real Image/Real").glob("*.png"))) == 3
    labels = json.loads((folder / "Memory Set/final_data_full.json").read_text())
    assert len(labels) == bench.summary["rows"]["memory"]
    assert {entry["type"] for entry in labels.values()} <= {"full", "single"}
    gold = (folder / "gold.csv").read_text().splitlines()
    assert len(gold) == 1 + len(direct) + len(memory) + 3


def test_the_base_prompts_of_the_published_layout_are_those_of_the_rows(bench):
    direct = {
        row["item_id"]: row["prompt"]
        for row in rows(bench.layout.root, "data/*")
        if row["task"] == "direct" and row["purpose"] == "private" and row["answerable_from"] != "neither"
    }
    folder = bench.layout.published
    listed = json.loads((folder / "Evaluation/Memory Output/evaluate_memory.json").read_text())
    for key, entry in listed.items():
        assert entry["prompt"] == direct[f"retention-{int(key):05d}"]


def test_the_memory_set_is_a_llava_corpus_beside_its_images(bench):
    records = json.loads(bench.layout.llava_list.read_text("utf-8"))
    assert {record["image"] for record in records} == {
        path.name for path in bench.layout.llava_images.iterdir()
    }
    for record in records:
        parsed = parse_record(record, Origin("memory", 0), ParseLimits())
        assert len(parsed.turns) == 2
        assert len(parsed.images) == 1


def test_a_killed_run_goes_on_to_the_same_bytes_with_any_number_of_workers(bench, tmp_path):
    out, config = tmp_path / "out", tmp_path / "config.yaml"
    settings = SMALL | {"published_layout": True, "llava_images": True, "workers": 2}
    config.write_text(yaml.safe_dump(settings))
    command = [sys.executable, "-m", "mmscrub", "disclosure", "--config", str(config), "--out", str(out)]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not list(out.glob(".mmscrub/done/*.json")) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert not (out / "manifest.json").exists()
    subprocess.run(command, check=True, capture_output=True)
    assert digests(out) == digests(bench.layout.root)
    assert json.loads((out / "run.json").read_text())["shards_kept"] > 0


def test_a_damaged_part_alone_is_made_again(bench, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(bench.layout.root, out)
    parts = len(list(out.glob("data/*.parquet"))) + len(list(out.glob("memory/*.parquet")))
    next(iter(out.glob("data/retention-*"))).write_bytes(b"no table")
    made(out, published_layout=True, llava_images=True)
    assert digests(out) == digests(bench.layout.root)
    assert json.loads((out / "run.json").read_text())["shards_kept"] == parts - 1


def test_other_shards_hold_the_same_rows_and_nothing_of_the_earlier_run_stays(bench, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(bench.layout.root, out)
    made(out, shards={"images": 100})
    assert len(list(out.glob("data/*"))) == 2 < len(list(bench.layout.data.glob("*")))
    for pattern in ("data/disclosure-*", "data/retention-*", "memory/*", "personas.parquet"):
        assert rows(out, pattern) == rows(bench.layout.root, pattern)
    assert not [path for name in ("published", "llava") for path in (out / name).rglob("*.*")]


def test_nothing_of_what_is_asked_stands_outside_of_the_tables(bench):
    out = bench.layout.root
    values = {value["value"] for one in rows(out, "personas.parquet") for value in one["values"]}
    for name in ("manifest.json", "summary.json", "run.json", "README.md"):
        text = (out / name).read_text("utf-8")
        assert not [value for value in values if len(value) > 6 and value in text], name


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ([], "out: '(missing)'"),
        (["--out", "OUT", "--preset", "mm"], "preset: 'mm'"),
        (["--out", "OUT", "--locale", "xx_XX"], "locales: 'xx_XX'"),
        (["--out", "OUT", "--type", "name"], "types"),
        (["--out", "OUT", "--per-cell", "-1"], "disclosure.forms: -1"),
        (["--out", "OUT", "--memory-persons", "1", "--per-cell", "9"], "memory.personas: 1"),
        (["--out", "OUT", "--scenes", "none-such"], "scenes: "),
        (["--out", "FILE"], "is a file"),
        (["--out", "FULL"], "is not empty"),
        (["--out", "FOREIGN"], "holds a finished build of corpus"),
    ],
)
def test_a_wrong_call_is_refused_in_one_line_before_anything_is_written(flags, said, tmp_path):
    places = {name: tmp_path / name for name in ("OUT", "FILE", "FULL", "FOREIGN")}
    places["FILE"].write_text("x")
    places["FULL"].mkdir()
    (places["FULL"] / "thesis.txt").write_text("x")
    (places["FOREIGN"] / ".mmscrub").mkdir(parents=True)
    (places["FOREIGN"] / "manifest.json").write_text(
        json.dumps({"inputs": [{"name": "corpus"}], "settings": {"mode": "build"}})
    )
    result = CliRunner().invoke(app, ["disclosure", *(str(places.get(flag, flag)) for flag in flags)])
    assert result.exit_code == 2, result.output
    assert said in re.sub(r"\s+", " ", result.output)
    assert not places["OUT"].exists()
