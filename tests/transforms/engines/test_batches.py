"""Batches are bounded in pixels, halved where memory ends, and taken apart where one image is bad."""

import numpy as np
import pytest

from schemas.errors import RunFailed
from transforms.engines.batches import BatchCounts, BatchReader, is_out_of_memory, runs_of_pixels
from transforms.engines.protocols import EngineInfo, OcrLine

QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


class OutOfMemoryError(RuntimeError):
    """Named as torch names its own."""


def picture(number, pixels=100):
    return np.full((10, pixels // 10, 3), number, np.uint8)


class Device:
    """An engine whose memory holds ``room`` pixels, and that fails on some pictures."""

    info = EngineInfo("ocr", "device", "1", "", "")

    def __init__(self, room=10**9, bad=(), error=None):
        self.room, self.bad = room, bad
        self.error = error or OutOfMemoryError("CUDA out of memory")
        self.asked = []

    def read(self, image):
        return self.read_many([image])[0]

    def read_many(self, images):
        numbers = [int(image[0, 0, 0]) for image in images]
        self.asked.append(numbers)
        if sum(image.shape[0] * image.shape[1] for image in images) > self.room:
            raise self.error
        if any(number in self.bad for number in numbers):
            raise ValueError("a text of the engine's own")
        return [(OcrLine(str(number), QUAD, 0.9),) for number in numbers]


def texts(read):
    return [None if lines is None else lines[0].text for lines in read]


@pytest.mark.parametrize(
    ("sizes", "most", "runs"),
    [
        ([], 10, []),
        ([4, 4, 4], 8, [[0, 1], [2]]),
        ([4, 4, 4], 100, [[0, 1, 2]]),
        ([20, 1, 1], 8, [[0], [1, 2]]),
        ([1, 20, 1], 8, [[0], [1], [2]]),
        ([0, 0, 9, 0], 8, [[0, 1], [2], [3]]),
    ],
)
def test_runs_hold_no_more_pixels_than_allowed_unless_one_image_does(sizes, most, runs):
    assert [list(run) for run in runs_of_pixels(sizes, most)] == runs


def test_a_batch_is_bounded_by_pixels():
    device, counts = Device(), BatchCounts()
    images = [picture(0), picture(1), picture(2, 300), picture(3)]
    assert texts(BatchReader(device, 250).read(images, counts)) == ["0", "1", "2", "3"]
    assert device.asked == [[0, 1], [2], [3]]
    assert (counts.batches, counts.images, counts.pixels) == (3, 4, 600)


@pytest.mark.parametrize("room", [100, 200, 350, 799])
def test_a_batch_that_is_too_large_is_halved_until_it_fits(room):
    device, counts = Device(room), BatchCounts()
    reader = BatchReader(device, 800)
    images = [picture(number) for number in range(8)]
    assert texts(reader.read(images, counts)) == [str(number) for number in range(8)]
    assert counts.too_large >= 1
    assert counts.images == 8
    asked = len(device.asked)
    reader.read(images, counts)
    sizes = [len(numbers) * 100 for numbers in device.asked[asked:]]
    assert max(sizes) <= room  # what was learnt holds for the next batch


def test_an_image_that_is_too_large_by_itself_takes_no_other_with_it():
    device, counts = Device(150), BatchCounts()
    images = [picture(0), picture(1, 200), picture(2)]
    assert texts(BatchReader(device, 400).read(images, counts)) == ["0", None, "2"]


def test_a_bad_image_takes_no_other_with_it():
    device, counts = Device(bad=[2]), BatchCounts()
    images = [picture(number) for number in range(4)]
    assert texts(BatchReader(device, 400).read(images, counts)) == ["0", "1", None, "3"]
    assert device.asked == [[0, 1, 2, 3], [0], [1], [2], [3]]
    assert counts.failed == 2


def test_a_device_that_answers_no_more_ends_the_run():
    with pytest.raises(RunFailed):
        BatchReader(Device(0, error=RunFailed("the GPU failed")), 400).read([picture(1)], BatchCounts())


class Wrapped(Exception):
    """As RapidOCR wraps what onnxruntime raises."""


@pytest.mark.parametrize(
    ("error", "memory"),
    [
        (MemoryError(), True),
        (OutOfMemoryError(), True),
        (RuntimeError("CUDA error: out of memory"), True),
        (RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"), True),
        (Wrapped("BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer"), True),
        (RuntimeError("CUDA error: an illegal memory access was encountered"), False),
        (ValueError("bad image"), False),
    ],
)
def test_lack_of_memory_is_told_from_other_failures(error, memory):
    assert is_out_of_memory(error) is memory


def test_lack_of_memory_is_seen_through_one_wrapping():
    wrapped = Wrapped("inference failed")
    wrapped.__cause__ = RuntimeError("Failed to allocate memory")
    assert is_out_of_memory(wrapped)
