"""Print of the same form that says nothing."""

from __future__ import annotations

from typing import Final

from transforms.watermark import keyed

_ALIKE: Final = ("fijlrt", "mw", "IJ", "MW", "ABCDEFGHKLNOPQRSTUVXYZ", "abcdeghknopqsuvxyz")
"""Letters of about the same width."""


def nonsense_lines(lines: tuple[str, ...], key: bytes, name: str) -> tuple[str, ...]:
    """Each letter and digit of ``lines`` replaced by a drawn letter of about its width, small or capital as
    before (a digit by a small one); all else stays. Drawn by ``key`` for ``name``."""
    return tuple(
        "".join(_drawn(character, key, f"{name}/{row}/{place}") for place, character in enumerate(line))
        for row, line in enumerate(lines)
    )


def _drawn(character: str, key: bytes, name: str) -> str:
    if not character.isalnum():
        return character
    letters = next((letters for letters in _ALIKE if character in letters), _ALIKE[-1])
    return letters[keyed.below(key, len(letters), "lorem", name)]
