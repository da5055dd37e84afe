"""A run of a model over a benchmark, checked and frozen: what workers get."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b, sha256
from pathlib import Path

from pipeline.answers.bench_file import BenchFile
from pipeline.answers.killers import AskingNotes
from pipeline.answers.part_store import PartStore
from pipeline.answers.survey import Part
from pipeline.digests import check_same_code, code_digest, digest_of
from transforms.engines.protocols import EngineInfo
from transforms.engines.vision_language.settings import ModelSettings

_FORM = 1
"""Of the parts that a run keeps; another one cannot go on with them."""
_ID_BYTES = 11


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """``parts`` and ``run`` are known once the benchmark and the model have been looked at. ``run`` is the
    digest of all that decides answers: two runs with the same one may share parts."""

    out: Path
    files: tuple[BenchFile, ...]
    tasks: tuple[str, ...]
    limit: int | None
    model: str
    model_id: str
    settings: ModelSettings
    parts: tuple[Part, ...] = ()
    run: str = ""
    code: str = field(default_factory=code_digest)

    @property
    def store(self) -> PartStore:
        """What has been answered so far."""
        return PartStore(self.parts_folder)

    @property
    def notes(self) -> AskingNotes:
        """What kills processes."""
        return AskingNotes(self.parts_folder)

    @property
    def parts_folder(self) -> Path:
        """Where that lies."""
        return beside(self.out, ".parts")

    @property
    def defence_digest(self) -> str:
        """Of the words before every prompt, and where they stand; empty where there are none."""
        defence = self.settings.defence
        return sha256(f"{defence.role.value}\n{defence.text}".encode()).hexdigest() if defence.text else ""

    def check_code(self) -> None:
        """Raises RunFailed if the code on disk is no longer what made the plan."""
        check_same_code(self.code)

    def load_engines(self) -> tuple[EngineInfo, ...]:
        """Loads the model in this process and says what it is. Raises ConfigError."""
        from pipeline.answers.answerer import load_answerer

        return (load_answerer(self.model, self.settings_now()).info,)

    def settings_now(self) -> ModelSettings:
        """The settings; where there is a limit, with what all answers so far have cost."""
        if self.settings.spend_most is None:
            return self.settings
        return replace(self.settings, spent=self.settings.prices.cost(*self.store.tokens()))

    def digest(self, info: EngineInfo, bench: str) -> str:
        """What ``run`` is for this model and this benchmark."""
        model = [info.name, info.version, info.weights_sha256, info.settings]
        return digest_of([_FORM, model, bench, self.model_id, self.tasks, self.limit, self.defence_digest])

    def answer_id(self, question_id: str, prompt: str) -> str:
        """22 hexadecimal digits, as LLaVA's evaluation has them, that follow from run and question."""
        said = f"{self.run}\x1f{question_id}\x1f{prompt}".encode()
        return blake2b(said, digest_size=_ID_BYTES).hexdigest()


def beside(out: Path, ending: str) -> Path:
    """A path beside the file of answers: ``FILE.quarantine``."""
    return out.with_name(out.name + ending)
