"""Finds telephone numbers: by country code, by a form that only they have, or by a word beside them.

A number with a country code must be possible in the plan of phonenumbers; one in national form without any
word for the telephone must be a number of a plan that writes it in just these groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

import regex

from schemas.finding import Kind
from transforms.text.alternations import any_of
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

_INTERNAL = r"(?i:x|ext\.?|extn\.?|extension|durchwahl|poste)[ .:]{0,2}\d{1,6}"
_EXTENSION = rf"(?:[ ,;]{{0,2}}(?:{_INTERNAL}|\({_INTERNAL}\)))"
_CANDIDATE = regex.compile(
    r"(?<![\p{L}\d_.$€£¥#@/-])(?<![$€£¥] )(?<!\d,)(?>\+? ?\(?\+?\d(?:(?! / )[ .()/–-]{0,3}\d){5,17})"
    rf"{_EXTENSION}?(?![\p{{L}}\d]|-\d|[.,/:]\d|%)"
)
_TAIL = regex.compile(_EXTENSION + "$")
_AMERICAN = regex.compile(r"(?:\+?1[ .-]?)?(?:\([2-9]\d\d\) ?[ .-]?|[2-9]\d\d[.-])\d{3}[ .-]?\d{4}")
_AMERICAN_SPACED = regex.compile(
    r"(?:1 )?[2-9]\d\d \d{3} \d{4}|1[ .-]?[2-9]\d\d[ .-]\d{3}[ .-]\d{4}|001[ .-]?\d{3}[ .-]\d{3}[ .-]\d{4}"
)
_IN_BRACKETS = regex.compile(
    r"\((?!(?:19|20)\d\d\))0?\d{2,5}\) ?(?:\d{2,5}[ .-]\d{2,4}(?:[ .-]\d{2,4})?|\d{5,8})"
)
_TRUNK = regex.compile(r"\(?0\d{1,5}\)?(?:[ ./–-]{1,3}\d{2,8}){1,5}")
_DATE = regex.compile(r"(\d{1,4})[./ -](\d{1,2})[./ -](\d{1,4})")
_STAMP = regex.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:\D|\d{6}$|$)")
_YEARS = regex.compile(r"(?:1[0-9]|20)\d\d ?[-–/ ] ?(?:1[0-9]|20)\d\d")
_AMOUNT = regex.compile(r"\d{1,3}(?:\.\d{3}){1,4}|\d{1,3}(?:\.\d{3})+\.\d{2}|\d+\.\d{1,2}(?: \d+\.\d{1,2})*")
_BOOK = regex.compile(r"97[89][ -]?\d")
_SENTENCE_END = regex.compile(r"(?i)(?<!\b(?:no|nr|num|tel|ext|ph|mob|st))\.\s(?!\d)|[!?;]\s(?!\d)|\n")
_COUNTED = regex.compile(r"(?<=\d) [a-z]{3,}s\b")
_MIDDLE = regex.compile(r"[ .()/–-]+")


def _words(name: str) -> str:
    return any_of(_lists()[name])


@cache
def _lists() -> dict[str, list[str]]:
    return read_list("phones")


@cache
def _evidence() -> dict[str, regex.Pattern[str]]:
    return {
        "label": regex.compile(rf"(?i)(?<!\p{{L}})(?:{_words('labels')})\b\.?"),
        "near": regex.compile(rf"(?i)(?<!\p{{L}})(?:{_words('near')})\b\.?"),
        "sign": regex.compile(rf"(?i)(?:^|[\s(|,;])(?:{_words('signs')})[.:)]?\s{{0,2}}$"),
        "direct": regex.compile(rf"(?i)(?:[:(=,|]|(?<!\p{{L}})(?:{_words('direct')})\b\.?)[\s\"'(#]*$"),
        "weak": regex.compile(rf"(?i)(?<!\p{{L}})(?:{_words('weak')})\b"),
        "behind": regex.compile(rf"(?i)(?<!\p{{L}})(?:{_words('behind')})\b"),
        "after": regex.compile(rf"(?i)[ ,]?[ (/-]{{0,2}}(?:{_words('after')})\b"),
        "other": regex.compile(rf"(?i)(?<!\p{{L}})(?:{_words('other')})\b|[$€£]"),
        "unit": regex.compile(rf"(?i) ?(?:{_words('units')})(?!\p{{L}})"),
    }


def phone_mentions(text: str, asked: bool) -> Iterator[Mention]:
    """Telephone numbers of one folded passage. ``asked``: the line or question before asks for one.

    Raises TimeoutError if the pattern exceeds its time limit.
    """
    for match in _CANDIDATE.finditer(text, timeout=TIMEOUT_SECONDS):
        start, end = _trimmed(text, *match.span())
        reason, score, end = _reason(text, start, end, asked)
        if reason:
            yield Mention(
                start, end, PHONE, Kind.EXPLICIT, f"pattern.phone_{reason}", Form.VALUE, score=score
            )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without blanks in front and without a bracket that is not closed inside."""
    while text[start] in " (" and (text[start] == " " or ")" not in text[start:end]):
        start += 1
    return start, end


def _reason(text: str, start: int, end: int, asked: bool) -> tuple[str, float, int]:
    """Why the candidate is a telephone number, how sure, and where it ends; an empty reason if it is none."""
    value = text[start:end]
    extended = _TAIL.search(value)
    number = value[: extended.start()] if extended else value
    digits = sum(character.isdecimal() for character in number)
    if "+" in number or _is_dialled_abroad(text, start, number):
        length = _possible_length(number)
        if length:
            return "international", 0.95, end if length == len(number) else start + length
    if _BOOK.match(number) and digits in (12, 13):
        return "", 0.0, end
    if _is_formed(number, digits) or (extended and digits >= 7):
        return ("", 0.0, end) if _names_other(text, start) else ("formed", 0.9, end)
    if _is_date(number) or (_AMOUNT.fullmatch(number) and number.count(".") != 4):
        return "", 0.0, end
    if digits <= _MAX_PLAN_DIGITS and _has_word(text, start, end, digits, asked):
        return "context", 0.85, end
    return "", 0.0, end


def _is_dialled_abroad(text: str, start: int, number: str) -> bool:
    """True for "00" and a country code, in groups or behind a word for the telephone."""
    if not number.startswith("00"):
        return False
    window = text[max(0, start - _REACH) : start]
    return _introduced(window, _evidence()["label"]) or (
        not number.isdecimal() and not _names_other(text, start) and bool(_MIDDLE.search(number[:7]))
    )


def _is_date(number: str) -> bool:
    """True for a day in figures and for a pair of years."""
    if _YEARS.fullmatch(number) or _STAMP.match(number):
        return True
    parts = _DATE.fullmatch(number)
    if parts is None:
        return False
    first, middle, last = (int(part) for part in parts.groups())
    whole_year = len(parts[1]) == 4 and 1500 <= first < 2100
    ends = last if whole_year else first
    if not whole_year and not (len(parts[1]) <= 2 and len(parts[3]) in (2, 4)):
        return False
    return ends <= 31 and middle <= 31 and min(ends, middle) <= 12


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


def _is_formed(number: str, digits: int) -> bool:
    """True if nothing but a telephone number is written so."""
    if _AMERICAN.fullmatch(number):
        return True
    if _AMERICAN_SPACED.fullmatch(number) and is_written_so(number, ("US",)):
        return True
    if 8 <= digits <= 12 and _IN_BRACKETS.fullmatch(number):
        return True
    return 9 <= digits <= 12 and bool(_TRUNK.fullmatch(number)) and is_written_so(number, _trunk_regions())


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

    groups = [part for part in _MIDDLE.split(number) if part]
    for region in regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except phonenumbers.NumberParseException:
            continue
        if not phonenumbers.is_valid_number(parsed):
            continue
        shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        usual = [part for part in _MIDDLE.split(shown) if part]
        # The number of the subscriber may be written in one piece.
        if len(groups) == 1 and len(number) >= _LONG:
            return True
        if groups == usual or (len(groups) == 2 and groups[0] == usual[0]) or len(groups) == len(usual):
            return True
    return False


def _has_word(text: str, start: int, end: int, digits: int, asked: bool) -> bool:
    evidence = _evidence()
    if evidence["unit"].match(text, end) or (_COUNTED.match(text, end) and text[start:end].isdecimal()):
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
    number = _TAIL.sub("", text[start:end])
    if digits < (6 if _MIDDLE.search(number) else 7) or _names_other(text, start):
        return False
    near = _introduced(window, evidence["near"])
    if near and evidence["direct"].search(window[-16:]):
        return True
    # A weaker word needs a number that some plan has, in groups unless it is a long one.
    weak = not number.isdecimal() and _introduced(window, evidence["weak"])
    likely = near or weak or _followed(text[end : end + _REACH])
    return likely and is_written_so(number, _all_regions())


def _followed(window: str) -> bool:
    """True if the sentence goes on with a word for the telephone ("... is my number")."""
    evidence = _evidence()
    found = [one for name in ("label", "near", "behind") if (one := evidence[name].search(window))]
    between = window[: min(one.start() for one in found)] if found else ""
    return bool(found) and not _SENTENCE_END.search(between) and not evidence["other"].search(between)


def _introduced(window: str, words: regex.Pattern[str]) -> bool:
    """True if one of the words stands in the same sentence and none for another number after it."""
    last = _last(words, window)
    if last is None:
        return False
    between = window[last.end() :]
    return not _SENTENCE_END.search(between) and not _evidence()["other"].search(between)
