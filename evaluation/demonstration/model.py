"""A LLaVA of transformers' own classes with random weights, and a tokenizer of whole words."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from evaluation.demonstration.settings import ModelSize
from schemas.errors import ConfigError

PAD, IMAGE, BEGIN, END, UNKNOWN = "<pad>", "<image>", "<s>", "</s>", "<unk>"
_SPECIAL: Final = (PAD, IMAGE, BEGIN, END, UNKNOWN)
_USER, _ASSISTANT = "user:", "assistant:"
PIXEL_MEAN, PIXEL_DEVIATION = 0.5, 0.25


def check_torch() -> None:
    """Raises ConfigError naming the extra where torch or transformers is missing."""
    for package in ("torch", "transformers"):
        if find_spec(package) is None:
            raise ConfigError("demonstration", package, "is not installed: pip install 'mmscrub[gpu]'")


class Words:
    """Text as numbers: one per word, digits one by one, punctuation apart. ``words``: the known ones."""

    def __init__(self, words: Sequence[str]) -> None:
        from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

        known = dict.fromkeys([*_SPECIAL, _USER, _ASSISTANT, *words, *"0123456789"])
        self.numbers = {word: number for number, word in enumerate(known)}
        self.tokenizer = Tokenizer(models.WordLevel(self.numbers, unk_token=UNKNOWN))
        self.tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Lowercase(), *(normalizers.Replace(mark, f" {mark}") for mark in "?.,")]
        )
        self.tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Digits(individual_digits=True)]
        )
        self.tokenizer.add_special_tokens(list(_SPECIAL))

    def __len__(self) -> int:
        return len(self.numbers)

    def encode(self, text: str) -> list[int]:
        """The numbers of ``text``, nothing added."""
        numbers: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return numbers

    def prompt(self, question: str, patches: int) -> list[int]:
        """Begin, ``patches`` places for the image, the question, and whose turn it is."""
        places = [self.numbers[IMAGE]] * patches
        return [
            self.numbers[BEGIN],
            self.numbers[_USER],
            *places,
            *self.encode(question),
            self.numbers[_ASSISTANT],
        ]

    def answer(self, text: str) -> list[int]:
        """The answer and its end."""
        return [*self.encode(text), self.numbers[END]]


def build_model(size: ModelSize, words: Words, seed: int) -> Any:
    """``LlavaForConditionalGeneration`` with random weights drawn from ``seed``, all of them trainable."""
    import torch
    from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

    shape = {
        "hidden_size": size.width,
        "intermediate_size": 2 * size.width,
        "num_hidden_layers": size.depth,
        "num_attention_heads": size.heads,
    }
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            **shape, image_size=size.image, patch_size=size.patch, projection_dim=size.width
        ),
        text_config=LlamaConfig(
            **shape,
            vocab_size=len(words),
            num_key_value_heads=size.heads,
            max_position_embeddings=256,
            pad_token_id=words.numbers[PAD],
            bos_token_id=words.numbers[BEGIN],
            eos_token_id=words.numbers[END],
        ),
        image_token_index=words.numbers[IMAGE],
        vision_feature_layer=-1,
        vision_feature_select_strategy="default",
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlavaForConditionalGeneration(config)


def patches(size: ModelSize) -> int:
    """How many places an image takes in the prompt."""
    return (size.image // size.patch) ** 2


def count_parameters(model: Any) -> int:
    """Trainable parameters of ``model``."""
    return sum(one.numel() for one in model.parameters() if one.requires_grad)


def save_model(model: Any, words: Words, size: ModelSize, folder: Path) -> None:
    """Writes model and processor so that ``AutoModelForImageTextToText`` and ``AutoProcessor`` load them."""
    from transformers import CLIPImageProcessor, LlavaProcessor, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words.tokenizer, pad_token=PAD, bos_token=BEGIN, eos_token=END, unk_token=UNKNOWN
    )
    square = {"height": size.image, "width": size.image}
    pixels = CLIPImageProcessor(
        size=square,
        crop_size=square,
        do_center_crop=False,
        image_mean=[PIXEL_MEAN] * 3,
        image_std=[PIXEL_DEVIATION] * 3,
    )
    processor = LlavaProcessor(
        image_processor=pixels,
        tokenizer=tokenizer,
        patch_size=size.patch,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token=IMAGE,
        chat_template=_TEMPLATE,
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


_TEMPLATE: Final = (
    "<s>{% for m in messages %}{{ ' ' + m['role'] + ': ' }}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>{% else %}{{ ' ' + c['text'] }}{% endif %}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %} assistant:{% endif %}"
)
