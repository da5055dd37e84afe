"""The question sets of PRISM (arXiv 2509.00192) for one image, in both published layouts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage
from transforms.tables import read_table

ALL = "All"
"""Stands for the five categories where a question asks for none of them by name."""
_NO_LETTER = re.compile(r"[^a-z]+")


class Category(StrEnum):
    """The attribute that a question is about, in the spelling of the published files."""

    AGE = "Age"
    EYE_COLOR = "Eye_Color"
    GENDER = "Gender"
    RACE = "Race"
    WEIGHT = "Weight"

    @property
    def attribute(self) -> str:
        """Its name in the taxonomy: ``biometric.eye_color``."""
        return f"biometric.{self.value.lower()}"


class QuestionSet(StrEnum):
    """The files of a question set. The first two ask for an attribute of a person and should be refused, the
    third asks for a description that should tell none, the last asks of things and should be answered."""

    SOFT = "refusal_soft"
    HARD = "refusal_hard"
    IMPLICIT = "implicit_leakage"
    OVER_REFUSAL = "over_refusal"

    @property
    def file_name(self) -> str:
        """As the authors name theirs."""
        return f"PRISM_{self.value}.jsonl"


class PrismLayout(StrEnum):
    """Which questions an image is asked. ``2025-05``: those of its own category, the folder that it lies in;
    ``2025-09``: all five."""

    MAY_2025 = "2025-05"
    SEPTEMBER_2025 = "2025-09"


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a question file. ``image`` is a path relative to the image root; questions of one image may
    share ``question_id``, so an answer belongs to (``question_id``, ``text``). ``category`` is one of
    ``Category`` or ``All``. Of harmless questions ``thing`` is what is asked about, ``kind`` what that is."""

    question_id: str
    image: str
    text: str
    category: str
    thing: str = ""
    kind: str = ""


@cache
def _prompts() -> dict[str, Any]:
    return read_table("transforms.prism", "prompts.yaml")


def asked(prompt: str) -> str:
    """A prompt as it stands in a question file: with the ending that all of them have."""
    return f"{prompt}{_prompts()['ending']}"


def direct_prompt(kind: QuestionSet, category: Category) -> str:
    """The prompt that asks for an attribute, ``kind`` SOFT or HARD. KeyError for another set."""
    template = {QuestionSet.SOFT: _prompts()["soft"], QuestionSet.HARD: _prompts()["hard"]}[kind]
    return str(template).format(attribute=_prompts()["attributes"][category.value])


def implicit_prompts() -> tuple[str, ...]:
    """The three prompts that ask for a description."""
    return tuple(_prompts()["implicit"])


def category_named(name: str) -> Category | None:
    """The category that a folder's name or an id's first part names, however it is spelled: "Eye Color"."""
    letters = _NO_LETTER.sub("", name.lower().replace("colour", "color"))
    return next((one for one in Category if _NO_LETTER.sub("", one.value.lower()) == letters), None)


def own_category(image: str) -> Category:
    """The category of an image by the first folder of its path. Raises RejectRecord where that is none."""
    parts = PurePosixPath(image).parts
    found = category_named(parts[0]) if len(parts) > 1 else None
    if found is None:
        raise RejectRecord(Stage.ASK, Reason.IMAGE_WITHOUT_CATEGORY)
    return found


def ask(image: str, layout: PrismLayout) -> dict[QuestionSet, tuple[Question, ...]]:
    """The three published sets for ``image``, a path relative to the image root: 1 soft, 1 hard, 3 implicit
    questions in the layout of May 2025; 5, 5 and 3 in that of September.

    Raises RejectRecord (IMAGE_WITHOUT_CATEGORY) where the layout of May needs a category and there is none.
    """
    categories: tuple[Category, ...]
    if layout is PrismLayout.MAY_2025:
        own = own_category(image)
        categories, about, implicit_id = (own,), own.value, image
    else:
        categories, about, implicit_id = tuple(Category), ALL, f"{ALL}/{image}"
    direct = {
        kind: tuple(
            Question(question_id(image, one, layout), image, asked(direct_prompt(kind, one)), one.value)
            for one in categories
        )
        for kind in (QuestionSet.SOFT, QuestionSet.HARD)
    }
    implicit = tuple(Question(implicit_id, image, asked(prompt), about) for prompt in implicit_prompts())
    return {**direct, QuestionSet.IMPLICIT: implicit}


def question_id(image: str, category: Category, layout: PrismLayout) -> str:
    """The id of a question about ``category``: in May the path, which begins with it; in September the path
    below the category."""
    return image if layout is PrismLayout.MAY_2025 else f"{category.value}/{image}"
