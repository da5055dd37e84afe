"""The one place that changes text: replacements by offset, right to left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.edit import Replacement, TextEdit


def apply_edits(
    texts: Sequence[str], replacements: Iterable[Replacement]
) -> tuple[tuple[str, ...], tuple[TextEdit, ...]]:
    """The changed turns and what was changed, by turn and offset.

    ``new_start:new_end`` of a turn's new text is the replacement. Raises ValueError if two replacements of a
    turn overlap or one lies outside its turn.
    """
    by_turn: dict[int, list[Replacement]] = {}
    for replacement in replacements:
        by_turn.setdefault(replacement.turn, []).append(replacement)
    changed = list(texts)
    edits: list[TextEdit] = []
    for turn in sorted(by_turn):
        ordered = sorted(by_turn[turn], key=lambda item: (item.start, item.end))
        _check(ordered, len(texts[turn]))
        text = texts[turn]
        for item in reversed(ordered):
            text = text[: item.start] + item.text + text[item.end :]
        changed[turn] = text
        shift = 0
        for item in ordered:
            new_start = item.start + shift
            shift += len(item.text) - (item.end - item.start)
            edits.append(
                TextEdit(
                    turn,
                    item.start,
                    item.end,
                    new_start,
                    new_start + len(item.text),
                    item.attribute,
                    item.kind,
                    item.action,
                    item.rule,
                )  # fmt: skip
            )
    return tuple(changed), tuple(edits)


def _check(ordered: Sequence[Replacement], length: int) -> None:
    end = 0
    for item in ordered:
        if item.start < end or item.end < item.start or item.end > length:
            raise ValueError(
                f"replacement {item.start}:{item.end} of turn {item.turn} overlaps or lies outside"
            )
        end = item.end


def original_span(edits: Sequence[TextEdit], turn: int, start: int, end: int) -> tuple[int, int]:
    """The characters of the old turn behind ``start:end`` of the new one; whole edits where they are touched."""
    shift_start = shift_end = 0
    old_start, old_end = start, end
    for edit in edits:
        if edit.turn != turn:
            continue
        shift = (edit.end - edit.start) - (edit.new_end - edit.new_start)
        if edit.new_end <= start:
            shift_start += shift
        if edit.new_end <= end:
            shift_end += shift
    old_start, old_end = start + shift_start, end + shift_end
    for edit in edits:
        if edit.turn == turn and edit.new_start < end and start < edit.new_end:
            old_start, old_end = min(old_start, edit.start), max(old_end, edit.end)
    return old_start, max(old_start, old_end)
