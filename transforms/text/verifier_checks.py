"""The rules of the verifier's own list, and what a text must hold for one of them to match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex

from schemas.edit import Action
from schemas.finding import Kind
from schemas.policy import Policy
from transforms.text.alternations import any_of_phrases
from transforms.text.lexicon import read_list

Sets = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One rule of ``verifier.yaml``. ``blunt`` maps lower-case matches, ``*`` for any; ``words``: one of
    these phrases, as words, is in every text that the rule can match, and so is one word of ``beside`` where
    there are any; ``proper``: its words have a capital of their own, which tells nothing of a title;
    ``cased``: matched as it is written,
    the others in lower case; ``form``: personal data, told by its shape; ``instead``: the attribute
    whose action counts where the policy names it."""

    attribute: str
    kind: Kind
    rule: str
    pattern: str
    blunt: Mapping[str, str]
    questions: bool
    pronoun: bool
    words: tuple[frozenset[str], ...]
    beside: frozenset[str]
    proper: bool
    cased: bool
    form: bool
    instead: str

    @property
    def expression(self) -> regex.Pattern[str]:
        """The compiled ``pattern``: long ones take tens of milliseconds, and few texts need a given one."""
        return _compiled(self.pattern)


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)


DIGIT, ENDING = "#", "*man"
"""Stand among the words of a text for any digit, and for a word that ends like "horseman"."""

_NOT_LETTERS = {code: " " for code in range(128) if not chr(code).isalnum()}
_ENDING = regex.compile(r"(?<=[a-z-]{2})(?:m[ae]n|girls?|boys?|lad(?:y|ies))\b")
_MAY_HOLD_FORM = regex.compile(r"[\d@]|://|(?i:www)|\b(?:M[rs]|Mrs|Dr)\b")
_DIGIT = regex.compile(r"\d")


def may_hold_form(text: str) -> bool:
    """True if ``text`` has a sign that every form of personal data has one of."""
    return bool(_MAY_HOLD_FORM.search(text))


def words_of(lower: str, *, digits: bool = True) -> set[str]:
    """The words of a lower-case text. ``digits``: whether it may hold any."""
    words = set(lower.translate(_NOT_LETTERS).split())
    if digits and _DIGIT.search(lower):
        words.add(DIGIT)
    if _ENDING.search(lower):
        words.add(ENDING)
    return words


@cache
def load_checks() -> tuple[Check, ...]:
    """The rules of the verifier's own list."""
    listed = read_list("verifier")
    sets: dict[str, list[str]] = {}
    for name, words in listed["sets"].items():
        sets[name] = list(_spelled_out(words, sets))
    pieces = {name: f"(?:{any_of_phrases(words)})" for name, words in sets.items()}
    for name, pattern in listed["pieces"].items():
        pieces[name] = _filled(pattern, pieces)
    return tuple(_check(item, sets, pieces) for item in (*_described(listed), *listed["checks"]))


def _spelled_out(words: Iterable[Any], sets: Sets) -> Iterator[str]:
    for word in map(str, words):
        if word.startswith("="):
            name, _, many = word[1:].partition("+")
            yield from (
                (plural_of(one) for one in sets[name] if one[-2:] not in _NO_PLURAL) if many else sets[name]
            )
        elif word.startswith("~"):
            yield from slips_of(word[1:])
        else:
            yield word


_NO_PLURAL = ("sh", "ch", "se")


def _described(listed: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One rule for each adjective list and frame."""
    for item in listed["described"]:
        for name, frame in listed["frames"].items():
            yield {
                "kind": "explicit",
                **item,
                "rule": item["rule"] + name,
                "pattern": frame["pattern"].replace("%listed%", f"%{item['set']}%"),
                "words": [f"={item['set']}"],
                "blunt": {"*": frame["blunt"]},
            }


def _check(item: Mapping[str, Any], sets: Sets, pieces: Mapping[str, str]) -> Check:
    blunt = {str(key): str(value) for key, value in item.get("blunt", {}).items()}
    for neutral, nouns in item.get("nouns", {}).items():
        for noun in _spelled_out(nouns, sets):
            blunt[noun] = neutral
            blunt[plural_of(noun)] = plural_of(neutral) if neutral != "people" else neutral
    keys = [key for key in blunt if key != "*"]
    form = item["attribute"].startswith("pii.")
    words = list(_spelled_out(item.get("words", [] if form else keys), sets))
    at_person = "%near%" in item["pattern"] or "%person%" in item["pattern"]
    beside = _spelled_out(item.get("beside", ["=person"] if at_person else []), sets)
    pattern = _filled(item["pattern"], {**pieces, "blunt": f"(?:{any_of_phrases(keys)})"})
    return Check(
        attribute=item["attribute"],
        kind=Kind(item.get("kind", "implicit")),
        rule=item["rule"],
        pattern=pattern,
        blunt={same_word(key): word for key, word in blunt.items()},
        questions=bool(item.get("questions", form)),
        pronoun=bool(item.get("pronoun", False)),
        words=tuple(dict.fromkeys(frozenset(_parts(word)) for word in words)),
        beside=frozenset(part for word in beside for part in _parts(word)),
        proper=bool(item.get("proper", False)),
        cased=bool(item.get("cased", False)),
        form=form,
        instead=str(item.get("instead", "")),
    )


def _parts(phrase: str) -> list[str]:
    return [phrase] if phrase in (DIGIT, ENDING) else phrase.translate(_NOT_LETTERS).split()


def same_word(said: str) -> str:
    """A lower-case word or phrase as the key of a blunt word: with blanks for hyphens."""
    return said.replace("-", " ")


def slips_of(word: str) -> Iterator[str]:
    """How ``word`` looks with one letter inside it left out, or doubled, or two of them swapped."""
    slips = set()
    for at in range(1, len(word) - 1):
        slips.add(word[:at] + word[at + 1 :])
        slips.add(word[:at] + word[at] + word[at:])
        slips.add(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    yield from sorted(slips - _WORDS_TOO - {word})


_WORDS_TOO = frozenset({"bother", "omen", "teenage", "woken", "tot", "lay", "say"})


def _filled(pattern: str, pieces: Mapping[str, str]) -> str:
    return regex.sub(r"%(\w+)%", lambda match: pieces[match[1]], pattern)


_ENDINGS = (
    ("-in-law", "", 0), ("-to-be", "", 0), ("person", "people", 6), ("woman", "women", 5), ("man", "men", 3),
    ("child", "children", 5), ("wife", "wives", 4), ("thief", "thieves", 5),
)  # fmt: skip


def plural_of(noun: str) -> str:
    """The plural of a noun for a person: of its last word, or of the first of "mother-in-law"."""
    for ending, many, length in _ENDINGS:
        if noun.endswith(ending):
            if length:
                return noun[:-length] + many
            head = noun.removesuffix(ending)
            return plural_of(head) + ending
    if " of " in noun:
        head, _, rest = noun.partition(" of ")
        return f"{plural_of(head)} of {rest}"
    if noun.endswith("arch"):
        return noun + "s"
    if regex.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


@cache
def rules_by_word() -> Mapping[str, tuple[tuple[frozenset[str], Check], ...]]:
    """For the rarest word of each phrase, likely its longest: the whole phrase and its rule."""
    rules: dict[str, list[tuple[frozenset[str], Check]]] = {}
    for check in load_checks():
        for phrase in check.words:
            rules.setdefault(max(sorted(phrase), key=len), []).append((phrase, check))
    return {word: tuple(found) for word, found in rules.items()}


def checks_in(words: set[str]) -> set[Check]:
    """The rules, but those for forms, that can match a text of these ``words``."""
    by_word = rules_by_word()
    found: set[Check] = set()
    for word in by_word.keys() & words:
        for phrase, check in by_word[word]:
            if (
                check not in found
                and phrase <= words
                and not (check.beside and check.beside.isdisjoint(words))
            ):
                found.add(check)
    return found


def checks_for(policy: Policy) -> tuple[Check, ...]:
    """The rules that must stay silent after ``policy`` was applied."""
    chosen = []
    for check in load_checks():
        if policy.pronouns_only and not check.pronoun:
            continue
        told = check.instead if check.instead in policy.mentions else check.attribute
        action = policy.mentions.get(told, Action.REPORT)
        age_noun = check.rule.startswith("verify.age.noun")
        if (
            action is not Action.REPORT
            and policy.acts_on(check.attribute, check.kind)
            and (policy.age_nouns or not age_noun)
        ):
            chosen.append(check)
    return tuple(chosen)
