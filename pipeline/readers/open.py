"""Lists the files of an input: a file, a glob, a folder, any fsspec URL, or a Hub data set."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from pipeline.layout import Layout
from pipeline.readers.byte_stream import COMPRESSIONS, INPUT_KEY, compression_of, is_local, open_stream
from pipeline.readers.image_folder import image_paths_below
from pipeline.readers.json_text import HEAD_BYTES, has_surrogate, json_form
from pipeline.readers.parquet import open_parquet
from pipeline.readers.source import Form, Source
from schemas.errors import ConfigError

FORMS = {
    ".json": Form.JSON,
    ".jsonl": Form.JSONL,
    ".ndjson": Form.JSONL,
    ".parquet": Form.PARQUET,
    ".tar": Form.WEBDATASET,
    ".tgz": Form.WEBDATASET,
}
HUB_SCHEME = "hf://"
NO_CORPUS = frozenset(
    {"manifest.json", "run.json", "summary.json", "config.json", "state.json"}
    | {"dataset_dict.json", "dataset_info.json", "dataset_infos.json"}
)
"""File names that hold what is said about a corpus, not records."""

_KNOWN = "one of " + " ".join(FORMS) + ", plain or with " + " ".join(COMPRESSIONS)
_MAGIC = re.compile(r"[*?\[]")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME = 80


def list_sources(input_spec: str) -> list[Source]:
    """The files of ``input_spec``, sorted by path; local paths stay as they are given.

    A folder gives the known files directly in it or, if it holds none, those anywhere below it. A glob gives
    what it matches. ``hf://owner/name[@rev][/split]`` gives the files of that split of a Hub data set.
    Raises ConfigError if nothing of a known type is there, or a JSON file is unreadable, empty or no list.
    """
    if input_spec.startswith(HUB_SCHEME):
        from pipeline.readers.hub import list_hub_files

        uris = list_hub_files(input_spec)
    elif is_local(input_spec):
        uris = _local_files(input_spec)
    else:
        uris = _remote_files(input_spec)
    if not uris:
        raise ConfigError(INPUT_KEY, input_spec, f"holds no corpus file: give {_KNOWN}")
    uris = sorted(set(uris))
    for uri in uris:
        if has_surrogate(uri):
            raise ConfigError(INPUT_KEY, uri, "has a name that is no UTF-8: rename it")
    return [
        Source(uri=uri, name=name, form=_form(uri))
        for uri, name in zip(uris, _unique_names(uris), strict=True)
    ]


def form_of_name(path: str) -> Form | None:
    """The form that the ending of a file name tells, compression ending aside; None if unknown."""
    name = PurePosixPath(path.replace(os.sep, "/")).name.lower()
    return FORMS.get(PurePosixPath(_without_compression(name)).suffix)


def is_corpus_name(path: str) -> bool:
    """True for a file that a folder's listing takes: of a known form, not hidden, not known as metadata."""
    name = PurePosixPath(path.replace(os.sep, "/")).name
    return form_of_name(name) is not None and name[0] not in "._" and name not in NO_CORPUS


def _without_compression(name: str) -> str:
    ending = PurePosixPath(name).suffix.lower()
    return name[: -len(ending)] if ending in COMPRESSIONS and ending != ".tgz" else name


def _local_files(input_spec: str) -> list[str]:
    path = Path(input_spec)
    try:
        if path.is_dir():
            if is_build(path):
                layout = Layout(path)
                if not (layout.manifest.is_file() and layout.data.is_dir()):
                    raise ConfigError(INPUT_KEY, input_spec, "is the output of a run that left no corpus")
                path = layout.data
            found = [child for child in path.iterdir() if is_corpus_name(child.name) and child.is_file()]
            return [str(child) for child in found or _files_below(path)]
        if path.exists() and not path.is_file():
            raise ConfigError(INPUT_KEY, input_spec, "is no regular file: write it to one")
        if path.exists():
            return [str(path)]
    except (OSError, ValueError) as error:
        raise ConfigError(INPUT_KEY, input_spec, f"cannot be read ({type(error).__name__})") from None
    if _MAGIC.search(input_spec) is None:
        raise ConfigError(INPUT_KEY, input_spec, "does not exist")
    matches = glob.glob(input_spec, recursive=True)  # noqa: PTH207  (Path.glob takes no absolute pattern)
    return [match for match in matches if is_corpus_name(match) and Path(match).is_file()]


def is_build(folder: Path) -> bool:
    """True for the output folder of a run, finished or not: not all that is in it is corpus."""
    layout = Layout(folder)
    return layout.work.is_dir() or (layout.manifest.is_file() and layout.data.is_dir())


def _files_below(folder: Path) -> Iterator[Path]:
    """Corpus files anywhere below ``folder``, hidden folders and outputs of other builds aside."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if name[0] != "." and not is_build(here / name)]
        yield from (here / name for name in files if is_corpus_name(name) and (here / name).is_file())


def _remote_files(input_spec: str) -> list[str]:
    import fsspec

    try:
        filesystem, path = fsspec.core.url_to_fs(input_spec)
        if _MAGIC.search(path):
            found = [match for match in filesystem.glob(path) if is_corpus_name(match)]
        elif filesystem.isdir(path):
            listed = filesystem.ls(path, detail=False)
            found = [child for child in listed if is_corpus_name(child) and filesystem.isfile(child)]
            found = found or [child for child in filesystem.find(path) if is_corpus_name(child)]
        else:
            # The URL is kept as it is given: parameters of the file system may stand in it.
            return [input_spec]
    except Exception as error:  # noqa: BLE001  (every library behind fsspec raises its own)
        remedy = (
            f"cannot be listed ({type(error).__name__}): check the URL and that its fsspec package is there"
        )
        raise ConfigError(INPUT_KEY, input_spec, remedy) from None
    return [str(filesystem.unstrip_protocol(path)) for path in found]


def _form(uri: str) -> Form:
    form = form_of_name(uri)
    if form is None:
        raise ConfigError(INPUT_KEY, uri, f"is of no known form: give {_KNOWN}")
    if form is Form.PARQUET:
        with open_parquet(uri):
            return form
    if form is Form.WEBDATASET:
        return form
    try:
        with open_stream(uri) as stream:
            head = b""
            while len(head) < HEAD_BYTES and (chunk := stream.read(HEAD_BYTES - len(head))):
                head += chunk
            if stream.damaged and not head.strip():
                raise ConfigError(INPUT_KEY, uri, f"is no {compression_of(uri)} file")
    except OSError as error:
        raise ConfigError(INPUT_KEY, uri, f"cannot be read ({type(error).__name__})") from None
    if form is Form.JSONL and not head.strip():
        return form  # no rows
    return json_form(uri, head, named=form, whole=len(head) < HEAD_BYTES)


def _unique_names(uris: Iterable[str]) -> list[str]:
    """A safe stem for each of the sorted ``uris``; equal stems (upper and lower case alike) get a number."""
    names: list[str] = []
    taken: set[str] = set()
    for uri in uris:
        stem = PurePosixPath(_without_compression(PurePosixPath(uri.replace(os.sep, "/")).name)).stem
        base = _UNSAFE.sub("_", stem).strip("._-")[:_MAX_NAME] or "corpus"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def image_folder(folder: Path) -> Source:
    """A folder of images as the one source of a run. Raises ConfigError if there is no image in it."""
    if not image_paths_below(folder):
        raise ConfigError("images", str(folder), "holds no image file (.jpg, .png, .webp …)")
    return Source(uri=str(folder), name=_unique_names([str(folder.absolute())])[0], form=Form.IMAGE_FOLDER)
