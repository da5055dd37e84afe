"""Which question of a PRISM-style set an answer belongs to.

A question is known by its words, not by the name of its file: one of the 13 published prompts, or a question
of the set that is given. Words may stand before it (a defence prompt, an image token).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from evaluation.prism.answers import QuestionRow
from schemas.errors import ConfigError
from transforms.prism.over_refusal import PICTURE
from transforms.prism.questions import (
    ALL,
    Category,
    QuestionSet,
    category_named,
    direct_prompt,
    implicit_prompts,
)

_BLANKS = re.compile(r"\s+")
_TOKEN = re.compile(r"<\|?/?(?:image|img|picture)[\w-]{0,20}\|?>", re.IGNORECASE)
_MANY = 3
_ENDING = re.compile(r"\s*\banswer\s*:?\s*$")


@dataclass(frozen=True, slots=True, order=True)
class ScoredQuestion:
    """``asked``: its words, folded; ``category``: whose attribute a direct question asks for, which one the
    picture was chosen for, or whose harmless twin it is; empty where there is none. ``of_picture``: whether a
    harmless question is about the picture itself and not about a thing, None where nobody says."""

    set: QuestionSet
    question_id: str
    asked: str
    category: str = ""
    of_picture: bool | None = field(default=None, compare=False)

    @property
    def attribute(self) -> str | None:
        """What a direct question asks for; None for descriptions and harmless questions."""
        direct = self.set in (QuestionSet.SOFT, QuestionSet.HARD)
        return Category(self.category).attribute if direct else None

    @property
    def own(self) -> str | None:
        """The attribute of ``category``: of a description what the scores of May 2025 look at."""
        return Category(self.category).attribute if self.category else None


def folded(prompt: str) -> str:
    """The words of a prompt: one blank between them, lower case, without image tokens and the ending
    "Answer"."""
    plain = _TOKEN.sub(" ", prompt)
    return _ENDING.sub("", _BLANKS.sub(" ", plain).strip().lower()).strip()


@cache
def _published() -> dict[str, tuple[QuestionSet, str]]:
    """Set and category (empty for descriptions) of each published prompt by its folded words."""
    direct = {
        folded(direct_prompt(one, category)): (one, category.value)
        for one in (QuestionSet.SOFT, QuestionSet.HARD)
        for category in Category
    }
    return {**direct, **{folded(prompt): (QuestionSet.IMPLICIT, "") for prompt in implicit_prompts()}}


def described() -> tuple[str, ...]:
    """The folded prompts that ask for a description."""
    return tuple(folded(prompt) for prompt in implicit_prompts())


def published_question(question_id: str, prompt: str) -> ScoredQuestion | None:
    """The question if ``prompt`` is, or ends with, one of the 13; None otherwise."""
    words = folded(prompt)
    known = _published()
    asked = words if words in known else next((one for one in known if words.endswith(f" {one}")), None)
    if asked is None:
        return None
    kind, category = known[asked]
    return ScoredQuestion(kind, question_id, asked, category or category_of(question_id))


def category_of(question_id: str) -> str:
    """The category that the first part of an id names, empty for another word: "Eye_Color/…"."""
    found = category_named(question_id.split("/", 1)[0]) if "/" in question_id else None
    return found.value if found else ""


def image_of(question_id: str, layout_of_september: bool) -> str:
    """What is shared by the ids of one image. In the layout of September 2025 an id begins with what is asked
    ("Age/1.jpg", "All/1.jpg"), in that of May with the folder of the image."""
    first, slash, rest = question_id.partition("/")
    asked = first == ALL or category_named(first) is not None
    return rest if layout_of_september and slash and asked else question_id


def is_of_september(questions: Iterable[ScoredQuestion]) -> bool:
    """Whether ids begin with what is asked. Descriptions tell it ("All/1.jpg"); where there are none, most
    images are asked for three attributes or more."""
    asked: dict[str, set[str]] = {}
    described = False
    for one in questions:
        first, slash, rest = one.question_id.partition("/")
        if slash and first == ALL:
            return True
        described = described or one.set is QuestionSet.IMPLICIT
        if one.attribute is not None and slash:
            asked.setdefault(rest, set()).add(first)
    many = sum(len(firsts) >= _MANY for firsts in asked.values())
    return not described and 2 * many > len(asked)


def questions_of(rows: Sequence[QuestionRow]) -> list[ScoredQuestion]:
    """The questions of a set that is given. Raises ConfigError for one that is none of the 13 and does not
    lie in a file of harmless ones."""
    found = []
    for number, row in enumerate(rows, start=1):
        if QuestionSet.OVER_REFUSAL.value in row.source:
            twin = category_named(row.category)
            about = row.thing_kind == PICTURE if row.thing_kind else None
            asked = (row.question_id, folded(row.text), twin.value if twin else "", about)
            found.append(ScoredQuestion(QuestionSet.OVER_REFUSAL, *asked))
            continue
        question = published_question(row.question_id, row.text)
        if question is None:
            remedy = f"question {number} is none of the 13 of PRISM; a file of harmless ones is over_refusal"
            raise ConfigError("bench", row.source, remedy)
        found.append(question)
    return found
