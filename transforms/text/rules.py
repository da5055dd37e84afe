"""Everything of the word lists and patterns that the text side needs for one policy, compiled once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import regex

from transforms.text.alternations import any_of_phrases
from transforms.text.lexicon import (
    Lexicon,
    Looks,
    PeopleWords,
    WordRole,
    load_lexicon,
    load_looks,
    load_people_words,
    read_list,
)
from transforms.text.measures import load_measures
from transforms.text.recognise_patterns import Pattern, load_patterns

TIMEOUT_SECONDS = 2.0
_LETTERS = regex.compile("[a-z]+")
_LINKING = (
    r"(?:\b(?:is|are|was|were|am|be|been|being|appears?|appeared|seems?|seemed|looks?|looked|looking)|'s"
    r"|'re|'m|n't)"
    r"(?:[\s,]+(?:to|be|have|been|like|likely|probably|possibly|perhaps|maybe|also|both|very|quite|rather"
    r"|somewhat|slightly|a|bit"
    r"|little|relatively|fairly|around|about|approximately|roughly|not|clearly|still|either|mostly|all|of"
    r"|in|more|most|"
    r"noticeably|moderately|extremely|severely|too|so|as|an|and|or|\w+,?(?=\s+(?:and|or)\s)"
    r"|\w{2,}ly|almost|of\s\w+(?:\s\w+)?\s(?:descent|origin|ethnicity|ancestry|heritage)\b))*[\s,]*$"
)


_FIRST_WORD = regex.compile(r"([a-z0-9]*)(.*)", regex.DOTALL)
_PERSONAL = frozenset(
    {"he", "she", "they", "who", "him", "her", "his", "their", "them", "i", "me", "my", "we"}
)


@dataclass(frozen=True, slots=True)
class NameWords:
    """Evidence for and against personal names; all lower case."""

    sure: frozenset[str]
    ambiguous: frozenset[str]
    place_words: frozenset[str]
    thing_words: frozenset[str]
    not_names: frozenset[str]
    titles: frozenset[str]
    short_titles: frozenset[str]
    forms_of_address: regex.Pattern[str]
    lower_triggers: frozenset[str]
    not_triggers: frozenset[str]
    introducing: regex.Pattern[str]
    printed: regex.Pattern[str]
    contexts: regex.Pattern[str]
    strong_contexts: regex.Pattern[str]
    not_after_contexts: frozenset[str]
    given: frozenset[str]
    surnames: frozenset[str]

    def is_known(self, word: str) -> bool:
        """True if the lower-case ``word`` is a given name or a surname of any list."""
        return word in self.sure or word in self.ambiguous or word in self.given or word in self.surnames


@dataclass(frozen=True, slots=True, eq=False)
class Phrases:
    """Expressions of several words by their first word: only those that a text can hold are looked for."""

    by_first_word: Mapping[str, regex.Pattern[str]]

    def matches(self, text: str, start: int = 0, end: int | None = None) -> list[regex.Match[str]]:
        """What stands in ``text[start:end]``, leftmost and longest first, without overlap. Raises
        TimeoutError on a runaway pattern."""
        found = [
            match
            for word in dict.fromkeys(_LETTERS.findall(text.lower()))
            if word in self.by_first_word
            for match in self.by_first_word[word].finditer(
                text, start, end, overlapped=True, timeout=TIMEOUT_SECONDS
            )
        ]
        if len(found) < 2:
            return found
        # At one place only expressions with the same first word can stand.
        found.sort(key=lambda match: match.start())
        kept: list[regex.Match[str]] = []
        for match in found:
            if not kept or match.start() >= kept[-1].end():
                kept.append(match)
        return kept


@dataclass(frozen=True, slots=True, eq=False)
class TextRules:
    """The compiled rules. ``attributes``: what is looked for; ``triggers``: single words that ask for a
    parse, ``weak_triggers``: those that do so beside one of the ``person_words`` only; ``described_words``:
    persons, and what an adjective says of one through; ``phrase_openers``: words that no phrase goes on
    past; ``after_predicate``: others that can follow an adjective that a linking verb says of somebody.

    Compared by identity, so that what depends on them can be remembered.
    """

    attributes: frozenset[str]
    age_nouns: bool
    lexicon: Lexicon
    people: PeopleWords
    looks: Looks
    pronouns: Mapping[str, str]
    triggers: frozenset[str]
    weak_triggers: frozenset[str]
    person_words: frozenset[str]
    described_words: frozenset[str]
    linking_words: frozenset[str]
    phrase_openers: frozenset[str]
    after_predicate: frozenset[str]
    phrases: Phrases
    exceptions: Mapping[str, regex.Pattern[str]]
    linking: regex.Pattern[str]
    patterns: tuple[Pattern, ...]
    names: NameWords
    eye_colors: regex.Pattern[str]
    iris_colors: frozenset[str]
    descent: regex.Pattern[str]
    association: regex.Pattern[str]
    build: regex.Pattern[str]


def compile_rules(attributes: frozenset[str], age_nouns: bool) -> TextRules:
    """Rules for the wanted attributes. Reads package data only; loads no model."""
    lexicon = load_lexicon(attributes, age_nouns)
    pronouns: Mapping[str, str] = read_list("gender")["pronouns"]
    eyes, race, weight = (read_list(name) for name in ("eye_color", "race", "weight"))
    strong, weak = _lexicon_triggers(lexicon)
    people, looks = load_people_words(), load_looks()
    persons = frozenset(people.person | _PERSONAL)
    colors = any_of_phrases(eyes["colors"])
    origins = any_of_phrases(race["origins"])
    home = (
        r",? ?\b(?:(?:possibly|likely|probably|perhaps|maybe|seemingly|originally) )+"
        rf"(?:hailing )?from (?:the )?(?:{origins})(?:(?:,? or|/|,? and|,) (?:the )?(?:{origins}))*\b"
    )
    return TextRules(
        attributes=attributes,
        age_nouns=age_nouns,
        lexicon=lexicon,
        people=people,
        looks=looks,
        pronouns=pronouns,
        triggers=strong | _measure_triggers(attributes, pronouns),
        weak_triggers=weak,
        person_words=persons,
        described_words=persons.union(
            looks.eyes,
            looks.skin,
            looks.face,
            looks.body,
            looks.color_nouns,
            looks.race_looks,
            looks.race_wear,
        ),
        linking_words=frozenset(read_list("people")["linking"]),
        phrase_openers=frozenset(read_list("people")["phrase_openers"]),
        after_predicate=frozenset(read_list("people")["after_predicate"]),
        phrases=_phrases(lexicon),
        exceptions=_by_first_word(lexicon.exceptions),
        linking=regex.compile("(?i)" + _LINKING),
        patterns=load_patterns(attributes),
        names=load_name_words(),
        eye_colors=regex.compile(
            rf"(?i)\b(?P<adj>(?:(?:{colors})(?:,? and |, | |-)){{1,4}})(?P<noun>eyes?|eyed|irises)\b"
            rf"|\b(?P<eyes>eyes|eye color|eye colour|irises)(?P<link> (?:is|are|appear|look|seem|were"
            rf"|was)(?: to be)?(?: \w+ly)?) "
            rf"(?P<value>(?:a )?(?:(?:{colors})[ -]?(?:and |or )?(?:in color"
            rf"|in colour)?){{1,4}})(?=[\s.,;!?)]|$)"
        ),
        iris_colors=frozenset(eyes["colors"]) - frozenset(eyes["shades"]),
        descent=regex.compile(
            r"(?i),? ?\b(?:possibly |likely |probably |perhaps )?of (?:an? )?(?:possibly |likely |probably )?"
            rf"(?:{any_of_phrases(race['descent_adjectives'])})(?:(?: or |/| and "
            rf"|-)(?:{any_of_phrases(race['descent_adjectives'])}))?"
            rf" (?:{'|'.join(race['descent_nouns'])})\b(?:{home})?|{home}"
        ),
        association=regex.compile(
            r"(?i)(?:,? which (?:is|are))?(?: \w+ly| often)? associated with (?:the |an? |some |many )?"
            rf"(?:various |certain |specific )?(?:{any_of_phrases(race['descent_adjectives'])})"
            rf"(?:(?: or |/| and )(?:{any_of_phrases(race['descent_adjectives'])}))?"
            rf" (?:{'|'.join(race['associated'])})\b"
        ),
        build=regex.compile(
            r"(?i)\b(?:(?:with|of|has|have|having|and)\s+)?(?:an?\s+|his\s+|her\s+|their\s+)?"
            rf"(?P<value>(?:(?:relatively |fairly |slightly "
            rf"|very )?(?:{any_of_phrases(weight['build_adjectives'])})(?:,? and |, | |-)){{1,3}})"
            r"(?P<noun>build|physique|body type|body build|figure|frame)\b"
        ),
    )


@cache
def load_name_words() -> NameWords:
    """The name lists. Reads package data only."""
    names, more = read_list("names"), read_list("more_names")
    sure = frozenset(word.lower() for word in names["sure"])
    given, surnames = (frozenset(more[part].lower().split()) for part in ("given", "surnames"))
    return NameWords(
        sure=sure,
        ambiguous=frozenset(word.lower() for word in names["ambiguous"]),
        place_words=frozenset(names["place_words"]),
        thing_words=frozenset(names["thing_words"]),
        not_names=frozenset(names["not_names"]),
        titles=frozenset(names["titles"]),
        short_titles=frozenset(names["short_titles"]),
        forms_of_address=_forms_of_address(names["titles"], names["short_titles"], names["forms_of_address"]),
        lower_triggers=(sure | given | surnames | set(names["short_titles"])) - set(names["not_triggers"]),
        not_triggers=frozenset(names["not_triggers"]),
        introducing=regex.compile(rf"(?i)\b(?:{any_of_phrases(names['introducing'])})\s"),
        printed=regex.compile(rf"(?i)\b(?:{any_of_phrases(names['printed'])})\b[^.!?]{{0,18}}$"),
        contexts=_ends_with(names["contexts"], r"[\s,:\"']*$"),
        strong_contexts=_ends_with(names["strong_contexts"], r"[\s:]*$"),
        not_after_contexts=frozenset(names["not_after_contexts"]),
        given=given,
        surnames=surnames,
    )


def _forms_of_address(titles: list[str], short: list[str], others: list[str]) -> regex.Pattern[str]:
    """What ends in a form of address and a blank: a short title in any case, another one in capitals."""
    long = [title for title in [*titles, *others] if title not in short]
    capital = rf"(?=\p{{Lu}})(?i:{any_of_phrases(long)})"
    ranks = r"(?:(?=\p{Lu})(?i:general|vice|deputy|senior|chief|assistant|head|executive)\s)?"
    return regex.compile(rf"(?<![\w-])(?:(?i:{any_of_phrases(short)})\.?|{ranks}{capital}\.?)\s?$")


def _by_first_word(expressions: Iterable[str]) -> dict[str, regex.Pattern[str]]:
    """First words of many expressions with the pattern of those that begin so: few are looked for."""
    followers: dict[str, set[str]] = {}
    for expression in expressions:
        first, rest = _FIRST_WORD.match(expression.lower()).groups()  # type: ignore[union-attr]
        followers.setdefault(first, set()).add(rest)
    return {
        first: regex.compile(
            rf"(?i)(?<!\w){regex.escape(first)}(?:{any_of_phrases(tuple(sorted(rests)))})(?!\w)"
        )
        for first, rests in sorted(followers.items())
    }


def _ends_with(words: list[str], gap: str) -> regex.Pattern[str]:
    return regex.compile(r"(?i)\b(?:" + any_of_phrases(words) + ")" + gap)


def _phrases(lexicon: Lexicon) -> Phrases:
    beginning: dict[str, list[str]] = {}
    for phrase in lexicon.phrases:
        beginning.setdefault(_first_word(phrase), []).append(phrase)
    return Phrases(
        {
            first: regex.compile(rf"(?i)(?<![\w-])(?:{any_of_phrases(phrases)})(?![\w-])")
            for first, phrases in sorted(beginning.items())
        }
    )


def _lexicon_triggers(lexicon: Lexicon) -> tuple[frozenset[str], frozenset[str]]:
    """Words that tell something alone, and adjectives, which need a person to do so."""
    strong: set[str] = set()
    weak: set[str] = set()
    for entry in lexicon.words.values():
        (weak if entry.role is WordRole.ADJECTIVE else strong).add(_first_word(entry.surface))
    return frozenset(strong), frozenset(weak)


def _first_word(surface: str) -> str:
    found = regex.search(r"[a-z]+", surface)
    return found.group() if found else surface


def _measure_triggers(attributes: frozenset[str], pronouns: Mapping[str, str]) -> frozenset[str]:
    words: set[str] = set(pronouns) if "biometric.gender" in attributes else set()
    for attribute, triggers in load_measures().triggers.items():
        if attribute in attributes:
            words |= triggers
    if "biometric.race" in attributes:
        words |= {origin.rsplit(" ", 1)[-1] for origin in read_list("race")["origins"]}
    return frozenset(words)
