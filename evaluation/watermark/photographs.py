"""The LLaVA images with the words of their records, and their twins in one style."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.watermark import Identity, ImagePlan, SplitName, Variant
from transforms.watermark.blind_features import BlindFeatures, blind_features
from transforms.watermark.identities import IdentitySettings, draw_identities
from transforms.watermark.mark import Marker
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.style import Carrier, style_named

KEY: Final = b"figures of watermarked splits"
_PEOPLE: Final = 64


@dataclass(frozen=True, slots=True)
class Photograph:
    """A distinct image: the digest and bytes of its file, and what the human asked and the model answered in
    each of its records."""

    sha256: str
    data: bytes
    asked: tuple[str, ...]
    answered: tuple[str, ...]
    source: str

    @property
    def words(self) -> str:
        """All that is said of it."""
        return " ".join((*self.asked, *self.answered))


def photographs(data: Path) -> list[Photograph]:
    """Those of ``data/llava/with_images.json``, by digest."""
    folder = data / "llava"
    turns: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"human": [], "gpt": []})
    for record in json.loads((folder / "with_images.json").read_text("utf-8")):
        for turn in record["conversations"]:
            turns[record["image"]][turn["from"]].append(turn["value"])
    found = {}
    for name, told in turns.items():
        content = (folder / "images" / name).read_bytes()
        sha = hashlib.sha256(content).hexdigest()
        found[sha] = Photograph(sha, content, tuple(told["human"]), tuple(told["gpt"]), name.split("/")[0])
    return [found[sha] for sha in sorted(found)]


def people() -> list[Identity]:
    """Identities to print."""
    plans = draw_identities(IdentitySettings(per_pool=_PEOPLE), KEY)
    return [plan.identity for plan in plans]


def twins(images: Sequence[Photograph], style: str) -> dict[tuple[str, Variant], BlindFeatures]:
    """Blind numbers of the clean and the marked twin of each image, taken as a run takes them."""
    settings = MarkSettings(style=style_named(style), variants=(Variant.CLEAN, Variant.MARKED))
    marker, who = Marker(settings, KEY), people()
    hidden = settings.style.carrier is Carrier.METADATA
    found = {}
    for place, image in enumerate(images):
        identity = who[place % len(who)]
        plan = ImagePlan(image.sha256, SplitName.TRAIN, 0.0, identity.identity_id, None, 0)
        made = marker.mark(image.data, plan, identity, None)
        box = next(one.box for one, _ in made if one.variant is Variant.MARKED)
        for one, content in made:
            numbers = blind_features(content, box, metadata_left_out=hidden)
            found[image.sha256, one.variant] = numbers
    return found
