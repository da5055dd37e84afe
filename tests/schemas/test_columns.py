import json

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Features

from schemas.columns import (
    FINDING_FEATURES,
    IMAGES,
    LINEAGE_FEATURES,
    QUARANTINE_FEATURES,
    arrow_schema,
    data_features,
    list_of,
    value,
)
from schemas.version import SCHEMA_VERSION


def all_features():
    extras = {"tags": list_of(value("string")), "box": {"x": value("float64"), "y": value("int64")}}
    return [
        data_features({}, several_images=False),
        data_features(extras, several_images=True),
        FINDING_FEATURES,
        LINEAGE_FEATURES,
        QUARANTINE_FEATURES,
    ]


def test_the_hugging_face_features_say_what_the_arrow_schema_holds():
    for features in all_features():
        schema = arrow_schema(features)
        read = Features.from_arrow_schema(schema)
        assert read.arrow_schema.remove_metadata() == schema.remove_metadata()


def test_features_and_version_survive_a_parquet_round_trip(tmp_path):
    schema = arrow_schema(data_features({}, several_images=False))
    pq.write_table(schema.empty_table(), tmp_path / "x.parquet")
    metadata = pq.read_schema(tmp_path / "x.parquet").metadata
    assert json.loads(metadata[b"huggingface"])["info"]["features"]["image"] == {"_type": "Image"}
    assert metadata[b"mmscrub_schema_version"].decode() == SCHEMA_VERSION


def test_the_images_column_is_there_only_for_records_with_several():
    assert IMAGES not in data_features({}, several_images=False)
    assert pa.types.is_list(arrow_schema(data_features({}, several_images=True)).field(IMAGES).type)
