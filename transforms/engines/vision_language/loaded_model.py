"""An image-text-to-text model of transformers, loaded, and a batch of questions on images put to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from schemas.errors import ConfigError
from transforms.engines.device import Device, torch_device
from transforms.engines.protocols import RgbArray

_NO_MODEL: Final = (OSError, ValueError, LookupError, ImportError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model and its processor, in evaluation mode on ``device``."""

    model: Any
    processor: Any
    device: str
    name: str


@dataclass(frozen=True, slots=True)
class Generated:
    """One greedy answer. ``input_tokens`` without padding, image tokens included; ``cut``: it had not ended
    after the tokens that it was given."""

    text: str
    input_tokens: int
    output_tokens: int
    cut: bool


def load_model(
    name: str, *, download: bool = False, dtype: str = "auto", device: Device = Device.AUTO
) -> LoadedModel:
    """``name``: a folder, or a Hub name, which must be in the local cache unless ``download``. Only
    safetensors are read and no code that comes with a model runs.

    Raises ConfigError: torch or transformers is missing, there is no such model, or no such device.
    """
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise ConfigError("model", package, "is not installed: pip install 'mmscrub[gpu]'")
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForImageTextToText, AutoProcessor

    place = torch_device(device)
    kind: Any = torch.float32 if dtype == "auto" and place == "cpu" else dtype
    where = {"local_files_only": not download, "trust_remote_code": False}
    try:
        processor = AutoProcessor.from_pretrained(name, **where)
        model = AutoModelForImageTextToText.from_pretrained(name, use_safetensors=True, dtype=kind, **where)
        # Right padding leaves the places of real tokens as they are without it.
        processor.tokenizer.padding_side = "right"
        if processor.tokenizer.pad_token is None:
            processor.tokenizer.pad_token = processor.tokenizer.eos_token
    except (
        OSError,
        ValueError,
        LookupError,
        ImportError,
        TypeError,
        AttributeError,
        SafetensorError,
    ) as error:
        remedy = (
            f"no image-text-to-text model with safetensors there ({type(error).__name__}): give a folder, "
            "or a Hub name that is downloaded"
        )
        raise ConfigError("model", name, remedy) from None
    return LoadedModel(model.to(place).eval(), processor, place, Path(name).name)


def ask(
    loaded: LoadedModel,
    questions: Sequence[str],
    images: Sequence[RgbArray],
    padding_side: str = "right",
    system: str = "",
) -> Any:
    """Inputs of a batch: each of ``questions`` on its one of ``images`` (height x width x 3), after a system
    message if there is one, the model's turn opened."""
    inputs = loaded.processor.apply_chat_template(
        [_turns(question, image, system) for question, image in zip(questions, images, strict=True)],
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
        processor_kwargs={"padding": True, "padding_side": padding_side},
    )
    return on_device(loaded, inputs)


def _turns(question: str, image: RgbArray, system: str) -> list[dict[str, Any]]:
    from PIL import Image

    shown = {"type": "image", "image": Image.fromarray(image)}
    turns = [{"role": "user", "content": [shown, {"type": "text", "text": question}]}]
    if system:
        turns.insert(0, {"role": "system", "content": [{"type": "text", "text": system}]})
    return turns


def on_device(loaded: LoadedModel, inputs: Any) -> Any:
    """``inputs`` where the model is, pixels in the type of its weights."""
    moved = inputs.to(loaded.device)
    for name, value in moved.items():
        if hasattr(value, "is_floating_point") and value.is_floating_point():
            moved[name] = value.to(loaded.model.dtype)
    return moved


def generate(loaded: LoadedModel, inputs: Any, longest: int) -> list[Generated]:
    """Greedy answers to ``inputs`` (padded on the left) of at most ``longest`` tokens, whatever the model's
    own settings say."""
    import torch
    from transformers import GenerationConfig

    tokenizer = loaded.processor.tokenizer
    ends = loaded.model.generation_config.eos_token_id
    ends = tokenizer.eos_token_id if ends is None else ends
    greedy = GenerationConfig(
        max_new_tokens=longest,
        do_sample=False,
        num_beams=1,
        eos_token_id=ends,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.inference_mode():
        generated = loaded.model.generate(**inputs, generation_config=greedy)
    new = generated[:, inputs["input_ids"].shape[1] :]
    texts = tokenizer.batch_decode(new, skip_special_tokens=True)
    last = set(ends) if isinstance(ends, list | tuple) else {ends}
    told = []
    for text, tokens, asked in zip(
        texts, new.tolist(), inputs["attention_mask"].sum(dim=1).tolist(), strict=True
    ):
        end = next((at for at, token in enumerate(tokens) if token in last), None)
        told.append(Generated(text, asked, len(tokens) if end is None else end + 1, end is None))
    return told
