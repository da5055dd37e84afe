"""Redact, look again, and redact more bluntly until nothing is left to find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.edit import ImageEdit
from schemas.finding import Box, ImageFinding
from schemas.policy import Policy
from schemas.reasons import Reason
from transforms.engines.protocols import OcrLine, RgbArray
from transforms.fidelity.image import image_fidelity, sampled_fidelity, sampled_rows
from transforms.image.audit import FindText, ImageEngines
from transforms.image.open import OpenedImage
from transforms.image.redact import redact_image
from transforms.image.regions import PRINT, Bluntness, Region
from transforms.image.second_look import SecondEyes
from transforms.image.verify import verify_image


@dataclass(frozen=True, slots=True)
class CleanedImage:
    """``reason`` is None if the verifier passed the file; else ``data`` must not be emitted.
    ``fidelity``: see ``image_fidelity``; None if nothing was changed. ``regions``: see ``RedactedImage``.
    ``late``: values that the findings given do not hold, and the verifier saw and had taken out."""

    data: bytes
    edits: tuple[ImageEdit, ...]
    fidelity: float | None
    reason: Reason | None
    regions: tuple[Region, ...] = ()
    late: tuple[ImageFinding, ...] = ()


def clean_image(
    data: bytes,
    opened: OpenedImage,
    findings: Sequence[ImageFinding],
    *,
    policy: Policy,
    engines: ImageEngines,
    find_text: FindText,
    value_key: bytes,
    second: SecondEyes | None = None,
) -> CleanedImage:
    """The file without what ``policy`` acts on, such that a new audit of it acts on nothing.

    Each try takes what the one before left, or made appear, as further findings; a finding under which
    something was left is dealt with one step more bluntly, the others as before. After the last step the
    reason is ``IMAGE_STILL_LEAKS`` and the data are the source's; it is ``IMAGE_UNFAITHFUL`` where less of
    the image is left than the policy asks for."""
    acted = tuple(finding for finding in findings if policy.acts_on(finding.attribute, finding.kind))
    if not acted:
        return CleanedImage(data, (), None, None)
    before = sampled_rows(opened.rgb) if opened.is_large else None
    lines: tuple[OcrLine, ...] | None = None
    levels: dict[ImageFinding, Bluntness] = {}
    for _ in Bluntness:
        if lines is None and engines.ocr is not None and any(one.attribute in PRINT for one in acted):
            lines = tuple(line for view in opened.views for line in engines.ocr.read(view))
        redacted = redact_image(
            data, opened, acted, policy, bluntness=levels, lines=lines or (), key=value_key
        )
        verdict = verify_image(
            redacted,
            opened,
            policy=policy,
            engines=engines,
            find_text=find_text,
            value_key=value_key,
            second=second,
        )
        if verdict.passed and verdict.reopened is not None:
            fidelity = _fidelity(before, opened, verdict.reopened, redacted.painted)
            if fidelity < policy.image.min_fidelity:
                return CleanedImage(data, (), fidelity, Reason.IMAGE_UNFAITHFUL)
            known = {"", *(one.value_hash for one in findings)}
            late = tuple(one for one in acted if one.value_hash not in known)
            return CleanedImage(redacted.data, redacted.edits, fidelity, None, redacted.regions, late)
        if verdict.reopened is not None:
            verdict.reopened.let_go()
        levels = raise_levels(levels, acted, verdict.leaks)
        acted = tuple(dict.fromkeys((*acted, *verdict.leaks)))
    return CleanedImage(data, (), None, Reason.IMAGE_STILL_LEAKS)


def _fidelity(
    sample: RgbArray | None, before: OpenedImage, after: OpenedImage, painted: Sequence[Box]
) -> float:
    """``sample``: of the rows of ``before``, whose pixels are not held any more."""
    if sample is None:
        return image_fidelity(before.rgb, after.rgb, painted)
    return sampled_fidelity(sample, sampled_rows(after.rgb), painted, after.size)


def raise_levels(
    levels: Mapping[ImageFinding, Bluntness],
    acted: Sequence[ImageFinding],
    leaks: Sequence[ImageFinding],
) -> dict[ImageFinding, Bluntness]:
    """``levels`` with those of ``acted`` that lie under a leak one step higher, those whose value is read
    right beside them for the whole line; a leak is as blunt as what it lies on, exact where there is none."""
    raised = dict(levels)
    for finding in acted:
        beside = any(_says_the_same_beside(leak, finding) for leak in leaks)
        if beside or any(_overlap(leak, finding) for leak in leaks):
            step = min(levels.get(finding, Bluntness.EXACT) + 1, max(Bluntness))
            raised[finding] = Bluntness(max(step, Bluntness.LINE) if beside else step)
    for leak in leaks:
        under = [raised[finding] for finding in acted if finding in raised and _overlap(leak, finding)]
        raised[leak] = max((raised.get(leak, Bluntness.EXACT), *under))
    return raised


def _says_the_same_beside(leak: ImageFinding, finding: ImageFinding) -> bool:
    """True if the leak is the finding's value, read next to its place: the value stood further that way."""
    one, other = leak.box, finding.box
    if one is None or other is None or not leak.value_hash or leak.value_hash != finding.value_hash:
        return False
    near = min(one.width, one.height, other.width, other.height)
    return min(_shared(one, other)) > -near


def _overlap(leak: ImageFinding, finding: ImageFinding) -> bool:
    """True if at least a quarter of the leak's box lies under the finding's."""
    one, other = leak.box, finding.box
    if one is None or other is None:
        return False
    wide, high = _shared(one, other)
    return wide > 0 and high > 0 and 4 * wide * high >= one.width * one.height


def _shared(one: Box, other: Box) -> tuple[int, int]:
    """Width and height that two boxes have in common; below zero: how far they lie apart."""
    return min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
