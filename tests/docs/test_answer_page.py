"""The page about answering names every key and every reason."""

import re
from pathlib import Path

import pytest

from pipeline.answers.config import AnswerConfig
from schemas.reasons import Reason

PAGE = (Path(__file__).parents[2] / "docs" / "answer.md").read_text("utf-8")


@pytest.mark.parametrize("key", AnswerConfig.model_fields)
def test_every_key_is_named(key):
    assert re.search(rf"`{key}`", PAGE), key


@pytest.mark.parametrize("reason", [
    Reason.QUESTION_MALFORMED, Reason.DEVICE_MEMORY, Reason.PROMPT_TOO_LONG, Reason.ENDPOINT_UNAVAILABLE,
    Reason.ENDPOINT_TIMED_OUT, Reason.ENDPOINT_REJECTED, Reason.ANSWER_MALFORMED, Reason.ANSWER_FILTERED,
    Reason.SPENDING_LIMIT, Reason.NOT_ASKED,
])  # fmt: skip
def test_every_reason_is_explained(reason):
    assert f"`{reason.value}`" in PAGE
