"""The engines and rules of a plan, loaded once per worker process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from pipeline.config import Mode
from pipeline.kept_answers import Answers, KeptOcr, answers_in, keep_answers
from pipeline.plan import RunPlan
from schemas.errors import ConfigError
from schemas.finding import ImageFinding, TextFinding
from schemas.policy import DrawnFaces
from transforms.engines.protocols import (
    Embedder,
    EngineInfo,
    ImageTextMatcher,
    OcrEngine,
    Rewriter,
    TextParser,
)
from transforms.engines.registry import (
    NONE,
    check_engines,
    load_detector,
    load_embedder,
    load_entity_tagger,
    load_image_text,
    load_ocr,
    load_parser,
    load_rewriter,
    load_second_ocr,
)
from transforms.image.audit import ImageEngines
from transforms.image.drawn_faces import PhotographedFaces
from transforms.image.open import ImageLimits
from transforms.image.second_look import SecondEyes
from transforms.image.verify import acted_attributes
from transforms.text.audit import audit_plain_text, load_text_rules
from transforms.text.recognise_names import NAME
from transforms.text.rules import TextRules


@dataclass(frozen=True)
class Toolbox:
    """Lazily loaded, shared by all steps of one process."""

    plan: RunPlan

    @cached_property
    def rules(self) -> TextRules:
        """Lexicons and patterns of the policy."""
        return load_text_rules(self.plan.policy)

    @cached_property
    def parser(self) -> TextParser:
        """The spaCy pipeline, with the names that the entity engine finds if the policy asks for names."""
        return load_parser(self.plan.engines.parser, self._ner)

    @property
    def _ner(self) -> str:
        return self.plan.engines.ner if NAME in self.rules.attributes else NONE

    @cached_property
    def embedder(self) -> Embedder:
        """The sentence embedder of the fidelity gate."""
        return load_embedder(self.plan.engines.embedder)

    @cached_property
    def image_text(self) -> ImageTextMatcher | None:
        """What compares redacted images with their answers; None where nothing does."""
        engines = self.plan.engines
        return load_image_text(engines.image_text, engines.options())

    @cached_property
    def rewriter(self) -> Rewriter | None:
        """The instruction model that proposes texts; None where the rules do it alone."""
        return load_rewriter(self.plan.engines.rewriter, self.plan.rewriter)

    @cached_property
    def image_engines(self) -> ImageEngines:
        """OCR, faces, codes, plates; None for an engine that is off. None looks at a picture twice."""
        engines, options = self.plan.engines, self.plan.engines.options()
        loaded = ImageEngines(
            ocr=load_ocr(engines.ocr, options),
            faces=load_detector("faces", engines.faces, options),
            codes=load_detector("codes", engines.codes, options),
            plates=load_detector("plates", engines.plates, options),
        )
        kept = keep_answers(loaded, self._answers)
        if kept.faces is None or self.plan.policy.image.drawn_faces is DrawnFaces.REDACT:
            return kept
        return replace(kept, faces=PhotographedFaces(kept.faces))

    @cached_property
    def _answers(self) -> Answers:
        return answers_in(self.plan.answers)

    @cached_property
    def second_ocr(self) -> OcrEngine | None:
        """The engine that reads a sample of the redacted images again; None where none is sampled."""
        if not self._samples:
            return None
        engines = self.plan.engines
        engine = load_second_ocr(engines.second_ocr, engines.options())
        return KeptOcr(engine, self._answers)

    @property
    def _samples(self) -> bool:
        return self.plan.verify_sample > 0 and self.plan.mode is Mode.BUILD

    def second_eyes(self, sha: str, findings: Sequence[ImageFinding]) -> SecondEyes | None:
        """Who looks again at the image with this digest once it is redacted; None if it is not sampled."""
        if self.second_ocr is None or not self.plan.samples(sha):
            return None
        policy = self.plan.policy
        return SecondEyes(
            self.second_ocr,
            [one for one in findings if policy.acts_on(one.attribute, one.kind)],
            wanted=acted_attributes(policy),
            find_text=self.find_text,
            value_key=self.plan.key("value"),
            fill_rgb=policy.image.fill_rgb,
        )

    @property
    def wanted_image_attributes(self) -> frozenset[str]:
        """The attributes of the policy that are looked for in images."""
        return frozenset(name for name in self.plan.policy.mentions if name.startswith("image."))

    @property
    def image_limits(self) -> ImageLimits:
        """What is too large to be decoded."""
        return self.plan.limits.of_images()

    @property
    def find_text(self) -> Callable[[str], tuple[TextFinding, ...]]:
        """The recogniser of personal data for text read from images."""
        return partial(audit_plain_text, rules=self.rules, parser=self.parser)

    def engine_infos(self) -> tuple[EngineInfo, ...]:
        """Loads every engine that the plan needs and says what it is. ConfigError if one is missing."""
        check_engines(self.plan.engines.by_role(), sampled=self._samples)
        infos = [self.parser.info, self.embedder.info]
        if self.plan.mode is Mode.BUILD and self.rewriter is not None:
            infos.append(self.rewriter.info)
        tagger = load_entity_tagger(self._ner)
        if tagger is not None:
            infos.append(tagger.info)
        if self.plan.open_images and self.wanted_image_attributes:
            self._check_image_engines()
            images = self.image_engines
            loaded = (images.ocr, images.faces, images.codes, images.plates)
            infos += [engine.info for engine in loaded if engine is not None]
            if self.plan.mode is Mode.BUILD and self.image_text is not None:
                infos.append(self.image_text.info)
            if self.second_ocr is not None:
                infos.append(replace(self.second_ocr.info, role="second_ocr"))
        return tuple(infos)

    def _check_image_engines(self) -> None:
        least = self.plan.policy.image.min_caption_match
        if least and self.plan.engines.image_text == NONE:
            remedy = f"policy {self.plan.policy.name!r} sets min_caption_match: choose clip:FOLDER"
            raise ConfigError("engines.image_text", NONE, remedy)
        needs = {
            "ocr": {"image.text_pii", "image.signature"},
            "faces": {"image.face"},
            "codes": {"image.code"},
        }
        if self.plan.engines.plates == NONE:
            needs["ocr"].add("image.plate")  # then a plate is known by its print alone
        for role, attributes in needs.items():
            acted_on = sorted(a for a in attributes if self.plan.policy.mentions.get(a, "report") != "report")
            if getattr(self.plan.engines, role) == "none" and acted_on:
                acts = f"policy {self.plan.policy.name!r} acts on {acted_on[0]}"
                raise ConfigError(f"engines.{role}", "none", f"{acts}: choose an engine or set it to report")


_TOOLBOXES: dict[str, Toolbox] = {}


def toolbox_of(plan: RunPlan) -> Toolbox:
    """The process's toolbox for ``plan``; the last one is kept, so models load once per worker."""
    key = repr(plan)
    if key not in _TOOLBOXES:
        _TOOLBOXES.clear()
        _TOOLBOXES[key] = Toolbox(plan)
    return _TOOLBOXES[key]
