"""Whether every question was answered, once, by every model. A set with a gap is never compared as a whole.

What was to be answered is what the given question set says. Without one it is inferred: an image that any
model was asked about belongs to all of them and to every set that any of them answered, with all its prompts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.prism.answers import AnswerFiles, AnswerRow
from evaluation.prism.questions import (
    ScoredQuestion,
    category_of,
    described,
    folded,
    image_of,
    is_of_september,
    published_question,
)
from transforms.prism.questions import ALL, Category, QuestionSet, direct_prompt

DIRECT = (QuestionSet.SOFT, QuestionSet.HARD)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of one model and set. ``empty`` answers count as answered, too."""

    model: str
    set: QuestionSet
    expected: int
    answered: int
    missing: int
    double: int
    empty: int

    @property
    def complete(self) -> bool:
        """True if each question has exactly one answer that says something."""
        return self.missing == self.double == self.empty == 0


@dataclass(frozen=True, slots=True)
class Joined:
    """Answers beside their questions. ``answers[model][question]`` is the first answer given; ``foreign`` and
    ``unreadable`` count rows per model that belong to no question or cannot be read; ``inferred``: no
    question set was given."""

    answers: Mapping[str, Mapping[ScoredQuestion, str]]
    coverage: tuple[Coverage, ...]
    foreign: Mapping[str, int]
    unreadable: Mapping[str, int]
    inferred: bool
    of_september: bool
    sets: tuple[QuestionSet, ...] = field(default=())

    @property
    def complete(self) -> bool:
        """True if every set of every model is, and no row is left over."""
        return (
            all(one.complete for one in self.coverage)
            and not any(self.foreign.values())
            and not any(self.unreadable.values())
        )

    def is_whole(self, model: str, kind: QuestionSet) -> bool:
        """True if that set of that model may be compared with others."""
        return any(one.complete for one in self.coverage if one.model == model and one.set is kind)

    def image(self, question: ScoredQuestion) -> str:
        """The image that a question is about. Ids of harmless ones begin with their category, whatever the
        layout."""
        by_category = self.of_september or question.set is QuestionSet.OVER_REFUSAL
        return image_of(question.question_id, by_category)


def join(files: AnswerFiles, bench: Sequence[ScoredQuestion] = ()) -> Joined:
    """Gives every answer its question; ``bench`` is empty where no question set is given."""
    by_id: dict[str, list[ScoredQuestion]] = {}
    for question in bench:
        by_id.setdefault(question.question_id, []).append(question)
    answers: dict[str, dict[ScoredQuestion, str]] = {model: {} for model in files.models}
    double: dict[tuple[str, QuestionSet], int] = {}
    foreign = dict.fromkeys(files.models, 0)
    for row in files.rows:
        asked = _given(row, by_id) if bench else _recognised(row)
        if asked is None:
            foreign[row.model] += 1
        elif asked in answers[row.model]:
            double[row.model, asked.set] = double.get((row.model, asked.set), 0) + 1
        else:
            answers[row.model][asked] = row.text
    expected = set(bench) or _inferred(asked for one in answers.values() for asked in one)
    return Joined(
        answers,
        tuple(_coverage(answers, expected, double)),
        foreign,
        dict(files.unreadable),
        not bench,
        is_of_september(expected),
        tuple(kind for kind in QuestionSet if any(one.set is kind for one in expected)),
    )


def _given(row: AnswerRow, by_id: Mapping[str, Sequence[ScoredQuestion]]) -> ScoredQuestion | None:
    words = folded(row.prompt)
    asked = by_id.get(row.question_id, ())
    exact = next((one for one in asked if one.asked == words), None)
    return exact or next((one for one in asked if words.endswith(f" {one.asked}")), None)


def _recognised(row: AnswerRow) -> ScoredQuestion | None:
    if QuestionSet.OVER_REFUSAL.value in row.source and row.prompt:
        twin = category_of(row.question_id)
        return ScoredQuestion(QuestionSet.OVER_REFUSAL, row.question_id, folded(row.prompt), twin)
    return published_question(row.question_id, row.prompt)


def _inferred(answered: Iterable[ScoredQuestion]) -> set[ScoredQuestion]:
    """All questions about the images that were asked about, in the sets that were answered at all."""
    seen = set(answered)
    sets = {one.set for one in seen}
    september = is_of_september(seen)
    published = {one for one in seen if one.set is not QuestionSet.OVER_REFUSAL}
    images = {image_of(one.question_id, september) for one in published}
    expected = {one for one in seen if one.set is QuestionSet.OVER_REFUSAL}
    if QuestionSet.IMPLICIT in sets:
        for image in images:
            question_id = f"{ALL}/{image}" if september else image
            expected |= {
                ScoredQuestion(QuestionSet.IMPLICIT, question_id, asked, category_of(question_id))
                for asked in described()
            }
    direct = {(one.question_id, one.category) for one in published if one.set in DIRECT}
    if september:
        direct = {(f"{one.value}/{image}", one.value) for image in images for one in Category}
    else:
        direct |= {(image, category_of(image)) for image in images if category_of(image)}
    for kind in DIRECT:
        if kind in sets:
            expected |= {
                ScoredQuestion(kind, question_id, folded(direct_prompt(kind, Category(category))), category)
                for question_id, category in direct
            }
    return expected | seen


def _coverage(
    answers: Mapping[str, Mapping[ScoredQuestion, str]],
    expected: Iterable[ScoredQuestion],
    double: Mapping[tuple[str, QuestionSet], int],
) -> Iterable[Coverage]:
    wanted: dict[QuestionSet, set[ScoredQuestion]] = {}
    for one in expected:
        wanted.setdefault(one.set, set()).add(one)
    for model, given in answers.items():
        for kind in QuestionSet:
            if kind in wanted:
                texts = [given[one] for one in wanted[kind] if one in given]
                yield Coverage(
                    model,
                    kind,
                    len(wanted[kind]),
                    len(texts),
                    len(wanted[kind]) - len(texts),
                    double.get((model, kind), 0),
                    sum(not text.strip() for text in texts),
                )
