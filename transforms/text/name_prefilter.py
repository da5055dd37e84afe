"""The cheap question before names are looked for: may this text hold one at all?"""

from __future__ import annotations

from functools import lru_cache

import regex

from transforms.text.rules import NameWords, TextRules

CONTEXT_REACH = 32
"""Characters before a name that may introduce it."""

KEPT_TEXTS = 4096
"""Answers that are remembered: audit, parse and the second reading ask of the same texts."""

_CAPITALISED = regex.compile(r"\b\p{Lu}[\p{L}']*")
_LOWER = regex.compile(r"\b\p{Ll}+")
_LOWER_SIGN = regex.compile(
    r"\b\p{Ll}*[\p{Ll}--[a-z]]\p{Ll}*\b"
    r"|^\p{Ll}{3,}:\s+[\p{L}'\"](?!.*[;{}]$)"
    r"|\b(?i:names?|account)\b[^.?:]{0,20}[?:]\s+\p{L}",
    regex.V1,
)
"""In lower case: a foreign letter, a speaker, an answer to what a name is."""

_SPEAKER = regex.compile(r"\p{Lu}\p{Ll}+(?=:|'s\b|,|!)")
_ENDS_SENTENCE = regex.compile(r"(?:^|[.!?:\n]['\")*\]]*\s+)['\"(*\[]*$")
_SENTENCE_REACH = 6
_STARTERS = frozenset(
    {"the", "a", "an", "this", "these", "in", "on", "at", "is", "are", "what", "which"}
    | {"there", "no", "yes", "two"}
)


@lru_cache(maxsize=KEPT_TEXTS)
def may_hold_name(text: str, rules: TextRules) -> bool:
    """False only for a folded ``text`` without a sign of a name.

    Signs are a listed name in lower case (no list holds a common word), a foreign letter, a title, words
    that introduce a name, a capital inside a sentence, two capitals in a row, and a capitalised first word
    that a colon, comma or possessive follows.
    """
    names = rules.names
    if not names.lower_triggers.isdisjoint(_LOWER.findall(text)) or names.introducing.search(text):
        return True
    if _LOWER_SIGN.search(text):
        return True
    speaker = _SPEAKER.match(text)
    if speaker and speaker.group().lower() not in names.not_triggers:
        return True
    before, stop = "", 0
    for match in _CAPITALISED.finditer(text):
        shown, start = match.group(), match.start()
        if _is_sign(text, shown, start, names):
            return True
        # A name without a known given name has two parts; a capital after a full stop proves nothing.
        joined = before and text[stop:start].strip(" .") == ""
        if joined and (before.lower() in names.ambiguous or before.lower() not in _STARTERS):
            return True
        before, stop = shown, match.end()
    return False


def _is_sign(text: str, shown: str, start: int, names: NameWords) -> bool:
    """Whether the capitalised word ``shown`` at ``start`` may be a name by itself."""
    word = shown.lower()
    if word in names.sure or word in names.titles:
        return True
    # A word in capitals throughout tells nothing by its first one.
    mixed = len(word) > 2 and not shown.isupper() and word not in names.not_triggers
    if mixed and (word in names.given or word in names.surnames):
        return True
    if mixed and not _ENDS_SENTENCE.search(text[max(0, start - _SENTENCE_REACH) : start]):
        return True
    lead = max(0, start - CONTEXT_REACH)
    return bool(names.contexts.search(text, lead, start) or names.strong_contexts.search(text, lead, start))
