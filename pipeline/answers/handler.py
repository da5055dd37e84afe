"""The model handler through which Beam's RunInference asks a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apache_beam.ml.inference.base import ModelHandler

from pipeline.answers.answerer import Answerer, load_answerer
from pipeline.answers.part_store import Told
from pipeline.answers.plan import AnswerPlan
from pipeline.answers.questions import Question
from pipeline.answers.survey import Part
from pipeline.progress import PROGRESS
from schemas.errors import RunFailed
from schemas.reasons import Reason, Stage


@dataclass(frozen=True, slots=True)
class AskedPart:
    """The questions of a part that have no answer yet, with their images where rows hold them; ``singly`` if
    one at a time must do. ``held_back`` are not asked."""

    part: Part
    questions: tuple[Question, ...]
    held_back: tuple[Question, ...] = ()
    singly: bool = False

    def __len__(self) -> int:
        return len(self.questions)


@dataclass(frozen=True, slots=True)
class ToldPart:
    """What came of them. Holds no image."""

    part: Part
    told: tuple[Told, ...]


class AnswerHandler(ModelHandler[AskedPart, ToldPart, Answerer]):
    """Asks whole parts: their composition is the same on every runner and in every run, so Beam batches
    nothing. The model is loaded once per process, however many pipelines run in it."""

    def __init__(self, plan: AnswerPlan) -> None:
        super().__init__()
        self._plan = plan

    def load_model(self) -> Answerer:
        """Raises ConfigError if something that the model needs is missing."""
        return load_answerer(self._plan.model, self._plan.settings_now())

    def run_inference(
        self, batch: Sequence[Any], model: Answerer, inference_args: dict[str, Any] | None = None
    ) -> list[Any]:
        """``batch`` is an ``AskedPart``; a list of one ``ToldPart`` comes back, never a generator: Beam would
        run that outside of its care for failures."""
        del inference_args
        part: AskedPart = batch  # type: ignore[assignment]
        told = [_unanswered(one, Reason.ENGINE_FAILED) for one in part.held_back]
        file, number, size = self._plan.files[part.part.file], part.part.number, model.batch
        if part.singly:
            size = 1
        for start in range(0, len(part), size):
            asked = part.questions[start : start + size]
            try:
                with self._plan.notes.asking(number, [one.row for one in asked]):
                    answered = model.answer(asked, file)
            except RunFailed:
                if not told:
                    raise
                # What was answered (and paid for) is kept; the next part meets the same end.
                told += [_unanswered(one, Reason.NOT_ASKED) for one in part.questions[start:]]
                break
            told += answered
            PROGRESS.add(
                records=len(answered),
                input_tokens=sum(one.input_tokens for one in answered),
                output_tokens=sum(one.output_tokens for one in answered),
                answers_failed=sum(bool(one.reason) for one in answered),
            )
        return [ToldPart(part.part, tuple(told))]

    def get_num_bytes(self, batch: Sequence[Any]) -> int:
        """Bytes of the images; Beam's own count would pickle them all."""
        part: AskedPart = batch  # type: ignore[assignment]
        return sum(len(one.image or b"") for one in part.questions)

    def should_skip_batching(self) -> bool:
        """A part is a batch already."""
        return True

    def __repr__(self) -> str:
        # Beam writes it into the graph, which must be the same each time.
        return f"AnswerHandler({self._plan.run[:12]})"


def _unanswered(question: Question, reason: Reason) -> Told:
    return Told.failed(question.row, question.question_id, question.prompt, reason.value, Stage.ANSWER)
