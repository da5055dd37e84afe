"""Every way in which mmscrub says no to a record."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The step of the graph that sent a record to quarantine."""

    READ = "read"
    AUDIT_IMAGE = "audit_image"
    CLEAN_IMAGE = "clean_image"
    AUDIT_TEXT = "audit_text"
    CLEAN_TEXT = "clean_text"
    VERIFY = "verify"
    EMIT = "emit"
    MARK_IMAGE = "mark_image"
    ANSWER = "answer"
    ASK = "ask"
    RENDER = "render"


class Reason(StrEnum):
    """Why a record is in quarantine. Values are stable: they are keys of reports and summaries."""

    # read: the container
    JSON_INVALID = "json_invalid"
    TAR_TRUNCATED = "tar_truncated"
    PARQUET_CORRUPT = "parquet_corrupt"
    BAD_ENCODING = "bad_encoding"
    RECORD_TOO_LARGE = "record_too_large"
    # read: the record
    NOT_AN_OBJECT = "not_an_object"
    ID_TYPE = "id_type"
    CONVERSATIONS_MISSING = "conversations_missing"
    CONVERSATIONS_EMPTY = "conversations_empty"
    CONVERSATIONS_TYPE = "conversations_type"
    CONVERSATIONS_TWICE = "conversations_twice"
    TURN_TYPE = "turn_type"
    TURN_VALUE_TYPE = "turn_value_type"
    TURN_TOO_LONG = "turn_too_long"
    ROLE_UNKNOWN = "role_unknown"
    TURNS_NOT_ALTERNATING = "turns_not_alternating"
    TURNS_ODD = "turns_odd"
    NUMBER_NOT_FINITE = "number_not_finite"
    # read: references to images
    IMAGE_REFERENCE_TYPE = "image_reference_type"
    IMAGE_REFERENCE_REMOTE = "image_reference_remote"
    IMAGE_PATH_ABSOLUTE = "image_path_absolute"
    IMAGE_PATH_OUTSIDE_ROOT = "image_path_outside_root"
    IMAGE_MISSING = "image_missing"
    IMAGE_UNREADABLE = "image_unreadable"
    IMAGE_FILE_TOO_LARGE = "image_file_too_large"
    IMAGE_TOKEN_MISMATCH = "image_token_mismatch"
    SEVERAL_IMAGES = "several_images"
    # images
    IMAGE_EMPTY = "image_empty"
    IMAGE_UNDECODABLE = "image_undecodable"
    IMAGE_TRUNCATED = "image_truncated"
    IMAGE_TOO_MANY_PIXELS = "image_too_many_pixels"
    IMAGE_ANIMATED = "image_animated"
    IMAGE_STILL_LEAKS = "image_still_leaks"
    IMAGE_UNFAITHFUL = "image_unfaithful"
    CAPTION_UNMATCHED = "caption_unmatched"
    # watermarked splits
    IMAGE_SMALLER_THAN_MARK = "image_smaller_than_mark"
    MARK_LEGIBILITY_MISSED = "mark_legibility_missed"
    # question sets
    IMAGE_WITHOUT_CATEGORY = "image_without_category"
    # forms of a disclosure set
    VALUE_NOT_PRINTABLE = "value_not_printable"
    # text
    TEXT_STILL_LEAKS = "text_still_leaks"
    IMAGE_VALUE_QUOTED = "image_value_quoted"
    TEXT_UNFAITHFUL = "text_unfaithful"
    DROPPED_BY_POLICY = "dropped_by_policy"
    # answers of models
    QUESTION_MALFORMED = "question_malformed"
    DEVICE_MEMORY = "device_memory"
    PROMPT_TOO_LONG = "prompt_too_long"
    ENDPOINT_UNAVAILABLE = "endpoint_unavailable"
    ENDPOINT_TIMED_OUT = "endpoint_timed_out"
    ENDPOINT_REJECTED = "endpoint_rejected"
    ANSWER_MALFORMED = "answer_malformed"
    ANSWER_FILTERED = "answer_filtered"
    SPENDING_LIMIT = "spending_limit"
    NOT_ASKED = "not_asked"
    # any stage: a defect of ours or of an engine that failed on one element
    ENGINE_FAILED = "engine_failed"
    INTERNAL_ERROR = "internal_error"
