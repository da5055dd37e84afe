"""Which surrogates of a cleaned image really stand in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from schemas.edit import ImageEdit
from schemas.finding import Box, ImageFinding, PrintedValue
from schemas.policy import TextFill


def shown_surrogates(
    findings: Sequence[ImageFinding], edits: Iterable[ImageEdit]
) -> tuple[ImageFinding, ...]:
    """``findings``, those without the surrogates of their values in whose place the ``edits`` printed none:
    where the verifier asked for a solid fill, turns must not quote what cannot be read."""
    by_method = [(edit.method, edit.box) for edit in edits if edit.box is not None]
    shown = [box for method, box in by_method if method == TextFill.REPLACE.value]
    solid = [box for method, box in by_method if method == TextFill.SOLID.value]
    missing = {
        one.value_hash
        for one in findings
        if one.box is not None and (not _lies_in(one.box, shown) or _lies_in(one.box, solid))
    }
    return tuple(
        replace(one, printed=_without(one.printed), surrogate="") if one.value_hash in missing else one
        for one in findings
    )


def _lies_in(box: Box, boxes: Iterable[Box]) -> bool:
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return any(one.x0 <= x < one.x1 and one.y0 <= y < one.y1 for one in boxes)


def _without(printed: PrintedValue | None) -> PrintedValue | None:
    if printed is None or not any(one.surrogate for one in printed.prints):
        return printed
    return replace(printed, prints=tuple(replace(one, surrogate="") for one in printed.prints))
