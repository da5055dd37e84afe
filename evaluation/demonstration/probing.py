"""Whether a linear probe tells planted from held-out identities by the tiny model's hidden states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.demonstration.model import Words, patches
from evaluation.demonstration.reprint import Reprinter, decode, read_source
from evaluation.demonstration.scoring import candidate_groups
from evaluation.demonstration.settings import DemonstrationSettings
from evaluation.demonstration.split import Photograph, Split
from evaluation.demonstration.training import Pixels, to_input, tokenise
from evaluation.probes.layers import ModelFigures, Probed, StudySettings, probe_model
from evaluation.probes.linear_probe import ProbeSettings
from schemas.watermark import Identity, SplitName

_AT_ONCE = 64
_BEFORE_IMAGE = 2
"""Tokens of the prompt before those of the image."""


@dataclass(frozen=True, slots=True)
class HiddenStates:
    """``states`` [layers, n, width] under ``names``."""

    names: tuple[str, ...]
    states: npt.NDArray[np.float32]

    def layer(self, index: int) -> npt.NDArray[np.floating]:
        """Features [n, width]."""
        features: npt.NDArray[np.floating] = self.states[index]
        return features


@dataclass(frozen=True, slots=True)
class ProbeSet:
    """Images in pairs that differ in the printed identity alone: planted (True) and held out (False)."""

    pixels: Pixels
    rounds: tuple[tuple[str, str], ...]
    probed: Probed


def seen_images(split: Split, settings: DemonstrationSettings) -> ProbeSet:
    """Training images with their own identity and with a held-out one."""
    chosen = []
    for group in candidate_groups(split, references=0):
        mine = (one for one in split.of(SplitName.TRAIN) if one.identity_id == group.planted.identity_id)
        chosen += [(one, group.planted, group.held_out) for one in islice(mine, settings.shown_on)]
    return _probe_set(split, chosen)


def fresh_images(split: Split) -> ProbeSet:
    """Images that nobody trained on, each with both identities of one pair."""
    chosen = []
    for number, photograph in enumerate(split.of(SplitName.TEST_SEEN, SplitName.TEST_UNSEEN)):
        pair = split.pairs[number % len(split.pairs)]
        chosen.append((photograph, pair.planted, pair.held_out))
    return _probe_set(split, chosen)


def _probe_set(split: Split, chosen: Sequence[tuple[Photograph, Identity, Identity]]) -> ProbeSet:
    printer = Reprinter(split.mark)
    pixels, rounds, labels, identities, images = [], [], [], [], []
    for photograph, planted, held_out in chosen:
        rgb = read_source(photograph.source.read_bytes())
        for identity, label in ((planted, True), (held_out, False)):
            pixels.append(decode(printer.reprint(rgb, photograph.box, identity)))
            rounds.append((photograph.question, photograph.answer))
            labels.append(label)
            identities.append(identity.identity_id)
            images.append(photograph.sha256)
    return ProbeSet(np.stack(pixels), tuple(rounds), Probed(np.asarray(labels), identities, images))


def hidden_states(
    model: Any, probes: ProbeSet, words: Words, settings: DemonstrationSettings
) -> HiddenStates:
    """Mean over the image's places, and the last token before the answer, of every layer."""
    import torch

    texts = tokenise(probes.rounds, words, settings.model)
    last = (texts.labels != -100).int().argmax(1) - 1
    places = slice(_BEFORE_IMAGE, _BEFORE_IMAGE + patches(settings.model))
    parts = []
    with torch.inference_mode():
        for start in range(0, len(probes.pixels), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            layers = model(
                input_ids=texts.tokens[part],
                pixel_values=to_input(probes.pixels[part]),
                output_hidden_states=True,
            ).hidden_states
            rows = torch.arange(len(texts.tokens[part]))
            means = [layer[:, places].mean(1) for layer in layers]
            # The token itself is the same everywhere before the first layer.
            ends = [layer[rows, last[part]] for layer in layers[1:]]
            parts.append(torch.stack(means + ends))
    depth = len(layers)
    names = [f"image {layer}" for layer in range(depth)] + [f"last {layer}" for layer in range(1, depth)]
    return HiddenStates(tuple(names), torch.cat(parts, dim=1).numpy())


def probe(states: HiddenStates, probes: ProbeSet, key: bytes) -> ModelFigures:
    """Probes with folds disjoint in identity and image."""
    settings = StudySettings(probe=ProbeSettings(), folds=4, permutations=500, draws=1000, controls=1)
    return probe_model(states, probes.probed, settings, key)
