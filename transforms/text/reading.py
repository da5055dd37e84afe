"""What is only read out: the short answer to a question that asks what stands on a sign, a book or a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import regex

from transforms.text.lexicon import read_list

TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Reading:
    asks: regex.Pattern[str]
    not_of: regex.Pattern[str]
    tells: regex.Pattern[str]
    most_words: int


@cache
def _reading() -> _Reading:
    content = read_list("reading")
    return _Reading(
        regex.compile("(?i)" + "|".join(content["asks"])),
        regex.compile("(?i)" + content["not_of"]),
        regex.compile("(?i)" + content["tells"]),
        int(content["most_words"]),
    )


def is_read_out(question: str, answer: str) -> bool:
    """True if ``question`` asks to read print and ``answer`` does nothing else: it tells nothing of anybody.

    Both folded. Raises TimeoutError on a runaway pattern.
    """
    reading = _reading()
    return (
        bool(answer)
        and len(answer.split()) <= reading.most_words
        and reading.asks.search(question, timeout=TIMEOUT_SECONDS) is not None
        and reading.not_of.search(question, timeout=TIMEOUT_SECONDS) is None
        and reading.tells.search(answer, timeout=TIMEOUT_SECONDS) is None
    )
