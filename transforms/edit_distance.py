"""How far two texts are from each other."""

from __future__ import annotations


def edit_distance(one: str, other: str) -> int:
    """Insertions, deletions and replacements that make ``one`` of ``other`` (Levenshtein)."""
    row = list(range(len(other) + 1))
    for index, left in enumerate(one, 1):
        diagonal, row[0] = row[0], index
        for place, right in enumerate(other, 1):
            change = diagonal + (left != right)
            diagonal = row[place]
            row[place] = min(change, row[place] + 1, row[place - 1] + 1)
    return row[-1]
