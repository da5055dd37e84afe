"""The cheap question before a passage is parsed: may a rule that reads a parse find anything in it?"""

from __future__ import annotations

import re
from functools import lru_cache

from transforms.text.name_prefilter import may_hold_name
from transforms.text.questions import may_ask
from transforms.text.recognise_names import NAME
from transforms.text.rules import TextRules

KEPT_ANSWERS = 4096
"""Answers that are remembered: audit and the second reading ask of the same texts."""

SHORT_TEXT = 4
"""Words of a text that is parsed wherever an adjective for people stands in it: an answer, a fragment."""

REACH_OF_ADJECTIVE = 12
"""Words from an adjective within which the person that it describes must stand."""

_WORD = re.compile(r"[a-z]+")
_LEAD = 24
"""Characters before an adjective in which the mark that sets it off stands."""
_SET_OFF = re.compile(r"[,;:(*\-–—]\s*(?:and |or |\w+ly )?$")
_DECADE = re.compile(
    r"\d0'?s\b|\d\s?y(?:/?o\b|\.o\.)|(?:over|under|above|below|than|past) [1-9]\d\b"
    r"|(?i:\b(?:i am|i'm|(?:my|our) \w+ (?:is|was)|turn(?:s|ed|ing)?)(?: \w+)? \d)"
)


@lru_cache(maxsize=KEPT_ANSWERS)
def needs_parse(text: str, question: bool, rules: TextRules) -> bool:
    """The prefilter: false only if no rule that reads a parse can find anything in the folded ``text``."""
    words = set(_WORD.findall(text.lower()))
    if not words.isdisjoint(rules.triggers) or _DECADE.search(text):
        return True
    if (
        not words.isdisjoint(rules.weak_triggers)
        and not words.isdisjoint(rules.person_words)
        and (question or _may_describe_person(text.lower(), rules))
    ):
        return True
    if rules.phrases.matches(text):
        return True
    if question and may_ask(text, rules):
        return True
    return NAME in rules.attributes and may_hold_name(text, rules)


def _may_describe_person(text: str, rules: TextRules) -> bool:
    """True if one of the adjectives of the lower-case ``text`` can be said of a person: right after a word
    for one or before it, with nothing between that ends a phrase; after a linking verb, unless another word
    follows that it describes; or set off by a mark."""
    found = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]
    if len(found) <= SHORT_TEXT:
        return True
    linked = False
    for index, (word, start, end) in enumerate(found):
        if word in rules.linking_words:
            linked = True
        elif word in rules.weak_triggers:
            if (
                not index
                or found[index - 1][0] in rules.described_words
                or _SET_OFF.search(text, max(0, start - _LEAD), start)
            ):
                return True
            following = [other for other, _, _ in found[index + 1 : index + REACH_OF_ADJECTIVE]]
            if linked and (not following or text[end] != " " or _ends_predicate(following[0], rules)):
                return True
            for other in following:
                if other in rules.described_words:
                    return True
                if other in rules.phrase_openers:
                    break
    return False


def _ends_predicate(word: str, rules: TextRules) -> bool:
    return word in rules.after_predicate or word in rules.phrase_openers or word.endswith(("ing", "ly"))
