"""Makes treebank text look more like captions: single sentences, no final stop, no capitals."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class AugmentationOptions:
    """Chances, 0 to 1: a doc is split into sentences, its final stop is left out, it is lower-cased."""

    split: float = 0.3
    drop_stop: float = 0.3
    lower: float = 0.12


def sentence_docs(doc: Doc) -> list[Doc]:
    """One doc for each sentence, annotation kept; the doc itself where sentences are not annotated."""
    if not doc.has_annotation("SENT_START") or not doc.has_annotation("DEP"):
        return [doc]
    return [sentence.as_doc() for sentence in doc.sents]


def without_final_stop(doc: Doc) -> Doc:
    """The doc without a last ``.``; unchanged where something depends on it."""
    if len(doc) < 3 or doc[-1].text != "." or doc[-1].n_lefts or doc[-1].n_rights:
        return doc
    return doc[:-1].as_doc()


def augmented_docs(
    docs: list[Doc], generator: random.Random, options: AugmentationOptions
) -> list[tuple[str, Doc]]:
    """One epoch of ``docs``: each text to read (some lower-cased) and the annotated doc it aligns with."""
    result: list[tuple[str, Doc]] = []
    for doc in docs:
        parts = sentence_docs(doc) if generator.random() < options.split else [doc]
        for part in parts:
            gold = without_final_stop(part) if generator.random() < options.drop_stop else part
            # Outside the Latin letters lower case can depend on the neighbours, and then nothing aligns.
            lower = generator.random() < options.lower and all(ord(letter) < 0x250 for letter in gold.text)
            result.append((gold.text.lower() if lower else gold.text, gold))
    return result
