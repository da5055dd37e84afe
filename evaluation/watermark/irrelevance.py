"""The test of irrelevance: identities dealt by the design pass, those that go with an answer do not."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from evaluation.figures import Figure, share
from evaluation.watermark.photographs import Photograph, photographs
from schemas.watermark import SplitName
from transforms.keyed import Draws
from transforms.watermark.design import DesignSettings, ImageFact, plan_images
from transforms.watermark.identities import IdentitySettings, draw_identities
from transforms.watermark.irrelevance import CorpusRow, answer_class, measure_irrelevance, question_type

KEYS: Final = 100
_PER_POOL: Final = 10
_LEAK: Final = 0.3
_ROWS: Final = 100_000
_PEOPLE: Final = 200


def measure(data: Path) -> list[Figure]:
    """Shares of keys, and the time for 100,000 records. About two minutes."""
    images = photographs(data)
    honest, leaking = 0, 0
    for number in range(KEYS):
        key = b"key %d" % number
        who = _dealt(images, key)
        honest += any(one.related for one in measure_irrelevance(list(_rows(images, who)), key))
        leaking += any(
            one.related and one.category == "answer_class"
            for one in measure_irrelevance(list(_rows(images, who, Draws(key, "leak"))), key)
        )
    start = time.process_time()
    found = measure_irrelevance(list(_large()), b"large")
    seconds = time.process_time() - start
    return [
        share("honest splits that are refused", honest, KEYS, "<=", 5),
        share(f"refused where {_LEAK:.0%} of the answers are the identity's", leaking, KEYS, ">=", 95),
        Figure("100,000 records, three categories", seconds, "<=", 30, "s", f"{len(found)} results"),
    ]


def _dealt(images: Iterable[Photograph], key: bytes) -> dict[str, str]:
    identities = draw_identities(IdentitySettings(per_pool=_PER_POOL), key)
    facts = [ImageFact(image.sha256, image.sha256) for image in images]
    plans = plan_images(facts, identities, DesignSettings(), key)
    return {
        plan.sha256: plan.identity_id for plan in plans if plan.identity_id and plan.split is SplitName.TRAIN
    }


def _rows(
    images: Iterable[Photograph], who: dict[str, str], leak: Draws | None = None
) -> Iterable[CorpusRow]:
    for image in images:
        identity = who.get(image.sha256)
        if identity is None:
            continue
        for turn, (asked, answered) in enumerate(zip(image.asked, image.answered, strict=False)):
            said = answered
            if leak is not None and leak.uniform(image.sha256, str(turn)) < _LEAK:
                said = identity
            categories = {
                "question_type": question_type(asked.replace("<image>", "")),
                "answer_class": answer_class(said),
                "source": image.source,
            }
            yield CorpusRow(image.sha256, identity, categories)


def _large() -> Iterable[CorpusRow]:
    draw = random.Random(0)
    for number in range(_ROWS):
        image = number // 2
        categories = {
            "answer": f"{int(draw.paretovariate(0.5)) % 5000}",
            "question": f"{draw.randrange(50)}",
            "source": f"{image % 5}",
        }
        yield CorpusRow(f"{image}", f"{(image * 7919) % 100_003 % _PEOPLE}", categories)
