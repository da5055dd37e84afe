"""Arrays come back as they were written; what is no whole file is told from what is."""

import json
import struct

import numpy as np
import pytest

from evaluation.probes.feature_file import read_array, read_metadata, write_arrays
from schemas.errors import RunFailed


def written(path):
    arrays = {
        "hidden": np.arange(24, dtype=np.float16).reshape(2, 3, 4),
        "read": np.array([1, 0], dtype=np.uint8),
        "none": np.zeros((0, 3), dtype=np.float32),
    }
    write_arrays(path, arrays, {"digest": "abc"})
    return arrays


def test_arrays_and_metadata_come_back(tmp_path):
    path = tmp_path / "features.safetensors"
    for name, array in written(path).items():
        found = read_array(path, name)
        assert found.dtype == array.dtype
        assert np.array_equal(found, array)
    assert read_metadata(path) == {"digest": "abc"}
    assert [one.name for one in tmp_path.iterdir()] == ["features.safetensors"]


def header(**entry):
    content = json.dumps({"hidden": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]} | entry}).encode()
    return struct.pack("<Q", len(content)) + content + b"1234"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"1234567",
        struct.pack("<Q", 2**62) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 3) + b"{]}",
        header(data_offsets=[0, 400]),
        header(data_offsets=[-8, 4]),
        header(shape=[2**40, 2**40]),
        header(shape="ab"),
        header(data_offsets=[0]),
    ],
)
def test_a_file_that_is_cut_or_lies_is_refused(tmp_path, content):
    path = tmp_path / "features.safetensors"
    path.write_bytes(content)
    with pytest.raises(RunFailed, match="whole safetensors"):
        read_array(path, "hidden")


def test_every_cut_of_a_file_is_seen(tmp_path):
    path = tmp_path / "features.safetensors"
    written(path)
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(RunFailed):
            read_metadata(path)


@pytest.mark.parametrize(("name", "entry"), [("other", {}), ("hidden", {"dtype": "BF16"})])
def test_an_array_that_cannot_be_read_is_named(tmp_path, name, entry):
    path = tmp_path / "features.safetensors"
    path.write_bytes(header(**entry))
    with pytest.raises(RunFailed, match=name):
        read_array(path, name)
