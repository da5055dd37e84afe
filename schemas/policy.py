"""Which attributes lead to which action, at which level: the frozen form that the transforms read.

What users write is a preset name or a YAML file; ``pipeline/policy_file.py`` turns it into this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.edit import Action
from schemas.finding import Kind

STRONG_PROXY = 0.75
"""Score from which a proxy gives the person away nearly as surely as the attribute's own words."""


class ProxyLevel(StrEnum):
    """How far indirect hints count. ``permissive`` acts on no proxy, ``standard`` on those that nearly always
    tell the attribute (a beard, the tone of the skin), ``strict`` on all (a skirt)."""

    PERMISSIVE = "permissive"
    STANDARD = "standard"
    STRICT = "strict"


class TextFill(StrEnum):
    """How printed text is made unreadable: one colour, the ground painted on, or other text of its form.

    What blur, pixelation and noise leave gives the text back to whoever holds a list of candidates (Hill et
    al., PoPETs 2016), though no OCR engine reads it: there is no such way here."""

    SOLID = "solid"
    INPAINT = "inpaint"
    REPLACE = "replace"


class FaceFill(StrEnum):
    """How the box of a face or a plate is made unrecognisable. Strengths are in units of the box."""

    SOLID = "solid"
    BLUR = "blur"
    PIXELATE = "pixelate"


class DrawnFaces(StrEnum):
    """What is done with faces of flat drawings; see ``transforms.image.drawn_faces`` for which are told."""

    REDACT = "redact"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """Redaction of images. ``box_growth`` is added on each side, as a share of the box's longer side, of text
    of its height. ``min_fidelity``: images of which less is left (``image_fidelity``) are held back.
    ``min_caption_match``: so are records whose answer goes with less of the image (``caption_match``)."""

    text_fill: TextFill = TextFill.SOLID
    face_fill: FaceFill = FaceFill.BLUR
    box_growth: float = 0.1
    fill_rgb: tuple[int, int, int] = (0, 0, 0)
    plate_fill: FaceFill = FaceFill.SOLID
    drawn_faces: DrawnFaces = DrawnFaces.REDACT
    min_fidelity: float = 0.0
    min_caption_match: float = 0.0


@dataclass(frozen=True, slots=True)
class Policy:
    """``mentions`` says what is done with a span that tells an attribute, ``questions`` what is done
    with a round that asks for one. An attribute that stands in neither is not looked for."""

    name: str
    mentions: Mapping[str, Action]
    questions: Mapping[str, Action]
    proxy_level: ProxyLevel
    refusals: tuple[str, ...]
    """What stands in for an answer; none: a sentence of the catalogue, by the reason."""
    age_nouns: bool
    """Whether nouns such as child, baby and teenager tell an age."""
    min_text_fidelity: float
    image: ImagePolicy
    pronouns_only: bool = False
    max_refusal_share: float = 1.0
    """The share of a corpus's rounds that may be refusals, in expectation; what is beyond is left out."""

    def acts_on(self, attribute: str, kind: Kind, score: float = 1.0) -> bool:
        """True if a mention of ``attribute`` expressed as ``kind`` changes the record.

        ``score``: of the finding; it tells a strong proxy from a weak one.
        """
        action = self.mentions.get(attribute, Action.REPORT)
        if action is Action.REPORT:
            return False
        if kind is not Kind.PROXY or self.proxy_level is ProxyLevel.STRICT:
            return True
        return self.proxy_level is ProxyLevel.STANDARD and score >= STRONG_PROXY

    @property
    def replaces_print(self) -> bool:
        """True if other text of its form stands where print was redacted."""
        return self.image.text_fill is TextFill.REPLACE

    def touches_images(self) -> bool:
        """True if any image attribute is redacted; else images are copied byte for byte."""
        return any(
            name.startswith("image.") and action is not Action.REPORT
            for name, action in self.mentions.items()
        )
