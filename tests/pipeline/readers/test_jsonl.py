import bz2
import gzip
import json
import lzma

import pytest
import zstandard

from pipeline.readers.jsonl import read_jsonl
from pipeline.readers.source import Form, Source
from schemas.errors import ConfigError
from schemas.reasons import Reason

RECORDS = [{"id": f"r{number}", "text": "é\u2028\u0085 x"} for number in range(5)]
LINES = "\n".join(json.dumps(record, ensure_ascii=False) for record in RECORDS).encode()

COMPRESSORS = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    "": bytes,
}


def _read(path, content, **options):
    path.write_bytes(content)
    return list(read_jsonl(Source(str(path), "corpus", Form.JSONL), **options))


@pytest.mark.parametrize("chunk_bytes", [1, 2, 5, 1 << 20])
@pytest.mark.parametrize("ending", COMPRESSORS)
def test_lines_are_read_whatever_the_compression_and_chunk(tmp_path, ending, chunk_bytes):
    rows = _read(tmp_path / f"a.jsonl{ending}", COMPRESSORS[ending](LINES), chunk_bytes=chunk_bytes)
    assert [row.value for row in rows] == RECORDS
    assert [row.row for row in rows] == list(range(5))


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst"])
def test_a_cut_file_gives_what_was_before_and_one_broken_row(tmp_path, ending):
    numbers = "\n".join(json.dumps({"id": number * 7919 % 100_003}) for number in range(200_000)).encode()
    whole = COMPRESSORS[ending](numbers)
    rows = _read(tmp_path / f"a.jsonl{ending}", whole[: len(whole) * 9 // 10])
    assert 1000 < len(rows) < 200_000
    assert [row.reason for row in rows if row.reason is not None] == [Reason.JSON_INVALID]
    assert rows[-1].reason is Reason.JSON_INVALID


@pytest.mark.parametrize("chunk_bytes", [1, 4, 1 << 20])
def test_broken_and_empty_lines(tmp_path, chunk_bytes):
    lines = [b'\xef\xbb\xbf{"id": 1}\r', b"\r", b"  ", b'{"id": 2', b'{"id": "\xff"}', b"[3]"]
    content = b"\n".join([*lines, b'{"id": "\xed\xa0\x80"}', b'{"id": NaN}', b'{"id": 6}'])
    rows = _read(tmp_path / "a.jsonl", content, chunk_bytes=chunk_bytes)
    assert [row.reason for row in rows] == [
        None,
        Reason.JSON_INVALID,
        Reason.BAD_ENCODING,
        None,
        Reason.BAD_ENCODING,
        None,
        None,
    ]
    assert rows[0].value == {"id": 1}
    assert rows[3].value == [3]
    assert rows[6].value == {"id": 6}


@pytest.mark.parametrize("chunk_bytes", [7, 100, 1 << 20])
def test_a_line_over_the_limit_is_one_row(tmp_path, chunk_bytes):
    content = b'{"id": 1}\n{"id": "' + b"x" * 500 + b'"}\n{"id": 2}\n{"id": "' + b"y" * 500
    rows = _read(tmp_path / "a.jsonl", content, chunk_bytes=chunk_bytes, max_record=100)
    large = Reason.RECORD_TOO_LARGE
    assert [row.reason or row.value["id"] for row in rows] == [1, large, 2, large]


def test_deep_nesting_is_a_broken_line(tmp_path):
    rows = _read(tmp_path / "a.jsonl", b"[" * 200_000 + b"\n{}")
    assert [row.reason for row in rows] == [Reason.JSON_INVALID, None]


def test_an_empty_file_has_no_rows(tmp_path):
    assert _read(tmp_path / "a.jsonl", b"") == []


def test_a_missing_file_is_a_config_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be opened"):
        list(read_jsonl(Source(str(tmp_path / "no.jsonl"), "no", Form.JSONL)))
