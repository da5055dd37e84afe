"""Finds postal addresses: street and number in the order of many countries, unit, town with postcode, boxes.

One passage is one line. Lines of a block help each other: below "Address:" or above "Apt. 5" a line needs
less evidence of its own (``asked``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex

from schemas.finding import Kind
from transforms.text.alternations import any_of, expanded
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention

ADDRESS = "pii.address"
TIMEOUT_SECONDS = 2.0
"""Per pattern and passage. Patterns are linear, so only a defect reaches it."""

MAX_LINE = 90
"""Characters of a line that can be one of an address block."""

_SCORE = 0.85
_DIGIT = regex.compile(r"\d")
_MAY_HOLD = regex.compile(
    r"\d[\w/-]*[.,]? (?:[\p{L}'.]+ ){0,3}\p{Lu}|\p{Lu}[\p{L}.'-]*,? (?:n[.º°] ?|No\.? |nr\.? )?[A-Z]{0,3}\d"
    r"|(?i:\b(?:zip|post|plz|cap|c[óo]digo)\b|postal|code)|\p{Lu}{2}"
)
"""Every line that is no part of a block and that one of the patterns can match holds one of these."""


@cache
def _compiled(group: str) -> dict[str, regex.Pattern[str]]:
    """The patterns of one group of ``addresses.yaml`` by name."""
    lists = read_list("addresses")
    parts = dict(lists["parts"]) | {
        name: any_of(words) for name, words in lists.items() if isinstance(words, list)
    }
    return {str(name): regex.compile(expanded(pattern, parts)) for name, pattern in lists[group].items()}


def stands_in_block(before: str, text: str, after: str, chained: bool) -> bool:
    """True if the lines around the folded line ``text`` show that it belongs to an address.

    ``chained``: the line before belongs to one because of what stands around it.
    """
    if len(text) > MAX_LINE:
        return False
    marks = _compiled("block")
    if after and len(after) <= MAX_LINE and _DIGIT.search(text) and marks["unit"].match(after):
        return True
    # A town alone is nobody's address: it needs an address above and a postcode or country below.
    if not marks["end"].match(text) and not (marks["town"].match(text) and marks["end"].match(after)):
        return False
    return chained or bool(marks["unit"].match(before)) or _ends_with_address(before[-MAX_LINE:])


def _ends_with_address(text: str) -> bool:
    return any(one.end >= len(text) - 2 for one in address_mentions(text))


def address_mentions(text: str, asked: bool = False) -> Iterator[Mention]:
    """Addresses and parts of addresses in one folded passage. May overlap.

    ``asked``: a question or the lines around say that here stands one. Raises TimeoutError if a pattern
    exceeds its time limit.
    """
    lines = _compiled("line_patterns") if asked and len(text) <= MAX_LINE else {}
    if not lines and not (_DIGIT.search(text) and _MAY_HOLD.search(text)):
        return
    for rule, expression in (_compiled("patterns") | lines).items():
        for match in expression.finditer(text, timeout=TIMEOUT_SECONDS):
            start, end = match.span("value") if "value" in match.groupdict() else match.span()
            value = text[start:end].rstrip(" ,.")
            value, start = value.lstrip(" ,"), start + len(value) - len(value.lstrip(" ,"))
            if value and (lines or any(character.isdigit() for character in value)):
                yield Mention(
                    start,
                    start + len(value),
                    ADDRESS,
                    Kind.EXPLICIT,
                    f"pattern.address.{rule}",
                    Form.VALUE,
                    score=_SCORE,
                )
