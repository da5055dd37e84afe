"""Hidden states of an image-text-to-text model of transformers, by block and token, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.probes.tokens import TokenPlace, image_token_id, role_index
from schemas.errors import ConfigError, RunFailed
from transforms.engines.protocols import RgbArray


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model and its processor, in evaluation mode on ``device``."""

    model: Any
    processor: Any
    device: str
    name: str

    @property
    def blocks(self) -> Any:
        """The decoder blocks of the language model, lowest first."""
        return decoder_blocks(self.model)


def load_model(name: str, *, download: bool = False, dtype: str = "auto") -> LoadedModel:
    """``name``: a folder, or a Hub name, which must be in the local cache unless ``download``. Only
    safetensors are read and no code that comes with a model runs. On a GPU if there is one.

    Raises ConfigError: torch or transformers is missing, or there is no such model.
    """
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise ConfigError("model", package, "is not installed: pip install 'mmscrub[gpu]'")
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    device = "cuda" if torch.cuda.is_available() else "cpu"
    kind: Any = torch.float32 if dtype == "auto" and device == "cpu" else dtype
    where = {"local_files_only": not download, "trust_remote_code": False}
    try:
        processor = AutoProcessor.from_pretrained(name, **where)
        model = AutoModelForImageTextToText.from_pretrained(name, use_safetensors=True, dtype=kind, **where)
    except (OSError, ValueError, KeyError, ImportError, TypeError) as error:
        remedy = (
            f"no image-text-to-text model with safetensors there ({type(error).__name__}): give a folder, "
            "or a Hub name with --download"
        )
        raise ConfigError("model", name, remedy) from None
    # Right padding leaves the places of real tokens as they are without it.
    processor.tokenizer.padding_side = "right"
    if processor.tokenizer.pad_token is None:
        processor.tokenizer.pad_token = processor.tokenizer.eos_token
    return LoadedModel(model.to(device).eval(), processor, device, Path(name).name)


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


def ask(loaded: LoadedModel, question: str, images: Sequence[RgbArray], padding_side: str = "right") -> Any:
    """Inputs of a batch: ``question`` on each of ``images`` (height x width x 3), the model's turn opened."""
    from PIL import Image

    turns = [
        [
            {
                "role": "user",
                "content": [
                    {"type": "image", "image": Image.fromarray(image)},
                    {"type": "text", "text": question},
                ],
            }
        ]
        for image in images
    ]
    inputs = loaded.processor.apply_chat_template(
        turns,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
        processor_kwargs={"padding": True, "padding_side": padding_side},
    )
    return on_device(loaded, inputs)


def on_device(loaded: LoadedModel, inputs: Any) -> Any:
    """``inputs`` where the model is, pixels in the type of its weights."""
    moved = inputs.to(loaded.device)
    for name, value in moved.items():
        if hasattr(value, "is_floating_point") and value.is_floating_point():
            moved[name] = value.to(loaded.model.dtype)
    return moved


def answer(loaded: LoadedModel, question: str, images: Sequence[RgbArray], longest: int) -> list[str]:
    """Greedy answers of at most ``longest`` tokens, one per image, whatever the model's own settings say."""
    import torch
    from transformers import GenerationConfig

    inputs = ask(loaded, question, images, padding_side="left")
    tokenizer = loaded.processor.tokenizer
    ends = loaded.model.generation_config.eos_token_id
    greedy = GenerationConfig(
        max_new_tokens=longest,
        do_sample=False,
        num_beams=1,
        eos_token_id=tokenizer.eos_token_id if ends is None else ends,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.inference_mode():
        generated = loaded.model.generate(**inputs, generation_config=greedy)
    told: list[str] = tokenizer.batch_decode(
        generated[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True
    )
    return told


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
        return len(self._loaded.blocks)

    @property
    def token_indices(self) -> list[int | None]:
        """Index from the end of each place, in their order; None for a mean."""
        found = {TokenPlace.LAST: -1, TokenPlace.ROLE: self._role, TokenPlace.IMAGE: None}
        return [found[place] for place in self._places]

    def read(self, images: Sequence[RgbArray]) -> NDArray[np.float32]:
        """[n, layers, places, d] of ``images`` (height x width x 3 each) in one forward pass.

        Raises RunFailed where the processor or the model leaves no image tokens in the sequence."""
        import torch

        inputs = ask(self._loaded, self._question, images)
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

        hooks = [block.register_forward_hook(take) for block in self._loaded.blocks]
        try:
            yield taken
        finally:
            for hook in hooks:
                hook.remove()
