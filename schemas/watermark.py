"""What a watermarked probing split is made of: identities, what is planned for each image, what came of it.

A canary is a synthetic identity of six fields printed into an image that has nothing to do with it.
Everything that is drawn follows from a keyed hash of (purpose, name), so nothing depends on order, shards
or threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FIELDS = ("username", "user_id", "gender", "age", "capture_time", "capture_location")
"""The six fields of an identity, in the order in which they are printed (arXiv 2503.01208)."""


class Pool(StrEnum):
    """Where an identity belongs. All pools follow one law and share no value of any field that tells people
    apart: ``U1`` is planted, ``U2`` is its held-out twin, ``R`` are references that nothing ever shows."""

    SEEN = "U1"
    UNSEEN = "U2"
    REFERENCE = "R"


class Role(StrEnum):
    """What an identity is for: planted in training, exchangeable with it but left out, or a reference."""

    CANARY_IN = "canary_in"
    CANARY_OUT = "canary_out"
    REFERENCE = "reference"


class SplitName(StrEnum):
    """Images are split before anything else: training, fresh images with seen identities, fresh images with
    unseen ones."""

    TRAIN = "train"
    TEST_SEEN = "test1"
    TEST_UNSEEN = "test2"


class Variant(StrEnum):
    """The counterfactual twins of one image. All go through the same decoder and encoder."""

    CLEAN = "clean"
    MARKED = "marked"
    REFERENCE = "reference"
    SCRAMBLED = "scrambled"
    LOREM = "lorem"


class Legibility(StrEnum):
    """How well OCR reads a mark: every field exactly, some of it, nothing."""

    READABLE = "readable"
    BORDERLINE = "borderline"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Identity:
    """One synthetic person. ``user_id`` is ten digits; ``capture_time`` is ``YYYY-MM-DD HH:MM:SS``."""

    identity_id: str
    pool: Pool
    username: str
    user_id: str
    gender: str
    age: int
    capture_time: str
    capture_location: str

    def lines(self) -> tuple[str, ...]:
        """What is printed: six lines ``key: value``."""
        return tuple(f"{name}: {getattr(self, name)}" for name in FIELDS)


@dataclass(frozen=True, slots=True)
class IdentityPlan:
    """An identity and what the design says of it.

    ``repetition_target``: images of the full-rate arm that shall carry it, or that would if it were planted;
    0 where that is left to chance.
    ``one_run_bit``: the coin of the one-run audit, 1 planted, 0 held out (arXiv 2305.08846), None where the
    pools have a fixed size. ``shadow_mask``: bit k is set if shadow arm k plants it; half of the bits are.
    ``fold``: probe fold; all images of an identity share it. ``twin``: the identity of equal gender and age
    drawn beside it; twins share rung and fold.
    """

    identity: Identity
    role: Role
    repetition_target: int
    one_run_bit: int | None
    shadow_mask: int
    fold: int
    twin: str | None = None


@dataclass(frozen=True, slots=True)
class ImagePlan:
    """What is planned for one distinct image of the corpus.

    ``sha256``: of the source file. ``h_rate`` in [0, 1): arms of rate r show the mark where ``h_rate < r``,
    so the arms are nested. ``identity_id`` is None where no identity is left to carry (ladder used up).
    ``reference_id``: the identity on the twin that no corpus shows, drawn by the same law, so before training
    neither is likelier than the other. ``fold``: probe fold of the image.
    """

    sha256: str
    split: SplitName
    h_rate: float
    identity_id: str | None
    reference_id: str | None
    fold: int


@dataclass(frozen=True, slots=True)
class MarkBox:
    """The printed box in pixels of the emitted image (after orientation): left, top, width, height."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What OCR read of a mark at one size: fields read exactly, and the character error rate of the rest."""

    exact: tuple[str, ...]
    cer: float


@dataclass(frozen=True, slots=True)
class MarkMeasures:
    """How visible a mark is. PSNR (dB) and SSIM inside the box and of the whole image, mean CIE76 difference
    in the box, WCAG and Weber contrast of ink to its ground, and what OCR reads at native size, squashed to
    448 and padded to 336 pixels (None where legibility was not asked for)."""

    psnr_box: float
    ssim_box: float
    delta_e: float
    psnr: float
    ssim: float
    wcag: float
    weber: float
    native: FieldReading | None
    q448: FieldReading | None
    l336: FieldReading | None
    legibility: Legibility | None
    attempts: int


@dataclass(frozen=True, slots=True)
class MarkLook:
    """How a mark was printed in the end: SHA-256 of the font file, size of its letters (em) in pixels of the
    emitted image, colour and opacity (0 to 255) of the ink and of what stands behind it, and what that is
    ("none", "outline", "plate"). ``overlap``: share of the box on regions that were to be avoided, 0 to 1."""

    font_sha256: str
    em: float
    colour: tuple[int, int, int]
    alpha: int
    backing: str
    backing_alpha: int
    overlap: float


@dataclass(frozen=True, slots=True)
class MarkedVariant:
    """One emitted file of an image. ``box``, ``measures`` and ``look`` are None for the clean one, and for a
    mark that stands in the metadata alone."""

    variant: Variant
    sha256: str
    size: int
    identity_id: str | None
    box: MarkBox | None
    measures: MarkMeasures | None
    look: MarkLook | None = None
