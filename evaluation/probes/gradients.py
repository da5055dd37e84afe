"""Gradients of a training batch under two treatments, and the cosine between them.

For each step the same records, in the same order, go through the same weights once as they are and once
treated; so the cosine tells what the treatment alone does to the step (arXiv 2503.01208, whose code for it
was not released).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import regex
from numpy.typing import NDArray

from evaluation.probes.measures import Interval, generator, interval
from evaluation.probes.treatments import Example, Treatment, sampled
from schemas.errors import ConfigError, RunFailed
from transforms.engines.vision_language.loaded_model import LoadedModel, on_device

GLOBAL: Final = "global"
_IGNORED: Final = -100
_GROUPS: Final = (
    (regex.compile(r"projector|merger|connector|modality_projection"), "projector"),
    (regex.compile(r"vision|visual"), "vision"),
    (regex.compile(r"embed_tokens"), "embeddings"),
    (regex.compile(r"lm_head"), "head"),
    (regex.compile(r"\blayers\.(?P<number>\d+)\."), "layer-{number}"),
)


@dataclass(frozen=True, slots=True)
class GradientRow:
    """Step, treatment and group of parameters: ``cosine`` to the original's gradient, NaN where one of them
    is 0, and ``ratio`` of the treated gradient's length to the original's."""

    step: int
    treatment: str
    group: str
    cosine: float
    ratio: float


@dataclass(frozen=True, slots=True)
class GradientSummary:
    """Mean over steps with a 95 % interval (bootstrap over steps)."""

    treatment: str
    group: str
    cosine: Interval
    ratio: Interval
    steps: int


def group_of(name: str) -> str:
    """Group of a parameter by its name: vision, projector, embeddings, layer-N, head, or other."""
    for shape, group in _GROUPS:
        found = shape.search(name)
        if found:
            return group.format(**found.groupdict())
    return "other"


class GradientComparer:
    """Gradients of one model. ``frozen``: groups that a training would not change, such as ``vision``.
    ``rate``: after each step, weights move by this much along the original's gradient (plain SGD), for all
    treatments alike; 0 leaves them as they are."""

    def __init__(self, loaded: LoadedModel, *, frozen: Sequence[str] = (), rate: float = 0.0) -> None:
        """Raises ConfigError where ``frozen`` names no group, or leaves nothing to train."""
        self._loaded, self._rate = loaded, rate
        groups = {name: group_of(name) for name, _ in loaded.model.named_parameters()}
        unknown = sorted(set(frozen) - set(groups.values()))
        if unknown:
            known = ", ".join(sorted(set(groups.values())))
            raise ConfigError("freeze", ", ".join(unknown), f"groups of this model: {known}")
        self._trained: dict[str, list[Any]] = defaultdict(list)
        for name, parameter in loaded.model.named_parameters():
            parameter.requires_grad_(groups[name] not in frozen)
            if groups[name] not in frozen:
                self._trained[groups[name]].append(parameter)
        if not self._trained:
            raise ConfigError("freeze", ", ".join(frozen), "leaves nothing to train")

    def compare(
        self,
        original: Treatment,
        treated: Mapping[str, Treatment],
        batches: Sequence[Sequence[int]],
        say: Callable[[str], None] = lambda _: None,
    ) -> Iterator[GradientRow]:
        """Rows of each step: every treatment, every group and ``global``."""
        for step, places in enumerate(batches):
            base = self._gradients(sampled(original, places))
            for name, treatment in treated.items():
                other = self._gradients(sampled(treatment, places))
                yield from _rows(step, name, base, other)
            if self._rate:
                self._move(base)
            say(f"step {step + 1} of {len(batches)}")

    def answer_states(self, examples: Sequence[Example]) -> NDArray[np.float32]:
        """[n, d]: last hidden state, mean over the tokens that predict the answers. What a dose by shift of
        features is measured in."""
        import torch

        inputs = encode(self._loaded, examples)
        labels = inputs.pop("labels")
        with torch.inference_mode():
            state = self._loaded.model(**inputs, output_hidden_states=True, use_cache=False).hidden_states[-1]
        predicts = torch.nn.functional.pad(labels[:, 1:] != _IGNORED, (0, 1)).float()
        means = (predicts.unsqueeze(1) @ state.float()).squeeze(1) / predicts.sum(dim=1, keepdim=True)
        found: NDArray[np.float32] = means.cpu().numpy()
        return found

    def _gradients(self, examples: Sequence[Example]) -> dict[str, list[Any]]:
        model = self._loaded.model
        model.zero_grad(set_to_none=True)
        loss = model(**encode(self._loaded, examples), use_cache=False).loss
        if not bool(loss.isfinite()):
            raise RunFailed("the loss of a batch is no number")
        loss.backward()
        return {
            group: [None if one.grad is None else one.grad.detach().clone() for one in parameters]
            for group, parameters in self._trained.items()
        }

    def _move(self, gradients: dict[str, list[Any]]) -> None:
        import torch

        with torch.no_grad():
            for group, parameters in self._trained.items():
                for parameter, gradient in zip(parameters, gradients[group], strict=True):
                    if gradient is not None:
                        parameter.sub_(self._rate * gradient)


def encode(loaded: LoadedModel, examples: Sequence[Example]) -> Any:
    """Model inputs of a batch with ``labels``: the tokens of the assistant's turns, with what the template
    closes them by; all others are ignored. Raises RunFailed where a template shows a prefix of a conversation
    otherwise than the whole."""
    import torch
    from PIL import Image

    processor = loaded.processor
    chats = [_chat(example.turns) for example in examples]
    for chat, example in zip(chats, examples, strict=True):
        chat[0]["content"][0]["image"] = Image.fromarray(example.rgb)
    inputs = processor.apply_chat_template(
        chats,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        processor_kwargs={"padding": True, "padding_side": "right"},
    )
    inputs = on_device(loaded, inputs)
    labels = torch.full_like(inputs["input_ids"], _IGNORED)
    ends = inputs["attention_mask"].sum(dim=1).tolist()
    for row, example in enumerate(examples):
        for index in answer_tokens(processor, example.turns):
            labels[row, ends[row] + index] = inputs["input_ids"][row, ends[row] + index]
    inputs["labels"] = labels
    return inputs


def answer_tokens(processor: Any, turns: Sequence[tuple[str, str]]) -> list[int]:
    """Indices from the end of the tokens of the assistant's turns. Images stand in the first turn, before all
    of them, so it does not matter into how many tokens an image unfolds."""
    whole = _shown(processor, turns, opened=False)
    tokenizer = processor.tokenizer
    spans = tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    chosen = []
    for at in range(1, len(turns), 2):
        before = _shown(processor, turns[:at], opened=True)
        after = _shown(processor, turns[: at + 1], opened=False)
        if not whole.startswith(before) or not whole.startswith(after):
            raise RunFailed("the chat template shows part of a conversation otherwise than the whole")
        chosen += [
            index - len(spans)
            for index, (begin, end) in enumerate(spans)
            if begin < end and end > len(before) and begin < len(after) and begin >= len(before)
        ]
    return chosen


def summarise(rows: Sequence[GradientRow], draws: int, key: bytes) -> list[GradientSummary]:
    """One line per treatment and group, in the order of the rows. Steps without a gradient are left out."""
    series: dict[tuple[str, str], list[GradientRow]] = defaultdict(list)
    for row in rows:
        if np.isfinite(row.cosine) and np.isfinite(row.ratio):
            series[row.treatment, row.group].append(row)
    found = []
    for (treatment, group), steps in series.items():
        table = np.array([(row.cosine, row.ratio) for row in steps])
        rng = generator(key, "probe gradients", treatment, group)
        means = table[rng.integers(0, len(table), (draws, len(table)))].mean(axis=1)
        values = table.mean(axis=0)
        cosine, ratio = (interval(float(values[at]), means[:, at]) for at in (0, 1))
        found.append(GradientSummary(treatment, group, cosine, ratio, len(steps)))
    return found


def _rows(
    step: int, name: str, base: dict[str, list[Any]], other: dict[str, list[Any]]
) -> Iterator[GradientRow]:
    total = np.zeros(3)
    for group, gradients in base.items():
        sums = np.zeros(3)
        for one, two in zip(gradients, other[group], strict=True):
            if one is not None and two is not None:
                left, right = one.double().flatten(), two.double().flatten()
                sums += [float(left @ right), float(left @ left), float(right @ right)]
        total += sums
        yield _row(step, name, group, sums)
    yield _row(step, name, GLOBAL, total)


def _row(step: int, name: str, group: str, sums: NDArray[np.float64]) -> GradientRow:
    dot, left, right = sums
    if not left or not right:
        return GradientRow(step, name, group, float("nan"), float("nan"))
    return GradientRow(step, name, group, float(dot / np.sqrt(left * right)), float(np.sqrt(right / left)))


def _chat(turns: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    chat: list[dict[str, Any]] = [
        {"role": role, "content": [{"type": "text", "text": text}]} for role, text in turns
    ]
    chat[0]["content"].insert(0, {"type": "image"})
    return chat


def _shown(processor: Any, turns: Sequence[tuple[str, str]], *, opened: bool) -> str:
    text: str = processor.apply_chat_template(_chat(turns), tokenize=False, add_generation_prompt=opened)
    return text
