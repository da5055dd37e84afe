"""Redact, look again, and redact more bluntly until nothing is left to find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.edit import ImageEdit
from schemas.finding import ImageFinding
from schemas.policy import Policy
from schemas.reasons import Reason
from transforms.fidelity.image import image_fidelity
from transforms.image.audit import FindText, ImageEngines
from transforms.image.open import OpenedImage
from transforms.image.redact import TEXT, Bluntness, redact_image
from transforms.image.verify import verify_image


@dataclass(frozen=True, slots=True)
class CleanedImage:
    """``reason`` is None if the verifier passed the file; else ``data`` must not be emitted.
    ``fidelity``: see ``image_fidelity``; None if nothing was changed."""

    data: bytes
    edits: tuple[ImageEdit, ...]
    fidelity: float | None
    reason: Reason | None


def clean_image(
    data: bytes,
    opened: OpenedImage,
    findings: Sequence[ImageFinding],
    *,
    policy: Policy,
    engines: ImageEngines,
    find_text: FindText,
    value_key: bytes,
) -> CleanedImage:
    """The file without what ``policy`` acts on, such that a new audit of it acts on nothing.

    Each try takes what the one before left, or made appear, as further findings, and is blunter about
    what touches them. After the last the reason is ``IMAGE_STILL_LEAKS`` and the data are the source's."""
    acted = tuple(finding for finding in findings if policy.acts_on(finding.attribute, finding.kind))
    if not acted:
        return CleanedImage(data, (), None, None)
    lines = None
    leaks: tuple[ImageFinding, ...] = ()
    for bluntness in Bluntness:
        if bluntness is not Bluntness.EXACT and lines is None and engines.ocr is not None:
            has_text = any(finding.attribute == TEXT for finding in acted)
            lines = (
                tuple(line for view in opened.views for line in engines.ocr.read(view)) if has_text else None
            )
        redacted = redact_image(
            data, opened, acted, policy, bluntness=bluntness, lines=lines or (), leaks=leaks
        )
        verdict = verify_image(
            redacted, opened, policy=policy, engines=engines, find_text=find_text, value_key=value_key
        )
        if verdict.passed and verdict.reopened is not None:
            fidelity = image_fidelity(opened.rgb, verdict.reopened.rgb, redacted.painted)
            return CleanedImage(redacted.data, redacted.edits, fidelity, None)
        leaks = tuple(dict.fromkeys((*leaks, *verdict.leaks)))
        acted = tuple(dict.fromkeys((*acted, *verdict.leaks)))
    return CleanedImage(data, (), None, Reason.IMAGE_STILL_LEAKS)
