"""Shared fixtures."""

import json
from shutil import copytree

import pytest

from tests.small_corpus import build_small, small_records, write_image
from tests.small_split import SmallSplit, make_small_split


@pytest.fixture(scope="session")
def small_corpus(tmp_path_factory):
    """A folder with ``corpus.json`` and ``images/``."""
    folder = tmp_path_factory.mktemp("corpus")
    for index in range(6):
        write_image(
            folder / "images" / "set" / f"{index}.jpg", index, "jo.doe@example.org" if index == 1 else ""
        )
    (folder / "corpus.json").write_text(json.dumps(small_records(), indent=1))
    return folder


@pytest.fixture(scope="session")
def small_build(small_corpus, tmp_path_factory):
    """The corpus, built once with one worker: (corpus folder, OUT, summary)."""
    out = tmp_path_factory.mktemp("built") / "out"
    result = build_small(small_corpus, out)
    return small_corpus, out, result.summary


@pytest.fixture(scope="session")
def made_split(tmp_path_factory):
    """A watermarked split with its sources and key, to be left as it is."""
    return make_small_split(tmp_path_factory.mktemp("watermarked"))


@pytest.fixture
def split_copy(made_split, tmp_path):
    """A watermarked split to spoil."""
    copytree(made_split.root, tmp_path / "watermarked")
    return SmallSplit(tmp_path / "watermarked")
