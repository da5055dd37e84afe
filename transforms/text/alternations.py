"""Word lists as alternatives of a pattern, the longest first so that a part of a word never wins.

And patterns put together from named parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import regex

_PART = regex.compile(r"<<(\w+)>>")


def longest_first(words: Iterable[str]) -> list[str]:
    """By falling length, then by alphabet."""
    return sorted(words, key=lambda word: (-len(word), word))


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of ``words`` as they are written; without a group around it."""
    return "|".join(regex.escape(word) for word in longest_first(words))


def any_of_phrases(phrases: Iterable[str]) -> str:
    """Like ``any_of``; between the words of a phrase may stand any blanks or hyphens."""
    return "|".join(
        r"[\s-]+".join(regex.escape(part) for part in regex.split(r"[\s-]+", phrase))
        for phrase in longest_first(phrases)
    )


def expanded(pattern: str, parts: Mapping[str, str]) -> str:
    """``pattern`` with every ``<<name>>`` filled in from ``parts``. Raises KeyError for an unknown one."""
    while _PART.search(pattern):
        pattern = _PART.sub(lambda match: parts[match[1]], pattern)
    return pattern
