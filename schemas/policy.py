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
    """How a box of printed text is made unreadable. Blur and pixelation are refused: they are reversible."""

    SOLID = "solid"


class FaceFill(StrEnum):
    """How a face box is made unrecognisable."""

    SOLID = "solid"
    BLUR = "blur"


@dataclass(frozen=True, slots=True)
class ImagePolicy:
    """Redaction of images. ``box_growth`` is a share of the box's longer side added on each side."""

    text_fill: TextFill = TextFill.SOLID
    face_fill: FaceFill = FaceFill.BLUR
    box_growth: float = 0.1
    fill_rgb: tuple[int, int, int] = (0, 0, 0)


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

    def touches_images(self) -> bool:
        """True if any image attribute is redacted; else images are copied byte for byte."""
        return any(
            name.startswith("image.") and action is not Action.REPORT
            for name, action in self.mentions.items()
        )
