"""What is only read out: the short answer to a question that asks what stands on a sign, a book or a page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import regex

from transforms.text.lexicon import read_list
from transforms.text.rules import TextRules

TIMEOUT_SECONDS = 1.0
# What is printed on a shirt or a sign is told of nobody in the picture.
_PRINTED = regex.compile(
    r"(?i)\b(?:says?|saying|reads?|reading|written|titled?|called|labell?ed|words?|signs?|text|logo"
    r"|letters|title|phrase|message|slogan)"
    r'[^".]{0,30}"(?P<value>[^"]{1,120})"'
)
# The same without quotation marks, up to the end of the clause: the sign says boys and girls
_UNQUOTED = regex.compile(
    r"(?i)\b(?:signs?|posters?|banners?|labels?|stickers?|billboards?|plaques?|placards?|buttons?|t-shirt)"
    r"(?: that| which)? (?:says?|reads?|saying|reading),? (?!that\b)(?P<value>[^\"\n.;,?!]{1,50})"
)
# A title of several capitalised words after the word for what is done with a work: Who wrote "The Prince"?
_TITLE = regex.compile(
    r"\b(?:[Ww](?:rote|ritten)|[Pp]ublish(?:ed|es)|[Dd]irected|[Rr]ecorded|[Rr]eleased|[Ss]ings?|[Ss]ang"
    r"|[Pp]layed|[Pp]lays|[Rr]eads?|[Bb]ook|[Ff]ilm|[Mm]ovie|[Ss]ong|[Aa]lbum|[Nn]ovel|[Ss]tarr(?:ed|ing) in"
    r"|[Ww]atch(?:ed|ing)?)\b"
    r'[^".]{0,20}"(?P<value>\p{Lu}[^"]{1,80})"'
)
# Without one of these before it a quotation is what somebody says, and a pronoun in it is somebody's.
_PRINT = regex.compile(
    r"(?i)\b(?:signs?|signage|(?:t-)?shirts?|posters?|billboards?|banners?|labels?|labell?ed|texts?|text|books?|titled?"
    r"|titles|logos?|slogans?|plaques?|boards?|stickers?|captions?|pages?|covers?|screens?|buttons?|cards?|hats?|caps?"
    r"|songs?|albums?|mugs?|bags?|tattoos?|graffiti|written|called|reads?|reading|letters|placards?|displays?)\b"
)
_REACH_OF_PRINT = 60


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


_LETTERS = regex.compile(r"[a-z0-9]+")


def excepted_spans(text: str, rules: TextRules) -> list[tuple[int, int]]:
    """Where an expression stands that is no attribute whatever its words are ("grandfather clock")."""
    present = _LETTERS.findall(text.lower())
    return [
        match.span()
        for word in dict.fromkeys(present)
        if word in rules.exceptions
        for match in rules.exceptions[word].finditer(text)
    ]


def printed_spans(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Character spans of ``text`` (folded) within quotation marks: what is printed or a title, and those of
    them that nobody says, in which a pronoun is nobody's either."""
    unquoted = [match.span("value") for match in _UNQUOTED.finditer(text, timeout=TIMEOUT_SECONDS)]
    if '"' not in text:
        return unquoted, unquoted
    printed = [match.span("value") for match in _PRINTED.finditer(text)]
    unspoken = [span for span in printed if _PRINT.search(text, max(0, span[0] - _REACH_OF_PRINT), span[0])]
    unspoken += unquoted
    return printed + unquoted + [match.span("value") for match in _TITLE.finditer(text)], unspoken
