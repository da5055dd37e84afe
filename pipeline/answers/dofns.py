"""The thin Beam shell of answering: reading parts of a benchmark, keeping what was told."""

from __future__ import annotations

from collections.abc import Iterator

import apache_beam as beam
from apache_beam.metrics.metric import Metrics

from pipeline.answers.handler import AskedPart, ToldPart
from pipeline.answers.plan import AnswerPlan
from pipeline.answers.questions import read_questions
from pipeline.answers.survey import asked_in


class ReadParts(beam.DoFn):
    """(first, stop) part numbers of one file -> their questions without an answer, part by part."""

    def __init__(self, plan: AnswerPlan) -> None:
        self._plan = plan

    def process(self, element: tuple[int, int]) -> Iterator[AskedPart]:
        """Reads the file once, from the first part's first row on."""
        plan = self._plan
        parts = plan.parts[element[0] : element[1]]
        rows = read_questions(plan.files[parts[0].file], images=True, first=parts[0].first)
        for part in parts:
            known = plan.store.load(part.number)
            asked = asked_in(part, rows, plan.tasks)
            questions = [one for one in asked if one.row not in known or known[one.row].reason]
            held = plan.notes.held_back(part.number)
            if questions:
                yield AskedPart(
                    part,
                    tuple(one for one in questions if one.row not in held),
                    tuple(one for one in questions if one.row in held),
                    plan.notes.is_asked_singly(part.number),
                )


class KeepTold(beam.DoFn):
    """Outcomes of a part -> how many; what was known of the part stays in it."""

    def __init__(self, plan: AnswerPlan) -> None:
        self._plan = plan

    def process(self, element: ToldPart) -> Iterator[int]:
        """Writes the part."""
        store = self._plan.store
        known = store.load(element.part.number) | {one.row: one for one in element.told}
        store.save(element.part.number, known.values())
        for one in element.told:
            Metrics.counter("answers", one.reason or "answered").inc()
        yield len(element.told)
