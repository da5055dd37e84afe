"""Recomputes what arms and data shards of a revealed split must show, by its key and its manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from pipeline.readers.read_rows import read_rows
from pipeline.readers.source import Form, Source
from pipeline.watermark.arms import ArmFile, arm_files
from pipeline.watermark.config import Format
from pipeline.watermark.image_store import PlannedImage
from pipeline.watermark.recompute import Differences, Recomputed
from pipeline.watermark.record_step import IMAGES_FOLDER
from pipeline.watermark.revealed import read_manifest, read_table_rows
from pipeline.watermark.rows import plan_columns
from schemas import watermark_columns as columns
from schemas.columns import CONVERSATIONS, IMAGE, VALUE
from schemas.watermark import Variant
from transforms.watermark.design import shown_variant

_QWEN_IMAGE = re.compile(r"\APicture 1: <img>(.+?)</img>")
_PLANNED = tuple(name for name in columns.PLAN_FEATURES if name != columns.BOX)


def arm_differences(again: Recomputed) -> Differences:
    """The image that every record of every arm shows, against what the design says it shows."""
    rows = read_manifest(again.plan.layout, (columns.PATH, columns.SOURCE_SHA256))
    source_of = {row[columns.PATH]: row[columns.SOURCE_SHA256] for row in rows if row[columns.PATH]}
    checked, different = 0, []
    for form in again.plan.config.formats:
        for file in arm_files(again.plan.config):
            for number, shown in _shown_images(again, form, file.name):
                checked += 1
                planned = again.planned.get(source_of.get(shown, ""))
                wanted = _path_shown(again, planned, file) if planned else None
                if shown != wanted:
                    different.append(f"{form}/{file.name}, record {number}: image")
    return checked, different


def data_differences(again: Recomputed) -> Differences:
    """The plan, the image and the clean image of every row of ``data/``."""
    rows = read_manifest(again.plan.layout, (columns.PATH, columns.OUT_SHA256))
    digests = {row[columns.PATH]: row[columns.OUT_SHA256] for row in rows if row[columns.PATH]}
    needed = (columns.SOURCE_SHA256, IMAGE, columns.IMAGE_CLEAN, *_PLANNED)
    checked, different = 0, []
    for shard in sorted(again.plan.layout.data.glob("*.parquet")):
        for number, row in enumerate(read_table_rows(shard, needed)):
            checked += 1
            columns_differing = _row_differences(again, row, digests)
            different += [f"{shard.name}, row {number}: {column}" for column in columns_differing]
    return checked, different


def _row_differences(again: Recomputed, row: dict[str, Any], digests: dict[str, str]) -> Iterator[str]:
    sha = row[columns.SOURCE_SHA256]
    if sha is None:
        yield from (name for name in (IMAGE, columns.IMAGE_CLEAN) if row[name] is not None)
        return
    planned = again.planned.get(sha)
    if planned is None:
        yield columns.SOURCE_SHA256
        return
    printed = planned.identity
    wanted = plan_columns(planned, again.twin_group_of(sha), printed, again.cast.plan_of, None)
    yield from (name for name in _PLANNED if row[name] != wanted[name])
    shown = Variant.MARKED if printed else Variant.CLEAN
    for name, variant in ((IMAGE, shown), (columns.IMAGE_CLEAN, Variant.CLEAN)):
        path, image = again.path_of(sha, variant), row[name] or {}
        right = image.get("path") == PurePosixPath(path).name
        if not right or sha256(image.get("bytes") or b"").hexdigest() != digests.get(path):
            yield name


def _path_shown(again: Recomputed, planned: PlannedImage, file: ArmFile) -> str | None:
    """None where the arm must not show any twin of the image."""
    if planned.plan.split is not file.split:
        return None
    carried = planned.plan.identity_id
    whose = again.cast.plan_of[carried] if carried else None
    return again.path_of(planned.plan.sha256, shown_variant(planned.plan, whose, file.arm))


def _shown_images(again: Recomputed, form: Format, arm: str) -> Iterator[tuple[int, str]]:
    """Row and path below OUT of the image of every record that has one."""
    path = again.plan.layout.root / form / f"{arm}.json"
    for row in read_rows(Source(str(path), arm, Form.JSON)):
        record: Any = row.value
        if form is Format.LLAVA:
            shown = record.get(IMAGE)
            found = None if shown is None else f"{IMAGES_FOLDER}{shown}"
        else:
            starts = (_QWEN_IMAGE.match(turn[VALUE]) for turn in record[CONVERSATIONS])
            found = next((start[1] for start in starts if start), None)
        if found is not None:
            yield row.row, found
