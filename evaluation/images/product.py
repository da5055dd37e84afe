"""The image side as a run uses it, one image at a time, on one thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from typing import Final

from evaluation.text.presets import preset
from schemas.edit import ImageEdit
from schemas.finding import Box, ImageFinding, Quad
from schemas.policy import Policy
from transforms.engines.protocols import EngineInfo, OcrEngine, OcrLine, RgbArray
from transforms.engines.registry import BUNDLED, load_detector, load_ocr, load_parser
from transforms.image.audit import FindText, ImageEngines, audit_image
from transforms.image.clean import CleanedImage, clean_image
from transforms.image.open import ImageLimits, OpenedImage, open_image
from transforms.image.redact import RedactedImage, redact_image
from transforms.image.verify import verify_image
from transforms.text.audit import audit_plain_text, load_text_rules

POLICY_NAME: Final = "standard"
KEY: Final = b"evaluation"
_REMEMBERED: Final = 12


class RememberingOcr:
    """Passes on to an engine and keeps its last answers: measuring reads an image again that the product
    has just read."""

    info: EngineInfo

    def __init__(self, engine: OcrEngine) -> None:
        self._engine = engine
        self._answers: OrderedDict[bytes, tuple[OcrLine, ...]] = OrderedDict()
        self.info = engine.info

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """As the engine."""
        shape = repr(image.shape).encode()
        digest = blake2b(image.tobytes() + shape, digest_size=16).digest()
        if digest not in self._answers:
            self._answers[digest] = self._engine.read(image)
            while len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)
        return self._answers[digest]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one image. ``cleaned.reason`` says why it is held back, None if it is emitted."""

    opened: OpenedImage
    findings: tuple[ImageFinding, ...]
    cleaned: CleanedImage

    @property
    def emitted(self) -> bool:
        """True if the image would be published."""
        return self.cleaned.reason is None


@cache
def policy() -> Policy:
    """The preset whose images are measured, with its text side."""
    return preset(POLICY_NAME, parents=("biometric", "sensitive", "pii", "image"))


@cache
def wanted() -> frozenset[str]:
    """The image attributes that the policy looks for."""
    return frozenset(name for name in policy().mentions if name.startswith("image."))


@cache
def remembering_ocr() -> RememberingOcr:
    """The default OCR engine, with its last answers."""
    engine = load_ocr("rapidocr")
    assert engine is not None, "the engine has a name"
    return RememberingOcr(engine)


@cache
def engines(*, remember: bool = True) -> ImageEngines:
    """The default engines. ``remember``: as ``RememberingOcr``; not for measuring time."""
    ocr = remembering_ocr() if remember else load_ocr("rapidocr")
    return ImageEngines(
        ocr=ocr, faces=load_detector("faces", "centerface"), codes=load_detector("codes", "opencv")
    )


@cache
def find_text() -> FindText:
    """The recogniser for text read from images."""
    rules, parser = load_text_rules(policy()), load_parser(BUNDLED)
    return partial(audit_plain_text, rules=rules, parser=parser)


def audit(opened: OpenedImage, *, remember: bool = True) -> tuple[ImageFinding, ...]:
    """Findings of one image under the policy."""
    return audit_image(
        opened,
        engines=engines(remember=remember),
        wanted=wanted(),
        find_text=find_text(),
        value_key=KEY,
    )


def protect(data: bytes, limits: ImageLimits | None = None, *, remember: bool = True) -> Outcome:
    """Audits, cleans and verifies a file. Raises RejectRecord where the product cannot open it."""
    opened = open_image(data, limits or ImageLimits())
    findings = audit(opened, remember=remember)
    cleaned = clean_image(
        data,
        opened,
        findings,
        policy=policy(),
        engines=engines(remember=remember),
        find_text=find_text(),
        value_key=KEY,
    )
    return Outcome(opened, findings, cleaned)


def first_try(outcome: Outcome, data: bytes) -> RedactedImage:
    """What the policy's own strength made of ``data``, before the verifier asked for more."""
    lines = [line for view in outcome.opened.views for line in remembering_ocr().read(view)]
    return redact_image(data, outcome.opened, outcome.findings, policy(), lines=lines)


def filled(edits: Sequence[ImageEdit]) -> tuple[Box | Quad, ...]:
    """The places that are painted over solidly."""
    return tuple(edit.quad or edit.box for edit in edits if edit.box is not None and edit.method == "solid")


def left_after_first_try(outcome: Outcome, data: bytes) -> tuple[str, ...]:
    """Detectors whose findings made the verifier ask for more; none where the first try passed."""
    verdict = verify_image(
        first_try(outcome, data),
        outcome.opened,
        policy=policy(),
        engines=engines(),
        find_text=find_text(),
        value_key=KEY,
    )
    return tuple(sorted({leak.detector for leak in verdict.leaks}))
