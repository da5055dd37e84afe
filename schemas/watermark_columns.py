"""Columns of a watermarked split: its data shards, and the manifest that is secret until it is revealed.

The image manifest has one row for every emitted file, so one for each (image, variant). Paths are relative to
OUT. Digests are SHA-256 as hex; a ``fold`` is a number from 0.
"""

from __future__ import annotations

from schemas.columns import CONVERSATIONS, FROM, ID, IMAGE, SOURCE, VALUE, Feature, list_of, value
from schemas.columns import IMAGE_FEATURE as _IMAGE
from schemas.watermark import FIELDS as IDENTITY_FIELDS

SAMPLE_ID = "sample_id"
IMAGE_CLEAN = "image_clean"
SOURCE_SHA256 = "source_sha256"
OUT_SHA256 = "out_sha256"
OUT_SIZE = "out_size"
PATH = "path"
VARIANT = "variant"
SPLIT = "split"
ROLE = "role"
POOL = "pool"
H_RATE = "h_rate"
IDENTITY_ID = "identity_id"
FIELDS = "fields"
REPETITION_TARGET = "repetition_target"
TWIN_GROUP = "twin_group"
PUBLISHED = "published"
DUPLICATE_GROUP = "duplicate_group"
STYLE = "style"
BOX = "box"
ENCODE = "encode"
LEGIBILITY = "legibility"
CONTRAST = "contrast"
DISTORT = "distort"
ATTEMPTS = "attempts"
FOLD_IDENTITY = "fold_identity"
FOLD_IMAGE = "fold_image"
ONE_RUN_BIT = "one_run_bit"
SHADOW_MASK = "shadow_mask"
ERRORS = "errors"
EXTRAS = "extras"

BUCKET = "bucket"

_FIELDS_FEATURE: Feature = {
    name: value("int32") if name == "age" else value("string") for name in IDENTITY_FIELDS
}
_READING: Feature = {"exact": list_of(value("string")), "cer": value("float32")}

PLAN_FEATURES: dict[str, Feature] = {
    SPLIT: value("string"),
    ROLE: value("string"),
    POOL: value("string"),
    H_RATE: value("float64"),
    IDENTITY_ID: value("string"),
    REPETITION_TARGET: value("int32"),
    ONE_RUN_BIT: value("int32"),
    SHADOW_MASK: value("int64"),
    FOLD_IDENTITY: value("int32"),
    FOLD_IMAGE: value("int32"),
    TWIN_GROUP: value("string"),
    BOX: list_of(value("int32")),
}
"""What is planned for an image, as it stands in the data shards and in the manifest. ``twin_group`` names
the image that a file is a variant of; ``box`` is left, top, width, height in pixels of the emitted image."""

WATERMARK_DATA_FEATURES: dict[str, Feature] = {
    SAMPLE_ID: value("string"),
    ID: value("string"),
    IMAGE: _IMAGE,
    IMAGE_CLEAN: _IMAGE,
    CONVERSATIONS: list_of({FROM: value("string"), VALUE: value("string")}),
    SOURCE: value("string"),
    SOURCE_SHA256: value("string"),
    EXTRAS: value("string"),
} | PLAN_FEATURES
"""``data/``: one row per record, ``sample_id`` its key, ``extras`` its unknown fields as JSON. ``image`` is
the marked twin where there is one, ``image_clean`` the clean one; null for a record without an image."""

IMAGE_MANIFEST_FEATURES: dict[str, Feature] = (
    {
        PATH: value("string"),
        SOURCE_SHA256: value("string"),
        VARIANT: value("string"),
        OUT_SHA256: value("string"),
        OUT_SIZE: value("int64"),
    }
    | PLAN_FEATURES
    | {
        DUPLICATE_GROUP: value("string"),
        FIELDS: _FIELDS_FEATURE,
        PUBLISHED: value("bool"),
        STYLE: {
            "font_sha256": value("string"),
            "em": value("float32"),
            "colour": list_of(value("int32")),
            "alpha": value("int32"),
            "backing": value("string"),
            "backing_alpha": value("int32"),
            "overlap": value("float32"),
        },
        ENCODE: {"format": value("string"), "quality": value("int32"), "subsampling": value("string")},
        LEGIBILITY: {
            "native": _READING,
            "q448": _READING,
            "l336": _READING,
            BUCKET: value("string"),
        },
        CONTRAST: {"wcag": value("float32"), "weber": value("float32")},
        DISTORT: {
            "psnr_box": value("float32"),
            "ssim_box": value("float32"),
            "delta_e": value("float32"),
            "psnr": value("float32"),
            "ssim": value("float32"),
        },
        ATTEMPTS: value("int32"),
        ERRORS: value("string"),
    }
)
"""``manifest/images-*.parquet``. ``identity_id``, ``fields`` and ``role`` are those of the printed identity,
null on a clean file; ``published`` is true for the one marked twin that the arms show.
``duplicate_group``: the smallest source digest among images that look the same. An image that could
not be used has one row, without a path, whose ``errors`` says why."""

IDENTITY_FEATURES: dict[str, Feature] = {
    IDENTITY_ID: value("string"),
    POOL: value("string"),
    ROLE: value("string"),
    **_FIELDS_FEATURE,
    REPETITION_TARGET: value("int32"),
    ONE_RUN_BIT: value("int32"),
    SHADOW_MASK: value("int64"),
    FOLD_IDENTITY: value("int32"),
    "twin": value("string"),
    "train_images": value("int32"),
    "test_images": value("int32"),
    "synthetic": value("bool"),
}
"""``manifest/identities.parquet``: every drawn identity, and the references that twins show. ``train_images``
and ``test_images`` carry it at full rate; ``twin``: the identity of equal gender and age. ``synthetic`` is
always true: nobody is meant."""

PROBE_FEATURES: dict[str, Feature] = {
    PATH: value("string"),
    SPLIT: value("string"),
    SOURCE_SHA256: value("string"),
    IDENTITY_ID: value("string"),
    FOLD_IDENTITY: value("int32"),
    FOLD_IMAGE: value("int32"),
}
"""``manifest/probes.parquet``: the marked images to probe, as many of ``test1`` as of ``test2``."""
