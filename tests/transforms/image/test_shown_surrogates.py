"""Surrogates that turns may quote: those that stand in the image."""

from schemas.edit import Action, ImageEdit
from schemas.finding import Box, ImageFinding, Kind
from transforms.image.shown_surrogates import shown_surrogates
from transforms.text.printed_values import printed_value

KEY = b"key"


def finding(box, value="555-123-4567", value_hash="a"):
    printed = printed_value("pii.phone", value, KEY, replaced=True)
    return ImageFinding(
        "image.text_pii", Kind.EXPLICIT, "ocr.test", 1.0, box, value_hash, None, printed, "555"
    )


def edit(box, method):
    return ImageEdit(0, box, "image.text_pii", Action.REDACT, method)


ONE, OTHER = Box(10, 10, 60, 20), Box(10, 30, 60, 40)


def has_surrogate(found):
    return [bool(one.surrogate) and all(p.surrogate for p in one.printed.prints) for one in found]


def test_a_surrogate_that_was_printed_stays():
    assert has_surrogate(shown_surrogates([finding(ONE)], [edit(Box(5, 5, 70, 25), "replace")])) == [True]


def test_one_that_was_painted_over_goes():
    edits = [edit(ONE, "replace"), edit(Box(0, 0, 80, 25), "solid")]
    assert has_surrogate(shown_surrogates([finding(ONE)], edits)) == [False]
    assert has_surrogate(shown_surrogates([finding(ONE)], [])) == [False]


def test_a_value_of_two_lines_is_quoted_only_if_both_stand_there():
    findings = [finding(ONE), finding(OTHER), finding(OTHER, value_hash="b")]
    edits = [edit(ONE, "replace")]
    assert has_surrogate(shown_surrogates(findings, edits)) == [False, False, False]
    both = [*edits, edit(OTHER, "replace")]
    assert has_surrogate(shown_surrogates(findings, both)) == [True, True, True]
