"""The upright box of tilted print is filled where nothing else stands in its corners."""

from __future__ import annotations

import math

import pytest

from schemas.finding import Box, ImageFinding, Kind, Quad, bounds
from transforms.engines.protocols import OcrLine
from transforms.image.regions import FACE, TEXT, Region
from transforms.image.upright import upright_where_free


def _tilted(
    degrees: float, *, x: float = 100, y: float = 100, width: float = 160, height: float = 20
) -> Quad:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    first, second, third, fourth = (
        (x + cos * along - sin * across, y + sin * along + cos * across)
        for along, across in ((0, 0), (width, 0), (width, height), (0, height))
    )
    return first, second, third, fourth


def _region(quad: Quad, attribute: str = TEXT) -> Region:
    finding = ImageFinding(attribute, Kind.EXPLICIT, "ocr.x", 0.9, bounds(quad), "", quad)
    return Region(finding, "solid", quad, quad, upright=False)


@pytest.mark.parametrize("degrees", [4, -4, 86, 94, 176, -86])
def test_the_whole_upright_box_is_filled_where_nothing_else_stands(degrees: float) -> None:
    quad = _tilted(degrees)
    filled = upright_where_free(_region(quad), [OcrLine("a value", quad, 0.9)])
    assert filled.upright
    assert bounds(filled.quad) == bounds(quad)


@pytest.mark.parametrize("degrees", [4, 86, 176, -86])
def test_the_first_corner_stays_where_the_print_begins(degrees: float) -> None:
    quad = _tilted(degrees)
    first = upright_where_free(_region(quad), ()).quad[0]
    assert math.dist(first, quad[0]) < 15


def test_print_in_a_corner_keeps_the_place_tilted() -> None:
    quad, neighbour = _tilted(6), _tilted(6, x=98, y=122)
    region = _region(quad)
    assert upright_where_free(region, [OcrLine("next line", neighbour, 0.9)]) == region


@pytest.mark.parametrize(("degrees", "attribute"), [(35, TEXT), (4, FACE)])
def test_strong_slants_and_other_findings_stay(degrees: float, attribute: str) -> None:
    region = _region(_tilted(degrees), attribute)
    assert upright_where_free(region, ()) == region


def test_a_box_that_is_upright_stays() -> None:
    quad: Quad = ((0, 0), (50, 0), (50, 10), (0, 10))
    finding = ImageFinding(TEXT, Kind.EXPLICIT, "ocr.x", 0.9, Box(0, 0, 50, 10))
    region = Region(finding, "solid", quad, quad, upright=True)
    assert upright_where_free(region, ()) == region
