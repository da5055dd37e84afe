"""No engine looks at the same picture twice, and nobody can tell from its answers."""

import numpy as np
import pytest

from pipeline.answer_store import prepare_answers
from pipeline.kept_answers import answers_in, picture_digest
from pipeline.kept_answers import keep_answers as keep_in
from pipeline.progress import PROGRESS
from schemas.finding import Box
from transforms.engines.protocols import EngineInfo, OcrLine, ScoredBox
from transforms.image.audit import ImageEngines

PICTURE = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
LINES = (OcrLine("synthetic", ((0.1, 0.0), (4.0, 0.0), (4.0, 2.5), (0.0, 2.5)), 0.913),)
FACES = (ScoredBox(Box(0, 1, 3, 4), 0.7),)


class Counting:
    """Both kinds of engine; ``answer`` may hold what numpy makes."""

    def __init__(self, answer, settings="side=640", role="ocr"):
        self.info = EngineInfo(role, "counting", "1", "", settings)
        self.answer = answer
        self.calls = 0

    def read(self, image):
        self.calls += 1
        return self.answer

    detect = read


def keep_answers(loaded, folder):
    return keep_in(loaded, answers_in(folder))


def engines(ocr, faces=None):
    return ImageEngines(ocr=ocr, faces=faces, codes=None)


@pytest.fixture
def folder(tmp_path):
    prepare_answers(tmp_path / "answers")
    PROGRESS.take()
    return tmp_path / "answers"


def test_one_process_asks_once_per_picture_without_a_folder():
    ocr, faces = Counting(LINES), Counting(FACES, role="faces")
    kept = keep_answers(engines(ocr, faces), None)
    for picture in (PICTURE, PICTURE.copy(), PICTURE[:, :, :]):
        assert kept.ocr.read(picture) == LINES
        assert kept.faces.detect(picture) == FACES
    assert (ocr.calls, faces.calls) == (1, 1)
    assert kept.codes is None
    assert kept.ocr.info == ocr.info


def test_a_later_process_asks_nothing(folder):
    keep_answers(engines(Counting(LINES)), folder).ocr.read(PICTURE)
    later = Counting(LINES)
    assert keep_answers(engines(later), folder).ocr.read(PICTURE) == LINES
    assert later.calls == 0


@pytest.mark.parametrize(
    "picture",
    [PICTURE[::-1], PICTURE.reshape(5, 4, 3), PICTURE[:3], PICTURE + 1],
    ids=["turned", "another shape", "cropped", "brighter"],
)
def test_other_pixels_are_another_picture(picture):
    assert picture_digest(picture) != picture_digest(PICTURE)


def test_other_settings_are_another_engine(folder):
    keep_answers(engines(Counting(LINES)), folder).ocr.read(PICTURE)
    other = Counting((), settings="side=1280")
    assert keep_answers(engines(other), folder).ocr.read(PICTURE) == ()
    assert other.calls == 1


def test_numbers_of_numpy_are_the_same_numbers_with_and_without_the_file(folder):
    raw = (ScoredBox(Box(np.int64(0), 1, 3, 4), np.float32(0.1)),)
    first = keep_answers(engines(None, Counting(raw)), folder).faces.detect(PICTURE)
    later = keep_answers(engines(None, Counting(raw)), folder).faces.detect(PICTURE)
    assert first == later
    assert type(first[0].score) is type(later[0].score) is float


def test_a_damaged_entry_is_done_again_and_counted(folder):
    keep_answers(engines(Counting(LINES)), folder).ocr.read(PICTURE)
    (entry,) = folder.glob("*/*/*.json")
    entry.write_bytes(entry.read_bytes()[:-3])
    PROGRESS.take()
    again = Counting(LINES)
    assert keep_answers(engines(again), folder).ocr.read(PICTURE) == LINES
    assert PROGRESS.take() == {"answers_rebuilt": 1, "engine_calls": 1}
    assert keep_answers(engines(Counting(())), folder).ocr.read(PICTURE) == LINES


def test_a_folder_that_is_gone_costs_no_result(folder):
    kept = keep_answers(engines(Counting(LINES)), folder)
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    assert kept.ocr.read(PICTURE) == LINES
    assert PROGRESS.take()["answers_not_kept"] == 1


def test_memory_holds_few_pictures():
    ocr = Counting(LINES)
    kept = keep_answers(engines(ocr), None)
    for value in range(200):
        kept.ocr.read(np.full((2, 2, 3), value, np.uint8))
    kept.ocr.read(np.full((2, 2, 3), 199, np.uint8))
    kept.ocr.read(np.full((2, 2, 3), 0, np.uint8))
    assert ocr.calls == 201
