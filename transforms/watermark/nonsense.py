"""Print of the same form that says nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from transforms import keyed

_ALIKE: Final = ("fijlrt", "mw", "IJ", "MW", "ABCDEFGHKLNOPQRSTUVXYZ", "abcdeghknopqsuvxyz")
"""Letters of about the same width."""
_TRIES: Final = 32


def nonsense_lines(
    lines: tuple[str, ...], key: bytes, name: str, width: Callable[[str], float]
) -> tuple[str, ...]:
    """Each letter and digit of ``lines`` replaced by a drawn letter of about its width, small or capital as
    before (a digit by a small one); all else stays. ``width`` of a line in print: none becomes wider, or its
    print would tell of whom it was made by the size of the box. Drawn by ``key`` for ``name``."""
    draw = np.random.Generator(np.random.PCG64(keyed.seed(key, "lorem", name)))
    return tuple(_line(line, draw, width) for line in lines)


def _line(line: str, draw: np.random.Generator, width: Callable[[str], float]) -> str:
    most = width(line)
    for _ in range(_TRIES):
        drawn = "".join(_letter(character, draw) for character in line)
        if width(drawn) <= most:
            break
    return drawn


def _letter(character: str, draw: np.random.Generator) -> str:
    if not character.isalnum():
        return character
    letters = next((letters for letters in _ALIKE if character in letters), _ALIKE[-1])
    return letters[int(draw.integers(len(letters)))]
