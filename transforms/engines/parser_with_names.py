"""A parser whose entities come from an engine of their own instead of the pipeline's recogniser."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from transforms.engines.protocols import EntitySpan, EntityTagger, TextParser

if TYPE_CHECKING:
    from spacy.tokens import Doc

SCORES: Final = "entity_scores"
"""Key of ``Doc.user_data``: scores of ``Doc.ents``, in their order. Absent if the pipeline found them."""

CACHED_TEXTS = 4096


class ParserWithNames:
    """A ``TextParser`` that leaves syntax to ``parser`` and entities to ``tagger``."""

    def __init__(self, parser: TextParser, tagger: EntityTagger | None) -> None:
        """Without a ``tagger`` no document holds entities."""
        self._parser = parser
        self._tagger = tagger
        self._cache: OrderedDict[str, Doc] = OrderedDict()
        self.info = parser.info

    def parse(self, texts: Sequence[str], *, entities: bool = True) -> list[Doc]:
        """One Doc per text, in order. The Docs are shared with later calls: read them, never change them."""
        plain = self._parser.parse(texts, entities=False)
        if self._tagger is None or not entities:
            return plain
        found = {text: self._cache[text] for text in texts if text in self._cache}
        unseen = {text: doc for text, doc in zip(texts, plain, strict=True) if text not in found}
        for (text, doc), spans in zip(unseen.items(), self._tagger.tag(list(unseen)), strict=True):
            found[text] = self._cache[text] = named_doc(doc, spans)
        while len(self._cache) > CACHED_TEXTS:
            self._cache.popitem(last=False)
        return [found[text] for text in texts]


def named_doc(doc: Doc, spans: Sequence[EntitySpan]) -> Doc:
    """A copy of ``doc`` whose entities are the tokens that ``spans`` touch, with their scores."""
    from spacy.tokens import Span

    entities: list[Span] = []
    scores: list[float] = []
    for span in spans:
        tokens = doc.char_span(span.start, span.end, alignment_mode="expand")
        if tokens is not None and (not entities or tokens.start >= entities[-1].end):
            entities.append(Span(doc, tokens.start, tokens.end, label=span.label))
            scores.append(span.score)
    named = doc.copy()
    named.set_ents([Span(named, one.start, one.end, label=one.label) for one in entities])
    named.user_data[SCORES] = tuple(scores)
    return named
