"""What a record tells of its images, and by which names images are asked about."""

from pathlib import Path

import pytest

from pipeline.outcome import Chunk, Outcome
from pipeline.prism.ask import asked_images
from pipeline.prism.config import make_prism_config
from pipeline.prism.plan import PrismPlan
from pipeline.prism.told import Told, image_name, tell_chunk
from pipeline.seen_images import SeenImage
from schemas.record import ImageRef, Origin, Record, Role, Turn
from transforms.engines.registry import load_parser
from transforms.prism.questions import PrismLayout, QuestionSet
from transforms.prism.things import Evidence

BLOBS = Path("out/.mmscrub/blobs")
KEY = b"key"


def plan(**settings):
    return PrismPlan(
        Path("out"), (), make_prism_config({"input": "c.json", "out": "out"} | settings), shards=1
    )


def tell(*images, said="A dog sits there.", held_back=None, **settings):
    turns = (Turn(Role.HUMAN, "A cat?", ("conversations", 0)), Turn(Role.GPT, said, ("conversations", 1)))
    refs = tuple(ImageRef(name, f"photos/{name}", name[:1] * 64) for name in images)
    origin = Origin("c.json", 3)
    record = Record("r", turns, refs, {}, origin)
    chunk = Chunk(0, 0, (Outcome("key.0", "r", 0, origin, {}, record),))
    told = tell_chunk(chunk, plan(**settings), held_back or {}, lambda: load_parser("bundled"))
    return told.records[0]


def test_answers_tell_and_questions_do_not():
    (told,) = tell("a.jpg").told
    assert (told.image, told.row, told.evidence.said) == ("a.jpg", 3, (("dog", 1),))


def test_of_several_images_nobody_knows_which_one_a_text_speaks_of():
    told = tell("a.jpg", "b.jpg").told
    assert [one.image for one in told] == ["a.jpg", "b.jpg"]
    assert {one.evidence for one in told} == {Evidence()}


def test_a_record_that_shows_an_image_twice_tells_of_it_once():
    assert [one.image for one in tell("a.jpg", "a.jpg").told] == ["a.jpg"]


def test_one_broken_image_holds_the_record_back():
    broken = {"b" * 64: SeenImage("b" * 64, stage="audit_image", reason="image_empty")}
    record = tell("a.jpg", "b.jpg", held_back=broken)
    assert (record.outcome.stage, record.outcome.reason, record.told) == ("audit_image", "image_empty", ())


def test_in_the_layout_of_may_an_image_needs_a_category():
    assert tell("Race/a.jpg", layout="2025-05").told
    assert tell("a.jpg", layout="2025-05").outcome.reason == "image_without_category"


@pytest.mark.parametrize(
    ("location", "path", "name"),
    [
        ("photos/a/b.jpg", "a/b.jpg", "a/b.jpg"),
        ("out/.mmscrub/blobs/ab/abc", "a/b.jpg", "a/b-abcdefabcdef.jpg"),
        ("out/.mmscrub/blobs/ab/abc", "plain", "plain-abcdefabcdef"),
    ],
)
def test_an_image_from_inside_a_file_is_named_by_its_content_too(location, path, name):
    assert image_name(ImageRef(path, location, "abcdef" * 10), BLOBS) == name


def test_records_about_one_image_are_asked_about_together_in_source_order():
    dog, cat = (Evidence(1, ((name, 1),)) for name in ("dog", "cat"))
    told = [
        Told("b.jpg", "b" * 64, 0, 5, cat),
        Told("a.jpg", "a" * 64, 0, 7, dog),
        Told("a.jpg", "a" * 64, 0, 2, dog),
        Told("copy.jpg", "a" * 64, 1, 0, Evidence()),
    ]
    images = asked_images(told, PrismLayout.SEPTEMBER_2025, KEY)
    assert [(one.image, one.row) for one in images] == [("a.jpg", 2), ("b.jpg", 5), ("copy.jpg", 0)]
    assert images == asked_images(told[::-1], PrismLayout.SEPTEMBER_2025, KEY)
    things = [{q.thing for q in one.questions[QuestionSet.OVER_REFUSAL]} for one in images]
    assert things == [{"dog"}, {"cat"}, {""}]
