"""Surrogates under a policy that replaces print: do they stand there, is anything else left, does a second
build leave them alone, and do turns quote what can be read?

    python -m evaluation.image_quality DATA [--images N] surrogates
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from evaluation.figures import Figure, share
from evaluation.images.consistency import cleaned, kept_of, rounds_of
from evaluation.images.legible import is_legible, unturned, unturned_quads
from evaluation.images.planted import HELD_OUT, TUNING, PlantedImage, free_photos, plant
from evaluation.images.product import KEY, engines, find_text, policy, remembering_ocr, wanted
from schemas.finding import ImageFinding
from schemas.policy import Policy, TextFill
from transforms.image.audit import audit_image
from transforms.image.clean import clean_image
from transforms.image.open import ImageLimits, OpenedImage, open_image
from transforms.image.shown_surrogates import shown_surrogates
from transforms.text.print_folding import alike, plain
from transforms.text.quoted_values import hidden_values

SIZE: Final = 80
"""Images of a full measurement, half of them of each seed."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of an image. ``held``: it is not emitted; ``printed`` of ``found`` places hold a surrogate;
    ``again``: findings of a second audit; ``legible`` of ``values`` can still be read; ``quotes``: turns that
    quoted a value with a surrogate, as read in the image or not; ``stable``: turns that a second cleaning
    leaves as they are."""

    held: bool
    found: int = 0
    printed: int = 0
    again: int = 0
    values: int = 0
    legible: int = 0
    quotes: tuple[bool, ...] = ()
    stable: tuple[bool, ...] = ()


@cache
def replacing() -> Policy:
    """The measured policy with other text in the place of print."""
    return replace(policy(), image=replace(policy().image, text_fill=TextFill.REPLACE))


def measure(data: Path, size: int = SIZE) -> list[Figure]:
    """The figures of ``size`` images."""
    photos = free_photos(data)
    done = [_replaced(image, seed) for seed in (TUNING, HELD_OUT) for image in plant(seed, size // 2, photos)]
    out = [one for one in done if not one.held]
    unstable = sum(bool(one.again) for one in out)
    quotes = [one for image in out for one in image.quotes]
    stable = [one for image in out for one in image.stable]
    return [
        share("images held back", len(done) - len(out), len(done), "<=", 2),
        share("places of print that hold a surrogate", _sum(out, "printed"), _sum(out, "found"), ">=", 90),
        share("images that a second build would change", unstable, len(out), "<=", 0),
        share("values that can still be read", _sum(out, "legible"), _sum(out, "values"), "<=", 0),
        share("surrogates in turns that stand in the image", sum(quotes), len(quotes), ">=", 95),
        share("turns that a second build leaves alone", sum(stable), len(stable), ">=", 100),
    ]


def _sum(images: Sequence[Replaced], name: str) -> int:
    return sum(getattr(one, name) for one in images)


def _audit(opened: OpenedImage) -> tuple[ImageFinding, ...]:
    found = audit_image(
        opened, engines=engines(), wanted=wanted(), find_text=find_text(), value_key=KEY, replaced=True
    )
    return tuple(one for one in found if replacing().acts_on(one.attribute, one.kind))


def _replaced(image: PlantedImage, seed: int) -> Replaced:
    opened = open_image(image.data, ImageLimits())
    found = _audit(opened)
    made = clean_image(
        image.data,
        opened,
        found,
        policy=replacing(),
        engines=engines(),
        find_text=find_text(),
        value_key=KEY,
    )
    if made.reason is not None:
        return Replaced(held=True)
    reopened = open_image(made.data, ImageLimits())
    lines = remembering_ocr().read(unturned(reopened.rgb, image.shot.quarters))
    values = kept_of(image).values
    read = [
        is_legible(
            value.text.replace("\n", " "),
            unturned_quads(value.quads, image.shot.quarters, image.width, image.height),
            lines,
        )
        for value in values
    ]
    shown = shown_surrogates(found, made.edits)
    print_of = [one for one in shown if one.printed is not None]
    again = _audit(reopened)
    text = alike(plain("".join(line.text for line in lines)))
    quotes, stable = _turns(image, seed, shown, again, text)
    return Replaced(
        False,
        len(print_of),
        sum(bool(one.surrogate) for one in print_of),
        len(again),
        len(values),
        sum(read),
        quotes,
        stable,
    )


def _turns(
    image: PlantedImage,
    seed: int,
    shown: Sequence[ImageFinding],
    again: Sequence[ImageFinding],
    text: str,
) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    chance = random.Random(f"{seed}/{image.name}")
    rounds = [one for one in rounds_of(kept_of(image).values, (), seed, chance) if one.quoted]
    texts = cleaned(rounds, hidden_values(shown, KEY), replacing())
    second = [replace(one, question=_bare(q), answer=a) for one, (q, a) in zip(rounds, texts, strict=True)]
    stable = cleaned(second, hidden_values(again, KEY), replacing())
    surrogates = [
        alike(plain(one.surrogate)) for finding in shown if finding.printed for one in finding.printed.prints
    ]
    quoting = [alike(plain(answer)) for _, answer in texts]
    stands = tuple(
        any(one in text for one in said)
        for answer in quoting
        for said in ([one for one in surrogates if len(one) > 5 and one in answer],)
        if said
    )
    return stands, tuple(a == b for a, b in zip(texts, stable, strict=True))


def _bare(question: str) -> str:
    return question.removeprefix("<image>\n")
