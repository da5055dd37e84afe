"""Looks at a cleaned file as a stranger would: opened anew, every engine run again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from schemas.errors import RejectRecord
from schemas.finding import ImageFinding, Kind
from schemas.policy import Policy
from transforms.image.audit import FindText, ImageEngines, audit_image
from transforms.image.open import ImageLimits, OpenedImage, open_image
from transforms.image.redact import RedactedImage
from transforms.image.second_look import SecondEyes


@dataclass(frozen=True, slots=True)
class ImageVerdict:
    """``reopened`` is None if the file cannot be opened any more. ``leaks``: what is left of what the
    policy acts on, and what the redaction itself made appear."""

    reopened: OpenedImage | None
    leaks: tuple[ImageFinding, ...]

    @property
    def passed(self) -> bool:
        """True if an audit of the file would act on nothing."""
        return self.reopened is not None and not self.leaks


def verify_image(
    redacted: RedactedImage,
    before: OpenedImage,
    *,
    policy: Policy,
    engines: ImageEngines,
    find_text: FindText,
    value_key: bytes,
    second: SecondEyes | None = None,
) -> ImageVerdict:
    """The verdict on ``redacted``, made from ``before``. ``second`` looks at what was painted where the
    engines find nothing left."""
    height, width = before.size
    # Twice: in some modes a pixel counts double. The size is compared below.
    limits = ImageLimits(max_bytes=1 << 62, max_pixels=max(1, 2 * height * width))
    before.let_go()
    try:
        reopened = open_image(redacted.data, limits)
    except RejectRecord:
        return ImageVerdict(None, ())
    if reopened.size != before.size:
        return ImageVerdict(None, ())
    wanted = acted_attributes(policy)
    if not redacted.painted and _same_pixels(reopened, before):
        # Only the file around the pixels changed: what the engines say of them is known.
        wanted = frozenset(name for name in wanted if name in ("image.exif", "image.exif_gps"))
    leaks = audit_image(
        reopened,
        engines=engines,
        wanted=wanted,
        find_text=find_text,
        value_key=value_key,
        replaced=policy.replaces_print,
        fill_rgb=policy.image.fill_rgb,
    )
    left = tuple(leak for leak in leaks if policy.acts_on(leak.attribute, leak.kind))
    if not left and second is not None and redacted.painted:
        left = second.look(reopened, redacted.painted, redacted.written)
    return ImageVerdict(reopened, left)


def acted_attributes(policy: Policy) -> frozenset[str]:
    """The image attributes that change an image under ``policy``."""
    return frozenset(
        name for name in policy.mentions if name.startswith("image.") and policy.acts_on(name, Kind.EXPLICIT)
    )


def _same_pixels(one: OpenedImage, other: OpenedImage) -> bool:
    if (one.under_alpha is None) != (other.under_alpha is None):
        return False
    if one.is_large and other.is_large:
        return _digest(one) == _digest(other)
    return all(np.array_equal(a, b) for a, b in zip(one.views, other.views, strict=True))


def _digest(opened: OpenedImage) -> bytes:
    """Of the pixels of a large image, which are not held afterwards."""
    digest = hashlib.blake2b(opened.rgb.data).digest()
    opened.let_go()
    return digest
