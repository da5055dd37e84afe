"""The patterns of ``measures.yaml``, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import regex

from transforms.text.lexicon import read_list


@dataclass(frozen=True, slots=True)
class Label:
    """Labels that begin with ``begins`` ask for ``attribute``, or for ``other`` if that is not wanted."""

    begins: str
    attribute: str
    other: str


@dataclass(frozen=True, slots=True)
class Measures:
    """``patterns`` by name, case-insensitive; ``needs``: a text that a pattern matches holds one of these in
    lower case; ``triggers`` by attribute, lower case."""

    patterns: Mapping[str, regex.Pattern[str]]
    needs: Mapping[str, tuple[str, ...]]
    labels: tuple[Label, ...]
    triggers: Mapping[str, frozenset[str]]


@cache
def load_measures() -> Measures:
    """Reads package data only."""
    content = read_list("measures")
    blocks: dict[str, str] = {}
    for name, pattern in content["blocks"].items():
        blocks[name] = _filled(pattern, blocks)
    return Measures(
        {
            name: regex.compile("(?i)" + _filled(pattern, blocks))
            for name, pattern in content["patterns"].items()
        },
        {name: tuple(pieces) for name, pieces in content["needs"].items()},
        tuple(
            Label(item["begins"], item["attribute"], item.get("else", item["attribute"]))
            for item in content["labels"]
        ),
        {attribute: frozenset(words) for attribute, words in content["triggers"].items()},
    )


def _filled(pattern: str, blocks: Mapping[str, str]) -> str:
    for name, block in blocks.items():
        pattern = pattern.replace(f"%{name}%", block)
    return pattern
