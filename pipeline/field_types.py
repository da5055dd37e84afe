"""Column types of input fields that mmscrub does not know, agreed over the whole corpus.

A lattice, so that the result does not depend on the order in which values are seen: equal types stay,
integers widen to floats, everything else that disagrees becomes a JSON text column.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.column_names import is_plain
from schemas.columns import Feature, list_of, value

FieldType = Any
"""``"null" | "bool" | "int64" | "float64" | "string" | "json"``, ``["list", T]`` or
``["struct", {name: T}]``: plain JSON, because types travel in the partition's marker file."""

_INT64_MAX = 2**63 - 1
_MAX_DEPTH = 8


def type_of(item: Any, depth: int = 0) -> FieldType:
    """The narrowest type that holds one JSON value."""
    if item is None:
        return "null"
    if isinstance(item, bool):
        return "bool"
    if isinstance(item, int):
        return "int64" if -_INT64_MAX <= item <= _INT64_MAX else "json"
    if isinstance(item, float):
        return "float64"
    if isinstance(item, str):
        return "string"
    if depth < _MAX_DEPTH and isinstance(item, list):
        return ["list", join_all(type_of(child, depth + 1) for child in item)]
    if depth < _MAX_DEPTH and isinstance(item, Mapping) and item and all(map(is_plain, item)):
        return ["struct", {name: type_of(child, depth + 1) for name, child in item.items()}]
    return "json"


def join(left: FieldType, right: FieldType) -> FieldType:
    """The narrowest type that holds both. Commutative and associative."""
    if left == right or right == "null":
        return left
    if left == "null":
        return right
    if {_name(left), _name(right)} == {"int64", "float64"}:
        return "float64"
    if _name(left) == _name(right) == "list":
        return ["list", join(left[1], right[1])]
    # Objects with other keys stay JSON: a struct column would add nulls that the source does not have.
    if _name(left) == _name(right) == "struct" and left[1].keys() == right[1].keys():
        return ["struct", {name: join(left[1][name], right[1][name]) for name in left[1]}]
    return "json"


def join_all(types: Iterable[FieldType]) -> FieldType:
    """Join of any number of types; of none: ``null``."""
    result: FieldType = "null"
    for item in types:
        result = join(result, item)
    return result


def merge_fields(left: Mapping[str, FieldType], right: Mapping[str, FieldType]) -> dict[str, FieldType]:
    """Join of two field tables, by name, names sorted."""
    return {name: join(left.get(name, "null"), right.get(name, "null")) for name in sorted({*left, *right})}


def feature_of(field_type: FieldType) -> Feature:
    """The Hugging Face feature of a type. A column of nulls or of JSON is text."""
    match _name(field_type):
        case "list":
            return list_of(feature_of(field_type[1]))
        case "struct":
            return {name: feature_of(child) for name, child in sorted(field_type[1].items())}
        case "null" | "json":
            return value("string")
        case scalar:
            return value(str(scalar))


def fit(item: Any, field_type: FieldType) -> Any:
    """``item`` as a value of its column: unchanged, or JSON text where the types disagree."""
    if item is None:
        return None
    match _name(field_type):
        case "json":
            return json.dumps(item, ensure_ascii=False, sort_keys=True, default=str)
        case "list":
            return [fit(child, field_type[1]) for child in item]
        case "struct":
            return {name: fit(item[name], child) for name, child in field_type[1].items()}
        case "float64":
            return float(item)
        case _:
            return item


def _name(field_type: FieldType) -> str:
    return str(field_type) if isinstance(field_type, str) else str(field_type[0])
