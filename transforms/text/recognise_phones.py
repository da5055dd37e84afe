"""Finds telephone numbers: by country code, by a form that only they have, or by a word beside them.

A number with a country code must be possible in the plan of phonenumbers; one in national form without any
word for the telephone must be a number of a plan that writes it in just these groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise

import regex

from schemas.finding import Kind
from transforms.text.alternations import any_of, expanded
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention

PHONE = "pii.phone"
MIN_DIGITS = 6
TIMEOUT_SECONDS = 2.0
"""Per passage. The pattern is linear, so only a defect reaches it."""

_REACH = 64
"""Characters before a number that may say what it is."""
_MAX_PLAN_DIGITS = 15
_SHORT_ANSWER = 80
_LONG = 9
_MAX_CONSULTED = 64
"""Candidates of a passage for which the number plans are asked. Those behind them pass for numbers that some
plan has: a list as long as this costs no more time, and nothing in it is left out for that reason."""


@cache
def phone_parts() -> dict[str, str]:
    """The parts that the patterns of ``phones.yaml`` are put together from, its word lists among them."""
    lists = read_list("phones")
    return dict(lists["parts"]) | {
        name: any_of(words) for name, words in lists.items() if name != "patterns" and isinstance(words, list)
    }


@cache
def _compiled(group: str) -> dict[str, regex.Pattern[str]]:
    """The expressions of one group of ``phones.yaml`` by name."""
    return {
        str(name): regex.compile(expanded(pattern, phone_parts()))
        for name, pattern in read_list("phones")[group].items()
    }


def _form(name: str) -> regex.Pattern[str]:
    return _compiled("forms")[name]


def _evidence() -> dict[str, regex.Pattern[str]]:
    return _compiled("evidence")


def phone_mentions(text: str, asked: bool) -> Iterator[Mention]:
    """Telephone numbers of one folded passage. ``asked``: the line or question before asks for one.

    Raises TimeoutError if the pattern exceeds its time limit.
    """
    # All are found before the first is judged, as the limit is one of the pattern.
    spans = [match.span() for match in _form("candidate").finditer(text, timeout=TIMEOUT_SECONDS)]
    for rank, span in enumerate(spans):
        start, end = _trimmed(text, *span)
        reason, score, end = _reason(text, start, end, asked, rank < _MAX_CONSULTED)
        if reason:
            yield Mention(
                start, end, PHONE, Kind.EXPLICIT, f"pattern.phone_{reason}", Form.VALUE, score=score
            )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blanks in front and without a bracket that is not closed inside."""
    while text[start] in " (" and (text[start] == " " or ")" not in text[start:end]):
        start += 1
    return start, end


def _reason(text: str, start: int, end: int, asked: bool, consulted: bool) -> tuple[str, float, int]:
    """Why the candidate is a telephone number, how sure, and where it ends; an empty reason if it is none.

    ``consulted``: the number plans are asked; else every plan that could be has the number.
    """
    value = text[start:end]
    extended = _form("tail").search(value)
    number = value[: extended.start()] if extended else value
    digits = sum(character.isdecimal() for character in number)
    if "+" in number or _is_dialled_abroad(text, start, number):
        length = _possible_length(number) if consulted else len(number)
        if length:
            return "international", 0.95, end if length == len(number) else start + length
    if _form("book").match(number) and digits in (12, 13):
        return "", 0.0, end
    if _is_formed(number, digits, consulted) or (extended and digits >= 7):
        return ("", 0.0, end) if _names_other(text, start) else ("formed", 0.9, end)
    if _is_date(number) or (_form("amount").fullmatch(number) and number.count(".") != 4):
        return "", 0.0, end
    if digits <= _MAX_PLAN_DIGITS and _has_word(text, start, end, digits, asked, consulted):
        return "context", 0.85, end
    return "", 0.0, end


def _is_dialled_abroad(text: str, start: int, number: str) -> bool:
    """True for "00" and a country code, in groups or behind a word for the telephone."""
    if not number.startswith("00"):
        return False
    window = text[max(0, start - _REACH) : start]
    return _introduced(window, _evidence()["label"]) or (
        not number.isdecimal() and not _names_other(text, start) and bool(_form("middle").search(number[:7]))
    )


def _is_date(number: str) -> bool:
    """True for a day in figures and for a pair of years."""
    if _form("years").fullmatch(number) or _form("stamp").match(number) or _is_counted(number):
        return True
    parts = _form("date").fullmatch(number)
    if parts is None:
        return False
    first, middle, last = (int(part) for part in parts.groups())
    whole_year = len(parts[1]) == 4 and 1500 <= first < 2100
    ends = last if whole_year else first
    if not whole_year and not (len(parts[1]) <= 2 and len(parts[3]) in (2, 4)):
        return False
    return ends <= 31 and middle <= 31 and min(ends, middle) <= 12


def _is_counted(number: str) -> bool:
    """True for a row of numbers that mostly counts up or down by one: a dial, a ruler, a keypad."""
    if not _form("counted").fullmatch(number):
        return False
    steps = [abs(int(right) - int(left)) == 1 for left, right in pairwise(number.split())]
    return 4 * sum(steps) >= 3 * len(steps)


def _last(expression: regex.Pattern[str], text: str) -> regex.Match[str] | None:
    last = None
    for match in expression.finditer(text):
        last = match
    return last


def _names_other(text: str, start: int) -> bool:
    """True if the word right before the number names another kind of number ("Invoice no. ...")."""
    before = text[max(0, start - 24) : start]
    found = _last(_evidence()["other"], before)
    if found is None or _evidence()["label"].search(before, found.end()):
        return False
    return not regex.search(
        r"\p{L}{3}|[;,]",
        regex.sub(r"(?i)\b(?:number|numbers|nos|num|was|are|the)\b", "", before[found.end() :]),
    )


def _possible_length(number: str) -> int:
    """How much of an international number is possible: its last groups are cut until it is; 0 for none."""
    import phonenumbers

    candidate = number
    while sum(character.isdecimal() for character in candidate) >= 8:
        plain = candidate.replace("–", "-").replace(" (0)", "").replace("(0)", "")
        plain = "+" + plain[2:] if plain.startswith("00") else plain
        try:
            parsed = phonenumbers.parse(plain, None)
        except phonenumbers.NumberParseException:
            return 0
        if phonenumbers.is_possible_number(parsed):
            return len(candidate)
        # A leading +1 with nine digits too many is two numbers, not one.
        cut = max(candidate.rfind(sign) for sign in " .-/")
        if cut <= 0:
            return 0
        candidate = candidate[:cut].rstrip(" .()/-–")
    return 0


def _is_formed(number: str, digits: int, consulted: bool) -> bool:
    """True if nothing but a telephone number is written so."""
    if _form("american").fullmatch(number) or _form("russian").fullmatch(number):
        return True
    if _form("american_spaced").fullmatch(number) and (not consulted or is_written_so(number, ("US",))):
        return True
    if 8 <= digits <= 12 and _form("in_brackets").fullmatch(number):
        return True
    return (
        9 <= digits <= 12
        and bool(_form("trunk").fullmatch(number))
        and (not consulted or is_written_so(number, _trunk_regions()))
    )


@cache
def _trunk_regions() -> tuple[str, ...]:
    """Regions whose national numbers start with 0, the large ones first."""
    import phonenumbers

    found = [
        region
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        if (data := phonenumbers.PhoneMetadata.metadata_for_region(region)) and data.national_prefix == "0"
    ]
    return (*found, "IT")


@cache
def _all_regions() -> tuple[str, ...]:
    import phonenumbers

    return tuple(sorted(phonenumbers.SUPPORTED_REGIONS))


@lru_cache(maxsize=4096)
def is_written_so(number: str, regions: tuple[str, ...]) -> bool:
    """True if ``number`` is valid in one of the regions, whose usual form has the same groups of digits."""
    import phonenumbers

    groups = [part for part in _form("middle").split(number) if part]
    for region in regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if not phonenumbers.is_valid_number(parsed):
            continue
        shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        usual = [part for part in _form("middle").split(shown) if part]
        # The number of the subscriber may be written in one piece.
        if len(groups) == 1 and len(number) >= _LONG:
            return True
        if groups == usual or (len(groups) == 2 and groups[0] == usual[0]) or len(groups) == len(usual):
            return True
    return False


def _has_word(text: str, start: int, end: int, digits: int, asked: bool, consulted: bool) -> bool:
    evidence = _evidence()
    if evidence["unit"].match(text, end) or (
        _form("plural").match(text, end) and text[start:end].isdecimal()
    ):
        return False
    if asked and (start <= 3 or len(text) <= _SHORT_ANSWER):
        return not _names_other(text, start)
    if digits >= 7 or text[start:end].count(" ") == 2:
        if evidence["after"].match(text, end):
            return True
        if evidence["sign"].search(text[max(0, start - 6) : start]) and digits >= 7:
            return True
    window = text[max(0, start - _REACH) : start]
    if _introduced(window, evidence["label"]):
        return True
    number = _form("tail").sub("", text[start:end])
    if digits < (6 if _form("middle").search(number) else 7) or _names_other(text, start):
        return False
    near = _introduced(window, evidence["near"])
    if near and evidence["direct"].search(window[-16:]):
        return True
    # A weaker word needs a number that some plan has, in groups unless it is a long one.
    weak = not number.isdecimal() and _introduced(window, evidence["weak"])
    likely = near or weak or _followed(text[end : end + _REACH])
    return likely and (not consulted or is_written_so(number, _all_regions()))


def _followed(window: str) -> bool:
    """True if the sentence goes on with a word for the telephone ("... is my number")."""
    evidence = _evidence()
    found = [one for name in ("label", "near", "behind") if (one := evidence[name].search(window))]
    between = window[: min(one.start() for one in found)] if found else ""
    return bool(found) and not _form("sentence_end").search(between) and not evidence["other"].search(between)


def _introduced(window: str, words: regex.Pattern[str]) -> bool:
    """True if one of the words stands in the same sentence and none for another number after it."""
    last = _last(words, window)
    if last is None:
        return False
    between = window[last.end() :]
    return not _form("sentence_end").search(between) and not _evidence()["other"].search(between)
