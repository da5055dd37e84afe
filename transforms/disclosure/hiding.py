"""Hiding chosen facts of a benchmark, in its images and its labels: what a cleaning of known recall would do.

A fact is a value of a person. It is hidden everywhere or nowhere: a model that can still read it once was not
kept from it. Which facts are hidden is nested: what is hidden at half of them is so at all higher shares.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.benchmark import PrintedField, PrivateType
from schemas.edit import Action, Replacement
from schemas.finding import Box, ImageFinding, Kind, Quad, bounds
from schemas.policy import Policy
from transforms.image.open import ImageLimits, open_image
from transforms.image.redact import redact_image
from transforms.keyed import order
from transforms.text.apply_edits import apply_edits
from transforms.text.mask import mask_of

ATTRIBUTES: Final[Mapping[PrivateType, str]] = {
    PrivateType.NAME: "pii.name",
    PrivateType.EMAIL: "pii.email",
    PrivateType.PHONE: "pii.phone",
    PrivateType.SSN: "pii.ssn",
    PrivateType.ADDRESS: "pii.address",
    PrivateType.DATE_OF_BIRTH: "pii.date_of_birth",
    PrivateType.CARD: "pii.card",
    PrivateType.ACCOUNT: "pii.iban",
    PrivateType.PASSPORT: "pii.id_number",
    PrivateType.PLATE: "pii.plate",
    PrivateType.MEDICAL_RECORD: "pii.id_number",
}
"""What the taxonomy calls them."""
COVERED: Final = 0.9
"""Share of a value's place that has to be filled for it to be hidden there."""
_TOLD: Final = 0.5
"""Share of a value's letters and digits that may still stand in a text in which it counts as hidden."""
_PRINT: Final = "image.text_pii"
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """A value of a person."""

    persona_id: str
    private_type: PrivateType


def hiding_ranks(facts: Iterable[Fact], key: bytes) -> dict[Fact, float]:
    """A number in (0, 1) for each fact: it is hidden at every share from that on. Of each type the same share
    is hidden, to within half a fact."""
    by_type: dict[PrivateType, set[str]] = {}
    for fact in facts:
        by_type.setdefault(fact.private_type, set()).add(fact.persona_id)
    return {
        Fact(persona_id, private_type): (place + 0.5) / len(personas)
        for private_type, personas in by_type.items()
        for place, persona_id in enumerate(order(key, personas, f"hide {private_type}"))
    }


def hide_print(
    data: bytes,
    fields: Sequence[PrintedField],
    hidden: Collection[PrivateType],
    policy: Policy,
    limits: ImageLimits,
    key: bytes,
) -> bytes:
    """The image file ``data`` with the values of the ``hidden`` types filled as ``policy`` fills print;
    ``data`` itself where none of them is printed.

    Raises:
        RejectRecord: it cannot be opened.
    """
    places = [field.quad for field in fields if field.private_type in hidden and field.text]
    if not places:
        return data
    opened = open_image(data, limits)
    height, width = opened.size
    findings = [
        ImageFinding(_PRINT, Kind.EXPLICIT, "gold", 1.0, _inside(bounds(quad), width, height), quad=quad)
        for quad in places
    ]
    return redact_image(data, opened, findings, policy, key=key).data


def hide_values(text: str, values: Mapping[PrivateType, str], hidden: Collection[PrivateType]) -> str:
    """``text`` with every mention of the ``hidden`` of a person's ``values`` masked: whole, in any case."""
    taken: list[tuple[int, int, str]] = []
    for private_type in sorted(set(hidden) & values.keys(), key=lambda one: -len(values[one])):
        said = re.escape(values[private_type])
        for found in re.finditer(rf"(?<!\w){said}(?!\w)", text, re.IGNORECASE):
            if all(found.end() <= start or end <= found.start() for start, end, _ in taken):
                taken.append((found.start(), found.end(), ATTRIBUTES[private_type]))
    replacements = [
        Replacement(0, start, end, mask_of(attribute), attribute, Kind.EXPLICIT, Action.MASK, "gold")
        for start, end, attribute in taken
    ]
    return apply_edits((text,), replacements)[0][0]


def is_covered(quad: Quad, boxes: Sequence[Box]) -> bool:
    """True if ``boxes`` fill ``COVERED`` of the place of a printed value."""
    import cv2
    import numpy as np

    around = bounds(quad)
    mask = np.zeros((max(1, around.height), max(1, around.width)), np.uint8)
    corners = np.array([(x - around.x0, y - around.y0) for x, y in quad])
    cv2.fillConvexPoly(mask, np.rint(corners).astype(np.int32), 1)
    whole = int(mask.sum())
    for box in boxes:
        x0, y0 = max(0, box.x0 - around.x0), max(0, box.y0 - around.y0)
        x1, y1 = max(0, box.x1 - around.x0), max(0, box.y1 - around.y0)
        mask[y0:y1, x0:x1] = 0
    return whole - int(mask.sum()) >= COVERED * whole


def is_told(text: str, value: str) -> bool:
    """True if at least half of the letters and digits of ``value`` stand in ``text`` as whole words."""
    left = {word.casefold() for word in _WORD.findall(text)}
    words = [word.casefold() for word in _WORD.findall(value)]
    return sum(len(word) for word in words if word in left) >= _TOLD * sum(map(len, words))


def _inside(box: Box, width: int, height: int) -> Box:
    return Box(
        max(0, min(box.x0, width - 1)),
        max(0, min(box.y0, height - 1)),
        max(1, min(box.x1, width)),
        max(1, min(box.y1, height)),
    )


def blank_image(width: int, height: int) -> bytes:
    """A grey PNG of that size: what stands for an image that was held back."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (width, height), (128, 128, 128)).save(out, "PNG")
    return out.getvalue()
