"""Which refusal stands in for an answer: chosen by a keyed hash, so the same record refuses the same way.

A policy gives its own sentences, or none and takes those of ``lexicons/refusal_sentences.yaml``: by the
reason (looks do not tell, private, sensitive), most of which name the attribute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from transforms.text.lexicon import read_list

PURPOSE = "refusal"


def keyed_number(purpose: str, key: str, turn: int) -> int:
    """64 bits that depend on nothing but the three."""
    digest = hashlib.blake2b(f"{purpose}\x00{key}\x00{turn}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def choose_refusal(refusals: Sequence[str], key: str, turn: int, attribute: str = "") -> str:
    """One of ``refusals`` for turn ``turn`` of the record ``key``; without any, one of the catalogue for
    ``attribute``."""
    chosen = refusals or _sentences(attribute, named=keyed_number("named", key, turn) % _share_unnamed() > 0)
    return chosen[keyed_number(PURPOSE, key, turn) % len(chosen)]


def is_refusal(text: str, refusals: Sequence[str]) -> bool:
    """True if the answer already is one of the policy's refusals, of the catalogue's or of an earlier one."""
    said = text.strip()
    return said in refusals or said in known_refusals()


@cache
def known_refusals() -> frozenset[str]:
    """Every sentence of the catalogue for every attribute, and those of earlier presets."""
    content = _content()
    sentences = set(content["older"]) | set(content["reasons"]["unnamed"])
    for attribute in content["attributes"]:
        sentences.update(_sentences(attribute, named=True))
    return frozenset(sentences)


@cache
def _sentences(attribute: str, *, named: bool) -> tuple[str, ...]:
    content = _content()
    words = content["attributes"].get(attribute)
    if words is None or not named:
        return tuple(content["reasons"]["unnamed"])
    reason = words.get("reason") or content["groups"][attribute.split(".", 1)[0]]
    return tuple(sentence.format(it=words["it"]) for sentence in content["reasons"][reason])


@cache
def _share_unnamed() -> int:
    return int(_content()["share_unnamed"])


@cache
def _content() -> dict[str, Any]:
    return read_list("refusal_sentences")
