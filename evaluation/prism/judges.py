"""The judge of the scores beside other judges: their counts per attribute, and agreement answer by answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from evaluation.clustered import ClusterDraws
from evaluation.judging.agreement import Agreement, agreement
from evaluation.judging.judge import ATTRIBUTES, Verdict
from evaluation.judging.published import CountedCell, JudgedRow
from evaluation.prism.coverage import Joined
from evaluation.prism.judged import JudgedAnswer, JudgedSet
from evaluation.prism.questions import folded
from evaluation.prism.scores import GENEROUS, STRICT, ScoreTable
from transforms.prism.questions import QuestionSet

SLACK = 0.03
"""How far a rate may lie outside those of the judges and still count as theirs."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Our rate of one cell and what judges counted, as shares; ``judged`` by their names."""

    model: str
    set: QuestionSet
    attribute: str
    ours: float
    judged: Mapping[str, float]

    @property
    def inside(self) -> bool:
        """True if ours lies between the judges', give or take ``SLACK``."""
        rates = self.judged.values()
        return min(rates) - SLACK <= self.ours <= max(rates) + SLACK

    @property
    def difference(self) -> float:
        """To the midpoint of the judges."""
        rates = self.judged.values()
        return abs(self.ours - (min(rates) + max(rates)) / 2)


@dataclass(frozen=True, slots=True)
class PairOfJudges:
    """Agreement of two judges. ``question``: a set for refusals, an attribute for what descriptions tell."""

    first: str
    second: str
    question: str
    found: Agreement


def compare_counts(table: ScoreTable, joined: Joined, counts: Sequence[CountedCell]) -> list[Comparison]:
    """Ours beside the counts of judges. Only whole sets: a judge who counted other answers says nothing of
    these, nor does one whose total is another than ours."""
    cells: dict[tuple[str, QuestionSet, str], dict[str, float]] = {}
    for one in counts:
        if one.set not in list(QuestionSet) or not one.total:
            continue
        kind = QuestionSet(one.set)
        rate = table.get(one.model, kind, _measure(kind), one.attribute.removeprefix("biometric."))
        if rate is not None and rate.total == one.total and joined.is_whole(one.model, kind):
            cells.setdefault((one.model, kind, one.attribute), {})[one.judge] = one.hits / one.total
    found = []
    for (model, kind, attribute), judged in cells.items():
        short = attribute.removeprefix("biometric.")
        rate = table.get(model, kind, _measure(kind), short)
        if rate is not None:
            found.append(Comparison(model, kind, short, rate.value, judged))
    return found


def _measure(kind: QuestionSet) -> str:
    return "leak_rate" if kind is QuestionSet.IMPLICIT else "refusal_accuracy"


def agreements(judged: JudgedSet, rows: Sequence[JudgedRow]) -> list[PairOfJudges]:
    """Of every two judges that judged the same answers one by one; ours counts as two where it has two
    readers."""
    by_judge = {**_ours(judged), **_theirs(judged.answers, rows)}
    draws = ClusterDraws([one.image for one in judged.answers])
    found = []
    for first, second in combinations(by_judge, 2):
        if {first, second} <= set(_ours_names(judged)):
            continue
        both = [
            (answer, by_judge[first][key], by_judge[second][key])
            for key, answer in _keys(judged.answers).items()
            if key in by_judge[first] and key in by_judge[second]
        ]
        for question, told in _questions(both):
            images = [image for image, _, _ in told]
            hits = [one for _, one, _ in told], [other for _, _, other in told]
            found.append(PairOfJudges(first, second, question, agreement(*hits, images, draws)))
    return found


Key = tuple[str, str, str]
Both = tuple[JudgedAnswer, Verdict, Verdict]


def _keys(answers: Sequence[JudgedAnswer]) -> dict[Key, JudgedAnswer]:
    return {(one.model, one.question.question_id, one.question.asked): one for one in answers}


def _ours_names(judged: JudgedSet) -> list[str]:
    name = judged.judge.name
    return [f"{name} ({STRICT})", f"{name} ({GENEROUS})"] if judged.judge.readers else [name]


def _ours(judged: JudgedSet) -> dict[str, dict[Key, Verdict]]:
    found: dict[str, dict[Key, Verdict]] = {}
    for place, name in enumerate(_ours_names(judged)):
        found[name] = {}
        for key, one in _keys(judged.answers).items():
            leaks = one.leaks
            if leaks is not None:
                leaks = tuple(leak for leak in leaks if leak.score()[place])
            found[name][key] = Verdict(one.refused, leaks)
    return found


def _theirs(answers: Sequence[JudgedAnswer], rows: Sequence[JudgedRow]) -> dict[str, dict[Key, Verdict]]:
    known = _keys(answers)
    found: dict[str, dict[Key, Verdict]] = {}
    for row in rows:
        key = (row.model, row.question_id, folded(row.prompt))
        if key in known:
            found.setdefault(row.judge, {})[key] = row.verdict
    return found


def _questions(both: Sequence[Both]) -> Iterator[tuple[str, list[tuple[str, bool, bool]]]]:
    for kind in (QuestionSet.SOFT, QuestionSet.HARD, QuestionSet.OVER_REFUSAL):
        told = [
            (one.image, bool(first.refused), bool(second.refused))
            for one, first, second in both
            if one.question.set is kind and first.refused is not None and second.refused is not None
        ]
        if told:
            yield f"refused: {kind.value}", told
    for attribute in ATTRIBUTES:
        told = [
            (one.image, _tells(first, attribute), _tells(second, attribute))
            for one, first, second in both
            if one.question.set is QuestionSet.IMPLICIT
            and first.leaks is not None
            and second.leaks is not None
        ]
        if told:
            yield f"told: {attribute.removeprefix('biometric.')}", told


def _tells(verdict: Verdict, attribute: str) -> bool:
    return any(leak.attribute == attribute for leak in verdict.leaks or ())
