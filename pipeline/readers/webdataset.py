"""Reads WebDataset tar files: files of one key are one sample, its ``.json`` is the record."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO, Any, cast

from pipeline.readers.byte_stream import ByteStream, open_stream
from pipeline.readers.embedded_image import add_embedded, is_safe_path
from pipeline.readers.json_text import BOM, parse_json
from pipeline.readers.source import MAX_RECORD_BYTES, MAX_SAMPLE_BYTES, RawRow, Source
from schemas.reasons import Reason

_IMAGE_ENDINGS = frozenset({"jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"})
_IMAGE_FIELDS = ("image", "images")
_RECORD = "json"
_CAPTION = "txt"


class _ClosedTarInfo(tarfile.TarInfo):
    """Tells a tar file that was closed from one that was cut where a header should stand."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _ClosedTarInfo:
        try:
            return super().fromtarfile(archive)
        except tarfile.HeaderError as error:
            # The block of zeros that ends every tar file; tarfile itself ends on any bad header alike.
            if type(error).__name__ == "EOFHeaderError":
                raise
            raise tarfile.ReadError("bad header") from None


@dataclass(slots=True)
class _Sample:
    key: str
    size: int = 0
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Ending, path and content of each file that belongs to the record, in the order of the tar."""
    is_too_large: bool = False


def read_webdataset(
    source: Source, *, max_record: int = MAX_RECORD_BYTES, max_sample: int = MAX_SAMPLE_BYTES
) -> Iterator[RawRow]:
    """Yields one row per sample of ``source``, broken ones with a reason. A sample is neighbouring files with
    the same path up to the first dot of the name.

    A sample without ``.json`` but with ``.txt`` is a record of two turns, the caption as its answer. Images
    of a sample stand for the record's images in their order; a record that names none gets them. Files of
    other kinds are passed over. A file that ends early gives a last row TAR_TRUNCATED for what is lost.
    ``max_record`` and ``max_sample`` are bytes. Raises ConfigError if the file cannot be opened.
    """
    row = 0
    with open_stream(source.uri) as stream:
        try:
            for sample in _samples(stream, max_record, max_sample):
                yield _sample_row(row, sample)
                row += 1
        except (tarfile.TarError, EOFError):
            yield RawRow(row, None, reason=Reason.TAR_TRUNCATED)


def _samples(stream: ByteStream, max_record: int, max_sample: int) -> Iterator[_Sample]:
    """Samples of a tar; raises TarError where it is cut. The sample that is then open is not yielded."""
    sample: _Sample | None = None
    with tarfile.open(fileobj=cast(IO[bytes], stream), mode="r|", tarinfo=_ClosedTarInfo) as archive:
        while (member := archive.next()) is not None:
            cast(Any, archive).members.clear()  # it would keep every header
            key, ending = _key_of(member.name)
            if not member.isfile() or not key:
                continue
            if sample is None or sample.key != key:
                if sample is not None:
                    yield sample
                sample = _Sample(key)
            if _kind(ending) is None:
                continue
            sample.size += member.size
            limit = max_sample if _kind(ending) == "image" else max_record
            if member.size > limit or sample.size > max_sample:
                sample.is_too_large = True
                sample.files.clear()
            elif not sample.is_too_large:
                content = cast(IO[bytes], archive.extractfile(member)).read()
                if len(content) < member.size:
                    raise tarfile.ReadError("unexpected end of data")
                sample.files.append((ending, member.name, content))
        if stream.damaged:
            raise tarfile.ReadError("unexpected end of data")
    if sample is not None:
        yield sample


def _key_of(name: str) -> tuple[str, str]:
    """Key and ending of a member's path; an empty key for hidden files, which belong to no sample."""
    path = PurePosixPath(name)
    stem, _, ending = path.name.partition(".")
    return (str(path.parent / stem) if stem and not stem.startswith("__") else "", ending.lower())


def _kind(ending: str) -> str | None:
    if ending in (_RECORD, _CAPTION):
        return ending
    return "image" if ending.rpartition(".")[2] in _IMAGE_ENDINGS else None


def _sample_row(row: int, sample: _Sample) -> RawRow:
    if sample.is_too_large:
        return RawRow(row, None, reason=Reason.RECORD_TOO_LARGE)
    texts = {ending: content for ending, _, content in reversed(sample.files) if _kind(ending) == ending}
    stored = [(name, content) for ending, name, content in sample.files if _kind(ending) == "image"]
    value, reason = _record_of(sample.key, texts, has_image=bool(stored))
    if reason is not None or not isinstance(value, dict):
        return RawRow(row, value, reason=reason)
    images: dict[str, bytes] = {}
    references = [value[name] for name in _IMAGE_FIELDS if value.get(name) not in (None, [])]
    if references:
        # The record's own names stay; a sample's images stand for them in their order.
        pairs = zip(_paths(references[0]), stored, strict=False)
        images.update((path, content) for path, (_, content) in pairs if is_safe_path(path))
    elif stored:
        paths = [add_embedded(images, content, path) for path, content in stored]
        single = len(paths) == 1
        value["image" if single else "images"] = paths[0] if single else paths
    return RawRow(row, value, images=images or None)


def _record_of(key: str, texts: dict[str, bytes], *, has_image: bool) -> tuple[Any, Reason | None]:
    kind = _RECORD if _RECORD in texts else _CAPTION
    content = texts.get(kind, b"").removeprefix(BOM)
    reason = None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text, reason = content.decode("utf-8", "surrogateescape"), Reason.BAD_ENCODING
    if kind == _RECORD:
        is_json, value = parse_json(text)
        return value, reason if is_json or reason is not None else Reason.JSON_INVALID
    record: dict[str, Any] = {"id": key}
    if kind in texts:
        question = {"from": "human", "value": "<image>" if has_image else ""}
        record["conversations"] = [question, {"from": "gpt", "value": text.strip()}]
    return record, reason


def _paths(reference: Any) -> list[str]:
    """The paths of an image field; empty if it is none of those that the record parser takes."""
    entries = reference if isinstance(reference, list) else [reference]
    return entries if all(isinstance(entry, str) for entry in entries) else []
