"""The blind gate on photographs: honest splits pass, whatever the key; splits made the old way do not.

The old way (arXiv 2503.01208): marked images are written anew by Pillow's encoder as it stands, the others
are copied. A subtler one leaves no trace in the container: one side is compressed once more.

An honest split is planned by the design for each key; what is printed on an image is the same for all keys,
so that it is marked once. What the ink itself tells is measured beside it: no gate can ask that a mark that
can be read cannot be seen. About eight minutes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evaluation.figures import Figure, share
from evaluation.watermark.photographs import Photograph, people, photographs, twins
from schemas.watermark import Identity, ImagePlan, MarkBox, SplitName, Variant
from transforms.keyed import Draws
from transforms.watermark.blind_features import BlindFeatures, blind_features
from transforms.watermark.blind_gate import INK, BlindRow, GateResult, judge_split, told_apart
from transforms.watermark.design import DesignSettings, ImageFact, plan_images
from transforms.watermark.identities import IdentitySettings, draw_identities

KEYS: Final = 20
STYLES: Final = ("album-2025", "legible")
RATES: Final = (0.25, 0.5, 0.75)
_TEST_SHARE: Final = 0.4
_PER_POOL: Final = 20
_OLD_PX: Final = 10
_OLD_INK: Final = (255, 255, 255, 128)

Twins = Mapping[tuple[str, Variant], BlindFeatures]


def measure(data: Path) -> list[Figure]:
    """Shares of keys, and mean AUCs."""
    images = photographs(data)
    keys = [b"key %d" % number for number in range(KEYS)]
    rows = []
    for style in STYLES:
        made = twins(images, style)
        judged = [judge_split(honest_rows(images, made, key), key) for key in keys]
        passed = sum(not told_apart(results) for results in judged)
        rows.append(share(f"honest splits that pass, {style}", passed, KEYS, ">=", 95))
        rows.append(_covered(f"intervals that cover 0.5, {style}", [one for some in judged for one in some]))
        rows += _of_the_ink(images, made, style, keys)
    old = _old_files(images)
    judged = [judge_split(_old_rows(images, old, key), key) for key in keys]
    refused = [{one.family for one in told_apart(results)} for results in judged]
    rows.append(share("splits made the old way that are refused", sum(map(bool, refused)), KEYS, ">=", 100))
    for family in ("container", "size", "pixels"):
        hits = sum(family in told for told in refused)
        rows.append(share(f"… refused by {family} alone (for information)", hits, KEYS, ">=", 0))
    twice = _compressed_twice(images)
    refused_too = sum(bool(told_apart(judge_split(_old_rows(images, twice, key), key))) for key in keys)
    rows.append(share("one side compressed twice, all written alike, refused", refused_too, KEYS, ">=", 90))
    return rows


def honest_rows(images: Sequence[Photograph], made: Twins, key: bytes) -> list[BlindRow]:
    """The rows of a split as it is planned under ``key``, for each rate and between the splits."""
    identities = draw_identities(IdentitySettings(per_pool=_PER_POOL), key)
    facts = [ImageFact(image.sha256, image.sha256) for image in images]
    plans = plan_images(facts, identities, DesignSettings(test_share=_TEST_SHARE), key)
    words = {image.sha256: image.words for image in images}
    return [
        BlindRow(
            f"{plan.sha256}/{variant.value}",
            plan.sha256,
            _sides(plan, variant),
            made[plan.sha256, variant],
            words[plan.sha256],
            variant is Variant.MARKED,
        )
        for plan in plans
        for variant in (Variant.CLEAN, Variant.MARKED)
    ]


def _sides(plan: ImagePlan, variant: Variant) -> dict[str, bool]:
    marked = variant is Variant.MARKED
    sides = {}
    if plan.split is SplitName.TRAIN:
        sides = {
            f"r{rate * 100:.0f}: marked or clean": marked for rate in RATES if (plan.h_rate < rate) is marked
        }
    elif marked:
        sides["test1 or test2"] = plan.split is SplitName.TEST_SEEN
    if marked:
        sides["train or test"] = plan.split is SplitName.TRAIN
    return sides


def _covered(name: str, results: Iterable[GateResult]) -> Figure:
    told = [one for one in results if one.auc is not None]
    return share(name, sum(one.low <= 0.5 <= one.high for one in told), len(told), ">=", 99)


def _of_the_ink(images: Sequence[Photograph], made: Twins, style: str, keys: Sequence[bytes]) -> list[Figure]:
    """AUC by the ink of a coin's marked images against the clean others, mean over a few keys."""
    found: dict[str, list[float]] = {}
    for key in keys[:5]:
        coin = Draws(key, "coin")
        rows = []
        for image in images:
            side = coin.uniform(image.sha256) < 0.5
            numbers = made[image.sha256, Variant.MARKED if side else Variant.CLEAN]
            rows.append(BlindRow(image.sha256, image.sha256, {"ink": side}, numbers, "", True))
        for one in judge_split(rows, key):
            if one.family == INK and one.auc is not None:
                found.setdefault(one.classifier, []).append(one.auc)
    return [
        Figure(f"AUC of the ink, {style}, {name} (for information)", float(np.mean(values)), "<=", 1, "")
        for name, values in found.items()
    ]


def _old_files(images: Sequence[Photograph]) -> dict[tuple[str, Variant], BlindFeatures]:
    """Both files of each image, made the old way; the gate leaves out the mark as it does in a run."""
    who = people()
    found = {}
    for place, image in enumerate(images):
        content, box = _old_mark(image, who[place % len(who)])
        found[image.sha256, Variant.MARKED] = blind_features(content, box)
        found[image.sha256, Variant.CLEAN] = blind_features(image.data, box)
    return found


def _old_mark(image: Photograph, identity: Identity) -> tuple[bytes, MarkBox]:
    canvas = Image.open(io.BytesIO(image.data)).convert("RGBA")
    layer = Image.new("RGBA", canvas.size)
    drawing, text = ImageDraw.Draw(layer), "\n".join(identity.lines())
    font = ImageFont.load_default(_OLD_PX)
    left, top, right, bottom = (round(edge) for edge in drawing.multiline_textbbox((0, 0), text, font))
    width, height = right - left, bottom - top
    draws = Draws(image.sha256.encode(), "old place")
    x = draws.below(max(1, canvas.width - width), "x")
    y = draws.below(max(1, canvas.height - height), "y")
    drawing.multiline_text((x, y), text, _OLD_INK, font)
    out = io.BytesIO()
    Image.alpha_composite(canvas, layer).convert("RGB").save(out, "JPEG")
    # The text stands a little below its place.
    return out.getvalue(), MarkBox(x, y, right, bottom)


def _compressed_twice(images: Sequence[Photograph]) -> Twins:
    """No mark at all: one side went through quality 75 before all were written at 90."""
    found = {}
    for image in images:
        once = Image.open(io.BytesIO(image.data)).convert("RGB")
        found[image.sha256, Variant.CLEAN] = blind_features(_jpeg(once, 90))
        again = Image.open(io.BytesIO(_jpeg(once, 75)))
        found[image.sha256, Variant.MARKED] = blind_features(_jpeg(again, 90))
    return found


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _old_rows(images: Sequence[Photograph], old: Twins, key: bytes) -> list[BlindRow]:
    coin = Draws(key, "coin")
    rows = []
    for image in images:
        side = coin.uniform(image.sha256) < 0.5
        numbers = old[image.sha256, Variant.MARKED if side else Variant.CLEAN]
        rows.append(BlindRow(image.sha256, image.sha256, {"r50": side}, numbers, image.words, side))
    return rows
