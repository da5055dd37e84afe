from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image

from pipeline.card import CardConfig, cell, front_matter, front_matter_of, inline, render_card, size_category

FEATURES = {
    "id": {"dtype": "string", "_type": "Value"},
    "image": {"_type": "Image"},
    "conversations": {
        "feature": {
            "from": {"dtype": "string", "_type": "Value"},
            "value": {"dtype": "string", "_type": "Value"},
        },
        "_type": "List",
    },
}
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
        ("conversations", pa.list_(pa.struct([("from", pa.string()), ("value", pa.string())]))),
    ],
    metadata={"huggingface": json.dumps({"info": {"features": FEATURES}})},
)
SUMMARY = {
    "records": {"in": 4, "emitted": 3, "quarantined": 1},
    "turns": 6,
    "images": {"distinct": 3, "redacted": 2, "unchanged": 1, "metadata_stripped": 0},
    "text_findings": {
        "biometric.age": {"explicit": {"answer": {"mentions": 1234, "turns": 2, "records": 2}}},
        "pii.email": {"explicit": {"question": {"mentions": 5, "turns": 1, "records": 1}}},
    },
    "image_findings": {"image.face": {"boxes": 61, "images": 3}},
    "edits": {"rewrite": 3},
    "image_edits": {"blur": 61},
    "quarantine": {"verify": {"text_still_leaks": 1}},
    "fidelity": {
        "text": {
            "n": 2,
            "min": 0.7,
            "p01": 0.71,
            "p05": 0.72,
            "p25": 0.8,
            "p50": 0.9,
            "p75": 0.95,
            "max": 1.0,
        },
        "image": None,
    },
}
MANIFEST = {
    "mmscrub_version": "0.1.0",
    "schema_version": "1.0",
    "seed": 3,
    "policy": {"name": "standard", "mentions": {"pii.email": "mask", "biometric.age": "rewrite"}},
    "engines": [
        {"role": "ocr", "name": "rapid|ocr", "version": "3", "weights_sha256": "ab" * 32, "settings": ""}
    ],
}
LOAD = """
import json, sys
from datasets import load_dataset
corpus = load_dataset(sys.argv[1], split=sys.argv[2])
row = corpus[0]
print(json.dumps([len(corpus), list(row), row["image"].size, row["conversations"][0]["value"],
                  type(corpus.features["image"]).__name__]))
"""


def write_shard(path: Path, rows: int) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 6), (10, 200, 30)).save(picture, "PNG")
    path.parent.mkdir(parents=True, exist_ok=True)
    turns = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A field."}]
    table = pa.Table.from_pylist(
        [
            {"id": str(row), "image": {"bytes": picture.getvalue(), "path": None}, "conversations": turns}
            for row in range(rows)
        ],
        schema=SCHEMA,
    )
    pq.write_table(table, path)


def load(folder: Path, split: str, cache: Path) -> subprocess.CompletedProcess[str]:
    """In a process of its own: the datasets library reads its offline switches when it is imported."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(cache)}
    return subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), split],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def yaml_of(card: str) -> dict:
    return yaml.safe_load(card.split("---\n")[1])


@pytest.fixture(scope="module")
def card() -> str:
    return render_card(SUMMARY, MANIFEST, splits={"train": 3}, features=SCHEMA, title="corpus")


def test_load_dataset_accepts_the_card(tmp_path):
    out = tmp_path / "out"
    write_shard(out / "data" / "train-00000-of-00002.parquet", 2)
    write_shard(out / "data" / "train-00001-of-00002.parquet", 1)
    write_shard(out / "audit" / "findings-00000-of-00001.parquet", 5)
    (out / "README.md").write_text(
        render_card(SUMMARY, MANIFEST, splits={"train": 3}, features=SCHEMA, title="corpus"), encoding="utf-8"
    )
    done = load(out, "train", tmp_path / "cache")
    assert done.returncode == 0, done.stderr[-2000:]
    expected = [3, ["id", "image", "conversations"], [8, 6], "<image>\nWhat?", "Image"]
    assert json.loads(done.stdout) == expected


def test_load_dataset_notices_rows_that_the_card_does_not_count(tmp_path):
    out = tmp_path / "out"
    write_shard(out / "data" / "val-00000-of-00001.parquet", 2)
    (out / "README.md").write_text(
        render_card(SUMMARY, MANIFEST, splits={"val": 3}, features=SCHEMA, title="corpus"), encoding="utf-8"
    )
    done = load(out, "val", tmp_path / "cache")
    assert done.returncode != 0
    assert "NonMatchingSplitsSizesError" in done.stderr


def test_front_matter_names_files_splits_and_features(card):
    front = yaml_of(card)
    assert front["configs"] == [
        {"config_name": "default", "data_files": [{"split": "train", "path": "data/train-*.parquet"}]}
    ]
    info = front["dataset_info"]
    assert [feature["name"] for feature in info["features"]] == ["id", "image", "conversations"]
    assert info["features"][1]["dtype"] == "image"
    assert info["splits"][0]["num_examples"] == 3
    assert front["size_categories"] == ["n<1K"]
    assert "image-text-to-text" in front["task_categories"]
    assert "license" not in front


def test_bytes_and_several_splits_are_recorded():
    text = front_matter(
        splits={"train": 9, "val": 1}, features=SCHEMA, title="x", num_bytes={"train": 90, "val": 10}
    )
    info = yaml.safe_load(text)["dataset_info"]
    assert [(split["name"], split["num_bytes"]) for split in info["splits"]] == [("train", 90), ("val", 10)]
    assert info["dataset_size"] == 100


def test_features_object_and_schema_give_the_same_card(card):
    from datasets import Features

    features = Features.from_arrow_schema(SCHEMA)
    assert render_card(SUMMARY, MANIFEST, splits={"train": 3}, features=features, title="corpus") == card


def test_a_corpus_without_images_is_a_text_task():
    schema = pa.schema([("id", pa.string())])
    front = yaml.safe_load(front_matter(splits={"train": 1}, features=schema, title="x"))
    assert front["task_categories"] == ["text-generation"]


def test_audit_table_shows_counts_and_actions(card):
    assert "| attribute | kind | question | answer | action |" in card
    assert "| biometric.age | explicit | 0 | 1,234 | rewrite |" in card
    assert "| pii.email | explicit | 5 | 0 | mask |" in card
    assert "| image.face | 61 | 3 | report |" in card
    assert "| verify | text still leaks | 1 |" in card
    assert "| text | 2 | 0.710 | 0.720 | 0.900 |" in card
    assert "- rewrite: `biometric.age`" in card
    assert "rapid\\|ocr" in card


@pytest.mark.parametrize(
    ("level", "action"), [("permissive", "report"), ("standard", "rewrite"), ("strict", "rewrite")]
)
def test_a_permissive_policy_does_nothing_about_proxies(level, action):
    findings = {"biometric.age": {"proxy": {"answer": {"mentions": 2, "turns": 1, "records": 1}}}}
    manifest = MANIFEST | {"policy": MANIFEST["policy"] | {"proxy_level": level}}
    text = render_card(
        SUMMARY | {"text_findings": findings}, manifest, splits={"train": 3}, features=SCHEMA, title="x"
    )
    assert f"| biometric.age | proxy | 2 | {action} |" in text


def test_every_table_row_has_as_many_cells_as_its_head(card):
    columns = 0
    for line in card.splitlines():
        if not line.startswith("|"):
            columns = 0
            continue
        cells = line.replace("\\|", "").count("|")
        columns = columns or cells
        assert cells == columns, line


def test_tables_stand_apart_from_text(card):
    lines = card.splitlines()
    for before, line in itertools.pairwise(lines):
        assert not (line.startswith("|") and before and not before.startswith("|")), line
        assert not (before.startswith("|") and line and not line.startswith("|")), line


def test_an_empty_run_has_a_card():
    summary = {"records": {"in": 0, "emitted": 0, "quarantined": 0}}
    text = render_card(summary, {}, splits={"train": 0}, features=SCHEMA, title="empty")
    assert "Nothing was found in the text." in text


def test_titles_cannot_break_yaml_or_markdown():
    text = render_card(
        SUMMARY, MANIFEST, splits={"train": 3}, features=SCHEMA, title="a: [b] <script>\n---\nx"
    )
    assert (
        yaml.safe_load(text.split("\n---\n\n")[0].removeprefix("---\n"))["pretty_name"]
        == "a: [b] <script>\n---\nx"
    )
    assert "# a: [b] &lt;script> --- x" in text.splitlines()


@pytest.mark.parametrize(
    ("rows", "word"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (15_375, "10K<n<100K"), (10**9, "n>1B")],
)
def test_size_categories(rows, word):
    assert size_category(rows) == word


def test_cells_are_one_line_and_escaped():
    assert cell("a|b\n<i>") == "a\\|b &lt;i>"
    assert inline("a & b") == "a &amp; b"


def test_a_data_set_of_several_tables_lists_each_with_its_files_features_and_rows():
    tables = [
        CardConfig("probes", {"test": 3}, {"test": "data/probes-*.parquet"}, SCHEMA, {"test": 9}),
        CardConfig("people", {"train": 2}, {"train": "people.parquet"}, pa.schema([("name", pa.string())])),
    ]
    front = yaml.safe_load(front_matter_of(tables, title="Two"))
    assert [one["config_name"] for one in front["configs"]] == ["people", "probes"]
    assert front["configs"][0]["data_files"] == [{"split": "train", "path": "people.parquet"}]
    infos = {one["config_name"]: one for one in front["dataset_info"]}
    assert infos["probes"]["splits"][0]["num_examples"] == 3
    assert [one["name"] for one in infos["people"]["features"]] == ["name"]
    assert "visual-question-answering" in front["task_categories"]
