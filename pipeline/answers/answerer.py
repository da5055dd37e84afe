"""Who answers: a vision-language model, or a baseline that is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from pipeline.answers.bench_file import BenchFile
from pipeline.answers.config import BASELINE
from pipeline.answers.part_store import Told
from pipeline.answers.questions import Question, image_of
from schemas.benchmark_columns import PROMPT
from schemas.errors import RejectRecord
from schemas.reasons import Stage
from transforms.disclosure.respondents import respondent
from transforms.engines.protocols import EngineInfo, Reply, VisionLanguageModel
from transforms.engines.vision_language.load import check_model, load_vision_language
from transforms.engines.vision_language.settings import ModelSettings

_IMAGE_TOKEN = "<image>"
_BASELINES = "1"
"""Counts changes of what baselines say: parts of a run of others are not gone on with."""


class Answerer(Protocol):
    """Puts questions to whoever answers them."""

    info: EngineInfo
    batch: int

    def answer(self, questions: Sequence[Question], file: BenchFile) -> list[Told]:
        """One outcome per question of ``file``, in order. RunFailed if no further one can be had."""
        ...


class ModelAnswerer:
    """Shows a model the image and says the prompt, and nothing else of what the benchmark knows."""

    def __init__(self, model: VisionLanguageModel) -> None:
        self._model = model
        self.info = model.info
        self.batch = model.batch

    def answer(self, questions: Sequence[Question], file: BenchFile) -> list[Told]:
        """What cannot be asked, for want of an image, is told with its reason."""
        told: dict[int, Told] = {}
        asked: list[Question] = []
        images: list[bytes] = []
        for question in questions:
            try:
                images.append(image_of(question, file))
                asked.append(question)
            except RejectRecord as reject:
                told[question.row] = _failed(question, reject)
        replies = self._model.answer(images, [spoken(one.prompt) for one in asked]) if asked else []
        for question, reply in zip(asked, replies, strict=True):
            told[question.row] = _told(question, reply)
        return [told[question.row] for question in questions]


def spoken(prompt: str) -> str:
    """``prompt`` without the place of the image, which chat templates put there themselves."""
    return prompt.replace(_IMAGE_TOKEN, "").strip() if _IMAGE_TOKEN in prompt else prompt


def _failed(question: Question, reject: RejectRecord) -> Told:
    return Told.failed(question.row, question.question_id, question.prompt, reject.reason.value, reject.stage)


def _told(question: Question, reply: Reply) -> Told:
    return Told(
        question.row,
        question.question_id,
        question.prompt,
        _writable(reply.text),
        reply.input_tokens,
        reply.output_tokens,
        reply.cut,
        Stage.ANSWER.value if reply.reason else "",
        reply.reason.value if reply.reason else "",
    )


def _writable(text: str) -> str:
    """Without lone surrogates, which a JSON answer may hold and no file can."""
    return text.encode("utf-8", "replace").decode("utf-8")


class BaselineAnswerer:
    """A respondent that is no model, and knows what the rows of the benchmark say of themselves."""

    batch = 16

    def __init__(self, name: str) -> None:
        self._respondent = respondent(name)
        self.info = EngineInfo("vision_language", f"{BASELINE}:{name}", _BASELINES, "", "")

    def answer(self, questions: Sequence[Question], file: BenchFile) -> list[Told]:
        """What cannot be asked, for want of an image that can be opened, is told with its reason."""
        return [self._told(question, file) for question in questions]

    def _told(self, question: Question, file: BenchFile) -> Told:
        try:
            text = self._respondent({**question.about, PROMPT: question.prompt}, image_of(question, file))
        except RejectRecord as reject:
            return _failed(question, reject)
        return Told(question.row, question.question_id, question.prompt, _writable(text))


def check_answerer(name: str) -> None:
    """Raises ConfigError if there is nobody of that name. Loads nothing."""
    kind, _, baseline = name.partition(":")
    if kind == BASELINE:
        respondent(baseline)
    else:
        check_model(name)


def load_answerer(name: str, settings: ModelSettings) -> Answerer:
    """The model or baseline of that name, a model loaded once per process. Raises ConfigError."""
    kind, _, baseline = name.partition(":")
    if kind == BASELINE:
        return BaselineAnswerer(baseline)
    return ModelAnswerer(load_vision_language(name, settings))
