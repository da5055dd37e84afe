"""Makes the images of a split again from their sources, and compares their digests."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pipeline.readers.open import list_sources
from pipeline.readers.read_rows import read_rows
from pipeline.watermark.recompute import Differences, Recomputed
from pipeline.watermark.revealed import read_manifest
from schemas import watermark_columns as columns
from schemas.errors import ConfigError, RejectRecord
from transforms.image.open import open_image
from transforms.keyed import Draws
from transforms.watermark.font import MarkFont
from transforms.watermark.legibility import MarkReader
from transforms.watermark.mark import Marker
from transforms.watermark.near_duplicates import duplicate_groups, perceptual_hash

FONT_KEY = "mark.font"


@dataclass(frozen=True, slots=True)
class Sources:
    """The source images: any file below ``images``, and those that stand inside the files of ``input``.
    ``share`` of them, chosen by the key, is rendered again. ``font``: the file that marks were printed with,
    if it is not the bundled one."""

    images: Path | None = None
    input: str | None = None
    share: float = 1.0
    font: Path | None = None


@dataclass(slots=True)
class _Emitted:
    """What the manifest says came of a source image: digest by variant and where it lies, or why nothing;
    the digests of the fonts it was printed with."""

    group: str | None
    error: str | None
    files: dict[str, tuple[str, str]]
    fonts: set[str]


def check_sources(again: Recomputed, sources: Sources) -> tuple[Differences, Differences, Differences]:
    """Whether every source image is there; whether images that look the same are grouped as they should;
    whether rendering gives the emitted files again. Raises ConfigError: it needs another font."""
    emitted = _read_emitted(again)
    marker = _marker(again, sources.font, set().union(*(image.fonts for image in emitted.values())))
    chosen = Draws(again.plan.key, "verify")
    looks: dict[str, int] = {}
    rendered, changed = 0, []
    missing = set(emitted)
    for sha, content in _contents(sources, again.plan.config.limits.image_bytes):
        if sha not in missing:
            continue
        missing.remove(sha)
        planned = again.planned.get(sha)
        if planned is None:
            continue
        try:
            looks[sha] = perceptual_hash(open_image(content, again.plan.image_limits).rgb)
            if chosen.uniform(sha) >= sources.share:
                continue
            rendered += 1
            made = marker.mark(content, planned.plan, planned.identity, planned.reference)
        except RejectRecord as reject:
            if emitted[sha].error != reject.reason.value:
                changed.append(f"{sha}: cannot be rendered ({reject.reason.value})")
            continue
        found = {one.variant.value: one.sha256 for one, _ in made}
        changed += _changed(found, emitted[sha])
    groups = [] if missing else _group_differences(looks, emitted)
    absent = [f"{sha}: missing" for sha in sorted(missing)]
    return (len(emitted), absent), (len(looks) if not missing else 0, groups), (rendered, changed)


def _read_emitted(again: Recomputed) -> dict[str, _Emitted]:
    emitted: dict[str, _Emitted] = defaultdict(lambda: _Emitted(None, None, {}, set()))
    needed = (
        columns.SOURCE_SHA256,
        columns.DUPLICATE_GROUP,
        columns.ERRORS,
        columns.VARIANT,
        columns.PATH,
        columns.OUT_SHA256,
        columns.STYLE,
    )
    for row in read_manifest(again.plan.layout, needed):
        image = emitted[row[columns.SOURCE_SHA256]]
        image.group, image.error = row[columns.DUPLICATE_GROUP], row[columns.ERRORS]
        if row[columns.PATH] is not None:
            image.files[row[columns.VARIANT]] = (row[columns.PATH], row[columns.OUT_SHA256])
        if row[columns.STYLE] is not None:
            image.fonts.add(row[columns.STYLE]["font_sha256"])
    return dict(emitted)


def _marker(again: Recomputed, font: Path | None, printed_with: set[str]) -> Marker:
    """A marker that gives the same pixels; a reader is needed only where legibility decides them."""
    plan = again.plan
    settings = plan.config.mark.model_copy(update={"font": font})
    if printed_with - {MarkFont(font).sha256}:
        raise ConfigError(FONT_KEY, str(font or "bundled"), "is not what marks were printed with: --font")
    reader: MarkReader | None = None
    if plan.config.mark.bucket is not None:
        from transforms.watermark.readers import load_reader

        reader = load_reader(plan.config.mark.style)
    return Marker(settings, plan.key, reader, plan.image_limits)


def _changed(found: dict[str, str], emitted: _Emitted) -> Iterator[str]:
    for variant, (path, digest) in sorted(emitted.files.items()):
        if found.get(variant) != digest:
            yield f"{path}: renders to other bytes"
    for variant in sorted(found.keys() - emitted.files.keys()):
        yield f"{emitted.group}: no {variant} file was emitted"


def _group_differences(looks: dict[str, int], emitted: dict[str, _Emitted]) -> list[str]:
    groups = duplicate_groups({sha: looks[sha] for sha in looks})
    return [f"{sha}: duplicate group" for sha, group in sorted(groups.items()) if emitted[sha].group != group]


def _contents(sources: Sources, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Digest and bytes of every file that may be a source image; links are followed to files alone."""
    for place, folders, names in os.walk(sources.images) if sources.images else ():
        folders.sort()
        for name in sorted(names):
            path = Path(place) / name
            if path.is_file() and path.stat().st_size <= most_bytes:
                content = path.read_bytes()
                yield sha256(content).hexdigest(), content
    for source in list_sources(sources.input) if sources.input else ():
        for row in read_rows(source):
            for content in (row.images or {}).values():
                yield sha256(content).hexdigest(), content
