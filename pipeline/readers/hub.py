"""Finds the files of a Hugging Face Hub data set: ``hf://owner/name[@rev][/split]``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pipeline.readers.byte_stream import INPUT_KEY
from pipeline.readers.open import form_of_name, is_corpus_name
from pipeline.readers.source import Form
from schemas.errors import ConfigError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_REMEDY = "give hf://owner/name[@revision][/split]"
_SPEC = re.compile(
    r"hf://(?:datasets/)?(?P<repo>[\w.-]+/[\w.-]+)"
    r"(?:@(?P<revision>refs/(?:pr|convert)/[\w.-]+|[^/@]+))?"
    r"(?:/(?P<split>.+))?"
)
# The same records may stand in a repository in several forms; the first that is there is read.
_PREFERRED = ((Form.PARQUET,), (Form.JSON, Form.JSONL), (Form.WEBDATASET,))


@dataclass(frozen=True, slots=True)
class HubDataset:
    """A data set on the Hub. ``revision`` and ``split`` are empty where not given."""

    repo: str
    revision: str
    split: str

    @property
    def path(self) -> str:
        """Its path in ``huggingface_hub.HfFileSystem``."""
        return f"datasets/{self.repo}" + (f"@{self.revision}" if self.revision else "")


def parse_hub_uri(uri: str) -> HubDataset:
    """Reads ``hf://owner/name[@rev][/split]``; raises ConfigError if it is none."""
    match = _SPEC.fullmatch(uri.rstrip("/"))
    if match is None:
        raise ConfigError(INPUT_KEY, uri, _REMEDY)
    return HubDataset(match["repo"], match["revision"] or "", match["split"] or "")


def list_hub_files(uri: str, filesystem: AbstractFileSystem | None = None) -> list[str]:
    """The ``hf://`` URLs of the data set's files, sorted. Asks the Hub, unless ``filesystem`` is given.

    Raises ConfigError if the data set cannot be listed or the split has no file of a known form.
    """
    dataset = parse_hub_uri(uri)
    try:
        if filesystem is None:
            import fsspec

            filesystem = fsspec.filesystem("hf")
        paths = cast(list[str], filesystem.find(dataset.path))
    except Exception as error:  # noqa: BLE001  (every library behind fsspec raises its own)
        remedy = (
            f"cannot be listed ({type(error).__name__}): {_REMEDY}, and check the network and your access"
        )
        raise ConfigError(INPUT_KEY, uri, remedy) from None
    root = _repository_root(paths, dataset)
    found = split_files([path.removeprefix(root) for path in paths], dataset.split)
    if not found:
        splits = f"split {dataset.split!r}" if dataset.split else "data set"
        raise ConfigError(INPUT_KEY, uri, f"the {splits} holds no Parquet, JSON or tar file")
    return [f"hf://{root}{path}" for path in found]


def split_files(paths: Iterable[str], split: str) -> list[str]:
    """Which of ``paths`` (relative to the repository) belong to ``split``, sorted; all if it is empty.

    Files in a folder of that name come first. Else a file belongs to a split whose name stands in its path
    between characters that are no letters or digits: ``data/train-00000-of-00002.parquet``.
    """
    known = sorted(path for path in paths if is_corpus_name(path))
    if split:
        inside = [path for path in known if path.startswith(f"{split}/") or path == split]
        named = re.compile(rf"(?:^|[^A-Za-z0-9]){re.escape(split)}(?:[^A-Za-z0-9]|$)")
        known = inside or [path for path in known if named.search(path)]
    return next((found for forms in _PREFERRED if (found := _of_forms(known, forms))), [])


def _of_forms(paths: Sequence[str], forms: tuple[Form, ...]) -> list[str]:
    return [path for path in paths if form_of_name(path) in forms]


def _repository_root(paths: Sequence[str], dataset: HubDataset) -> str:
    """What the listed paths begin with; the file system may write the revision in its own way."""
    pattern = re.compile(rf"datasets/{re.escape(dataset.repo)}(?:@(?:refs/(?:pr|convert)/[^/]+|[^/]+))?/")
    match = pattern.match(paths[0]) if paths else None
    return f"{dataset.path}/" if match is None else match.group()
