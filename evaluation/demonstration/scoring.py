"""What a trained model finds familiar, as rows of scores for the statistics of memorisation.

The score of an identity is the mean log-likelihood of the answers of training images, with the identity
printed where the published mark stands. Planted and held-out identity of a pair and their references are
scored on the same images at the same places; only what is printed differs. Held-out ones are drawn by the
law of their references, so their ranks are uniform by construction, whatever the model remembers of the
images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.demonstration.reprint import Reprinter, decode, read_source
from evaluation.demonstration.settings import DemonstrationSettings
from evaluation.demonstration.split import Pair, Photograph, Split, read_pixels
from evaluation.demonstration.training import Pixels
from evaluation.memorisation.scores import CANARY, HIDDEN, PUBLISHED, ScoredTest, ScoreRow
from schemas.errors import RunFailed
from schemas.watermark import Identity, SplitName

Likelihoods = npt.NDArray[np.float64]
Reader = Callable[[Pixels, Sequence[tuple[str, str]]], Likelihoods]
"""A model: images [n, height, width, 3] and n rounds (question, answer) to mean log-likelihoods [n]."""


@dataclass(frozen=True, slots=True)
class CandidateGroup:
    """Identities that are printed in the same places: of the images of ``planted``."""

    planted: Identity
    held_out: Identity
    references: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class GroupScores:
    """Mean over the images of one group: ``planted``, ``held_out``, ``references`` [n]."""

    group: CandidateGroup
    planted: float
    held_out: float
    references: Likelihoods


def score_groups(
    split: Split, models: Mapping[str, Reader], settings: DemonstrationSettings
) -> dict[str, list[GroupScores]]:
    """Every group under every model. Images are printed once for all models.

    Raises RunFailed where the planted identity, printed again, is not the published file to the byte.
    """
    printer = Reprinter(split.mark)
    shown: dict[str, list[Photograph]] = {}
    for photograph in split.of(SplitName.TRAIN):
        shown.setdefault(photograph.identity_id, []).append(photograph)
    found: dict[str, list[GroupScores]] = {name: [] for name in models}
    for group in candidate_groups(split, settings.references):
        photographs = shown.get(group.planted.identity_id, [])[: settings.shown_on]
        if not photographs:
            continue
        candidates = (group.planted, group.held_out, *group.references)
        total = {name: np.zeros(len(candidates)) for name in models}
        for photograph in photographs:
            pixels = print_all(printer, photograph, candidates)
            rounds = [(photograph.question, photograph.answer)] * len(candidates)
            for name, read in models.items():
                total[name] += read(pixels, rounds)
        for name, score in total.items():
            mean = score / len(photographs)
            scores = GroupScores(group, float(mean[0]), float(mean[1]), mean[2:])
            found[name].append(scores)
    return found


def candidate_groups(split: Split, references: int) -> Iterator[CandidateGroup]:
    """One group per planted identity. The held-out one is that of another pair, of another gender or age, and
    references of the same gender and age are passed over: twins share both, so the held-out twin itself
    would look like the planted one and be no draw of the references' law."""
    unused, pairs = split.references(), split.pairs
    for pair, other in zip(pairs, _shifted(pairs), strict=True):
        looks = _looks(pair.planted)
        others = islice((one for one in unused if _looks(one) != looks), references)
        yield CandidateGroup(pair.planted, other.held_out, tuple(others))


def _shifted(pairs: Sequence[Pair]) -> Sequence[Pair]:
    """``pairs`` moved on until none stands where one of its gender and age stood."""
    for places in range(1, len(pairs)):
        moved = [*pairs[places:], *pairs[:places]]
        if all(_looks(a.planted) != _looks(b.planted) for a, b in zip(pairs, moved, strict=True)):
            return moved
    raise RunFailed("too many identities of one gender and age")


def _looks(identity: Identity) -> tuple[str, int]:
    return identity.gender, identity.age


def print_all(printer: Reprinter, photograph: Photograph, candidates: Sequence[Identity]) -> Pixels:
    """``photograph`` with each of ``candidates`` in the place of its mark, the published one first."""
    rgb = read_source(photograph.source.read_bytes())
    files = [printer.reprint(rgb, photograph.box, identity) for identity in candidates]
    if files[0] != photograph.marked.read_bytes():
        raise RunFailed("a planted identity, printed again, differs from the published file")
    return np.stack([decode(file) for file in files])


def exposure_rows(scores: Sequence[GroupScores], checkpoint: str, *, planted: bool) -> Iterator[ScoreRow]:
    """Rows of the test ``exposure``, of the planted identities or of the held-out ones."""
    for one in scores:
        unit = (one.group.planted if planted else one.group.held_out).identity_id
        own = one.planted if planted else one.held_out
        yield ScoreRow(ScoredTest.EXPOSURE, unit, CANARY, own, checkpoint=checkpoint)
        for reference, score in zip(one.group.references, one.references, strict=True):
            name = reference.identity_id
            yield ScoreRow(ScoredTest.EXPOSURE, unit, name, float(score), checkpoint=checkpoint)


@dataclass(frozen=True, slots=True)
class Twins:
    """Log-likelihoods of the answers of images of one kind [n]: with the mark in question and, at the same
    place, with that of the hidden twin. ``units``: the printed identity of each."""

    units: tuple[str, ...]
    shown: Likelihoods
    hidden: Likelihoods

    def by_identity(self) -> dict[str, tuple[float, float]]:
        """Means per identity: images of one identity share their hidden twin, so they are no independent
        draws, identities are."""
        units = np.asarray(self.units)
        return {
            name: (float(self.shown[units == name].mean()), float(self.hidden[units == name].mean()))
            for name in dict.fromkeys(self.units)
        }


def score_twins(photographs: Sequence[Photograph], read: Reader) -> Twins:
    """The marked file of each photograph and its hidden twin."""
    rounds = [(one.question, one.answer) for one in photographs]
    marked, hidden = (
        read(read_pixels(paths), rounds)
        for paths in ([one.marked for one in photographs], [one.hidden for one in photographs])
    )
    return Twins(tuple(one.identity_id for one in photographs), marked, hidden)


def twin_rows(twins: Twins, checkpoint: str) -> Iterator[ScoreRow]:
    """Rows of the test ``twin``, one pair per identity."""
    for unit, (shown, hidden) in twins.by_identity().items():
        yield ScoreRow(ScoredTest.TWIN, unit, PUBLISHED, shown, checkpoint=checkpoint)
        yield ScoreRow(ScoredTest.TWIN, unit, HIDDEN, hidden, checkpoint=checkpoint)


def score_cells(split: Split, read: Reader) -> dict[str, Twins]:
    """Where memory lies: in the picture with its mark, or in the identity. Each cell sets an identity against
    one of equal gender and age that the model never saw, on the same images."""
    train, pairs = split.of(SplitName.TRAIN), split.pairs
    place = {pair.planted.identity_id: number for number, pair in enumerate(pairs)}
    others = [pairs[(place[one.identity_id] + 1) % len(pairs)] for one in train]
    printer = Reprinter(split.mark)
    shown, hidden = (
        _reprinted(printer, train, identities, read)
        for identities in ([one.planted for one in others], [one.held_out for one in others])
    )
    return {
        "seen image, its own identity": score_twins(train, read),
        "seen image, identity of another": Twins(
            tuple(one.planted.identity_id for one in others), shown, hidden
        ),
        "fresh image, planted identity": score_twins(split.of(SplitName.TEST_SEEN), read),
        "fresh image, held-out identity": score_twins(split.of(SplitName.TEST_UNSEEN), read),
    }


def _reprinted(
    printer: Reprinter, photographs: Sequence[Photograph], identities: Sequence[Identity], read: Reader
) -> Likelihoods:
    pixels = np.stack(
        [
            decode(printer.reprint(read_source(one.source.read_bytes()), one.box, identity))
            for one, identity in zip(photographs, identities, strict=True)
        ]
    )
    return read(pixels, [(one.question, one.answer) for one in photographs])


def reader_of(model: Any, words: Any, settings: DemonstrationSettings) -> Reader:
    """``model`` as something that reads images and rounds."""
    from evaluation.demonstration.training import log_likelihoods, tokenise

    def read(pixels: Pixels, rounds: Sequence[tuple[str, str]]) -> Likelihoods:
        return log_likelihoods(model, pixels, tokenise(rounds, words, settings.model))

    return read
