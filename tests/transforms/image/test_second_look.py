"""What a second engine reads of what was to be gone, and what is none of its business."""

import io

import numpy as np
import pytest
from PIL import Image

from schemas.edit import Action
from schemas.finding import Box, Kind, TextFinding
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from schemas.reasons import Reason
from transforms.engines.enlarged import Enlarged
from transforms.engines.protocols import EngineInfo, OcrLine
from transforms.image.audit import ImageEngines, audit_image, hash_value
from transforms.image.clean import clean_image
from transforms.image.ocr_text import join_lines
from transforms.image.open import ImageLimits, open_image
from transforms.image.regions import Bluntness
from transforms.image.second_look import SecondEyes, spans_of_values

KEY = b"k" * 32
TEXT = "image.text_pii"
POLICY = Policy(
    "test", {TEXT: Action.REDACT}, {}, ProxyLevel.PERMISSIVE, (), False, 0.8, ImagePolicy(), False, 1.0
)
BLUE, GREEN = (0, 0, 255), (0, 255, 0)


class Reads:
    """Reads ``texts[colour]`` where all of an area has that colour, and ``always`` wherever it looks."""

    info = EngineInfo("ocr", "reads", "1", "", "")

    def __init__(self, texts, always=()):
        self.texts = texts
        self.always = always

    def read(self, image):
        lines = [line(text, box) for text, box in self.always]
        for colour, text in self.texts.items():
            rows, columns = np.where((image == np.array(colour)).all(axis=2))
            if len(rows):
                lines.append(line(text, (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)))
        return tuple(lines)


def line(text, box, score=0.9):
    x0, y0, x1, y1 = map(float, box)
    return OcrLine(text, ((x0, y0), (x1, y0), (x1, y1), (x0, y1)), score)


def find_anna(text):
    """The name Anna Berg and everything that begins with 555 is personal."""
    found = []
    for wanted, length in (("Anna Berg", 9), ("555", 8)):
        at = text.find(wanted)
        if at >= 0:
            end = min(at + length, len(text))
            found.append(TextFinding(0, at, end, "pii.name", Kind.EXPLICIT, "test", 1.0))
    return tuple(found)


def clean(second, *, areas=((BLUE, (20, 20, 180, 50)),)):
    image = Image.new("RGB", (400, 300), (200, 200, 200))
    for colour, box in areas:
        image.paste(colour, box)
    out = io.BytesIO()
    image.save(out, "PNG")
    data = out.getvalue()
    opened = open_image(data, ImageLimits())
    engines = ImageEngines(Reads({BLUE: "Anna Berg"}), None, None)
    common = {"find_text": find_anna, "value_key": KEY}
    findings = audit_image(opened, engines=engines, wanted=frozenset({TEXT}), **common)
    eyes = SecondEyes(second, findings, wanted=frozenset({TEXT}), **common)
    return clean_image(data, opened, findings, policy=POLICY, engines=engines, second=eyes, **common), eyes


def covers(edits, box):
    return any(
        edit.box.x0 <= box[0] and edit.box.y0 <= box[1] and edit.box.x1 >= box[2] and edit.box.y1 >= box[3]
        for edit in edits
    )


BOTH = ((BLUE, (20, 20, 180, 50)), (GREEN, (200, 200, 360, 230)))


def test_a_value_that_only_the_second_engine_reads_is_painted_too():
    cleaned, eyes = clean(Reads({BLUE: "Anna Berg", GREEN: "ANNA-BERG!"}), areas=BOTH)
    assert cleaned.reason is None
    assert eyes.asked == 2
    assert eyes.leaks == 1
    assert covers(cleaned.edits, (205, 200, 350, 230))


def test_a_clean_image_is_read_once():
    cleaned, eyes = clean(Reads({BLUE: "Anna Berg", GREEN: "harmless words"}), areas=BOTH)
    assert cleaned.reason is None
    assert (eyes.asked, eyes.leaks) == (1, 0)
    assert not covers(cleaned.edits, (200, 200, 360, 230))


def test_other_personal_data_are_a_leak_beside_what_was_painted_and_nowhere_else():
    near = ((BLUE, (20, 20, 180, 50)), (GREEN, (20, 55, 180, 80)))
    cleaned, eyes = clean(Reads({GREEN: "555 0199"}), areas=near)
    assert eyes.leaks == 1
    assert covers(cleaned.edits, (20, 55, 180, 80))
    cleaned, eyes = clean(Reads({GREEN: "555 0199"}), areas=BOTH)
    assert eyes.leaks == 0
    assert not covers(cleaned.edits, (200, 200, 360, 230))


def test_what_no_try_removes_is_held_back():
    cleaned, eyes = clean(Reads({}, always=[("Anna Berg", (20, 20, 180, 50))]))
    assert cleaned.reason is Reason.IMAGE_STILL_LEAKS
    assert eyes.asked == len(Bluntness)


def test_without_a_finding_nobody_is_asked():
    cleaned, eyes = clean(Reads({}, always=[("Anna Berg", (0, 0, 9, 9))]), areas=())
    assert cleaned.edits == ()
    assert eyes.asked == 0


@pytest.mark.parametrize(
    ("lines", "value", "expected"),
    [
        (["call (212) 555-0147 now"], "212.555.0147", "212) 555-0147"),
        (["Tel:2125550147x"], "(212) 555 0147", "2125550147"),
        (["Anna", "Berg"], "Anna Berg", "Anna\nBerg"),
        (["ANNA BERG"], "anna berg", "ANNA BERG"),
        (["planned"], "Ann", None),
        (["dear Ann, hello"], "Ann", "Ann"),
        (["Straße 7b"], "STRASSE 7B", "Straße 7b"),
        (["nothing of it"], "Anna Berg", None),
    ],
)
def test_values_are_found_by_their_hash_alone(lines, value, expected):
    ocr = join_lines([line(text, (0, 20 * row, 200, 20 * row + 15)) for row, text in enumerate(lines)])
    found = [ocr.text[a:b] for a, b, _ in spans_of_values(ocr, frozenset({hash_value(value, KEY)}), KEY)]
    assert found == ([] if expected is None else [expected])


def test_places_on_an_enlarged_image_are_those_of_the_image():
    image = np.full((100, 200, 3), 200, np.uint8)
    image[20:40, 50:150] = BLUE
    (read,) = Enlarged(Reads({BLUE: "x"})).read(image)
    xs, ys = zip(*read.quad, strict=True)
    assert Box(50, 20, 150, 40) == Box(round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys)))


def test_an_image_too_large_to_be_enlarged_is_read_as_it_is():
    class Size(Reads):
        def read(self, image):
            self.size = image.shape
            return ()

    engine = Size({})
    Enlarged(engine).read(np.zeros((4100, 4100, 3), np.uint8))
    assert engine.size == (4100, 4100, 3)
