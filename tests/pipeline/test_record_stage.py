"""What the images of a record lost is what its turns are compared with."""

from types import SimpleNamespace

from pipeline.image_cache import ImageResult
from pipeline.record_stage import hidden_in
from schemas.edit import Action
from schemas.finding import Box, ImageFinding, Kind
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from transforms.text.printed_values import printed_value
from transforms.text.quoted_values import find_quotes

POLICY = Policy(
    "test", {"image.text_pii": Action.REDACT}, {}, ProxyLevel.PERMISSIVE, (), False, 0.8, ImagePolicy()
)
KEY = b"key"
PLAN = SimpleNamespace(policy=POLICY, key=lambda _: KEY)


def name(value):
    printed = printed_value("pii.name", value, KEY)
    box = Box(1, 2, 30, 40)
    return ImageFinding("image.text_pii", Kind.EXPLICIT, "ocr.label.name", 0.9, box, value, printed=printed)


def test_findings_of_later_tries_hide_their_values_too():
    result = ImageResult("ab" * 32, (name("Gail Hernandez"),), late_findings=(name("Paul Meier"),))
    hidden = hidden_in([result], PLAN)
    text = "It was issued to Gail Hernandez by Paul Meier."
    assert [text[one.start : one.end] for one in find_quotes(text, hidden)] == [
        "Gail Hernandez",
        "Paul Meier",
    ]
    assert hidden_in([ImageResult("ab" * 32)], PLAN) is None
