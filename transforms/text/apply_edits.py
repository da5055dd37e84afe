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
                )
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


def compose(
    texts: Sequence[str], edits: Sequence[TextEdit], later: Sequence[Replacement]
) -> tuple[Replacement, ...]:
    """One set of replacements of the old turns that does what ``edits`` and then ``later`` do.

    ``texts``: the turns after ``edits``; ``later``: offsets into them. An earlier edit that a later
    replacement touches becomes part of it. Raises ValueError as ``apply_edits`` does.
    """
    composed: list[Replacement] = []
    for turn in sorted({edit.turn for edit in edits} | {item.turn for item in later}):
        ordered = sorted(
            (item for item in later if item.turn == turn), key=lambda item: (item.start, item.end)
        )
        _check(ordered, len(texts[turn]))
        composed.extend(_composed_turn(texts[turn], [edit for edit in edits if edit.turn == turn], ordered))
    return tuple(composed)


def _composed_turn(text: str, edits: Sequence[TextEdit], later: Sequence[Replacement]) -> list[Replacement]:
    composed: list[Replacement] = []
    shift = 0
    for start, end, earlier, now in _groups(edits, later):
        old_start = start - shift
        shift += sum((edit.new_end - edit.new_start) - (edit.end - edit.start) for edit in earlier)
        old_end = end - shift
        whole = text[start:end]
        for item in reversed(now):
            whole = whole[: item.start - start] + item.text + whole[item.end - start :]
        cause: Replacement | TextEdit = now[0] if now else earlier[0]
        composed.append(
            Replacement(
                cause.turn, old_start, old_end, whole, cause.attribute, cause.kind, cause.action, cause.rule
            )
        )
    return composed


_Group = tuple[int, int, list[TextEdit], list[Replacement]]


def _groups(edits: Sequence[TextEdit], later: Sequence[Replacement]) -> list[_Group]:
    """Spans of the new text that belong together, in order: what overlaps, and what touches an empty edit."""
    items: list[tuple[int, int, TextEdit | None, Replacement | None]] = [
        (edit.new_start, edit.new_end, edit, None) for edit in edits
    ] + [(item.start, item.end, None, item) for item in later]
    groups: list[_Group] = []
    for start, end, edit, item in sorted(items, key=lambda one: (one[0], one[1])):
        earlier = [edit] if edit is not None else []
        now = [item] if item is not None else []
        if groups:
            before = groups[-1]
            both_edits = not now and not before[3]
            touching = start < before[1] or (start == before[1] and (start == end or before[0] == before[1]))
            if touching and not both_edits:
                groups[-1] = (before[0], max(before[1], end), before[2] + earlier, before[3] + now)
                continue
        groups.append((start, end, earlier, now))
    return groups
