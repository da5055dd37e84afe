"""Reads one source into the spool: every row becomes a record with resolved images, or a reject."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Any

from pipeline.column_names import column_name
from pipeline.field_types import FieldType, merge_fields, type_of
from pipeline.image_refs import read_image_bytes, resolve_image
from pipeline.layout import write_atomically
from pipeline.parse_record import ParseLimits, parse_record, record_id_of
from pipeline.progress import PROGRESS
from pipeline.readers.read_rows import read_rows
from pipeline.readers.source import RawRow, Source
from pipeline.spool import SpoolWriter
from schemas.columns import CONVERSATIONS, ID, IMAGE, IMAGES, SOURCE
from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage
from schemas.record import ImageRef, Origin, Record, RejectedRow
from schemas.record_key import canonical_json, content_digest

_REMEMBERED_IMAGES = 65_536


@dataclass(frozen=True, slots=True)
class PartitionSettings:
    """Where to read images from and to spool to. ``image_root`` None keeps references unopened."""

    spool: Path
    blobs: Path
    image_root: Path | None
    open_images: bool
    limits: ParseLimits
    image_bytes: int
    digest_key: bytes
    limit: int | None = None
    most_images: int | None = None
    """Images that a record may have; one with more is rejected. None: any number."""


@dataclass(slots=True)
class PartitionReport:
    """What one source held. ``fields`` are the types of unknown fields (see ``pipeline/field_types.py``)."""

    source: int
    rows: int = 0
    image_bytes: int = 0
    several_images: bool = False
    fields: dict[str, FieldType] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, for the marker file."""
        return asdict(self)


def partition_source(index: int, source: Source, settings: PartitionSettings) -> PartitionReport:
    """Writes ``spool/{index}/`` anew and returns what was read. Nothing is left half-written:
    the folder gets its name when it is complete."""
    final = settings.spool / f"{index:05d}"
    partial = settings.spool / f"{index:05d}.partial"
    rmtree(partial, ignore_errors=True)
    report = PartitionReport(source=index)
    images = _ImageStore(settings)
    with SpoolWriter(partial, index) as spool:
        for row in islice(read_rows(source), settings.limit):
            _spool_row(row, source, spool, images, settings, report)
            PROGRESS.add(rows_read=1)
    rmtree(final, ignore_errors=True)
    partial.rename(final)
    write_atomically(final / "report.json", json.dumps(report.to_json()).encode())
    return report


def find_images(row: RawRow, record: Record, settings: PartitionSettings) -> tuple[ImageRef, ...]:
    """The images of the record in ``row`` with places and digests, as a run finds them; or RejectRecord."""
    images, embedded = _ImageStore(settings), row.images or {}
    return tuple(images.store(image, embedded.get(image.path)) for image in record.images)


def _spool_row(
    row: RawRow,
    source: Source,
    spool: SpoolWriter,
    images: _ImageStore,
    settings: PartitionSettings,
    report: PartitionReport,
) -> None:
    report.rows += 1
    origin = Origin(source.uri, row.row)
    try:
        if row.reason is not None:
            raise RejectRecord(Stage.READ, row.reason)
        record = parse_record(row.value, origin, settings.limits)
        if settings.most_images is not None and len(record.images) > settings.most_images:
            raise RejectRecord(Stage.READ, Reason.SEVERAL_IMAGES)
        embedded = row.images or {}
        refs = tuple(images.store(image, embedded.get(image.path)) for image in record.images)
    except RejectRecord as reject:
        record_id = record_id_of(row.value)
        rejected = RejectedRow(record_id, origin, reject.stage.value, reject.reason.value)
        # Two rejects with the same content share a digest, as two records do; rows without content do not.
        content = row.value if row.value is not None else [source.uri, row.row]
        digest = content_digest(canonical_json({"rejected": content}), settings.digest_key)
        spool.write_reject(digest, rejected, row.value)
        return
    digest = content_digest(_canonical(record, refs, row), settings.digest_key)
    for ref in refs:
        if ref.sha256:
            spool.write_image(ref)
            report.image_bytes += images.size(ref)
    report.several_images |= len(refs) > 1
    report.fields = merge_fields(report.fields, extra_types(record.raw))
    spool.write_record(digest, row.row, record.raw, refs)


def _canonical(record: Record, refs: tuple[ImageRef, ...], row: RawRow) -> str:
    # Embedded images have no name of their own: their content belongs to the record's.
    embedded = [ref.sha256 for ref in refs] if row.images else []
    return canonical_json({"record": record.raw, "embedded": embedded})


def extra_fields(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a raw object that ``data/`` keeps as columns of their own, by column name."""
    extras: dict[str, Any] = {}
    for name, item in raw.items():
        if name in (ID, IMAGE, IMAGES, CONVERSATIONS) or (name == SOURCE and isinstance(item, str)):
            continue
        extras[column_name(name)] = item
    return extras


def extra_types(raw: Mapping[str, Any]) -> dict[str, FieldType]:
    """Types of the extra fields of one record, by column name."""
    return {name: type_of(item) for name, item in extra_fields(raw).items()}


class _ImageStore:
    """Resolves and digests images, each path once per source while it is remembered."""

    def __init__(self, settings: PartitionSettings) -> None:
        self._settings = settings
        self._known: dict[str, tuple[ImageRef, int] | Reason] = {}
        self._sizes: dict[str, int] = {}

    def size(self, ref: ImageRef) -> int:
        return self._sizes.get(ref.sha256, 0)

    def store(self, image: ImageRef, embedded: bytes | None) -> ImageRef:
        if not self._settings.open_images:
            return image
        if embedded is not None:
            return self._extract(image.path, embedded)
        known = self._known.get(image.path)
        if known is None:
            known = self._digest(image.path)
            if len(self._known) >= _REMEMBERED_IMAGES:
                self._known.clear()
                self._sizes.clear()
            self._known[image.path] = known
        if isinstance(known, Reason):
            raise RejectRecord(Stage.READ, known)
        ref, size = known
        self._sizes[ref.sha256] = size
        return ref

    def _digest(self, path: str) -> tuple[ImageRef, int] | Reason:
        root = self._settings.image_root
        if root is None:
            return Reason.IMAGE_MISSING
        try:
            location = resolve_image(path, root)
            content = read_image_bytes(location, self._settings.image_bytes)
        except RejectRecord as reject:
            return reject.reason
        return ImageRef(path, str(location), sha256(content).hexdigest()), len(content)

    def _extract(self, path: str, content: bytes) -> ImageRef:
        if len(content) > self._settings.image_bytes:
            raise RejectRecord(Stage.READ, Reason.IMAGE_FILE_TOO_LARGE)
        digest = sha256(content).hexdigest()
        location = self._settings.blobs / digest[:2] / digest
        if not location.exists():
            write_atomically(location, content)
        self._sizes[digest] = len(content)
        return ImageRef(path, str(location), digest)
