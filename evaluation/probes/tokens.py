"""Which token's hidden state is read: named, and found from the model's own chat template.

The released code of arXiv 2503.01208 calls index -2 "the last token"; in the template of its model that is
the word ``assistant``, and the last token is the line break behind it. Both are named here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import regex

from schemas.errors import ConfigError

_WORD = regex.compile(r"\p{L}+")


class TokenPlace(StrEnum):
    """``last``: the last token of the prompt. ``role``: the word that says whose turn it is. ``image``: the
    mean over all tokens that stand for the image."""

    LAST = "last"
    ROLE = "role"
    IMAGE = "image"


def parse_places(written: str) -> tuple[TokenPlace, ...]:
    """``last,role,image``. ConfigError for another word."""
    try:
        return tuple(dict.fromkeys(TokenPlace(name.strip()) for name in written.split(",")))
    except ValueError:
        allowed = ", ".join(place.value for place in TokenPlace)
        raise ConfigError("tokens", written, f"choose among: {allowed}, parted by commas") from None


def role_index(processor: Any, question: str) -> int:
    """Index from the end, so -1 is the last token, of the last token of the word that opens the model's turn.

    What the template adds to open a turn is compared with the prompt without it; the word is the last one
    there that is no special token. Raises ConfigError where a template adds no word.
    """
    tokenizer = processor.tokenizer
    whole, closed = _render(processor, question, opened=True), _render(processor, question, opened=False)
    start = len(closed) if whole.startswith(closed) else _shared(whole, closed)
    plain = list(whole)
    for special in sorted({*tokenizer.all_special_tokens, *tokenizer.get_added_vocab()}, key=len):
        for found in regex.finditer(regex.escape(special), whole):
            plain[found.start() : found.end()] = " " * len(special)
    words = list(_WORD.finditer("".join(plain), start))
    if not words:
        remedy = "the chat template opens the model's turn with no word: leave out 'role'"
        raise ConfigError("tokens", TokenPlace.ROLE.value, remedy)
    first, last = words[-1].span()
    try:
        spans = tokenizer(whole, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    except NotImplementedError:
        remedy = "the tokenizer tells no places: leave out 'role', or use its fast version"
        raise ConfigError("tokens", TokenPlace.ROLE.value, remedy) from None
    holds = [index for index, (begin, end) in enumerate(spans) if begin < last and end > first]
    return holds[-1] - len(spans)


def image_token_id(config: Any) -> int:
    """The id that stands for the image in the prompt. ConfigError where the model's config tells none."""
    for name in ("image_token_id", "image_token_index"):
        found = getattr(config, name, None)
        if isinstance(found, int):
            return found
    raise ConfigError("tokens", TokenPlace.IMAGE.value, "the model names no image token: leave out 'image'")


def _render(processor: Any, question: str, *, opened: bool) -> str:
    turn = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}
    try:
        text: str = processor.apply_chat_template([turn], tokenize=False, add_generation_prompt=opened)
    except (ValueError, AttributeError, TypeError):
        raise ConfigError("model", "no chat template", "choose a model whose processor has one") from None
    return text


def _shared(one: str, other: str) -> int:
    return next(
        (at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right),
        min(len(one), len(other)),
    )
