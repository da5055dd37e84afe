"""Paints what the policy acts on and writes the image back in its own format."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from schemas.edit import Action, ImageEdit
from schemas.finding import Box, ImageFinding
from schemas.policy import FaceFill, Policy
from transforms.engines.protocols import OcrLine
from transforms.image.fill import fill_blur, fill_solid
from transforms.image.metadata import strip_metadata
from transforms.image.ocr_text import line_box
from transforms.image.open import OpenedImage
from transforms.image.raster import read_raster, write_raster

FACE: Final = "image.face"
TEXT: Final = "image.text_pii"
_LINE_GAP: Final = 1.0
"""Lines closer than this (in line heights) belong to one block."""


class Bluntness(IntEnum):
    """How much is given up to make a leak go away."""

    EXACT = 0
    """What the policy says: boxes grown by its share, faces as it says."""
    LINE = 1
    """Faces solid, twice the growth, the whole OCR line."""
    BLOCK = 2
    """Faces solid, four times the growth, the whole block of lines."""


@dataclass(frozen=True, slots=True)
class RedactedImage:
    """The file and what was done to it (``image`` of each edit is 0). ``painted``: the boxes, merged."""

    data: bytes
    edits: tuple[ImageEdit, ...]

    @property
    def painted(self) -> tuple[Box, ...]:
        """The boxes whose pixels were replaced."""
        return tuple(edit.box for edit in self.edits if edit.box is not None)


def redact_image(
    data: bytes,
    opened: OpenedImage,
    findings: Sequence[ImageFinding],
    policy: Policy,
    *,
    bluntness: Bluntness = Bluntness.EXACT,
    lines: Sequence[OcrLine] = (),
    leaks: Sequence[ImageFinding] = (),
) -> RedactedImage:
    """Acts on those of ``findings`` that ``policy`` acts on; none: ``data`` itself.

    Metadata alone are taken out without touching a pixel where the format allows it. Pixels outside the
    boxes are handed to the encoder as they were decoded. A picture that was turned by its EXIF orientation
    is written upright, so that boxes mean the same to readers that ignore the tag. ``lines``: the OCR
    lines of the image, for the blunter ways to redact text. ``leaks``: what an earlier try left; where
    given, ``Bluntness.LINE`` is for the findings that touch one, the others stay exact."""
    acted = [finding for finding in findings if policy.acts_on(finding.attribute, finding.kind)]
    if not acted:
        return RedactedImage(data, ())
    height, width = opened.rgb.shape[:2]
    fields = sorted({finding.attribute for finding in acted if finding.box is None})
    edits = [ImageEdit(0, None, name, _action(policy, name), "strip") for name in fields]
    boxes = sorted(
        {
            (_grown(finding, policy, level, lines, width, height), finding.attribute, level)
            for finding in acted
            if finding.box is not None
            for level in (_level(finding, bluntness, leaks),)
        },
        key=lambda item: (item[0].y0, item[0].x0, item[0].y1, item[0].x1, item[1:]),
    )
    if not boxes and bluntness is Bluntness.EXACT:
        stripped = strip_metadata(data, opened.format, opened.orientation)
        if stripped is not None:
            return RedactedImage(stripped, tuple(edits))
    raster = read_raster(data)
    painted = raster.pixels.copy()
    colour = raster.colour(policy.image.fill_rgb)
    # Blur first: a solid box must stay solid where it overlaps a face.
    for box, name, level in sorted(boxes, key=lambda item: not _is_blurred(item[1], item[2], policy)):
        if _is_blurred(name, level, policy):
            fill_blur(painted, box)
            edits.append(ImageEdit(0, box, name, _action(policy, name), "blur"))
        else:
            fill_solid(painted, box, colour)
            edits.append(ImageEdit(0, box, name, _action(policy, name), "solid"))
    if opened.under_alpha is not None and painted.ndim == 3 and raster.mode in ("LA", "RGBA"):
        painted[painted[:, :, -1] == 0] = 0
    return RedactedImage(write_raster(raster, np.ascontiguousarray(painted)), tuple(edits))


def _action(policy: Policy, attribute: str) -> Action:
    return policy.mentions.get(attribute, Action.REDACT)


def _is_blurred(attribute: str, level: Bluntness, policy: Policy) -> bool:
    return attribute == FACE and policy.image.face_fill is FaceFill.BLUR and level is Bluntness.EXACT


def _level(finding: ImageFinding, bluntness: Bluntness, leaks: Sequence[ImageFinding]) -> Bluntness:
    if bluntness is not Bluntness.LINE or not leaks or finding.box is None:
        return bluntness
    boxes = [leak.box for leak in leaks if leak.box is not None]
    return bluntness if any(_touches(finding.box, box, 0.5) for box in boxes) else Bluntness.EXACT


def _grown(
    finding: ImageFinding,
    policy: Policy,
    bluntness: Bluntness,
    lines: Sequence[OcrLine],
    width: int,
    height: int,
) -> Box:
    """The box to paint, inside the image. Faces, codes and plates grow by a share of the longer side,
    text by a share of its height: a long line would else swallow its neighbours."""
    box = finding.box or Box(0, 0, width, height)
    if finding.attribute == TEXT:
        box = _widened(box, lines, bluntness)
        side = min(box.width, box.height)
    else:
        side = max(box.width, box.height)
    by = math.ceil(side * policy.image.box_growth * 2**bluntness)
    return Box(max(0, box.x0 - by), max(0, box.y0 - by), min(width, box.x1 + by), min(height, box.y1 + by))


def _widened(box: Box, lines: Iterable[OcrLine], bluntness: Bluntness) -> Box:
    if bluntness is Bluntness.EXACT:
        return box
    others = [line_box(line) for line in lines]
    around = [other for other in others if _touches(box, other, 0.0)]
    if bluntness is Bluntness.BLOCK:
        grew = True
        while grew:
            more = [
                other
                for other in others
                if other not in around and any(_touches(one, other, _LINE_GAP) for one in around)
            ]
            around.extend(more)
            grew = bool(more)
    for other in around:
        box = Box(min(box.x0, other.x0), min(box.y0, other.y0), max(box.x1, other.x1), max(box.y1, other.y1))
    return box


def _touches(one: Box, other: Box, gap: float) -> bool:
    """True if the boxes overlap, ``one`` grown up and down by ``gap`` times its height."""
    by = gap * one.height
    return (
        one.x0 < other.x1
        and other.x0 < one.x1
        and one.y0 - by < other.y1
        and other.y0 < one.y1 + by
        and (gap > 0 or min(one.y1, other.y1) - max(one.y0, other.y0) > 0.3 * min(one.height, other.height))
    )
