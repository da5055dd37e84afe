"""What an instruction model is asked and how its answer is read. The words stand in ``prompt.yaml``.

A stranger's text travels as a JSON string in which every character that could open a tag, a chat marker or a
code fence is escaped, so it cannot end its own place in the prompt. The answer is data, never an action.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

import regex
import yaml

from transforms.engines.protocols import RewriteRequest

Message = dict[str, str]

LONGEST_FACTOR, LONGEST_EXTRA = 2, 200
"""An answer of more characters than this many times the text, and some, is no edit of it."""

_MARKERS = {ord(character): f"\\u{ord(character):04x}" for character in "<>[]{}|`#"}
_FENCE = regex.compile(r"(?s)\A```(?:json)?\s*(.*?)\s*```\Z")
_THOUGHT = "</think>"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The fixed part: instruction, an addition for pronoun policies, and worked examples."""

    instruction: str
    pronouns_only: str
    examples: tuple[Mapping[str, Any], ...]
    digest: str


@cache
def load_prompt() -> Prompt:
    """The bundled prompt; ``digest`` is the SHA-256 of its file."""
    text = resources.files("transforms.engines.rewriter").joinpath("prompt.yaml").read_text("utf-8")
    item = yaml.safe_load(text)
    return Prompt(
        item["instruction"],
        item["pronouns_only"],
        tuple(item["examples"]),
        sha256(text.encode()).hexdigest(),
    )


def messages_for(request: RewriteRequest) -> list[Message]:
    """The conversation that ends with ``request``; roles ``user`` and ``assistant`` in turn."""
    prompt = load_prompt()
    opening = f"{prompt.instruction} {prompt.pronouns_only}" if request.pronouns_only else prompt.instruction
    messages: list[Message] = []
    for example in prompt.examples:
        messages.append({"role": "user", "content": _asked(example["text"], example["hide"])})
        messages.append({"role": "assistant", "content": json.dumps({"text": example["answer"]})})
    hide = [
        {
            "words": request.text[span.start : span.end],
            "attribute": span.attribute.rpartition(".")[2].replace("_", " "),
        }
        for span in request.hide
    ]
    messages.append({"role": "user", "content": _asked(request.text, hide)})
    messages[0]["content"] = f"{opening}\n\n{messages[0]['content']}"
    return messages


def _asked(text: str, hide: Any) -> str:
    return f'{{"text": {_quoted(text)}, "hide": [{", ".join(_hidden(one) for one in hide)}]}}'


def _hidden(one: Mapping[str, str]) -> str:
    return f'{{"words": {_quoted(one["words"])}, "attribute": {_quoted(one["attribute"])}}}'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).translate(_MARKERS)


def read_answer(content: str, request: RewriteRequest) -> tuple[str, ...]:
    """The proposal in a model's reply, or none: no JSON object with a ``text``, an empty or overlong one."""
    reply = content.rpartition(_THOUGHT)[2].strip()
    fenced = _FENCE.match(reply)
    try:
        answer = json.loads(fenced.group(1) if fenced else reply)
    except (ValueError, RecursionError):
        return ()
    text = answer.get("text") if isinstance(answer, dict) else None
    longest = LONGEST_FACTOR * len(request.text) + LONGEST_EXTRA
    if not isinstance(text, str) or not text.strip() or len(text) > longest or not _is_encodable(text):
        return ()
    return () if text == request.text else (text,)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, from an escape
        return False
    return True
