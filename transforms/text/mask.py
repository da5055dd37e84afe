"""What stands where personal data stood."""

from __future__ import annotations

from functools import cache

from transforms.text.lexicon import read_list


@cache
def _masks() -> dict[str, str]:
    masks: dict[str, str] = read_list("patterns")["masks"]
    return masks


def mask_of(attribute: str) -> str:
    """The mask of an attribute, e.g. ``[EMAIL]``; its own name in capitals where the table has none."""
    return _masks().get(attribute) or f"[{attribute.rsplit('.', 1)[-1].upper()}]"
