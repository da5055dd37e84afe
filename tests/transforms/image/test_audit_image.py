"""Which engines run for which attributes, and what their results become."""

import numpy as np
import pytest

from schemas.finding import Box, Kind, TextFinding
from transforms.engines.protocols import EngineInfo, OcrLine, ScoredBox
from transforms.image.audit import ImageEngines, audit_image, hash_value
from transforms.image.open import OpenedImage

INFO = EngineInfo("test", "fake", "1", "", "")
KEY = b"key"


class Ocr:
    info = INFO

    def __init__(self, *lines):
        self.lines, self.calls = lines, 0

    def read(self, image):
        self.calls += 1
        return self.lines


class Boxes:
    info = INFO

    def __init__(self, *boxes):
        self.boxes, self.calls = boxes, 0

    def detect(self, image):
        self.calls += 1
        return tuple(ScoredBox(box, 0.87654) for box in self.boxes)


def line(text, x=10, y=10):
    return OcrLine(text, ((x, y), (x + 10 * len(text), y), (x + 10 * len(text), y + 20), (x, y + 20)), 0.9)


def opened(metadata=(), hidden=None):
    return OpenedImage(np.zeros((100, 400, 3), np.uint8), "PNG", "RGB", 1, metadata, hidden)


def no_text(text):
    return ()


def marks(word, attribute):
    def find(text):
        at = text.find(word)
        found = TextFinding(0, at, at + len(word), attribute, Kind.EXPLICIT, "test.rule", 0.8)
        return (found,) if at >= 0 else ()

    return find


def audit(image, *, ocr=None, faces=None, codes=None, plates=None, wanted, find_text=no_text):
    engines = ImageEngines(ocr, faces, codes, plates)
    return audit_image(image, engines=engines, wanted=frozenset(wanted), find_text=find_text, value_key=KEY)


ENGINES_PER_ATTRIBUTE = [
    ({"image.face"}, (0, 1, 0, 0)),
    ({"image.text_pii"}, (1, 0, 0, 0)),
    ({"image.plate"}, (1, 0, 0, 1)),
    ({"image.code"}, (0, 0, 1, 0)),
    ({"image.exif", "image.exif_gps"}, (0, 0, 0, 0)),
    (set(), (0, 0, 0, 0)),
]


@pytest.mark.parametrize(("wanted", "calls"), ENGINES_PER_ATTRIBUTE)
def test_only_engines_that_serve_a_wanted_attribute_run(wanted, calls):
    ocr, faces, codes, plates = Ocr(), Boxes(), Boxes(), Boxes()
    audit(opened(), ocr=ocr, faces=faces, codes=codes, plates=plates, wanted=wanted)
    assert (ocr.calls, faces.calls, codes.calls, plates.calls) == calls


def test_metadata_are_findings_without_a_box_where_wanted():
    found = audit(opened(("image.exif", "image.exif_gps")), wanted={"image.exif_gps"})
    assert [(f.attribute, f.box, f.detector) for f in found] == [("image.exif_gps", None, "metadata")]


def test_boxes_are_clipped_and_those_outside_are_dropped():
    faces = Boxes(Box(-5, -5, 20, 20), Box(390, 90, 500, 500), Box(500, 5, 510, 10))
    found = audit(opened(), faces=faces, wanted={"image.face"})
    assert [f.box for f in found] == [Box(0, 0, 20, 20), Box(390, 90, 400, 100)]
    assert {f.score for f in found} == {0.8765}


def test_only_personal_data_of_the_text_count():
    ocr = Ocr(line("tall and blue"))
    assert (
        audit(opened(), ocr=ocr, wanted={"image.text_pii"}, find_text=marks("tall", "biometric.height")) == ()
    )
    [found] = audit(opened(), ocr=ocr, wanted={"image.text_pii"}, find_text=marks("blue", "pii.username"))
    assert (found.attribute, found.detector, found.kind) == ("image.text_pii", "ocr.test.rule", Kind.EXPLICIT)
    assert found.box is not None
    assert found.box.x0 > 60
    assert found.value_hash == hash_value("blue", KEY)


def test_a_plate_is_a_plate_and_counts_only_where_wanted():
    ocr = Ocr(line("AB 123 CD"))
    find = marks("AB 123 CD", "pii.plate")
    assert [f.attribute for f in audit(opened(), ocr=ocr, wanted={"image.plate"}, find_text=find)] == [
        "image.plate"
    ]
    assert audit(opened(), ocr=ocr, wanted={"image.text_pii"}, find_text=find) == ()


def test_a_plate_that_a_detector_sees_counts_beside_those_in_print():
    ocr, plates = Ocr(line("AB 123 CD")), Boxes(Box(200, 50, 260, 70))
    find = marks("AB 123 CD", "pii.plate")
    found = audit(opened(), ocr=ocr, plates=plates, wanted={"image.plate"}, find_text=find)
    assert {(f.attribute, f.detector) for f in found} == {
        ("image.plate", "ocr.test.rule"),
        ("image.plate", plates.info.name),
    }


def test_both_views_of_a_transparent_image_are_read():
    ocr = Ocr(line("x"))
    audit(opened(hidden=np.ones((100, 400, 3), np.uint8)), ocr=ocr, wanted={"image.text_pii"})
    assert ocr.calls == 2


def test_findings_are_in_a_fixed_order():
    boxes = (Box(50, 50, 60, 60), Box(10, 10, 20, 20), Box(10, 50, 20, 60))
    one = audit(opened(), faces=Boxes(*boxes), wanted={"image.face"})
    other = audit(opened(), faces=Boxes(*reversed(boxes)), wanted={"image.face"})
    assert one == other


def test_value_hash_ignores_case_and_punctuation_and_needs_the_key():
    assert hash_value("Jane.Roe@Example.com", KEY) == hash_value("jane roe@examplecom", KEY)
    assert hash_value("jane", KEY) != hash_value("jane", b"other")
    assert len(hash_value("jane", KEY)) == 16


def test_tilted_print_is_placed_by_its_corners_and_upright_print_by_its_box():
    quad = ((50.0, 20.0), (250.0, 40.0), (248.0, 60.0), (48.0, 40.0))
    [tilted] = audit(
        opened(),
        ocr=Ocr(OcrLine("AnnaBlake", quad, 0.9)),
        wanted={"image.text_pii"},
        find_text=marks("AnnaBlake", "pii.name"),
    )
    assert tilted.quad == quad
    assert tilted.box == Box(48, 20, 250, 60)
    [upright] = audit(
        opened(),
        ocr=Ocr(line("AnnaBlake")),
        wanted={"image.text_pii"},
        find_text=marks("AnnaBlake", "pii.name"),
    )
    assert upright.quad is None


def test_a_word_that_looks_like_a_name_in_running_text_is_none_on_a_form():
    told = marks("Coach B", "pii.name")

    def named(text):
        return tuple(
            TextFinding(f.turn, f.start, f.end, f.attribute, f.kind, "name.person", f.score)
            for f in told(text)
        )

    assert audit(opened(), ocr=Ocr(line("Coach B")), wanted={"image.text_pii"}, find_text=named) == ()
