"""Column names of input fields that mmscrub does not know: their own, unless a table cannot have that."""

from __future__ import annotations

import re

from schemas.columns import OWN_COLUMNS, RENAMED_PREFIX

_FEATURE_TYPE = "_type"
"""What tells features apart in the metadata that ``datasets`` reads; a field of that name breaks them."""
_RENAMED = re.compile(rf"(?:{RENAMED_PREFIX})*(?:{'|'.join((*OWN_COLUMNS, _FEATURE_TYPE))})")


def column_name(field: str) -> str:
    """The column of an input field; no two fields share one. Own columns keep their meaning, and characters
    that do not print are escaped."""
    column = field
    if not field.isprintable():
        column = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in field)
    return RENAMED_PREFIX + column if _RENAMED.fullmatch(column) else column


def field_name(column: str) -> str:
    """The field of a column that ``column_name`` has renamed; any other name stays."""
    is_renamed = column.startswith(RENAMED_PREFIX) and _RENAMED.fullmatch(column)
    return column.removeprefix(RENAMED_PREFIX) if is_renamed else column


def is_plain(field: str) -> bool:
    """True if a field of a nested object can be a column of a struct under its own name."""
    return field.isprintable() and field != _FEATURE_TYPE
