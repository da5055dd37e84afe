"""Takes every mark out of a corpus that was made from a watermarked split, by the split's manifest.

Text files are rewritten where they refer to a marked image, images are told by their digest whatever they are
called, and everything else is copied as it is.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import copyfile

from pipeline.watermark.layout import WatermarkLayout
from pipeline.watermark.revealed import read_manifest
from pipeline.watermark.unmark_parquet import unmark_parquet
from schemas.errors import ConfigError, RunFailed
from schemas.watermark import Variant
from schemas.watermark_columns import OUT_SHA256, PATH, TWIN_GROUP, VARIANT
from transforms.watermark.unmark import (
    NAME_DIGITS,
    References,
    Twins,
    find_references,
    image_name,
    image_path,
)

TEXT = frozenset(
    {".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".md", ".yaml", ".yml", ".html", ".xml", ".py"}
)
IMAGES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
_PARQUET = ".parquet"
_CLEAN_IMAGES = "images"
_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")


@dataclass(slots=True)
class UnmarkReport:
    """What was done. ``images``: marked images whose place a clean twin took, ``renamed`` of them with a name
    that is not theirs, ``altered`` of them told by their name alone, ``embedded`` inside Parquet. ``copied``:
    clean images that were put beside a file. ``left``: copied but not looked into, or links, not copied."""

    files: int = 0
    references: References = field(default_factory=References)
    images: int = 0
    renamed: int = 0
    altered: int = 0
    embedded: int = 0
    copied: int = 0
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Split:
    """What the manifest tells: names of twins, the names by digest of the files that show a mark, and the
    digests of the clean ones by name."""

    images: Path
    twins: Twins
    marked: dict[bytes, bytes]
    digests: dict[bytes, bytes]

    def clean_bytes(self, digest: bytes) -> bytes | None:
        """The clean twin of the marked file with this digest, None where there is none. Raises RunFailed."""
        marked = self.marked.get(digest)
        return None if marked is None else self.clean_file(self.twins.clean_of[marked])

    def clean_file(self, name: bytes) -> bytes:
        """A clean twin's content. Raises RunFailed: it is not there, or not as it was emitted."""
        try:
            content = (self.images / image_path(name)).read_bytes()
        except FileNotFoundError:
            remedy = "a clean twin is not in the split's folder of images: is the split whole?"
            raise RunFailed(remedy) from None
        if sha256(content).digest() != self.digests[name]:
            raise RunFailed("a clean twin is not as it was emitted: run `mmscrub watermark verify`")
        return content


def unmark_corpus(corpus: Path, split: WatermarkLayout, out: Path) -> UnmarkReport:
    """Writes ``corpus``, a file or a folder, to the new folder ``out`` without the marks of ``split``.

    Beside a single file the clean images that it needs are put below ``out/images``. Raises ConfigError for
    places that cannot be, RunFailed if a clean twin is not there or not as it was emitted.
    """
    if not corpus.exists():
        raise ConfigError("corpus", str(corpus), "does not exist")
    if split.root.resolve().is_relative_to(corpus.resolve()):
        raise ConfigError(
            "corpus", str(corpus), "holds the split itself: give an arm or what was made from it"
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError("out", str(out), "must be a new or an empty folder")
    if corpus.is_dir() and out.absolute().is_relative_to(corpus.absolute()):
        raise ConfigError("out", str(out), "must not lie in the corpus")
    known = _read_split(split)
    report = UnmarkReport()
    try:
        out.mkdir(parents=True, exist_ok=True)
        wanted: set[bytes] = set()
        if not corpus.is_dir():
            _unmark_file(corpus, out / corpus.name, known, report, wanted)
            for name in sorted(wanted):
                _write(out / _CLEAN_IMAGES / image_path(name), [known.clean_file(name)])
                report.copied += 1
            return report
        for path in _files_below(corpus, report):
            _unmark_file(path, out / path.relative_to(corpus), known, report, wanted)
    except OSError as error:
        raise RunFailed(f"a file cannot be read or written ({error.strerror})") from None
    return report


def _read_split(split: WatermarkLayout) -> _Split:
    """Raises ConfigError: the manifest cannot be read, or a marked image has no clean twin."""
    clean_of_group: dict[str, bytes] = {}
    groups: dict[bytes, str] = {}
    marked: dict[bytes, bytes] = {}
    digests: dict[bytes, bytes] = {}
    for row in read_manifest(split, (PATH, TWIN_GROUP, VARIANT, OUT_SHA256)):
        if row[PATH] is None:
            continue
        name = image_name(row[PATH])
        try:
            digest = bytes.fromhex(row[OUT_SHA256])
        except (TypeError, ValueError):
            raise ConfigError("manifest", row[PATH], "has a row without a digest") from None
        if row[VARIANT] == Variant.CLEAN:
            clean_of_group[row[TWIN_GROUP]] = name
            digests[name] = digest
        else:
            groups[name] = row[TWIN_GROUP]
            marked[digest] = name
    if not all(group in clean_of_group for group in groups.values()):
        raise ConfigError("split", str(split.root), "has marked images without a clean twin in its manifest")
    clean_of = {name: clean_of_group[group] for name, group in groups.items()}
    return _Split(split.images, Twins(clean_of, frozenset(digests)), marked, digests)


def _files_below(folder: Path, report: UnmarkReport) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in (*folders, *names) if (Path(place) / name).is_symlink()]
        report.left += [str((Path(place) / name).relative_to(folder)) for name in links]
        for name in sorted(set(names) - set(links)):
            path = Path(place) / name
            if path.is_file():
                yield path
            else:
                report.left.append(str(path.relative_to(folder)))


def _unmark_file(source: Path, target: Path, known: _Split, report: UnmarkReport, wanted: set[bytes]) -> None:
    report.files += 1
    kind = source.suffix.lower()
    if kind in TEXT and not _is_wide(source):
        _copy_text(source, target, known.twins, report.references, wanted)
        return
    if kind == _PARQUET:
        images = unmark_parquet(source, target, known.twins, report.references, known.clean_bytes)
        report.images += images
        report.embedded += images
        return
    with source.open("rb") as file:
        shown = known.marked.get(file_digest(file, "sha256").digest())
    named = _name_of(source)
    if shown is None and named in known.twins.clean_of:
        shown = named
        report.altered += 1
    if shown is None:
        if kind not in IMAGES:
            report.left.append(source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        copyfile(source, target)
        return
    report.images += 1
    clean = known.twins.clean_of[shown]
    report.renamed += named != shown
    if named != shown:
        place = target
    elif target.parent.name == shown.hex()[:2]:
        place = target.parent.parent / image_path(clean)
    else:
        place = target.with_name(f"{clean.hex()}.jpg")
    _write(place, [known.clean_file(clean)])


def _name_of(path: Path) -> bytes | None:
    try:
        return image_name(path.name)
    except ConfigError:
        return None


def _is_wide(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4).startswith(_WIDE_TEXT)


def _copy_text(source: Path, target: Path, twins: Twins, found: References, wanted: set[bytes]) -> None:
    """Copies with every reference rewritten; adds the clean images that the copy needs to ``wanted``."""
    if not source.stat().st_size:
        _write(target, [])
        return
    with source.open("rb") as file, closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as content:
        _write(target, _rewritten(content, twins, found, wanted))


def _rewritten(content: mmap.mmap, twins: Twins, found: References, wanted: set[bytes]) -> Iterator[bytes]:
    done = 0
    for edit in find_references(content, twins, found):
        yield content[done : edit.start]
        yield edit.new
        done = edit.end
        if len(edit.new) == NAME_DIGITS:
            wanted.add(bytes.fromhex(edit.new.decode()))
    yield content[done:]


def _write(target: Path, pieces: Iterable[bytes]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as copy:
        copy.writelines(pieces)
