import base64
import datetime
import decimal
import hashlib
import json
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.parse_record import ParseLimits, parse_record
from pipeline.readers.parquet import read_parquet
from pipeline.readers.source import Form, Source
from schemas.errors import ConfigError
from schemas.reasons import Reason
from schemas.record import Origin

TURNS = [{"from": "human", "value": "One?"}, {"from": "gpt", "value": "Two."}]
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
JPEG, PNG = b"\xff\xd8\xff jpeg", b"\x89PNG\r\n\x1a\n png"
JPEG_NAME = hashlib.sha256(JPEG).hexdigest()[:32] + ".jpg"
PNG_NAME = hashlib.sha256(PNG).hexdigest()[:32] + ".png"


def _read(path, columns, **options):
    pq.write_table(pa.table(columns), path, **options)
    return list(read_parquet(Source(str(path), "corpus", Form.PARQUET)))


@pytest.mark.parametrize(
    ("cell", "kind", "value", "images"),
    [
        ({"bytes": JPEG, "path": "a.jpg"}, IMAGE, "a.jpg", {"a.jpg": JPEG}),
        ({"bytes": PNG, "path": None}, IMAGE, PNG_NAME, {PNG_NAME: PNG}),
        ({"bytes": PNG, "path": "/home/x.png"}, IMAGE, PNG_NAME, {PNG_NAME: PNG}),
        ({"bytes": PNG, "path": "../x.png"}, IMAGE, PNG_NAME, {PNG_NAME: PNG}),
        ({"bytes": None, "path": "a.jpg"}, IMAGE, "a.jpg", None),
        ({"bytes": None, "path": None}, IMAGE, None, None),
        (None, IMAGE, None, None),
        (JPEG, pa.binary(), JPEG_NAME, {JPEG_NAME: JPEG}),
        (JPEG, pa.large_binary(), JPEG_NAME, {JPEG_NAME: JPEG}),
        ("a/b.jpg", pa.string(), "a/b.jpg", None),
        (None, pa.string(), None, None),
    ],
)
def test_image_column(tmp_path, cell, kind, value, images):
    columns = {"image": pa.array([cell], kind), "conversations": [TURNS]}
    (row,) = _read(tmp_path / "a.parquet", columns)
    assert row.value == {"image": value, "conversations": TURNS}
    assert row.images == images
    record = parse_record(row.value, Origin("a", 0), ParseLimits())
    assert {image.path for image in record.images} >= set(images or {})


def test_image_list_with_equal_names_keeps_both(tmp_path):
    cells = [
        {"bytes": JPEG, "path": "0.jpg"},
        {"bytes": PNG, "path": "0.jpg"},
        {"bytes": JPEG, "path": "0.jpg"},
    ]
    (row,) = _read(
        tmp_path / "a.parquet", {"images": pa.array([cells], pa.list_(IMAGE)), "conversations": [TURNS]}
    )
    assert row.value["images"] == ["0.jpg", PNG_NAME, "0.jpg"]
    assert row.images == {"0.jpg": JPEG, PNG_NAME: PNG}


def test_conversations_as_json_text(tmp_path):
    columns = {"id": ["a", "b", "c"], "conversations": [json.dumps(TURNS), "[{broken", None]}
    rows = _read(tmp_path / "a.parquet", columns)
    assert rows[0].value == {"id": "a", "conversations": TURNS}
    assert (rows[1].reason, rows[1].value["id"]) == (Reason.JSON_INVALID, "b")
    assert rows[2].value["conversations"] is None


def test_messages_with_parts_are_read(tmp_path):
    content = [{"type": "text", "text": "One?"}]
    messages = [[{"role": "user", "content": content}, {"role": "assistant", "content": content}]]
    (row,) = _read(tmp_path / "a.parquet", {"messages": messages})
    record = parse_record(row.value, Origin("a", 0), ParseLimits())
    assert [turn.text for turn in record.turns] == ["One?", "One?"]


def test_other_types_become_plain_json(tmp_path):
    columns = {
        "when": [datetime.datetime(2024, 5, 1, 12, 30)],
        "day": [datetime.date(2024, 5, 1)],
        "price": [decimal.Decimal("1.50")],
        "blob": [b"\0\xff"],
        "pairs": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        "word": pa.array(["x"]).dictionary_encode(),
        "deep": [{"list": [{"n": 1, "f": 0.5, "none": None, "yes": True}]}],
    }
    (row,) = _read(tmp_path / "a.parquet", columns)
    assert json.loads(json.dumps(row.value)) == row.value
    assert row.value["when"] == "2024-05-01T12:30:00"
    assert row.value["day"] == "2024-05-01"
    assert row.value["price"] == "1.50"
    assert base64.b64decode(row.value["blob"]) == b"\0\xff"
    assert row.value["pairs"] == [["a", 1]]
    assert row.value["word"] == "x"
    assert row.value["deep"] == {"list": [{"n": 1, "f": 0.5, "none": None, "yes": True}]}


def test_a_cell_that_is_no_utf8_costs_its_row_only(tmp_path):
    text = pa.array([b"a", b"b\xff", b"c"], pa.binary()).view(pa.string())
    rows = _read(tmp_path / "a.parquet", {"id": text})
    assert [row.reason for row in rows] == [None, Reason.BAD_ENCODING, None]
    assert rows[2].value == {"id": "c"}


def test_a_damaged_row_group_gives_a_row_for_each_that_is_lost(tmp_path):
    path = tmp_path / "a.parquet"
    texts = [hashlib.sha256(str(number).encode()).hexdigest() * 5 for number in range(300)]
    pq.write_table(
        pa.table({"id": texts}), path, row_group_size=100, compression="zstd", use_dictionary=False
    )
    content = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    middle = column.data_page_offset + column.total_compressed_size // 2
    content[middle : middle + 2000] = b"\0" * 2000
    path.write_bytes(content)
    rows = list(read_parquet(Source(str(path), "corpus", Form.PARQUET)))
    assert [row.row for row in rows] == list(range(300))
    assert [row.value["id"] for row in rows if row.reason is None] == texts[:100] + texts[200:]
    assert {row.reason for row in rows[100:200]} == {Reason.PARQUET_CORRUPT}


@pytest.mark.parametrize("content", [b"", b"PAR1", b"this is no parquet file at all"])
def test_no_parquet_is_a_config_error(tmp_path, content):
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="no Parquet"):
        list(read_parquet(Source(str(path), "corpus", Form.PARQUET)))


def test_memory_is_bounded_by_the_batch(tmp_path):
    path = tmp_path / "a.parquet"
    cells = [{"bytes": bytes([number]) * 200_000, "path": f"{number}.jpg"} for number in range(200)]
    # Pages close at a write batch: larger ones would hold the whole row group in one page.
    pq.write_table(pa.table({"image": pa.array(cells, IMAGE)}), path, compression="none", write_batch_size=4)
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    peak = 0
    for row in read_parquet(Source(str(path), "corpus", Form.PARQUET)):
        assert len(row.images[f"{row.row}.jpg"]) == 200_000
        peak = max(peak, tracemalloc.get_traced_memory()[0] + pa.total_allocated_bytes() - before)
    tracemalloc.stop()
    assert path.stat().st_size > 39_000_000
    assert peak < 20_000_000
