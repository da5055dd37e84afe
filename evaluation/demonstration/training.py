"""Training on one arm of a split, and reading what the trained model finds familiar."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from evaluation.demonstration.model import PIXEL_DEVIATION, PIXEL_MEAN, Words, patches
from evaluation.demonstration.settings import ModelSize, Schedule

Pixels = npt.NDArray[np.uint8]
"""Images, [n, height, width, 3]."""
Say = Callable[[str], None]
"""Takes one line of progress."""

_IGNORED = -100
_SCORED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Texts:
    """Tokens of question and answer, padded on the right. ``tokens`` and ``labels`` [n, length] of int64;
    ``labels`` is -100 wherever nothing is predicted."""

    tokens: Any
    labels: Any


def tokenise(rounds: Sequence[tuple[str, str]], words: Words, size: ModelSize) -> Texts:
    """Questions and answers as tokens, in the order given."""
    import torch

    rows = []
    for question, answer in rounds:
        asked, replied = words.prompt(question, patches(size)), words.answer(answer)
        rows.append((asked + replied, [_IGNORED] * len(asked) + replied))
    longest = max(len(tokens) for tokens, _ in rows)
    pad = words.numbers["<pad>"]
    tokens = [row + [pad] * (longest - len(row)) for row, _ in rows]
    labels = [row + [_IGNORED] * (longest - len(row)) for _, row in rows]
    return Texts(torch.tensor(tokens), torch.tensor(labels))


def to_input(pixels: Any) -> Any:
    """What the vision tower takes: [n, 3, height, width] of float32 from [n, height, width, 3] of bytes."""
    import torch

    rows = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2).float()
    return (rows / 255 - PIXEL_MEAN) / PIXEL_DEVIATION


def train(
    model: Any, pixels: Pixels, texts: Texts, schedule: Schedule, seed: int, say: Say
) -> tuple[float, ...]:
    """Trains ``model`` in place on images and texts of equal number; mean loss of every epoch.

    The order of images follows from ``seed`` alone, so two arms of one split see the same batches.
    """
    import torch

    order = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=schedule.learning_rate, weight_decay=0.0)
    steps = schedule.epochs * math.ceil(len(pixels) / schedule.batch)
    rates = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps, schedule.warm_up))
    losses, begun = [], time.monotonic()
    model.train()
    for epoch in range(schedule.epochs):
        total = 0.0
        for chosen in torch.randperm(len(pixels), generator=order).split(schedule.batch):
            loss = model(
                input_ids=texts.tokens[chosen],
                pixel_values=to_input(pixels[chosen.numpy()]),
                labels=texts.labels[chosen],
            ).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            rates.step()
            optimiser.zero_grad()
            total += loss.item() * len(chosen)
        losses.append(total / len(pixels))
        if (epoch + 1) % 10 == 0 or epoch + 1 == schedule.epochs:
            passed = time.monotonic() - begun
            say(f"epoch {epoch + 1} of {schedule.epochs}: loss {losses[-1]:.3f}, {passed:.0f} s")
    model.eval()
    return tuple(losses)


def _rate(step: int, steps: int, warm_up: int) -> float:
    return min(1.0, (step + 1) / warm_up) * (0.5 + 0.5 * math.cos(math.pi * step / steps))


def log_likelihoods(model: Any, pixels: Pixels, texts: Texts) -> npt.NDArray[np.float64]:
    """Mean log-likelihood per token of each answer given its image, [n]; higher is more familiar."""
    import torch

    parts = []
    with torch.inference_mode():
        for start in range(0, len(pixels), _SCORED_AT_ONCE):
            part = slice(start, start + _SCORED_AT_ONCE)
            logits = model(input_ids=texts.tokens[part], pixel_values=to_input(pixels[part])).logits
            wanted = texts.labels[part][:, 1:]
            scored = wanted != _IGNORED
            chosen = logits[:, :-1].log_softmax(-1).gather(-1, wanted.clamp(min=0)[..., None]).squeeze(-1)
            parts.append((chosen * scored).sum(1) / scored.sum(1))
    return np.asarray(torch.cat(parts).double().numpy())
