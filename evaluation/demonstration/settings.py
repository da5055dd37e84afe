"""The sizes of a demonstration, chosen so that three seeds take minutes on two cores."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.errors import ConfigError


@dataclass(frozen=True, slots=True)
class ModelSize:
    """A LLaVA with square images of ``image`` pixels in patches of ``patch``; vision tower and language model
    have ``depth`` layers of ``width`` each."""

    image: int = 224
    patch: int = 32
    width: int = 96
    depth: int = 2
    heads: int = 4


@dataclass(frozen=True, slots=True)
class Schedule:
    """Epochs over the training images, batch size, peak learning rate (AdamW, warm-up, cosine)."""

    epochs: int = 40
    batch: int = 16
    learning_rate: float = 2e-3
    warm_up: int = 20


@dataclass(frozen=True, slots=True)
class DemonstrationSettings:
    """One demonstration.

    ``images`` are drawn; a fifth stays out of training. ``pairs``: planted identities, and as many held-out
    ones. ``references``: identities of its own that each pair is ranked among. ``shown_on``: training images
    per identity on which it is scored. Raises ConfigError on sizes that leave nothing to measure.
    """

    images: int = 240
    pairs: int = 24
    references: int = 31
    shown_on: int = 4
    model: ModelSize = ModelSize()
    schedule: Schedule = Schedule()

    def __post_init__(self) -> None:
        if self.images < 10 * self.pairs:
            raise ConfigError("images", self.images, f"give ten per pair, {10 * self.pairs} or more")
        for name, least in (("pairs", 2), ("references", 10), ("shown_on", 1)):
            if getattr(self, name) < least:
                raise ConfigError(name, getattr(self, name), f"give {least} or more")
