"""Reads a cleaned text with other eyes: own short word lists, the tagger's gender, looser digit shapes.

Shares no word list and no pattern with the recognisers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import regex

from schemas.edit import Action
from schemas.finding import Kind
from schemas.policy import Policy
from transforms.text.fold import fold
from transforms.text.lexicon import read_list

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


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of ``verifier.yaml``. ``blunt`` maps lower-case matches, ``*`` for any; ``words``: every text
    that the rule can match has one of them, empty for personal data; ``proper``: its words have a capital of
    their own, which tells nothing of a title."""

    attribute: str
    kind: Kind
    rule: str
    expression: regex.Pattern[str]
    blunt: dict[str, str]
    questions: bool
    pronoun: bool
    words: frozenset[str]
    proper: bool

    @property
    def form(self) -> bool:
        """True for personal data, every form of which ``_MAY_HOLD_FORM`` sees."""
        return self.attribute.startswith("pii.")


_WORDS = regex.compile(r"[a-z]+|\d")
_MAY_HOLD_FORM = regex.compile(r"[\d@]|://|(?i:www)|\b(?:M[rs]|Mrs|Dr)\b")


@cache
def load_checks() -> tuple[Check, ...]:
    """The rules of the verifier's own list."""
    return tuple(
        Check(
            attribute=item["attribute"],
            kind=Kind(item.get("kind", "implicit")),
            rule=item["rule"],
            expression=regex.compile(item["pattern"]),
            blunt={str(key): str(value) for key, value in item["blunt"].items()},
            questions=bool(item.get("questions", True)),
            pronoun=bool(item.get("pronoun", False)),
            words=frozenset(item.get("words", ())),
            proper=bool(item.get("proper", False)),
        )
        for item in read_list("verifier")["checks"]
    )


def checks_for(policy: Policy) -> tuple[Check, ...]:
    """The rules that must stay silent after ``policy`` was applied."""
    chosen = []
    for check in load_checks():
        if policy.pronouns_only and not check.pronoun:
            continue
        action = policy.mentions.get(check.attribute, Action.REPORT)
        age_noun = check.rule == "verify.age.noun"
        if (
            action is not Action.REPORT
            and policy.acts_on(check.attribute, check.kind)
            and (policy.age_nouns or not age_noun)
        ):
            chosen.append(check)
    return tuple(chosen)


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


def _tells_of_nobody(check: Check, text: str, start: int, end: int, peopled: Callable[[], bool]) -> bool:
    """True for "he" after an animal where nobody is spoken of, and for the man of a statue."""
    spared = _spared()
    if check.pronoun:
        before = text[:start]
        if any(one.start() <= start and end <= one.end() for one in spared["his_and_hers"].finditer(text)):
            return True
        if spared["made_subject"].search(before) and not spared["people"].search(before):
            return True
        if spared["ships"].search(before) and spared["of_ship"].match(text, end):
            return True
        return (
            bool(spared["animals"].search(before))
            and not spared["people"].search(before)
            and not spared["owned_by_people"].match(text, end)
            and (bool(spared["own_part"].match(text, end)) or not peopled())
        )
    return check.attribute == "biometric.gender" and (
        bool(spared["likeness_after"].match(text, end))
        or bool(spared["likeness_before"].search(text[max(0, start - 60) : start]))
        or (end < len(text) and len(text) < 60 and bool(spared["fragment"].fullmatch(text)))
        or (
            bool(spared["costume"].search(text[max(0, start - 20) : start]))
            and bool(spared["animals"].search(text, 0, start))
            and not spared["people"].search(text, 0, start)
        )
    )


def _somewhere() -> bool:
    return True


def leaks_in(
    turn: int,
    text: str,
    checks: Sequence[Check],
    *,
    question: bool,
    refused: bool,
    peopled: Callable[[], bool] = _somewhere,
) -> Iterator[Leak]:
    """What a cleaned turn still tells. ``refused``: the round's answer is a refusal, so what its question
    offers or asks for ("a man or a woman?") tells nothing; ``peopled``: whether another turn speaks of a
    person, whom a "he" of this one may mean. Raises TimeoutError on a runaway pattern."""
    folded = fold(text)
    printed = [match.span() for match in _QUOTED.finditer(folded.text)] if '"' in folded.text else []
    formed = bool(_MAY_HOLD_FORM.search(folded.text))
    words = frozenset(_WORDS.findall(folded.text.lower()))
    for check in checks:
        if not formed if check.form else words.isdisjoint(check.words):
            continue
        if question and refused and not check.questions:
            continue
        for match in check.expression.finditer(folded.text, timeout=TIMEOUT_SECONDS):
            start, end = match.span("value") if "value" in match.groupdict() else match.span()
            found = folded.text[start:end]
            if not check.form and any(a <= start and end <= b for a, b in printed):
                continue
            if not check.form and _in_title(folded.text, start, end, check.proper):
                continue
            if _tells_of_nobody(check, folded.text, start, end, peopled):
                continue
            blunt = check.blunt.get(found.lower(), check.blunt.get("*", ""))
            first, last = folded.original_span(start, end)
            yield Leak(turn, first, last, check.attribute, check.kind, blunt, check.rule)


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
    if not word[:1].isupper() or word.isupper():
        return False
    if not proper and not _SENTENCE_LEAD.search(text[max(0, start - 4) : start]):
        return True
    tail = text[end : end + 24]
    return bool(
        regex.match(r"(?:'s)?\s+(?:[\p{Lu}]|of the [\p{Lu}]|of [\p{Lu}]|and the [\p{Lu}]|and [\p{Lu}])", tail)
    )
