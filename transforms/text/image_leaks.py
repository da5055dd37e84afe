"""Looks through cleaned turns for what the record's images no longer show: whole turns, not passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemas.finding import Kind
from transforms.text.contract import Conversation
from transforms.text.fold import fold
from transforms.text.mask import mask_of
from transforms.text.quoted_values import IMAGE_VALUE, find_quotes
from transforms.text.refuse import is_refusal
from transforms.text.verify import Leak


def image_leaks(
    conversation: Conversation, texts: Sequence[str], refusals: Sequence[str] = ()
) -> Iterator[Leak]:
    """What the new ``texts`` of the turns still quote. Raises TimeoutError on a runaway pattern."""
    for turn, (text, said) in enumerate(zip(texts, conversation, strict=True)):
        if said.hidden is None or is_refusal(text, refusals):
            continue
        folded = fold(text)
        for quote in find_quotes(folded.text, said.hidden):
            if quote.sure:
                start, end = folded.original_span(quote.start, quote.end)
                shown = quote.surrogate or mask_of(quote.attribute)
                yield Leak(turn, start, end, quote.attribute, Kind.EXPLICIT, shown, IMAGE_VALUE)
