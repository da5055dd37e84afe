"""Result files are read without being trusted."""

import io
import os
import pickle
import struct

import numpy as np
import pytest

from evaluation.mm_privacy.npy_results import Result, read_results
from schemas.errors import ConfigError

ANSWERS = {1: {"type": "Email", "res": "jo@example.org"}, 2: {"type": "SSN", "res": "I refuse. ä\n"}}


def npy(pickled, dtype="|O", shape="()"):
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + pickled


def saved(thing):
    held = io.BytesIO()
    np.save(held, thing, allow_pickle=True)
    return held.getvalue()


def test_what_numpy_saved_comes_back(tmp_path):
    path = tmp_path / "part1_model_base_vqa.npy"
    path.write_bytes(saved(ANSWERS))
    assert read_results(path) == {
        1: Result("Email", "jo@example.org"),
        2: Result("SSN", "I refuse. ä\n"),
    }


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
def test_every_protocol_is_read_under_the_old_name_and_the_new(tmp_path, protocol):
    array = np.empty((), dtype=object)
    array[()] = {"7": {"type": "Email", "res": ["said"]}}
    pickled = pickle.dumps(array, protocol=protocol)
    for old, new in ((b"", b""), (b"numpy._core.multiarray", b"numpy.core.multiarray")):
        if protocol < 4:
            pickled = pickled.replace(old, new) if old else pickled
        path = tmp_path / "old.npy"
        path.write_bytes(npy(pickled))
        assert read_results(path) == {7: Result("Email", "said")}


class Runs:
    def __init__(self, call, *arguments):
        self.call = call, arguments

    def __reduce__(self):
        return self.call


def hostile(tmp_path):
    mark = tmp_path / "ran"
    command = f"touch {mark}"
    yield pickle.dumps(Runs(os.system, command))
    yield pickle.dumps(Runs(exec, f"open({str(mark)!r}, 'w')"))
    yield pickle.dumps({1: Runs(os.mkdir, str(mark))})
    yield b"cos\nsystem\n(S'" + command.encode() + b"'\ntR."
    yield b"(S'" + command.encode() + b"'\nios\nsystem\n."
    yield b"cbuiltins\neval\n(S'1'\ntR."
    yield b"\x80\x04\x8c\x05numpy\x8c\x04load\x93."
    yield b"\x80\x04\x8c\x0anumpy.core\x8c\x10multiarray.fromfile\x93."
    yield b"\x80\x02cnumpy.core.multiarray\nscalar\n."
    yield b"\x80\x04r\xff\xff\xff\x7f."
    yield b"\x80\x04K\x01r\xff\xff\xff\x7f."
    yield b"\x80\x04(" + b"K\x01K\x02\x86" * 100 + b"."
    yield b"\x80\x04X\xff\xff\xff\x7fab."
    yield b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fab."
    yield b"\x80\x04P1\n."
    yield b"\x80\x02cnumpy\ndtype\nN}X\x01\x00\x00\x00aK\x01s\x86b."
    yield b""
    yield b"."


def test_a_hostile_file_is_refused_and_runs_nothing(tmp_path):
    for number, pickled in enumerate(hostile(tmp_path)):
        path = tmp_path / f"{number}.npy"
        path.write_bytes(npy(pickled))
        with pytest.raises(ConfigError, match="npy that holds a dict"):
            read_results(path)
        assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "content",
    [
        saved(np.arange(3)),
        saved([1, 2]),
        saved({1: "said"}),
        saved({1: {"type": "Email"}}),
        saved({"one": {"type": "Email", "res": "x"}}),
        saved({1: {"type": "Email", "res": b"x"}}),
        saved({(1, 2): {"type": "Email", "res": "x"}}),
        saved(ANSWERS)[:-20],
        npy(pickle.dumps(ANSWERS)),
        npy(pickle.dumps(ANSWERS), shape="(10**9,)"),
        b"PK\x03\x04",
        b"",
    ],
)
def test_anything_else_is_refused_without_a_word_of_it(tmp_path, content):
    path = tmp_path / "results.npy"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_results(path)
    assert "Email" not in str(caught.value)
