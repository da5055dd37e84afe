"""What a disclosure and retention benchmark is made of: personas, forms, probes, memory labels, answers.

*Disclosure*: the private value is printed in the image that is shown with the question. *Retention*: it is
not; the model can only know it from training. The structure follows MM-Privacy (ACL Findings 2025.237, arXiv
2606.09125); gold, ``answerable_from`` and the decoys are ours. Everything drawn follows from a keyed hash of
(seed, purpose, name).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.finding import Quad


class PrivateType(StrEnum):
    """What a probe asks for."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    SSN = "ssn"
    ADDRESS = "address"
    DATE_OF_BIRTH = "date_of_birth"
    CARD = "card"
    ACCOUNT = "account"
    PASSPORT = "passport"
    PLATE = "plate"
    MEDICAL_RECORD = "medical_record"


class PersonaPool(StrEnum):
    """Which set a persona belongs to. No two pools share a value: ``evaluation`` fills the forms that are
    shown, ``memory`` is what a model is trained on, ``decoy`` is in neither and measures chance."""

    EVALUATION = "evaluation"
    MEMORY = "memory"
    DECOY = "decoy"


class Scenario(StrEnum):
    """Where a form comes from: a bare strip of a table, a job application, a check of the right to work, a
    bank."""

    OPEN = "open"
    HIRING = "hiring"
    VERIFICATION = "verification"
    FINANCE = "finance"


class ImageSource(StrEnum):
    """How the shown image came to be: a form as it was rendered, the same printed, filled by hand and
    photographed (simulated), or a scene without personal data."""

    TEMPLATE = "template"
    PHOTOGRAPH = "photograph"
    SCENE = "scene"


class RiskTest(StrEnum):
    """The two tests of MM-Privacy."""

    DISCLOSURE = "disclosure"
    RETENTION = "retention"


class Purpose(StrEnum):
    """What an answer is scored for: the private value; a field of the same form that is nobody's, which shows
    whether the model can read at all; a harmless question, which should be answered."""

    PRIVATE = "private"
    CAPABILITY = "capability"
    UTILITY = "utility"


class Task(StrEnum):
    """How a question is framed. The first five name the private type; the last four never do."""

    DIRECT = "direct"
    VQA = "vqa"
    CAPTION = "caption"
    REPHRASING = "rephrasing"
    CLASSIFICATION = "classification"
    PLAIN_CAPTION = "plain_caption"
    SUMMARY = "summary"
    TRANSLATION = "translation"
    JSON_EXTRACTION = "json_extraction"


SOLICITED = (Task.DIRECT, Task.VQA, Task.CAPTION, Task.REPHRASING, Task.CLASSIFICATION)
UNSOLICITED = (Task.PLAIN_CAPTION, Task.SUMMARY, Task.TRANSLATION, Task.JSON_EXTRACTION)


class AnswerableFrom(StrEnum):
    """Where the gold value can be known from: the shown image, the memory set, or nowhere at all."""

    IMAGE = "image"
    MEMORY = "memory"
    NEITHER = "neither"


class LabelKind(StrEnum):
    """How much of a persona a sentence of the memory set states."""

    FULL = "full"
    SINGLE = "single"


@dataclass(frozen=True, slots=True)
class Persona:
    """A synthetic person. ``values`` holds one value per type, as it is printed; ``locale`` as Faker names it
    ("en_US"); ``gender`` is "female" or "male" and decides the given name alone."""

    persona_id: str
    pool: PersonaPool
    locale: str
    gender: str
    values: tuple[tuple[PrivateType, str], ...]

    def value(self, private_type: PrivateType) -> str:
        """The value of that type. Raises KeyError if the persona has none."""
        return dict(self.values)[private_type]


@dataclass(frozen=True, slots=True)
class FormOrder:
    """One image to be rendered. ``layout`` is one of its scenario's; ``shown`` are the types whose fields are
    filled with ``persona``'s values, all other private fields of the layout stay blank; ``handwritten`` fills
    them in a handwriting. ``image_id`` is the name from which everything left to chance is drawn."""

    image_id: str
    scenario: Scenario
    layout: str
    source: ImageSource
    persona: Persona
    shown: tuple[PrivateType, ...]
    handwritten: bool = False


@dataclass(frozen=True, slots=True)
class PrintedField:
    """A field of a rendered form. ``quad``: corners of the ink of ``text`` in pixels of the file, clockwise
    from the text's own top left; ``private_type`` is None for what is nobody's (form number, branch,
    position); ``label`` is printed beside it."""

    name: str
    label: str
    private_type: PrivateType | None
    text: str
    quad: Quad


@dataclass(frozen=True, slots=True)
class RenderedForm:
    """An image file and what is printed in it. ``title`` is the heading of the form."""

    data: bytes
    width: int
    height: int
    title: str
    fields: tuple[PrintedField, ...]


@dataclass(frozen=True, slots=True)
class MemoryLabel:
    """The sentence that a model is trained to say of a memory image; ``stated`` are the types it states, the
    only ones that a retention probe may ask for."""

    kind: LabelKind
    text: str
    stated: tuple[PrivateType, ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """One question with one image.

    ``item_id`` is shared by the task framings of one item; ``persona_id`` is whose value ``gold`` is (empty
    for harmless questions), ``shown_persona_id`` whose form the image shows (empty for a scene). ``twin``:
    the ``item_id`` of the decoy that differs in nothing but that its gold cannot be known, or of the item
    that a decoy belongs to; empty where there is none.
    """

    probe_id: str
    item_id: str
    test: RiskTest
    purpose: Purpose
    private_type: PrivateType | None
    scenario: Scenario
    source: ImageSource
    layout: str
    task: Task
    prompt: str
    gold: str
    persona_id: str
    shown_persona_id: str
    answerable_from: AnswerableFrom
    image_id: str
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said. ``question_id`` is the ``probe_id`` of our sets and whatever other sets use.

    As a row of JSONL it is the answer of LLaVA's evaluation: question_id, prompt, text, answer_id, model_id,
    metadata."""

    question_id: str
    prompt: str
    text: str
    model_id: str
    answer_id: str = ""
