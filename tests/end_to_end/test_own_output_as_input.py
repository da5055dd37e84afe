"""What a build leaves is an input like any other: Parquet with embedded images, and names that clash."""

import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mmscrub
from pipeline.column_names import column_name, field_name
from pipeline.partition import extra_fields
from pipeline.readers.open import list_sources
from schemas.errors import ConfigError
from tests.small_corpus import shard_digests, write_image

TURNS = [{"from": "human", "value": "<image>\nDescribe it."}, {"from": "gpt", "value": "A round thing."}]
TEXT = [{"from": "human", "value": "Who is it?"}, {"from": "gpt", "value": "A woman."}]


def read_data(out):
    return [row for path in sorted((out / "data").iterdir()) for row in pq.read_table(path).to_pylist()]


def test_a_build_of_built_parquet_changes_nothing_and_doubles_no_column(tmp_path):
    for index in range(2):
        write_image(tmp_path / "images" / "set" / f"{index}.png", index)
    two = [TURNS[0] | {"value": "<image><image>\nCompare."}, TURNS[1]]
    records = [
        {"id": 1, "image": "set/0.png", "conversations": TURNS, "edits": ["mine"], "input_edits": 3},
        {"id": 2, "image": ["set/0.png", "set/1.png"], "conversations": two},
        {"id": 3, "conversations": TEXT, "score": 0.5, "source": "web"},
        {"id": 4, "messages": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "Me."}]},
    ]
    (tmp_path / "c.json").write_text(json.dumps(records))
    mmscrub.build(tmp_path / "c.json", tmp_path / "o1", images=str(tmp_path / "images"), workers=1)
    second = mmscrub.build(tmp_path / "o1", tmp_path / "o2", workers=1)
    mmscrub.build(tmp_path / "o2" / "data", tmp_path / "o3", workers=1)
    assert second.summary["records"]["emitted"] == 4
    assert second.summary["edits"] == {}
    first, again = ({row["id"]: row for row in read_data(tmp_path / name)} for name in ("o1", "o2"))
    assert first["1"].keys() == again["1"].keys()
    for identifier, row in first.items():
        added = ("edits", "provenance", "fidelity", "source")
        kept = {name for name in row if name not in added}
        assert {name: row[name] for name in kept} == {name: again[identifier][name] for name in kept}
    assert shard_digests(tmp_path / "o2") == shard_digests(tmp_path / "o3")


def test_embedded_images_of_one_name_are_all_exported(tmp_path):
    pictures = []
    for index in range(3):
        write_image(tmp_path / f"{index}.png", index)
        pictures.append((tmp_path / f"{index}.png").read_bytes())
    names = ["a.png", "a.png", "n" * 5000 + ".png"]
    for part in range(2):
        table = {
            "id": [f"{part}-{index}" for index in range(3)],
            "image": [
                {"bytes": b, "path": p} for b, p in zip(pictures[part:] + pictures[:part], names, strict=True)
            ],
            "conversations": [TURNS] * 3,
        }
        pq.write_table(pa.table(table), tmp_path / f"c{part}.parquet")
    out = tmp_path / "out"
    mmscrub.build(str(tmp_path / "c*.parquet"), out, workers=1, llava_images=True)
    emitted = {row["id"]: hashlib.sha256(row["image"]["bytes"]).digest() for row in read_data(out)}
    assert len(set(emitted.values())) == 3
    seen = 0
    for part in range(2):
        for record in json.loads((out / "llava" / f"c{part}.json").read_text()):
            exported = (out / "llava" / "images" / record["image"]).read_bytes()
            assert hashlib.sha256(exported).digest() == emitted[record["id"]]
            seen += 1
    assert seen == 6


def test_an_output_below_the_input_folder_is_no_input(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.json").write_text(json.dumps([{"id": 1, "conversations": TEXT}]))
    for _ in range(2):
        result = mmscrub.build(tmp_path, tmp_path / "deep" / "out", images="none", workers=1)
        assert result.summary["records"]["in"] == 1


def test_the_output_of_an_audit_or_of_a_stopped_run_is_no_input(tmp_path):
    (tmp_path / "stopped" / ".mmscrub").mkdir(parents=True)
    (tmp_path / "stopped" / "data").mkdir()
    with pytest.raises(ConfigError, match="left no corpus"):
        list_sources(str(tmp_path / "stopped"))


@pytest.mark.parametrize("name", ["edits", "input_edits", "_type", "input__type", "id", "plain", "input_x"])
def test_a_renamed_field_gets_its_name_back(name):
    assert field_name(column_name(name)) == name


def test_no_field_takes_the_column_of_another():
    fields = {"edits": 1, "input_edits": 2, "input_input_edits": 3, "_type": 4, "n\0ul": 5, "\x85": 6, "": 7}
    columns = extra_fields(fields)
    assert sorted(columns.values()) == [1, 2, 3, 4, 5, 6, 7]
    assert all(name.isprintable() for name in columns)
    assert not {"edits", "_type"} & columns.keys()
