"""Headings of a description, whose capitals make no title: "**The Young Man:** ..."."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc

# A label in front of a description: "**The Young Man:** ...", "Main Subject - The Woman".
_LABEL = regex.compile(
    r"\A(?P<label>[^.?!:\"]{1,70}?)(?::\*\*|\*\*:?|\*\*|\)\W*\Z|:(?=\s|\Z))|\A(?P<label>[^.?!:\"]{1,50})\Z"
)
_ARTICLES = frozenset({"the", "a", "an"})
_LABEL_LINKS = frozenset({"the", "a", "an", "of", "in", "on", "with", "and", "at", "to", "from", "this"})


def in_label(doc: Doc, index: int, rules: TextRules) -> bool:
    """True in a heading whose capitals make no title: words for persons and for parts of the picture."""
    match = _LABEL.match(doc.text)
    if match is None or doc[index].idx >= match.end("label"):
        return False
    words = [token for token in doc if token.is_alpha and token.idx < match.end("label")]
    if not any(token.lower_ in rules.looks.headings or token.lower_ in _ARTICLES for token in words):
        return False
    doing = next((at for at, token in enumerate(words) if at and token.lower_.endswith("ing")), len(words))
    return all(
        not token.text[:1].isupper()
        or token.lower_ in _LABEL_LINKS
        or token.lower_ in rules.looks.headings
        or token.lower_ in rules.people.person
        or token.lower_ in rules.lexicon.words
        or token.lower_.endswith("ing")
        for token in words[:doing]
    )
