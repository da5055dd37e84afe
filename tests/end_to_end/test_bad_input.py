"""Broken records and images: every row is emitted or quarantined with the right reason, nothing is lost."""

import json
from collections import Counter

import pyarrow.parquet as pq
import pytest

import mmscrub
from tests.bad_corpus import EMITTED, write_bad_corpus


@pytest.fixture(scope="module")
def bad_build(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    cases = write_bad_corpus(folder)
    out = tmp_path_factory.mktemp("bad_out") / "out"
    result = mmscrub.build(str(folder / "corpus.*"), out, images=str(folder / "images"), workers=2)
    return cases, out, result.summary


def rows(out, pattern):
    return [row for path in sorted(out.glob(pattern)) for row in pq.read_table(path).to_pylist()]


def test_every_row_is_emitted_or_quarantined(bad_build):
    cases, _, summary = bad_build
    emitted = sum(case.expect == EMITTED for case in cases)
    assert summary["records"]["in"] == len(cases)
    assert summary["records"]["emitted"] == emitted
    assert summary["records"]["quarantined"] == len(cases) - emitted


def test_every_reason_is_the_right_one(bad_build):
    cases, out, _ = bad_build
    expected = Counter((case.record_id, case.reason.value) for case in cases if case.expect != EMITTED)
    seen = Counter((row["record_id"], row["reason"]) for row in rows(out, "quarantine/*.parquet"))
    assert seen == expected


def test_the_right_records_are_emitted(bad_build):
    cases, out, _ = bad_build
    expected = Counter(case.record_id for case in cases if case.expect == EMITTED)
    assert Counter(row["id"] for row in rows(out, "data/*.parquet")) == expected


def test_the_quarantine_holds_no_content(bad_build):
    _, out, _ = bad_build
    columns = {name for path in out.glob("quarantine/*.parquet") for name in pq.read_schema(path).names}
    assert columns == {"record_key", "record_id", "source_uri", "source_row", "stage", "reason"}


def test_raw_records_are_kept_only_when_asked(tmp_path):
    (tmp_path / "c.json").write_text(json.dumps([{"id": "x", "conversations": []}]))
    mmscrub.build(tmp_path / "c.json", tmp_path / "out", images="none", workers=1, keep_quarantined=True)
    (row,) = rows(tmp_path / "out", "quarantine/*.parquet")
    assert json.loads(row["raw"]) == {"id": "x", "conversations": []}


@pytest.mark.parametrize("content", ["[]", '[{"id": 1}]'])
def test_a_corpus_without_a_single_good_record_is_an_empty_table(tmp_path, content):
    (tmp_path / "c.json").write_text(content)
    result = mmscrub.build(tmp_path / "c.json", tmp_path / "out", images="none", workers=1)
    assert result.summary["records"]["emitted"] == 0
    (path,) = (tmp_path / "out" / "data").iterdir()
    assert pq.read_table(path).num_rows == 0
    assert "conversations" in pq.read_schema(path).names
