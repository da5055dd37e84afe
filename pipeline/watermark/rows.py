"""Rows of the Parquet files of a watermarked split: pure functions, one per file kind."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

from pipeline.seen_images import SeenImage
from pipeline.watermark.image_store import MadeFile, MadeImage, PlannedImage
from pipeline.watermark.record_step import NeutralRecord, SplitRecord
from schemas import watermark_columns as columns
from schemas.columns import CONVERSATIONS, ID, IMAGE, SOURCE
from schemas.errors import RunFailed
from schemas.watermark import (
    FIELDS,
    FieldReading,
    Identity,
    IdentityPlan,
    MarkBox,
    MarkMeasures,
    Role,
    SplitName,
    Variant,
)
from transforms.watermark.mark_settings import MarkSettings

Row = dict[str, Any]


def plan_columns(
    planned: PlannedImage,
    twin_group: str,
    printed: Identity | None,
    of: Mapping[str, IdentityPlan],
    box: MarkBox | None,
) -> Row:
    """What is planned for an image, on a row that shows ``printed``. ``of``: plans of drawn identities."""
    plan = of.get(printed.identity_id) if printed else None
    role = plan.role if plan else Role.REFERENCE
    return {
        columns.SPLIT: planned.plan.split.value,
        columns.ROLE: role.value if printed else None,
        columns.POOL: printed.pool.value if printed else None,
        columns.H_RATE: planned.plan.h_rate,
        columns.IDENTITY_ID: printed.identity_id if printed else None,
        columns.REPETITION_TARGET: plan.repetition_target if plan else None,
        columns.ONE_RUN_BIT: plan.one_run_bit if plan else None,
        columns.SHADOW_MASK: plan.shadow_mask if plan else None,
        columns.FOLD_IDENTITY: plan.fold if plan else None,
        columns.FOLD_IMAGE: planned.plan.fold,
        columns.TWIN_GROUP: twin_group,
        columns.BOX: _corners(box),
    }


def split_data_row(
    split: SplitRecord,
    record: NeutralRecord,
    of: Mapping[str, IdentityPlan],
    read: Callable[[MadeFile], bytes],
) -> Row:
    """One row of ``data/``. ``read`` gives the bytes of an emitted file."""
    source = record.extras.get(SOURCE)
    row: Row = {
        columns.SAMPLE_ID: split.outcome.record_key,
        ID: record.id,
        CONVERSATIONS: record.turns,
        SOURCE: source if isinstance(source, str) else None,
        columns.EXTRAS: json.dumps(record.extras, sort_keys=True) if record.extras else None,
    }
    if split.made is None:
        return row | {columns.SPLIT: SplitName.TRAIN.value}
    planned = split.made.planned
    files = {file.made.variant: file for file in split.made.files}
    clean, marked = files[Variant.CLEAN], files.get(Variant.MARKED)
    shown = marked or clean
    identity = planned.identity if marked else None
    box = marked.made.box if marked else None
    return (
        row
        | {columns.SOURCE_SHA256: split.made.sha256}
        | {name: _image(file, read) for name, file in ((IMAGE, shown), (columns.IMAGE_CLEAN, clean))}
        | plan_columns(planned, split.made.twin_group, identity, of, box)
    )


def image_rows(made: MadeImage, of: Mapping[str, IdentityPlan], settings: MarkSettings) -> Iterator[Row]:
    """The rows of one image in the manifest: one per file, or one that says why there is none."""
    planned = made.planned
    if made.reason:
        yield {
            columns.SOURCE_SHA256: planned.plan.sha256,
            columns.DUPLICATE_GROUP: planned.group,
            columns.ERRORS: made.reason,
        } | plan_columns(planned, "", None, of, None)
        return
    printed = {Variant.MARKED: planned.identity, Variant.REFERENCE: planned.reference}
    for file in made.files:
        variant, identity = file.made.variant, printed.get(file.made.variant)
        if file.made.identity_id != (identity.identity_id if identity else None):
            raise RunFailed("an image carries another identity than was planned")
        yield (
            {
                columns.PATH: file.path,
                columns.SOURCE_SHA256: planned.plan.sha256,
                columns.VARIANT: variant.value,
                columns.OUT_SHA256: file.made.sha256,
                columns.OUT_SIZE: file.made.size,
                columns.DUPLICATE_GROUP: planned.group,
                columns.FIELDS: _fields(identity),
                columns.PUBLISHED: variant is Variant.MARKED,
                columns.STYLE: asdict(file.made.look) if file.made.look else None,
                columns.ENCODE: {
                    "format": "jpeg",
                    "quality": settings.quality,
                    "subsampling": settings.subsampling,
                },
            }
            | plan_columns(planned, made.twin_group, identity, of, file.made.box)
            | _measured(file.made.measures)
        )


def unseen_row(seen: SeenImage) -> Row:
    """The row of an image that could not be opened."""
    return {columns.SOURCE_SHA256: seen.sha256, columns.ERRORS: seen.reason}


def identity_rows(
    plans: Mapping[str, IdentityPlan],
    identities: Mapping[str, Identity],
    images: Mapping[tuple[str, bool], int],
) -> Iterator[Row]:
    """The rows of ``manifest/identities.parquet``, by name. ``images``: how many images
    carry each, by name and whether they are for training."""
    for name in sorted(identities):
        identity, plan = identities[name], plans.get(name)
        yield {
            columns.IDENTITY_ID: name,
            columns.POOL: identity.pool.value,
            columns.ROLE: (plan.role if plan else Role.REFERENCE).value,
            **(_fields(identity) or {}),
            columns.REPETITION_TARGET: plan.repetition_target if plan else None,
            columns.ONE_RUN_BIT: plan.one_run_bit if plan else None,
            columns.SHADOW_MASK: plan.shadow_mask if plan else None,
            columns.FOLD_IDENTITY: plan.fold if plan else None,
            "twin": plan.twin if plan else None,
            "train_images": images.get((name, True), 0),
            "test_images": images.get((name, False), 0),
            "synthetic": True,
        }


def _image(file: MadeFile, read: Callable[[MadeFile], bytes]) -> Row:
    return {"bytes": read(file), "path": PurePosixPath(file.path).name}


def _corners(box: MarkBox | None) -> list[int] | None:
    return [box.x, box.y, box.width, box.height] if box else None


def _fields(identity: Identity | None) -> Row | None:
    return {name: getattr(identity, name) for name in FIELDS} if identity else None


def _measured(measures: MarkMeasures | None) -> Row:
    if measures is None:
        return {}
    return {
        columns.LEGIBILITY: {
            "native": _reading(measures.native),
            "q448": _reading(measures.q448),
            "l336": _reading(measures.l336),
            columns.BUCKET: measures.legibility.value if measures.legibility else None,
        },
        columns.CONTRAST: {"wcag": _finite(measures.wcag), "weber": _finite(measures.weber)},
        columns.DISTORT: {
            name: _finite(getattr(measures, name))
            for name in ("psnr_box", "ssim_box", "delta_e", "psnr", "ssim")
        },
        columns.ATTEMPTS: measures.attempts,
    }


def _reading(reading: FieldReading | None) -> Row | None:
    return None if reading is None else {"exact": list(reading.exact), "cer": reading.cer}


def _finite(number: float) -> float | None:
    """None for what no JSON holds: the PSNR of pixels that did not change is infinite."""
    return number if math.isfinite(number) else None
