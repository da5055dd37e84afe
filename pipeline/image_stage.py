"""Audits and cleans every distinct image once."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from pipeline.config import Mode
from pipeline.image_cache import ImageResult
from pipeline.image_refs import read_known_image
from pipeline.toolbox import Toolbox
from schemas.errors import RejectRecord, RunFailed
from schemas.reasons import Reason, Stage
from transforms.image.area import share_under
from transforms.image.audit import audit_image
from transforms.image.clean import clean_image
from transforms.image.open import OpenedImage, open_image


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """An image's bytes and what they show."""

    data: bytes
    image: OpenedImage


def decode_image(sha: str, location: str, tools: Toolbox) -> DecodedImage:
    """Reads and decodes one image. Raises RejectRecord for what it holds, RunFailed if it has changed."""
    data = read_known_image(sha, location, tools.plan.limits.image_bytes)
    return DecodedImage(data, open_image(data, tools.image_limits))


def process_image(
    sha: str, location: str, tools: Toolbox, decoded: DecodedImage | None = None
) -> tuple[ImageResult, bytes | None]:
    """The result for one image and its new bytes, None if they stay as they are. Never raises for
    what an image can hold: the result says why it may not be emitted. ``decoded``: the image, where it was
    opened ahead."""
    try:
        return _process(sha, decoded or decode_image(sha, location, tools), tools)
    except RejectRecord as reject:
        return ImageResult(sha, stage=reject.stage.value, reason=reject.reason.value), None
    except (MemoryError, RunFailed):
        raise
    except Exception:  # noqa: BLE001  (an engine's failure on one image holds back that image only)
        return ImageResult(sha, stage=Stage.AUDIT_IMAGE.value, reason=Reason.ENGINE_FAILED.value), None


def _process(sha: str, decoded: DecodedImage, tools: Toolbox) -> tuple[ImageResult, bytes | None]:
    data, opened = decoded.data, decoded.image
    if not tools.wanted_image_attributes:
        return ImageResult(sha), None
    key = tools.plan.key("value")
    findings = audit_image(
        opened,
        engines=tools.image_engines,
        wanted=tools.wanted_image_attributes,
        find_text=tools.find_text,
        value_key=key,
        replaced=tools.plan.policy.replaces_print,
        fill_rgb=tools.plan.policy.image.fill_rgb,
    )
    if tools.plan.mode is Mode.AUDIT:
        return ImageResult(sha, findings), None
    second = tools.second_eyes(sha, findings)
    cleaned = clean_image(
        data,
        opened,
        findings,
        policy=tools.plan.policy,
        engines=tools.image_engines,
        find_text=tools.find_text,
        value_key=key,
        second=second,
    )
    looks = (second.asked, second.leaks) if second is not None else (0, 0)
    if cleaned.reason is not None:
        stage = Stage.VERIFY if cleaned.reason is Reason.IMAGE_STILL_LEAKS else Stage.CLEAN_IMAGE
        held = ImageResult(sha, findings, stage=stage.value, reason=cleaned.reason.value, second_looks=looks)
        return held, None
    if cleaned.data == data:
        return ImageResult(sha, findings), None
    new_sha = sha256(cleaned.data).hexdigest()
    boxes = [edit.box for edit in cleaned.edits if edit.box is not None]
    area = share_under(boxes, opened.size[1], opened.size[0]) if boxes else None
    emitted = ImageResult(
        sha,
        findings,
        cleaned.edits,
        cleaned.fidelity,
        new_sha,
        second_looks=looks,
        area=area,
        late_findings=cleaned.late,
    )
    return emitted, cleaned.data
