"""Finds postal addresses: street and number in the order of many countries, unit, town with postcode, boxes.

One passage is one line. Lines of a block help each other: below "Address:" or above "Apt. 5" a line needs
less evidence of its own (``asked``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

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

_MAX_CHAIN = 120
"""Characters that the parts of an address before its town and postcode may take."""

_MAX_PLACES = 32
"""Places of a passage around which is looked for the rest of an address. Behind them, what stands in front of
a place counts as its address unread: a line with so many is a list of addresses."""

_SCORE = 0.85
_CAPITAL_LISTS = ("street_types", "types_before", "types_after")
_WORD = regex.compile(r"(?<![\p{L}\d'])\p{L}[\p{L}'-]*")
_DIGIT = regex.compile(r"\d")
_MAY_HOLD = regex.compile(
    r"\d[\w/-]{0,30}+[.,]? (?:[\p{L}'.]{1,40}+ ){0,3}\p{Lu}"
    r"|\p{Lu}[\p{L}.'-]{0,50}+,? (?:n[.º°] ?|No\.? |nr\.? )?[A-Z]{0,3}\d"
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
    parts["capital_types"] = any_of(
        word.upper().rstrip(".") for name in _CAPITAL_LISTS for word in lists[name] if len(word) > 1
    )
    parts["small_states"] = any_of(word.lower() for word in lists["states"])
    parts["capital_endings"] = any_of(word.upper().rstrip(".") for word in lists["type_endings"])
    return {str(name): regex.compile(expanded(pattern, parts)) for name, pattern in lists[group].items()}


def stands_in_block(before: str, text: str, after: str, chained: bool) -> bool:
    """True if the lines around the folded line ``text`` show that it belongs to an address.

    ``chained``: the line before belongs to one because of what stands around it.
    """
    if len(text) > MAX_LINE:
        return False
    marks = _compiled("block")
    before, text, after = (_recased(line, True) for line in (before[-MAX_LINE:], text, after[: MAX_LINE + 1]))
    if after and len(after) <= MAX_LINE and _DIGIT.search(text) and marks["unit"].match(after):
        return True
    # A town alone is nobody's address: it needs an address above and a postcode or country below.
    if not marks["end"].match(text) and not (marks["town"].match(text) and marks["end"].match(after)):
        return False
    return chained or bool(marks["unit"].match(before)) or _ends_with_address(before)


def _ends_with_address(text: str) -> bool:
    return any(one.end >= len(text) - 2 for one in address_mentions(text))


def address_mentions(text: str, asked: bool = False) -> Iterator[Mention]:
    """Addresses and parts of addresses in one folded passage, in their order.

    ``asked``: a question or the lines around say that here stands one. Raises TimeoutError if a pattern
    exceeds its time limit.
    """
    lines = _compiled("line_patterns") if asked and len(text) <= MAX_LINE else {}
    if not lines and not _DIGIT.search(text):
        return
    text = _recased(text, bool(lines))
    if not lines and text.isascii() and not _MAY_HOLD.search(text):
        return
    found = [
        (rule, *(match.span("value") if "value" in match.groupdict() else match.span()))
        for rule, expression in (_compiled("patterns") | lines).items()
        for match in expression.finditer(text, timeout=TIMEOUT_SECONDS)
    ]
    for rule, start, end in _joined((*found, *_beside_places(text))):
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


def _joined(found: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """What overlaps as one, by the rule that found its beginning."""
    whole: list[tuple[str, int, int]] = []
    for rule, start, end in sorted(found, key=lambda one: (one[1], -one[2], one[0])):
        if whole and start < whole[-1][2]:
            whole[-1] = (*whole[-1][:2], max(end, whole[-1][2]))
        else:
            whole.append((rule, start, end))
    return whole


def _recased(text: str, asked: bool) -> str:
    """``text`` with the capitals that an address is usually written with; of the same length.

    ``asked``: it stands where an address is due, so that it need not look like one.
    """
    if text == (lower := text.lower()):
        text = _compiled("casing")["lettered"].sub(lambda code: code[0].upper(), lower)
        name, cased = "lower", _with_capitals
    else:
        name, cased = "capitals", _without_capitals
    if not asked and not _compiled("casing")[name].search(text, timeout=TIMEOUT_SECONDS):
        return text
    return _WORD.sub(cased, text)


def _with_capitals(word: regex.Match[str]) -> str:
    """A word of a line without capitals: "maple" in "14 maple drive", but not "lane" in "2 lane road"."""
    forms = _compiled("casing")
    if forms["kept"].fullmatch(word[0]) or forms["counted"].match(word.string, word.start()):
        return word[0]
    return _titled(word[0])


def _without_capitals(word: regex.Match[str]) -> str:
    """A word of a line with words in capitals; states, countries' letters and the like stay."""
    forms = _compiled("casing")
    if not word[0].isupper() or forms["kept"].fullmatch(word[0]):
        return word[0]
    if forms["kept"].fullmatch(word[0].lower()):
        return word[0].lower()
    return _titled(word[0]) if len(word[0]) > 2 or forms["capitals"].fullmatch(word[0]) else word[0]


def _titled(word: str) -> str:
    return word[:1].upper() + word[1:].lower()


def _beside_places(text: str) -> Iterator[tuple[str, int, int]]:
    """A town with its postcode and the parts of the address in front of or behind it, a number among them."""
    forms = _compiled("places")
    places = list(forms["place"].finditer(text, timeout=TIMEOUT_SECONDS))
    for before, place in pairwise(places[_MAX_PLACES - 1 :]):
        yield "place", max(before.end(), place.start() - _MAX_CHAIN), place.end()
    for place in places[:_MAX_PLACES]:
        first = max(0, place.start() - _MAX_CHAIN)
        chain = forms["chain"].search(text[first : place.start()], timeout=TIMEOUT_SECONDS)
        if chain and _DIGIT.search(chain[0]):
            named = forms["numberless"].match(chain[0], timeout=TIMEOUT_SECONDS)
            yield "place", first + chain.start() + (named.end() if named else 0), place.end()
        elif chain and (place["lettered"] or forms["typed"].search(chain[0])):
            yield "place", first + chain.start(), place.end()
        behind = forms["behind"].match(text[place.end() : place.end() + _MAX_CHAIN], timeout=TIMEOUT_SECONDS)
        if behind:
            yield "place", place.start(), place.end() + behind.end()
