"""Redact, look again, be blunter: with engines that read the pixels, so that only real redaction passes."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from schemas.edit import Action
from schemas.finding import Box, ImageFinding, Kind
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from schemas.reasons import Reason
from transforms.engines.protocols import EngineInfo, OcrLine, ScoredBox
from transforms.image.audit import ImageEngines, audit_image, hash_value
from transforms.image.clean import clean_image
from transforms.image.open import ImageLimits, open_image

INFO = EngineInfo("test", "fake", "1", "", "")
ATTRIBUTES = ("image.face", "image.text_pii", "image.code", "image.exif", "image.exif_gps")
POLICY = Policy(
    "test", dict.fromkeys(ATTRIBUTES, Action.REDACT), {}, ProxyLevel.PERMISSIVE, (), False, 0.8, ImagePolicy()
)


class RedFaces:
    """Takes red areas for faces: survives a blur of an area that is red all over, not a solid fill."""

    info = INFO

    def __init__(self):
        self.calls = 0

    def detect(self, image):
        self.calls += 1
        return _areas((image[..., 0] > 150) & (image[..., 1] < 100))


class BlackFaces:
    """Sees a face in every solid black area: what redaction itself makes appear."""

    info = INFO

    def __init__(self, enough=200):
        self.enough = enough

    def detect(self, image):
        dark = (image.max(axis=2) < 10) | ((image[..., 0] > 150) & (image[..., 1] < 100))
        return tuple(hit for hit in _areas(dark) if hit.box.width < self.enough)


class BlueText:
    """Reads a line of text wherever there is blue."""

    info = INFO

    def __init__(self):
        self.calls = 0

    def read(self, image):
        self.calls += 1
        lines = []
        for hit in _areas((image[..., 2] > 150) & (image[..., 0] < 100)):
            b = hit.box
            lines.append(
                OcrLine("Name: Anna Berg", ((b.x0, b.y0), (b.x1, b.y0), (b.x1, b.y1), (b.x0, b.y1)), 0.9)
            )
        return tuple(lines)


def _areas(mask):
    if not mask.any():
        return ()
    rows, columns = np.where(mask.any(axis=1))[0], np.where(mask.any(axis=0))[0]
    return (ScoredBox(Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1), 0.9),)


def picture(colour, box=(40, 40, 80, 80)):
    image = Image.new("RGB", (200, 160), (200, 200, 200))
    if colour:
        image.paste(colour, box)
    return image


def encode(image, form="PNG", **options):
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def no_text(text):
    return ()


def run(data, *, faces=None, ocr=None, using=POLICY, extra=()):
    engines = ImageEngines(ocr, faces, None)
    opened = open_image(data, ImageLimits())
    common = {"engines": engines, "find_text": no_text, "value_key": b"k"}
    findings = audit_image(opened, wanted=frozenset(ATTRIBUTES), **common)
    cleaned = clean_image(data, opened, (*findings, *extra), policy=using, **common)
    again = audit_image(open_image(cleaned.data, ImageLimits()), wanted=frozenset(ATTRIBUTES), **common)
    return cleaned, again


def test_nothing_found_gives_the_same_bytes():
    data = encode(picture(None))
    cleaned, _ = run(data, faces=RedFaces())
    assert cleaned.data is data
    assert (cleaned.edits, cleaned.fidelity, cleaned.reason) == ((), None, None)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_face_that_survives_the_blur_is_filled(form):
    cleaned, again = run(encode(picture("red"), form), faces=RedFaces())
    assert cleaned.reason is None
    assert {edit.method for edit in cleaned.edits} == {"solid"}
    assert again == ()
    assert cleaned.fidelity is not None
    assert 0.5 < cleaned.fidelity < 1


def test_text_goes_and_cleaning_again_changes_nothing():
    data = encode(picture("blue", (20, 60, 180, 80)))
    cleaned, again = run(data, ocr=BlueText())
    assert cleaned.reason is None
    assert again == ()
    twice, _ = run(cleaned.data, ocr=BlueText())
    assert twice.data == cleaned.data
    assert twice.edits == ()


def test_a_face_that_the_redaction_makes_appear_is_dealt_with_or_held_back():
    grown, again = run(encode(picture("red")), faces=BlackFaces(enough=50))
    assert grown.reason is None
    assert again == ()
    data = encode(picture("red"))
    held, _ = run(data, faces=BlackFaces())
    assert held.reason is Reason.IMAGE_STILL_LEAKS
    assert held.edits == ()
    assert held.data is data


def test_an_image_of_which_too_little_is_left_is_held_back_with_its_own_reason():
    data = encode(picture("blue", (0, 0, 200, 120)))
    some, most = (replace(POLICY, image=ImagePolicy(min_fidelity=least)) for least in (0.1, 0.5))
    assert run(data, ocr=BlueText(), using=some)[0].reason is None
    held, _ = run(data, ocr=BlueText(), using=most)
    assert held.reason is Reason.IMAGE_UNFAITHFUL
    assert held.data is data
    assert held.edits == ()


def test_metadata_alone_cost_no_second_look_at_the_pixels():
    exif = Image.Exif()
    exif[0x010F] = "canary"
    faces, ocr = RedFaces(), BlueText()
    cleaned, again = run(encode(picture(None), "JPEG", exif=exif), faces=faces, ocr=ocr)
    assert b"canary" not in cleaned.data
    assert cleaned.fidelity == 1.0
    assert again == ()
    assert (faces.calls, ocr.calls) == (2, 2)  # the audit before and the audit after, none between


def test_what_the_policy_only_reports_is_no_leak():
    mentions = {**POLICY.mentions, "image.face": Action.REPORT}
    using = Policy("test", mentions, {}, ProxyLevel.PERMISSIVE, (), False, 0.8, ImagePolicy())
    image = picture("red")
    image.paste("blue", (100, 100, 180, 120))
    cleaned, again = run(encode(image), faces=RedFaces(), ocr=BlueText(), using=using)
    assert cleaned.reason is None
    assert {finding.attribute for finding in again} == {"image.face"}


def test_a_finding_that_the_engines_do_not_see_is_painted_too():
    extra = (ImageFinding("image.code", Kind.EXPLICIT, "given", 1.0, Box(5, 5, 30, 30)),)
    cleaned, _ = run(encode(picture(None)), extra=extra)
    assert open_image(cleaned.data, ImageLimits()).rgb[10:25, 10:25].max() == 0


def test_what_only_the_verifier_sees_is_told_apart_and_gone_too():
    class Uncovered(BlueText):
        """Reads the green line once the blue one beside it is gone."""

        def read(self, image):
            green = _areas((image[..., 1] > 100) & (image[..., 0] < 60) & (image[..., 2] < 60))
            if ((image[..., 2] > 150) & (image[..., 0] < 100)).sum() > 2000 or not green:
                return super().read(image)
            b = green[0].box
            place = ((b.x0, b.y0), (b.x1, b.y0), (b.x1, b.y1), (b.x0, b.y1))
            return (OcrLine("paul.meier@example.com", place, 0.9),)

    image = picture("blue", (20, 20, 180, 40))
    image.paste((0, 128, 0), (20, 100, 180, 120))
    cleaned, again = run(encode(image), ocr=Uncovered())
    assert (cleaned.reason, again) == (None, ())
    assert hash_value("paul.meier@example.com", b"k") in {one.value_hash for one in cleaned.late}
    assert hash_value("Anna Berg", b"k") not in {one.value_hash for one in cleaned.late}
