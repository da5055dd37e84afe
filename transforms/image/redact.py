"""Fills what the policy acts on and writes the image back in its own format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.edit import ImageEdit
from schemas.finding import Box, ImageFinding
from schemas.policy import Policy
from transforms.engines.protocols import OcrLine, RgbArray
from transforms.image.free_space import lengthened
from transforms.image.metadata import strip_metadata
from transforms.image.open import OpenedImage
from transforms.image.paint import action_of, paint
from transforms.image.raster import plain_raster, read_raster, write_raster
from transforms.image.regions import PRINT, Bluntness, Region, quad_of, region_of
from transforms.image.room import staying_lines
from transforms.image.soft_edge import softness
from transforms.image.upright import upright_where_free


@dataclass(frozen=True, slots=True)
class RedactedImage:
    """The file and what was done to it (``image`` of each edit is 0). ``written``: keyed hashes of the values
    that stand in the place of others now. ``regions``: what was filled, as ``paint`` takes it."""

    data: bytes
    edits: tuple[ImageEdit, ...]
    written: frozenset[str] = frozenset()
    regions: tuple[Region, ...] = ()

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
    bluntness: Bluntness | Mapping[ImageFinding, Bluntness] = Bluntness.EXACT,
    lines: Sequence[OcrLine] = (),
    key: bytes = b"",
) -> RedactedImage:
    """Acts on those of ``findings`` that ``policy`` acts on; none: ``data`` itself.

    Metadata alone are taken out without touching a pixel where the format allows it. Pixels outside the
    filled places are handed to the encoder as they were decoded, but for the colour that a lossy coder had
    mixed with hidden pixels (``coded_blocks``). A picture that was turned by its EXIF orientation is written
    upright, so that boxes mean the same to readers that ignore the tag. ``bluntness``: of all findings, or of
    each, exact where none is named. ``lines``: the OCR lines of the image. ``key`` keys hashes of values and
    what is drawn by chance."""
    acted = [finding for finding in findings if policy.acts_on(finding.attribute, finding.kind)]
    if not acted:
        return RedactedImage(data, ())
    fields = sorted({finding.attribute for finding in acted if finding.box is None})
    stripped_fields = [ImageEdit(0, None, name, action_of(policy, name), "strip") for name in fields]
    placed = [finding for finding in acted if finding.box is not None]
    if not placed:
        stripped = strip_metadata(data, opened.format, opened.orientation)
        if stripped is not None:
            return RedactedImage(stripped, tuple(stripped_fields))
    levels = bluntness if isinstance(bluntness, Mapping) else dict.fromkeys(placed, bluntness)
    printed = [quad_of(finding) for finding in placed if finding.attribute in PRINT]
    staying, soft = staying_lines(lines, printed), softness(opened.rgb, printed)
    regions = [
        _lengthened(
            upright_where_free(
                region_of(finding, levels.get(finding, Bluntness.EXACT), policy.image, lines, staying, soft),
                staying,
            ),
            opened.rgb,
        )
        for finding in placed
    ]
    own = opened.take_plain()
    raster = read_raster(data) if own is None else plain_raster(data, own)
    # Pixels of a palette are compared with what they were when they are written.
    painted = raster.pixels if raster.palette is None else raster.pixels.copy()
    edits, written = paint(
        painted, raster, regions, policy, orientation=opened.orientation, lines=lines, key=key
    )
    if opened.under_alpha is not None and painted.ndim == 3 and raster.mode in ("LA", "RGBA"):
        painted[painted[:, :, -1] == 0] = 0
    return RedactedImage(write_raster(raster, painted), (*stripped_fields, *edits), written, tuple(regions))


def _lengthened(region: Region, rgb: RgbArray) -> Region:
    if region.finding.attribute not in PRINT:
        return region
    return replace(region, quad=lengthened(region.quad, rgb))
