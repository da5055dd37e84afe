"""The broken corpus, as far as readers, parser and image references decide it."""

import importlib.util
import sys
from functools import cache
from pathlib import Path

import pytest

from pipeline.image_refs import read_image_bytes, resolve_image
from pipeline.parse_record import ParseLimits, parse_record, record_id_of
from pipeline.readers.open import list_sources
from pipeline.readers.read_rows import read_rows
from schemas.errors import RejectRecord
from schemas.reasons import Reason
from schemas.record import Origin
from transforms.image.open import ImageLimits, open_image

TESTS = Path(__file__).parents[2]


@cache
def _bad_corpus():
    spec = importlib.util.spec_from_file_location("mmscrub_bad_corpus", TESTS / "bad_corpus.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad") / "corpus"
    return folder, _bad_corpus().write_bad_corpus(folder)


def _outcome(row, source, root):
    if row.reason is not None:
        return row.reason
    try:
        record = parse_record(row.value, Origin(source.uri, row.row), ParseLimits())
        for image in record.images:
            data = (row.images or {}).get(image.path)
            if data is None:
                data = read_image_bytes(resolve_image(image.path, root), 1 << 26)
            open_image(data, ImageLimits())
    except RejectRecord as reject:
        return reject.reason
    return None


def test_every_row_has_its_outcome(corpus):
    folder, cases = corpus
    read = [
        (_outcome(row, source, folder / "images"), record_id_of(row.value))
        for source in list_sources(str(folder))
        for row in read_rows(source)
    ]
    # A record id of a row without a value stands nowhere; a Parquet row that cannot be decoded is such a one.
    assert [(case.name, case.reason, case.record_id) for case in cases] == [
        (case.name, *told) for case, told in zip(cases, read, strict=True)
    ]


def test_corpus_covers_the_kinds(corpus):
    cases = corpus[1]
    assert sum(case.expect == "quarantined" for case in cases) >= 60
    assert sum(case.expect == "emitted" for case in cases) >= 40
    assert all((case.reason is None) == (case.expect == "emitted") for case in cases)
    reasons = {case.reason for case in cases}
    reading = {
        reason for reason in Reason if reason.name.startswith(("IMAGE_PATH", "IMAGE_REF", "TURN", "CONV"))
    }
    assert reading <= reasons


def test_corpus_is_written_the_same_again(corpus, tmp_path):
    folder, cases = corpus
    again = tmp_path / "again"
    assert _bad_corpus().write_bad_corpus(again) == cases
    for name in ("corpus.json", "corpus.jsonl", "corpus.parquet", "corpus.tar", "images/cmyk.jpg"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
