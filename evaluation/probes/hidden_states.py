"""Hidden states of an image-text-to-text model of transformers, by block and token, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.tokens import TokenPlace, image_token_id, role_index
from schemas.errors import ConfigError, RunFailed
from transforms.engines.protocols import RgbArray
from transforms.engines.vision_language.loaded_model import LoadedModel, ask, generate


def decoder_blocks(model: Any) -> Any:
    """The list of the language model's blocks. ConfigError where it is not where transformers keeps it."""
    from torch.nn import ModuleList

    config = getattr(model.config, "text_config", model.config)
    count = config.num_hidden_layers
    decoder = model.get_decoder() if hasattr(model, "get_decoder") else None
    blocks = getattr(decoder, "layers", None)
    if isinstance(blocks, ModuleList) and len(blocks) == count:
        return blocks
    found = [
        module
        for name, module in model.named_modules()
        if isinstance(module, ModuleList) and len(module) == count and "vision" not in name
    ]
    if len(found) != 1:
        raise ConfigError("model", type(model).__name__, "its decoder blocks are not found")
    return found[0]


def answer(loaded: LoadedModel, question: str, images: Sequence[RgbArray], longest: int) -> list[str]:
    """Greedy answers of at most ``longest`` tokens to the same question, one per image."""
    inputs = ask(loaded, [question] * len(images), images, padding_side="left")
    return [one.text for one in generate(loaded, inputs, longest)]


class HiddenStates:
    """Reads what each block of the language model puts out (after its residual sum, before the final norm) at
    the places asked for, when the model is about to answer ``question`` on an image."""

    def __init__(self, loaded: LoadedModel, question: str, places: Sequence[TokenPlace]) -> None:
        """Raises ConfigError where the model has no such place."""
        self._loaded = loaded
        self._question = question
        self._places = tuple(places)
        self._role = role_index(loaded.processor, question) if TokenPlace.ROLE in places else -1
        self._image = image_token_id(loaded.model.config) if TokenPlace.IMAGE in places else -1

    @property
    def layers(self) -> int:
        """Number of blocks."""
        return len(decoder_blocks(self._loaded.model))

    @property
    def token_indices(self) -> list[int | None]:
        """Index from the end of each place, in their order; None for a mean."""
        found = {TokenPlace.LAST: -1, TokenPlace.ROLE: self._role, TokenPlace.IMAGE: None}
        return [found[place] for place in self._places]

    def read(self, images: Sequence[RgbArray]) -> NDArray[np.float32]:
        """[n, layers, places, d] of ``images`` (height x width x 3 each) in one forward pass.

        Raises RunFailed where the processor or the model leaves no image tokens in the sequence."""
        import torch

        inputs = ask(self._loaded, [self._question] * len(images), images)
        with torch.inference_mode(), self._watched(self._weights(inputs)) as taken:
            self._loaded.model(**inputs, use_cache=False)
        found: NDArray[np.float32] = torch.stack(taken, dim=1).cpu().numpy()
        return found

    def _weights(self, inputs: Any) -> Any:
        """[n, places, length]: each row sums to 1, so a place is a weighted sum over the sequence."""
        import torch

        mask, ids = inputs["attention_mask"], inputs["input_ids"]
        ends = mask.sum(dim=1)
        rows = []
        for place in self._places:
            if place is TokenPlace.IMAGE:
                chosen = (ids == self._image).to(torch.float32)
                total = chosen.sum(dim=1, keepdim=True)
                if not bool((total > 0).all()):
                    raise RunFailed("the prompt holds no image tokens: leave out 'image'")
                rows.append(chosen / total)
            else:
                at = ends + (self._role if place is TokenPlace.ROLE else -1)
                rows.append(torch.nn.functional.one_hot(at, ids.shape[1]).to(torch.float32))
        return torch.stack(rows, dim=1)

    @contextmanager
    def _watched(self, weights: Any) -> Iterator[list[Any]]:
        taken: list[Any] = []

        def take(_module: Any, _given: Any, put_out: Any) -> None:
            state = put_out[0] if isinstance(put_out, tuple) else put_out
            if state.shape[1] != weights.shape[2]:
                raise RunFailed("the model changes the length of its prompt: such models are not read")
            taken.append(weights @ state.float())

        hooks = [block.register_forward_hook(take) for block in decoder_blocks(self._loaded.model)]
        try:
            yield taken
        finally:
            for hook in hooks:
                hook.remove()
