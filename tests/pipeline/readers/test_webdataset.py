import gzip
import io
import json
import tarfile

import pytest

from pipeline.parse_record import ParseLimits, parse_record
from pipeline.readers.source import Form, Source
from pipeline.readers.webdataset import read_webdataset
from schemas.reasons import Reason
from schemas.record import Origin

TURNS = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "A cat."}]


def _tar(members, **options):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", **options) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            content = content if isinstance(content, bytes) else json.dumps(content).encode()
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return whole.getvalue()


def _read(folder, content, name="corpus.tar", **options):
    (folder / name).write_bytes(content)
    return list(read_webdataset(Source(str(folder / name), "corpus", Form.WEBDATASET), **options))


def _record(name, **fields):
    return {"id": name, "conversations": TURNS, **fields}


def test_samples_are_grouped_by_key(tmp_path):
    rows = _read(
        tmp_path,
        _tar(
            [
                ("a/1.json", _record("one")),
                ("a/1.jpg", b"one"),
                ("a/2.png", b"two"),
                ("a/2.json", _record("two", image="two.png")),
                ("b/1.left.jpg", b"left"),
                ("b/1.right.jpg", b"right"),
                ("b/1.json", _record("three")),
                ("b/1.cls", b"7"),
            ]
        ),
    )
    assert [row.value["id"] for row in rows] == ["one", "two", "three"]
    assert rows[0].value["image"] == "a/1.jpg"
    assert rows[1].value["image"] == "two.png"
    assert rows[2].value["images"] == ["b/1.left.jpg", "b/1.right.jpg"]
    assert [dict(row.images) for row in rows] == [
        {"a/1.jpg": b"one"},
        {"two.png": b"two"},
        {"b/1.left.jpg": b"left", "b/1.right.jpg": b"right"},
    ]
    for row in rows:
        record = parse_record(row.value, Origin("x", row.row), ParseLimits())
        assert [image.path for image in record.images] == list(row.images)


def test_a_caption_becomes_two_turns(tmp_path):
    rows = _read(tmp_path, _tar([("1.jpg", b"x"), ("1.txt", b" A caf\xc3\xa9.\n"), ("2.txt", b"Words.")]))
    assert rows[0].value == {
        "id": "1",
        "conversations": [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": "A café."}],
        "image": "1.jpg",
    }
    assert rows[1].value["conversations"][0]["value"] == ""
    assert rows[1].images is None


def test_json_goes_before_a_caption(tmp_path):
    (row,) = _read(tmp_path, _tar([("1.txt", b"caption"), ("1.json", _record("one"))]))
    assert row.value == _record("one")


@pytest.mark.parametrize(
    "image", [3, "", ["a.jpg", 4], "/etc/hostname", "../x.jpg", "https://example.org/a.jpg"]
)
def test_a_bad_reference_in_the_json_is_left_to_the_parser(tmp_path, image):
    (row,) = _read(tmp_path, _tar([("1.json", _record("one", image=image)), ("1.jpg", b"x")]))
    assert row.value["image"] == image
    assert not set(row.images or {}) & {"/etc/hostname", "../x.jpg"}


def test_a_member_with_an_unsafe_name_gets_one_from_its_digest(tmp_path):
    (row,) = _read(tmp_path, _tar([("../1.jpg", b"x"), ("../1.json", _record("one"))]))
    assert ".." not in row.value["image"]
    assert row.images == {row.value["image"]: b"x"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", Reason.JSON_INVALID), (b"", Reason.JSON_INVALID), (b'{"id": "\xff"}', Reason.BAD_ENCODING)],
)
def test_broken_json_costs_its_sample_only(tmp_path, content, reason):
    members = [("1.json", _record("one")), ("2.json", content), ("2.jpg", b"x"), ("3.json", _record("three"))]
    assert [row.reason for row in _read(tmp_path, _tar(members))] == [None, reason, None]


def test_hidden_files_folders_and_links_are_no_samples(tmp_path):
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, kind in (("a", tarfile.DIRTYPE), ("a/0.jpg", tarfile.SYMTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/hostname"
            archive.addfile(info)
        for name in ("a/.DS_Store", "a/._1.json", "__MACOSX/._1.json", "a/1.json"):
            content = json.dumps(_record(name)).encode()
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert [row.value["id"] for row in _read(tmp_path, whole.getvalue())] == ["a/1.json"]


def test_too_large_samples_are_skipped(tmp_path):
    members = [
        ("1.json", _record("x" * 3000)),
        ("2.jpg", b"x" * 9000),
        ("2.json", _record("two")),
        ("3.json", _record("three")),
    ]
    rows = _read(tmp_path, _tar(members), max_record=2000, max_sample=8000)
    assert [row.reason for row in rows] == [Reason.RECORD_TOO_LARGE, Reason.RECORD_TOO_LARGE, None]


MEMBERS = [
    (f"{number}.{ending}", content)
    for number in range(4)
    for ending, content in (("json", _record(f"r{number}")), ("jpg", b"j" * 700))
]


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_cut_is_told_and_what_was_before_is_read(tmp_path, form):
    whole = _tar(MEMBERS, format=form)
    sample_bytes = 512 + 512 + 512 + 1024  # header and data of each file, in blocks
    assert len(whole) >= 4 * sample_bytes
    for cut in range(0, 4 * sample_bytes, 128):
        rows = _read(tmp_path, whole[:cut])
        assert rows[-1].reason is Reason.TAR_TRUNCATED, cut
        told = [row.value["id"] for row in rows[:-1]]
        # A sample is complete when the next one begins.
        assert told == [f"r{number}" for number in range(max(0, (cut - 512) // sample_bytes))], cut


def test_a_tar_that_is_cut_behind_its_last_file_is_told(tmp_path):
    whole = _tar(MEMBERS)
    rows = _read(tmp_path, whole[: 4 * 2560])
    assert [row.reason for row in rows] == [None, None, None, Reason.TAR_TRUNCATED]


def test_compressed_tars(tmp_path):
    whole = _tar(MEMBERS)
    for name in ("a.tar.gz", "b.tgz"):
        assert len(_read(tmp_path, gzip.compress(whole), name)) == 4
    cut = gzip.compress(whole)
    assert _read(tmp_path, cut[: len(cut) // 2], "c.tgz")[-1].reason is Reason.TAR_TRUNCATED


def test_long_names_are_read(tmp_path):
    name = "d" * 90 + "/" + "e" * 150
    rows = _read(tmp_path, _tar([(f"{name}.json", _record("long")), (f"{name}.jpg", b"x")]))
    assert rows[0].images == {f"{name}.jpg": b"x"}


def test_what_is_no_tar_is_one_broken_row(tmp_path):
    assert [row.reason for row in _read(tmp_path, b"no tar" * 1000)] == [Reason.TAR_TRUNCATED]
