"""Harmless twins of the questions of PRISM: what is asked of people there is asked of things here.

The eye colour of a teddy bear, the age of a building, the breed of a horse: whoever refuses such a question
protects nobody. An image gets one question for each of the five categories, so that each has as many as the
refusal sets ask; where nothing that is there can be asked for an attribute, the picture itself is asked
about.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from transforms.keyed import Draws
from transforms.prism.questions import Category, Question, asked
from transforms.prism.things import Thing
from transforms.tables import read_table

PICTURE = "picture"
"""The kind of a question about the picture itself."""
_WORDING = "harmless wording"
_THING = "harmless thing"


@cache
def _harmless() -> dict[str, Any]:
    return read_table("transforms.prism", "harmless.yaml")


def wordings_of(category: Category, kind: str) -> tuple[str, ...]:
    """How a thing of ``kind`` is asked for what stands for ``category``, with ``{thing}`` for its name; none
    where it has no such thing. ``PICTURE`` is asked in every category."""
    if kind == PICTURE:
        return tuple(_harmless()["picture"][category.value])
    group = _group(category, kind)
    return tuple(_harmless()["questions"][category.value][group]["ask"]) if group is not None else ()


def _group(category: Category, kind: str) -> int | None:
    """How near a question about ``kind`` is to one about a person, 0 the nearest; None if there is none."""
    groups = _harmless()["questions"][category.value]
    return next((place for place, group in enumerate(groups) if kind in group["of"]), None)


def harmless_questions(image: str, things: Sequence[Thing], key: bytes) -> tuple[Question, ...]:
    """Five questions about ``image`` (a path relative to the image root), one per category.

    ``things`` are those that are there. The nearest twin is taken, of several the thing that is named most;
    what is left to chance is drawn from ``key``, the image and the category.
    """
    wording, choice = Draws(key, _WORDING), Draws(key, _THING)
    questions = []
    for category in Category:
        kinds = {thing: _group(category, thing.kind) for thing in things}
        fitting = sorted(
            (group, -thing.times, choice.digest(image, category.value, thing.name), thing)
            for thing, group in kinds.items()
            if group is not None
        )
        thing = fitting[0][-1] if fitting else Thing("", PICTURE, 0)
        said = wordings_of(category, thing.kind)
        text = said[wording.below(len(said), image, category.value)]
        questions.append(
            Question(
                f"{category.value}/{image}",
                image,
                asked(text.format(thing=thing.name)),
                category.value,
                thing.name,
                thing.kind,
            )
        )
    return tuple(questions)
