"""Recomputes from a revealed key what a manifest says: who was drawn, who is on which image, what arms show.

Each function returns how many rows it compared and what differs, by name and column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.watermark.design_step import Cast, draw_cast
from pipeline.watermark.image_step import FILE_NAMES, TWIN_GROUPS, file_name
from pipeline.watermark.image_store import PlannedImage
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.revealed import read_manifest, read_table_rows
from pipeline.watermark.rows import identity_rows, plan_columns
from schemas import watermark_columns as columns
from schemas.watermark import FIELDS, Identity, SplitName, Variant
from transforms.keyed import Draws
from transforms.watermark.design import DesignSettings, ImageFact, plan_images

Differences = tuple[int, list[str]]

_COMPARED = (
    columns.PATH,
    columns.SOURCE_SHA256,
    columns.VARIANT,
    *(name for name in columns.PLAN_FEATURES if name != columns.BOX),
    columns.DUPLICATE_GROUP,
    columns.FIELDS,
    columns.PUBLISHED,
    columns.ERRORS,
)


@dataclass(frozen=True)
class Recomputed:
    """What the key and the digests of the images give."""

    plan: WatermarkPlan

    @cached_property
    def cast(self) -> Cast:
        """Who is drawn."""
        return draw_cast(self.plan.config, self.plan.key)

    @cached_property
    def planned(self) -> dict[str, PlannedImage]:
        """The plan of every usable image of the manifest by the digest of its source."""
        needed = (columns.SOURCE_SHA256, columns.SPLIT, columns.DUPLICATE_GROUP)
        rows = read_manifest(self.plan.layout, needed)
        groups = {
            row[columns.SOURCE_SHA256]: row[columns.DUPLICATE_GROUP] or ""
            for row in rows
            if row[columns.SPLIT] is not None
        }
        settings = DesignSettings(test_share=self.plan.config.splits.test_share)
        facts = [ImageFact(sha, group) for sha, group in groups.items()]
        people = self.cast.identities
        return {
            image.sha256: PlannedImage(
                plan=image,
                group=groups[image.sha256],
                identity=people[image.identity_id] if image.identity_id else None,
                reference=people[image.reference_id] if image.reference_id else None,
                gated=False,
            )
            for image in plan_images(facts, self.cast.plans, settings, self.plan.key)
        }

    def path_of(self, sha: str, variant: Variant) -> str:
        """Where a variant of an image lies."""
        return file_name(self._names, sha, variant)

    def twin_group_of(self, sha: str) -> str:
        """The opaque name that the variants of an image share."""
        return self._twin_groups.digest(sha).hex()

    @cached_property
    def _names(self) -> Draws:
        return Draws(self.plan.key, FILE_NAMES)

    @cached_property
    def _twin_groups(self) -> Draws:
        return Draws(self.plan.key, TWIN_GROUPS)


def identity_differences(again: Recomputed) -> Differences:
    """``manifest/identities.parquet`` against the draw, and against who is on the marked images."""
    carried: Counter[tuple[str, bool]] = Counter()
    for row in read_manifest(again.plan.layout, (columns.IDENTITY_ID, columns.VARIANT, columns.SPLIT)):
        if row[columns.VARIANT] == Variant.MARKED:
            carried[row[columns.IDENTITY_ID], row[columns.SPLIT] == SplitName.TRAIN] += 1
    people = identity_rows(again.cast.plan_of, again.cast.identities, carried)
    wanted = {row[columns.IDENTITY_ID]: row for row in people}
    rows = list(read_table_rows(again.plan.layout.identities, tuple(columns.IDENTITY_FEATURES)))
    found = {row[columns.IDENTITY_ID]: row for row in rows}
    different = [f"{name}: missing" for name in wanted if name not in found]
    different += [f"{name}: additional" for name in found if name not in wanted]
    for name in wanted.keys() & found.keys():
        different += [
            f"{name}: {column}" for column, value in found[name].items() if wanted[name][column] != value
        ]
    if len(rows) != len(found):
        different.append("an identity stands there twice")
    return len(rows), sorted(different)


def assignment_differences(again: Recomputed) -> Differences:
    """Every row of the manifest of images against the design."""
    checked, different = 0, []
    for row in read_manifest(again.plan.layout, _COMPARED):
        checked += 1
        sha = row[columns.SOURCE_SHA256]
        planned = again.planned.get(sha)
        if planned is None:
            continue
        wanted = _wanted(again, planned, row)
        name = row[columns.PATH] or sha
        different += [f"{name}: {column}" for column, value in wanted.items() if row[column] != value]
    return checked, different


def _wanted(again: Recomputed, planned: PlannedImage, row: Mapping[str, Any]) -> dict[str, Any]:
    sha, of = planned.plan.sha256, again.cast.plan_of
    if row[columns.ERRORS] is not None:
        wanted = plan_columns(planned, "", None, of, None)
        more: dict[str, Any] = {columns.PATH: None, columns.VARIANT: None}
    else:
        variant = Variant(row[columns.VARIANT])
        printed = {Variant.MARKED: planned.identity, Variant.REFERENCE: planned.reference}.get(variant)
        group = again.twin_group_of(sha)
        wanted = plan_columns(planned, group, printed, of, None)
        more = {
            columns.PATH: again.path_of(sha, variant),
            columns.FIELDS: _fields(printed),
            columns.PUBLISHED: variant is Variant.MARKED,
        }
    return {name: value for name, value in wanted.items() if name != columns.BOX} | more


def _fields(identity: Identity | None) -> dict[str, Any] | None:
    return {name: getattr(identity, name) for name in FIELDS} if identity else None
