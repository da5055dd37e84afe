"""What a redacted picture keeps of its likeness to what is said of it."""

import numpy as np
import pytest

from transforms.fidelity.caption import caption_match

PICTURE = np.zeros((4, 4, 3), np.uint8)


class Matcher:
    info = None

    def __init__(self, *cosines):
        self.cosines = cosines

    def match(self, pictures, text):
        assert (len(pictures), text) == (2, "a dog")
        return list(self.cosines)


@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        (0.32, 0.32, 1.0),
        (0.32, 0.24, 0.75),
        (0.30, 0.33, 1.0),
        (0.30, -0.1, 0.0),
        (0.0, 0.2, None),
        (-0.1, -0.2, None),
    ],
)
def test_the_share_of_the_cosine_that_is_left_counts(before, after, kept):
    assert caption_match(Matcher(before, after), PICTURE, PICTURE, "a dog") == kept
