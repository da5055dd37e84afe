import io

import pytest

from mmscrub.preview import image_lines
from mmscrub.progress_view import progress_view, progress_words
from runners.run_progress import RunProgress


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (0, None, 9.0, ""),
        (0, 137, 0.0, " 0 of 137"),
        (43, 137, 10.0, " 43 of 137, 4.3/s, 0:00:22 left"),
        (1_000, 100_000, 100.0, " 1,000 of 100,000, 10.0/s, 2:45:00 left"),
        (137, 137, 30.0, " 137 of 137, 4.6/s"),
        (5_000, None, 2.0, " 5,000, 2,500.0/s"),
    ],
)
def test_a_line_says_what_is_done_how_fast_and_what_is_left(done, total, seconds, words):
    assert progress_words(done, total, seconds) == words


def test_a_preview_says_what_images_lose_in_few_lines():
    box = {"image": 0, "attribute": "image.face", "method": "blur"}
    edits = [box | {"box": [10 * n, 5, 10 * n + 8, 25]} for n in range(6)]
    edits.append({"image": 1, "attribute": "image.exif", "method": "strip", "box": None})
    assert image_lines(edits, 0.98765) == (
        "1: image.face blur: 8 x 20 at 0,5; 8 x 20 at 10,5; 8 x 20 at 20,5; 8 x 20 at 30,5; and 2 more",
        "2: image.exif strip: metadata",
        "what is left of it: fidelity 0.988",
    )
    assert image_lines([], None) == ()


def test_a_line_of_answering_says_what_failed_and_what_it_cost():
    said = io.StringIO()
    with progress_view(said) as show:
        show(RunProgress("answer", records=40, records_total=100, answers_failed=2, cost=1.23456))
    assert said.getvalue() == "mmscrub: answers 40 of 100, 2 failed, cost 1.2346\n"
