"""Reads a cleaned text with other eyes: own short word lists, the tagger's gender, looser digit shapes.

Shares no word list and no pattern with the recognisers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import regex

from schemas.finding import Kind
from transforms.text.agreement import article_for
from transforms.text.fold import fold
from transforms.text.lexicon import read_list
from transforms.text.verifier_checks import Check, checks_in, may_hold_form, same_word, words_of

TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Leak:
    """Characters ``start:end`` of a cleaned turn still tell ``attribute``; ``blunt`` would hide it."""

    turn: int
    start: int
    end: int
    attribute: str
    kind: Kind
    blunt: str
    rule: str


def speaks_of_people(text: str) -> bool:
    """True if ``text`` holds a word for a person by the verifier's own list."""
    return bool(_spared()["people"].search(text))


@cache
def _spared() -> dict[str, regex.Pattern[str]]:
    """What stands before or after a word that tells of an animal or a likeness."""
    return {name: regex.compile(pattern) for name, pattern in read_list("verifier")["spared"].items()}


def is_only_print(question: str, answer: str) -> bool:
    """True if ``question`` asks what stands somewhere and ``answer`` says it in a few words, of nobody."""
    spared = _spared()
    return bool(spared["asks_for_print"].search(question, timeout=TIMEOUT_SECONDS)) and not spared[
        "not_only_print"
    ].search(answer, timeout=TIMEOUT_SECONDS)


def names_goods(question: str, answer: str) -> bool:
    """True if ``answer`` only says of what kind a thing is: "What type of shirt?" "Men's"."""
    spared = _spared()
    return (
        spared["names_goods"].search(answer, timeout=TIMEOUT_SECONDS) is not None
        and spared["asks_for_goods"].search(question, timeout=TIMEOUT_SECONDS) is not None
        and spared["people"].search(question) is None
    )


def _tells_of_nobody(
    check: Check, text: str, start: int, end: int, turn: int, conversation: Sequence[str]
) -> bool:
    """True for "he" after an animal where nobody is spoken of, and for the man of a statue."""
    spared = _spared()
    if check.pronoun:
        before = text[:start]
        if text[start:end] == "he" and spared["before_slip"].search(before):
            return True  # "looking to he right"
        if any(one.start() <= start and end <= one.end() for one in spared["his_and_hers"].finditer(text)):
            return True
        if spared["made_subject"].search(before) and not spared["people"].search(before):
            return True
        if spared["ships"].search(before) and spared["of_ship"].match(text, end):
            return True
        if spared["people"].search(before) or spared["owned_by_people"].match(text, end):
            return False
        animal = spared["animals"].search(before)
        if animal is None:
            return _is_of_animals(turn, conversation)
        return (
            spared["own_part"].match(text, end) is not None
            or (
                spared["begins_with_animal"].match(before, endpos=animal.start()) is not None
                and not any(speaks_of_people(one) for one in conversation[max(0, turn - 1) : turn])
            )
            or not _speaks_elsewhere(turn, conversation)
        )
    if check.attribute.startswith("biometric.") and _of_animal(check, text, start, end):
        return True
    if spared["grown"].match(text, start, end) and _is_of_animals(turn, conversation):
        return True  # "Adults and their young" after "Two elephants"
    if check.rule.startswith(_SAID_OF_PARTS) and not (
        spared["people"].search(text) or _THEY.search(text) or _speaks_elsewhere(turn, conversation)
    ):
        return True
    if not check.attribute.startswith("biometric."):
        return False
    if spared["likeness_before"].search(text[max(0, start - 60) : start]):
        return True
    if spared["on_sign"].search(text[max(0, start - 60) : start]):
        return True
    if end < len(text) and len(text) < 60 and spared["fragment"].fullmatch(text):
        return True
    return check.attribute in _BEFORE_THINGS and (
        bool(spared["likeness_after"].match(text, end))
        or (
            bool(spared["costume"].search(text[max(0, start - 20) : start]))
            and bool(spared["animals"].search(text, 0, start))
            and not spared["people"].search(text, 0, start)
        )
    )


def _of_animal(check: Check, text: str, start: int, end: int) -> bool:
    """True for the eyes of a cat and the mother of a giraffe."""
    spared = _spared()
    animals, people = spared["animals"], spared["people"]
    if check.rule.startswith("verify.eye") and animals.search(text, max(0, start - 40), end + 15):
        return not people.search(text, max(0, start - 40), end + 15)
    if check.rule in _SAID_OF_ANIMALS and spared["beside_animal"].match(text, end):
        return True
    if check.rule == "verify.gender.rank" and spared["games"].search(text) and not people.search(text):
        return True
    return (
        check.rule in _SAID_OF_ANIMALS
        and bool(animals.search(text, 0, start))
        and not people.search(text[:start] + " " + text[end:])
    )


_SAID_OF_PARTS = ("verify.eye", "verify.weight.figure", "verify.weight.belly", "verify.race.skin")
_THEY = regex.compile(r"(?i)\b(?:they|their|them|who|he|she|his|her)\b")
_BEFORE_THINGS = ("biometric.gender", "biometric.age")
_SAID_OF_ANIMALS = frozenset(
    {
        "verify.gender.beard",
        "verify.gender.bearded",
        "verify.age.marks",
        "verify.gender.kin",
        "verify.gender.sexes",
        "verify.age.noun",
        "verify.eye_color",
        "verify.eye_is",
        "verify.eye_eyed",
    }
)


def _speaks_elsewhere(turn: int, conversation: Sequence[str]) -> bool:
    """True if another turn speaks of a person, whom a "he" may mean, or the other turns are not known."""
    return not conversation or any(
        speaks_of_people(text) for place, text in enumerate(conversation) if place != turn
    )


def _is_of_animals(turn: int, conversation: Sequence[str]) -> bool:
    """True if the turns before began with an animal and no turn speaks of a person."""
    spared = _spared()
    told = next((text for text in conversation[:turn] if spared["topic_or_pronoun"].search(text)), "")
    return (
        spared["animals"].search(told) is not None
        and spared["pronoun"].search(told) is None
        and not any(speaks_of_people(text) for text in conversation)
    )


def leaks_in(
    turn: int,
    text: str,
    checks: Sequence[Check],
    *,
    question: bool,
    refused: bool,
    conversation: Sequence[str] = (),
) -> Iterator[Leak]:
    """What a cleaned turn still tells. ``refused``: the round's answer is a refusal, so what its question
    offers or asks for ("a man or a woman?") tells nothing; ``conversation``: all turns, of whom one
    may speak that a "he" of this one means. Raises TimeoutError on a runaway pattern."""
    folded = fold(text)
    plain = folded.text
    formed = may_hold_form(plain)
    lower = _lowered(plain)
    possible = checks_in(words_of(lower, digits=formed))
    if not possible and not formed:
        return
    printed = [match.span() for match in _QUOTED.finditer(plain)] if '"' in plain else []
    for check in checks:
        if not formed if check.form else check not in possible:
            continue
        if question and refused and not check.questions:
            continue
        read = plain if check.form or check.cased else lower
        for match in check.expression.finditer(read, timeout=TIMEOUT_SECONDS):
            start, end = match.span("value") if "value" in match.groupdict() else match.span()
            blunt = check.blunt.get(same_word(lower[start:end]), check.blunt.get("*", ""))
            if not check.form:
                if any(a <= start and end <= b for a, b in printed):
                    continue
                if not check.cased and _in_title(plain, start, end, check.proper):
                    continue
                if _tells_of_nobody(check, plain, start, end, turn, conversation):
                    continue
                start, end, blunt = _in_place(plain, start, end, blunt)
            first, last = folded.original_span(start, end)
            yield Leak(turn, first, last, check.attribute, check.kind, blunt, check.rule)


def _lowered(text: str) -> str:
    """``text`` in lower case, as long as it is."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(one if len(one.lower()) != 1 else one.lower() for one in text)


_ARTICLE = regex.compile(r"(?i)\ban? $")


def _in_place(text: str, start: int, end: int, blunt: str) -> tuple[int, int, str]:
    """The span and its blunt word with the article before it, or the capital after it, set right."""
    leads = text[start].isupper() and bool(_SENTENCE_LEAD.search(text[max(0, start - 4) : start]))
    if not blunt and leads and text[end : end + 1].islower():
        return start, end + 1, text[end].upper()
    article = _ARTICLE.search(text, max(0, start - 4), start)
    follows = regex.match(r"\w+", blunt or text[end : end + 40])
    if article is None or follows is None or blunt == "visible":
        return start, end, blunt
    right = article_for(follows[0])
    if right == article[0].strip().lower():
        return start, end, blunt
    right = right.capitalize() if article[0][0].isupper() else right
    return article.start(), end, f"{right} {blunt}"


# A quotation after a word for print: what stands on the sign, not what is said of somebody.
_QUOTED = regex.compile(
    r"(?i)(?:say|read|writ|titl|call|label|word|sign|text|logo|letter|phrase|message"
    r'|slogan)\w*[^".]{0,32}"[^"]{1,124}"'
)

_SENTENCE_LEAD = regex.compile(r"(?:^|[.!?:\n*\"(]\s*)$")


def _in_title(text: str, start: int, end: int, proper: bool) -> bool:
    """A capitalised word inside a sentence belongs to a name or a title and is nobody's attribute, unless
    it is ``proper``: then only the word after it tells."""
    word = text[start:end]
    if not word[:1].isupper():
        return False
    end = start + len(word.rstrip())
    if word.isupper() and end - start > 1:
        # In capitals among other words: what is printed on something.
        return not text.isupper()
    if not proper and not _SENTENCE_LEAD.search(text[max(0, start - 4) : start]):
        return True
    tail = text[end : end + 24]
    return bool(
        regex.match(r"(?:'s)?\s+(?:[\p{Lu}]|of the [\p{Lu}]|of [\p{Lu}]|and the [\p{Lu}]|and [\p{Lu}])", tail)
    )
