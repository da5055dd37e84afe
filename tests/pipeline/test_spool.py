import random

import pytest

from pipeline.spool import (
    SLOTS,
    SpoolWriter,
    read_images,
    read_shard,
    shard_count,
    shard_digests,
    shard_input_digest,
    shard_of,
    slot_of,
)
from schemas.record import ImageRef, Origin, RejectedRow

DIGESTS = [f"{random.Random(i).getrandbits(128):032x}" for i in range(300)]


def write(folder, rows, source=0):
    with SpoolWriter(folder / f"{source:05d}", source) as spool:
        for row, digest in enumerate(rows):
            spool.write_record(digest, row, {"id": digest[:4]}, [ImageRef("a.jpg", "/x/a.jpg", digest * 2)])
            spool.write_image(ImageRef("a.jpg", "/x/a.jpg", digest * 2))


@pytest.mark.parametrize("shards", [1, 2, 64, 128, 1024])
def test_every_row_is_in_exactly_one_shard(tmp_path, shards):
    write(tmp_path, DIGESTS)
    seen = [row.digest for shard in range(shards) for row in read_shard(tmp_path, shard, shards, ["u"])]
    assert sorted(seen) == sorted(DIGESTS)
    for shard in range(shards):
        assert all(shard_of(d, shards) == shard for d in shard_digests(tmp_path, shard, shards))


def test_a_shard_does_not_depend_on_input_order(tmp_path):
    write(tmp_path / "a", DIGESTS)
    write(tmp_path / "b", sorted(DIGESTS))
    for shard in range(4):
        in_a = [(row.digest, row.raw) for row in read_shard(tmp_path / "a", shard, 4, ["u"])]
        in_b = [(row.digest, row.raw) for row in read_shard(tmp_path / "b", shard, 4, ["u"])]
        assert in_a == in_b


def test_the_input_digest_sees_every_change(tmp_path):
    write(tmp_path / "a", DIGESTS)
    write(tmp_path / "b", DIGESTS[:-1])
    changed = [
        s
        for s in range(8)
        if shard_input_digest(tmp_path / "a", s, 8) != shard_input_digest(tmp_path / "b", s, 8)
    ]
    assert changed == [shard_of(DIGESTS[-1], 8)]


def test_rejects_and_odd_text_come_back_as_they_went_in(tmp_path):
    raw = {"id": "x\ty\nz", "value": "\ud800 \u2028 é"}
    rejected = RejectedRow("r", Origin("u", 7), "read", "bad_encoding")
    with SpoolWriter(tmp_path / "0", 0) as spool:
        spool.write_reject("ab" * 16, rejected, raw)
    (row,) = read_shard(tmp_path, 0, 1, ["u"])
    assert row.rejected == rejected
    assert row.raw == raw


def test_images_are_listed_once_over_all_sources(tmp_path):
    write(tmp_path, DIGESTS[:5], source=0)
    write(tmp_path, DIGESTS[:5], source=1)
    listed = [sha for slot in range(SLOTS) for sha, _ in read_images(tmp_path, slot)]
    assert sorted(listed) == sorted(digest * 2 for digest in DIGESTS[:5])
    assert all(slot_of(sha) in range(SLOTS) for sha in listed)


@pytest.mark.parametrize(
    ("rows", "image_bytes", "expected"),
    [(0, 0, 1), (1, 0, 1), (100, 0, 1), (101, 0, 2), (801, 0, 16), (10, 5000, 8)],
)
def test_shard_count_is_the_smallest_power_of_two_that_fits(rows, image_bytes, expected):
    assert shard_count(rows, image_bytes, 100, 1000) == expected
