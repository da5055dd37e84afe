"""The text of a parsed passage, put together once: ``Doc.text`` joins its words anew at each call."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

KEPT_DOCS = 64
"""Passages that are remembered: several steps read one after the other."""


@lru_cache(maxsize=KEPT_DOCS)
def text_of(doc: Doc) -> str:
    """As ``doc.text``."""
    return doc.text
