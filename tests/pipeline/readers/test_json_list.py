import gzip
import json
import math
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.readers.json_list import read_json_list
from pipeline.readers.source import Form, Source
from schemas.errors import ConfigError
from schemas.reasons import Reason


def _record(number: int, **more):
    turns = [{"from": "human", "value": f"q {number} {{}}"}, {"from": "gpt", "value": 'a "quoted", [answer]'}]
    return {"id": f"r{number}", "conversations": turns, **more}


def _good(number: int) -> str:
    return json.dumps(_record(number))


def _read(folder: Path, content: str | bytes, **options):
    path = folder / "corpus.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_json_list(Source(str(path), "corpus", Form.JSON), **options))


def _told(rows):
    """The id of each good row, the reason of each broken one."""
    assert [row.row for row in rows] == list(range(len(rows)))
    return [row.value["id"] if row.reason is None else row.reason.value for row in rows]


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(json_values, max_size=8),
    indent=st.sampled_from([None, 0, 1, 4, "\t"]),
    ensure_ascii=st.booleans(),
    chunk_bytes=st.sampled_from([1, 2, 3, 7, 64, 1 << 20]),
)
def test_any_dumped_list_streams_back_equal(values, indent, ensure_ascii, chunk_bytes):
    text = json.dumps(values, indent=indent, ensure_ascii=ensure_ascii)
    with tempfile.TemporaryDirectory() as folder:
        rows = _read(Path(folder), text.encode("utf-8", "surrogatepass"), chunk_bytes=chunk_bytes)
    assert [row.value for row in rows] == values
    assert all(row.reason is None for row in rows)


BROKEN_ELEMENTS = {
    "bare word": '{"id": "x", "conversations": oops}',
    "python none": '{"id": "x", "conversations": None}',
    "single quotes": "{'id': 'x', 'conversations': []}",
    "no colon": '{"id" "x", "conversations": []}',
    "comma before the brace": '{"id": "x", "conversations": [],}',
    "raw line break in a string": '{"id": "x", "conversations": [{"from": "human", "value": "a\nb"}]}',
    "bad escape": r'{"id": "x\q", "conversations": []}',
    "unclosed string": '{"id": "x, "conversations": [{"from": "human", "value": "a, b, c"}]}',
    "unclosed last string": '{"id": "x", "conversations": [{"from": "human", "value": "a, b}]}',
    "brace missing at the end": '{"id": "x", "conversations": [{"from": "human", "value": "a"}]',
    "bracket missing at the end": '{"id": "x", "conversations": [{"from": "human", "value": "a"}}',
    "brace missing at the start": '"id": "x", "other": [{"from": "human", "value": "a"}]}',
    "one brace too many": '{"id": "x", "conversations": []}}',
    "number of 5000 digits": '{"id": ' + "7" * 5000 + "}",
    "text behind the brace": '{"id": "x"} stray',
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("chunk_bytes", [5, 1 << 20])
@pytest.mark.parametrize("name", BROKEN_ELEMENTS)
def test_a_broken_element_costs_only_itself(tmp_path, name, chunk_bytes, indent):
    good = [json.dumps(_record(number), indent=indent) for number in range(4)]
    for place in range(5):
        elements = [*good[:place], BROKEN_ELEMENTS[name], *good[place:]]
        rows = _read(tmp_path, "[" + ", ".join(elements) + "]", chunk_bytes=chunk_bytes)
        told = _told(rows)
        assert [each for each in told if each != "json_invalid"] == ["r0", "r1", "r2", "r3"], place
        assert told[place] == "json_invalid"
        # Only a file that ends inside an open string or bracket may tell of it twice.
        assert told.count("json_invalid") == 1 or place == 4


def test_two_broken_elements_side_by_side_are_two_rows(tmp_path):
    elements = [_good(0), BROKEN_ELEMENTS["bare word"], BROKEN_ELEMENTS["single quotes"], _good(1)]
    assert _told(_read(tmp_path, f"[{','.join(elements)}]")) == ["r0", "json_invalid", "json_invalid", "r1"]


def test_a_record_without_turns_behind_an_unclosed_string_is_found_by_its_first_key(tmp_path):
    elements = [_good(0), BROKEN_ELEMENTS["unclosed string"], '{"id": "bare"}', _good(1)]
    assert _told(_read(tmp_path, f"[{','.join(elements)}]")) == ["r0", "json_invalid", "bare", "r1"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", []),
        (" [ ] \n", []),
        (f"[{_good(0)},]", ["r0"]),
        (f"[{_good(0)} {_good(1)}]", ["r0", "r1"]),
        (f"[{_good(0)}][{_good(1)}]", ["r0", "r1"]),
        (f"[{_good(0)}], {_good(1)}]", ["r0", "r1"]),
        (f"[{_good(0)}, [{_good(1)}, {_good(2)}]", ["r0", "json_invalid", "r1", "r2"]),
        (f"[[{_good(0)}, {_good(1)}], {_good(2)}]", ["json_invalid", "r0", "r1", "r2"]),
        (f"[{_good(0)}, {_good(1)[:-20]}", ["r0", "json_invalid", "json_invalid"]),
        (f"[{_good(0)}, {_good(1)}", ["r0", "r1", "json_invalid"]),
        (f"[{_good(0)}, ", ["r0", "json_invalid"]),
        ("[", ["json_invalid"]),
    ],
)
def test_odd_ends_and_separators(tmp_path, text, told):
    assert _told(_read(tmp_path, text)) == told


def test_scalars_and_lists_are_yielded_as_they_are(tmp_path):
    assert [row.value for row in _read(tmp_path, '[1, "two", null, [3], 4.5]')] == [1, "two", None, [3], 4.5]


def test_numbers_that_are_not_finite_are_left_to_the_parser(tmp_path):
    rows = _read(tmp_path, '[{"id": NaN}, {"id": -Infinity}]', chunk_bytes=3)
    assert math.isnan(rows[0].value["id"])
    assert math.isinf(rows[1].value["id"])


def test_deep_nesting_is_one_broken_row(tmp_path):
    deep = '{"a":' * 50_000 + "1" + "}" * 50_000
    assert _told(_read(tmp_path, f"[{_good(0)}, {deep}, {_good(1)}]")) == ["r0", "json_invalid", "r1"]


@pytest.mark.parametrize("chunk_bytes", [1, 64, 1 << 20])
def test_invalid_utf8_costs_its_record_only_and_keeps_its_id(tmp_path, chunk_bytes):
    bad = _good(1).replace("quoted", "qu\0ted").encode().replace(b"\0", b"\xff\xc3")
    content = b"[" + _good(0).encode() + b"," + bad + b"," + _good(2).encode() + b"]"
    rows = _read(tmp_path, content, chunk_bytes=chunk_bytes)
    assert [row.reason for row in rows] == [None, Reason.BAD_ENCODING, None]
    assert rows[1].value["id"] == "r1"


def test_invalid_utf8_between_structure_is_named_too(tmp_path):
    content = f"[{_good(0)}, ".encode() + b'{"id": \xff\xfe}' + f", {_good(1)}]".encode()
    assert _told(_read(tmp_path, content)) == ["r0", "bad_encoding", "r1"]


def test_byte_order_mark_is_skipped(tmp_path):
    assert _told(_read(tmp_path, b"\xef\xbb\xbf" + f"[{_good(0)}]".encode(), chunk_bytes=1)) == ["r0"]


@pytest.mark.parametrize("chunk_bytes", [3, 1000, 1 << 20])
@pytest.mark.parametrize("filler", ["x", '\\"', "{[,", "\\\\"])
def test_too_large_element_is_skipped(tmp_path, filler, chunk_bytes):
    large = '{"id": "large", "conversations": [{"from": "gpt", "value": "' + filler * 4000 + '"}]}'
    rows = _read(tmp_path, f"[{_good(0)}, {large}, {_good(1)}]", chunk_bytes=chunk_bytes, max_record=2000)
    assert _told(rows) == ["r0", "record_too_large", "r1"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_is_refused_with_the_remedy(tmp_path, encoding):
    with pytest.raises(ConfigError, match="UTF-8"):
        _read(tmp_path, f"[{_good(0)}]".encode(encoding))


def test_cut_gzip_gives_what_was_before(tmp_path):
    path = tmp_path / "corpus.json.gz"
    whole = gzip.compress(f"[{', '.join(_good(number) for number in range(2000))}]".encode())
    path.write_bytes(whole[: len(whole) // 2])
    rows = list(read_json_list(Source(str(path), "corpus", Form.JSON)))
    assert len(rows) > 100
    assert {row.reason for row in rows[:-2]} == {None}
    assert rows[-1].reason is Reason.JSON_INVALID


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "corpus.json"
    with path.open("w") as file:
        file.write("[" + ",\n".join(_good(number) for number in range(60_000)) + "]")
    tracemalloc.start()
    count = sum(1 for _ in read_json_list(Source(str(path), "corpus", Form.JSON), chunk_bytes=1 << 16))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60_000
    assert path.stat().st_size > 7_000_000
    assert peak < 2_000_000
