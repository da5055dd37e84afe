"""Parquet columns and their Hugging Face features, one place for every name.

``data/`` follows the LLaVA layout plus what was changed; unknown input fields follow after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from schemas.version import SCHEMA_VERSION

ID = "id"
IMAGE = "image"
IMAGES = "images"
IMAGE_PATHS = "image_paths"
CONVERSATIONS = "conversations"
FROM = "from"
VALUE = "value"
SOURCE = "source"
EDITS = "edits"
IMAGE_EDITS = "image_edits"
FIDELITY = "fidelity"
PROVENANCE = "provenance"

OWN_COLUMNS = (
    ID,
    IMAGE,
    IMAGES,
    CONVERSATIONS,
    SOURCE,
    EDITS,
    IMAGE_EDITS,
    FIDELITY,
    PROVENANCE,
    IMAGE_PATHS,
)
"""Names that ``data/`` gives a meaning of its own."""

SCHEMA_VERSION_KEY = "mmscrub_schema_version"
"""Key of a Parquet file's metadata that says that mmscrub wrote it."""

RENAMED_PREFIX = "input_"
"""An unknown input field that has the name of an own column is kept under this prefix."""

Feature = dict[str, Any]


def value(dtype: str) -> Feature:
    """A scalar feature, for example ``value("string")``."""
    return {"dtype": dtype, "_type": "Value"}


def list_of(feature: Feature) -> Feature:
    """A list feature."""
    return {"feature": feature, "_type": "List"}


IMAGE_FEATURE: Feature = {"_type": "Image"}

EDIT_FEATURE: Feature = {
    "turn": value("int32"),
    "start": value("int32"),
    "end": value("int32"),
    "new_start": value("int32"),
    "new_end": value("int32"),
    "attribute": value("string"),
    "kind": value("string"),
    "action": value("string"),
    "rule": value("string"),
}

IMAGE_EDIT_FEATURE: Feature = {
    "image": value("int32"),
    "box": list_of(value("int32")),
    "attribute": value("string"),
    "action": value("string"),
    "method": value("string"),
}

PROVENANCE_FEATURE: Feature = {
    "record_key": value("string"),
    "image_sha256": list_of(value("string")),
    "policy": value("string"),
    "version": value("string"),
}


def data_features(extras: Mapping[str, Feature], *, several_images: bool) -> dict[str, Feature]:
    """Features of ``data/``. ``extras``: the unknown input fields, in the order they shall have."""
    features: dict[str, Feature] = {ID: value("string"), IMAGE: IMAGE_FEATURE}
    if several_images:
        features[IMAGES] = list_of(IMAGE_FEATURE)
    features |= {
        CONVERSATIONS: list_of({FROM: value("string"), VALUE: value("string")}),
        SOURCE: value("string"),
        EDITS: list_of(EDIT_FEATURE),
        IMAGE_EDITS: list_of(IMAGE_EDIT_FEATURE),
        FIDELITY: {"text": value("float32"), "image": value("float32"), "image_text": value("float32")},
        PROVENANCE: PROVENANCE_FEATURE,
        IMAGE_PATHS: list_of(value("string")),
    }
    return features | dict(extras)


FINDING_FEATURES: dict[str, Feature] = {
    "record_key": value("string"),
    "record_id": value("string"),
    "turn": value("int32"),
    "field": value("string"),
    "start": value("int32"),
    "end": value("int32"),
    "image": value("int32"),
    "box": list_of(value("int32")),
    "attribute": value("string"),
    "kind": value("string"),
    "detector": value("string"),
    "score": value("float32"),
    "action": value("string"),
    "value_hash": value("string"),
}

LINEAGE_FEATURES: dict[str, Feature] = {
    "record_key": value("string"),
    "record_id": value("string"),
    "source_uri": value("string"),
    "source_row": value("int64"),
}

QUARANTINE_FEATURES: dict[str, Feature] = LINEAGE_FEATURES | {
    "stage": value("string"),
    "reason": value("string"),
}

RAW = "raw"
"""Extra column of ``quarantine/`` under ``--keep-quarantined``: the source object as JSON."""

_ARROW_SCALARS = {
    "string": pa.string(),
    "bool": pa.bool_(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float32": pa.float32(),
    "float64": pa.float64(),
}


def arrow_type(feature: Feature) -> pa.DataType:
    """The Arrow type of a feature: scalars, lists, structs and images ({bytes, path})."""
    match feature.get("_type"):
        case "Value":
            return _ARROW_SCALARS[feature["dtype"]]
        case "List":
            return pa.list_(arrow_type(feature["feature"]))
        case "Image":
            return pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        case _:
            return pa.struct([(name, arrow_type(child)) for name, child in feature.items()])


def arrow_schema(features: Mapping[str, Feature]) -> pa.Schema:
    """Arrow schema that carries the Hugging Face features and our schema version in its metadata."""
    metadata = {
        "huggingface": json.dumps({"info": {"features": dict(features)}}),
        SCHEMA_VERSION_KEY: SCHEMA_VERSION,
    }
    fields = [pa.field(name, arrow_type(feature)) for name, feature in features.items()]
    return pa.schema(fields, metadata=metadata)
