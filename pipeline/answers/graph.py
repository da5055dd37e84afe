"""The graph of answering on one page.

    runs of parts ──> ReadParts ──> RunInference(AnswerHandler) ──> KeepTold ──> FILE.parts/

All in one stage: an image that a row holds goes from the file to the model and crosses no shuffle. The parts
are put together by the parent, when every question has an answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import apache_beam as beam
from apache_beam.ml.inference.base import RunInference
from apache_beam.pvalue import PCollection

from pipeline.answers.dofns import KeepTold, ReadParts
from pipeline.answers.handler import AnswerHandler
from pipeline.answers.plan import AnswerPlan


def answer(p: beam.Pipeline, plan: AnswerPlan, parts: Sequence[int]) -> PCollection[int]:
    """Answers what is not answered in these parts; yields how many questions were asked of each."""
    counts: PCollection[int] = (
        p
        | "Parts" >> beam.Create(list(runs_of_parts(plan, parts)))
        | "ReadParts" >> beam.ParDo(ReadParts(plan))
        | "Ask" >> RunInference(AnswerHandler(plan), model_identifier=f"answers-{plan.run[:12]}")
        | "KeepTold" >> beam.ParDo(KeepTold(plan))
    )
    return counts


def runs_of_parts(plan: AnswerPlan, parts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, stop) of parts that follow one another in one file."""
    start = 0
    for at in range(1, len(parts) + 1):
        if (
            at == len(parts)
            or parts[at] != parts[at - 1] + 1
            or plan.parts[parts[at]].file != plan.parts[parts[at - 1]].file
        ):
            yield parts[start], parts[at - 1] + 1
            start = at
