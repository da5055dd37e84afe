"""Answers of engines on disk: whole or not at all, for their owner alone."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pipeline.answer_store import MARK, AnswerDamagedError, AnswerStore, check_answers, prepare_answers
from schemas.errors import ConfigError

ENGINE, PICTURE, OTHER = "e" * 64, "a1" * 32, "b2" * 32
ANSWER = [{"OcrLine": ["synthetic", [[0.0, 1.5]], 0.91]}]


@pytest.fixture
def folder(tmp_path):
    prepare_answers(tmp_path / "answers")
    return tmp_path / "answers"


def entry(folder):
    (path,) = folder.glob("*/*/*.json")
    return path


def test_an_answer_comes_back_as_it_was(folder):
    AnswerStore(folder).save(ENGINE, PICTURE, ANSWER)
    assert AnswerStore(folder).load(ENGINE, PICTURE) == ANSWER


def test_other_pictures_and_engines_have_no_answer(folder):
    AnswerStore(folder).save(ENGINE, PICTURE, ANSWER)
    assert AnswerStore(folder).load(ENGINE, OTHER) is None
    assert AnswerStore(folder).load("f" * 64, PICTURE) is None


def test_folders_and_files_are_for_their_owner_alone(folder):
    AnswerStore(folder).save(ENGINE, PICTURE, ANSWER)
    assert {path.stat().st_mode & 0o077 for path in [folder, *folder.rglob("*")]} == {0}


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1] + bytes([whole[-1] ^ 1]),
        lambda whole: whole.replace(b"0.91", b"0.19"),
        lambda whole: whole + b" ",
        lambda whole: b"{}",
        lambda whole: b"\0" * len(whole),
        lambda whole: whole.split(b"\n", 1)[1],
    ],
)
def test_a_damaged_entry_is_told_from_a_good_one(folder, damage):
    store = AnswerStore(folder)
    store.save(ENGINE, PICTURE, ANSWER)
    entry(folder).write_bytes(damage(entry(folder).read_bytes()))
    with pytest.raises(AnswerDamagedError):
        store.load(ENGINE, PICTURE)
    store.save(ENGINE, PICTURE, ANSWER)
    assert store.load(ENGINE, PICTURE) == ANSWER


def test_an_entry_under_the_name_of_another_picture_is_foreign(folder):
    store = AnswerStore(folder)
    store.save(ENGINE, PICTURE, ANSWER)
    foreign = folder / ENGINE[:16] / OTHER[:2] / f"{OTHER}.json"
    foreign.parent.mkdir()
    entry(folder).rename(foreign)
    with pytest.raises(AnswerDamagedError):
        store.load(ENGINE, OTHER)


def test_a_folder_in_the_place_of_an_entry_is_foreign(folder):
    store = AnswerStore(folder)
    store.save(ENGINE, PICTURE, ANSWER)
    path = entry(folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(AnswerDamagedError):
        store.load(ENGINE, PICTURE)


WRITER = """
import sys
from pathlib import Path
from pipeline.answer_store import AnswerStore
store = AnswerStore(Path(sys.argv[1]))
print("on", flush=True)
while True:
    for name in ("a1", "b2", "c3", "d4"):
        store.save("e" * 64, name * 32, [name] * 20_000)
"""


def test_many_writers_killed_at_any_moment_leave_only_whole_entries(folder):
    command = [sys.executable, "-c", WRITER, str(folder)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    for writer in writers:
        writer.stdout.readline()
    time.sleep(0.2)
    for writer in writers:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    store = AnswerStore(folder)
    for name in ("a1", "b2", "c3", "d4"):
        assert store.load(ENGINE, name * 32) in (None, [name] * 20_000)
    assert store.load(ENGINE, PICTURE) is not None


def test_what_killed_writers_left_is_removed_when_it_is_old(folder):
    young, old = folder / "parts" / "young", folder / "parts" / "old"
    young.touch()
    old.touch()
    os.utime(old, (0, 0))
    prepare_answers(folder)
    assert young.exists()
    assert not old.exists()


def make_file(path):
    path.touch()


def make_foreign(path):
    path.mkdir(mode=0o700)
    (path / "thesis.docx").touch()


def make_open(path):
    path.mkdir()
    (path / MARK).touch()
    path.chmod(0o755)


def make_below_a_file(path):
    path.parent.rmdir()
    path.parent.touch()


@pytest.mark.parametrize(
    ("make", "remedy"),
    [
        (make_file, "give a folder"),
        (make_foreign, "new or empty folder"),
        (make_open, "chmod 700"),
        (make_below_a_file, "cannot be read"),
    ],
)
def test_a_place_that_is_no_good_is_refused_with_a_remedy(tmp_path, make, remedy):
    place = tmp_path / "below" / "answers"
    place.parent.mkdir()
    make(place)
    with pytest.raises(ConfigError, match=remedy) as caught:
        check_answers(place)
    assert caught.value.key == "cache"
