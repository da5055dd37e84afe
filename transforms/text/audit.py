"""Audits conversations: which spans of which turns tell or ask for an attribute. Changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import regex

from schemas.finding import TextFinding
from schemas.policy import Policy
from transforms.engines.protocols import TextParser
from transforms.text.animal_pronouns import speaks_of_animal
from transforms.text.asked_of_things import asks_of_nobody, tells_of_thing
from transforms.text.asked_values import ReadValues, image_mentions
from transforms.text.company import Company, company_of
from transforms.text.contract import Conversation, TurnText
from transforms.text.fold import Folded, fold
from transforms.text.mentions import Mention, without_overlaps
from transforms.text.name_prefilter import may_hold_name
from transforms.text.parse_prefilter import needs_parse
from transforms.text.passages import Passage, split_passages
from transforms.text.questions import KEPT_ASKS, asked_attributes
from transforms.text.reading import is_read_out
from transforms.text.recognise_addresses import ADDRESS, address_mentions, stands_in_block
from transforms.text.recognise_attributes import attribute_mentions
from transforms.text.recognise_emoji import emoji_mentions
from transforms.text.recognise_looks import look_mentions
from transforms.text.recognise_measures import measure_mentions
from transforms.text.recognise_names import NAME, beside_titles, name_mentions
from transforms.text.recognise_patterns import NOTHING_ASKED, asked_before, pattern_mentions
from transforms.text.recognise_statements import statement_mentions
from transforms.text.repeated_names import (
    names_of_things,
    repeated_mentions,
    repeated_name_pattern,
    without_things,
)
from transforms.text.rules import TextRules, compile_rules

if TYPE_CHECKING:
    from spacy.tokens import Doc

KEPT_READINGS = 4096
"""Readings of passages that are remembered: audit, cleaning and the second reading see the same texts."""

_WORD = re.compile(r"[a-z]+")
_VALUE = re.compile(r"\d\D{0,9}\d|^\S{4,40}$")
"""A text that can be the value a line before asks for: with two digits, or one word."""


@dataclass(frozen=True, slots=True)
class PassageMentions:
    """What one passage tells (``told``) and, in a question, asks (``asked``); without overlaps in each."""

    told: tuple[Mention, ...]
    asked: tuple[Mention, ...]


def load_text_rules(policy: Policy) -> TextRules:
    """Lexicons and patterns for every text attribute that ``policy`` names. Reads package data only."""
    wanted = {name for name in (*policy.mentions, *policy.questions) if not name.startswith("image.")}
    return _compiled(frozenset(wanted), policy.age_nouns)


@cache
def _compiled(attributes: frozenset[str], age_nouns: bool) -> TextRules:
    return compile_rules(attributes, age_nouns)


def _formed(text: str, rules: TextRules, before: frozenset[str] = NOTHING_ASKED) -> Iterator[Mention]:
    """What has a form of its own and needs no parse. ``before``: what the line before asks for."""
    yield from pattern_mentions(text, rules.patterns, before)
    if not text.isascii():
        yield from emoji_mentions(text, rules.attributes)
    if ADDRESS in rules.attributes:
        yield from address_mentions(text, ADDRESS in before)


@lru_cache(maxsize=KEPT_READINGS)
def passage_mentions(
    text: str,
    question: bool,
    doc: Doc | None,
    rules: TextRules,
    before: frozenset[str] = NOTHING_ASKED,
    company: Company = Company.PEOPLE,
    of_nobody: bool = False,
) -> PassageMentions:
    """What one passage tells and asks. ``doc`` is its parse, None where the prefilter saw no need of one;
    ``before``: the personal data that the line or question before asks for; ``company``: of whom
    the other passages of the conversation speak, whom a "he" of this one may mean; ``of_nobody``: whether the
    passage only answers what a page reads or a thing is, and tells no attribute of anybody."""
    told: list[Mention] = list(_formed(text, rules, before))
    asked: list[Mention] = []
    if doc is not None:
        told.extend(measure_mentions(doc, rules))
        told.extend(attribute_mentions(doc, rules, company))
        told.extend(look_mentions(doc, rules))
        if not question:
            told.extend(statement_mentions(doc, told, rules))
        if NAME in rules.attributes:
            told.extend(beside_titles(text, name_mentions(doc, rules), tuple(told)))
        told = without_overlaps(told)
        if question:
            asks = list(asked_attributes(doc, told, rules))
            kept = [ask for ask in asks if ask.rule in KEPT_ASKS]
            asked = kept + [
                ask for ask in asks if all(ask.end <= one.start or one.end <= ask.start for one in kept)
            ]
            asked = without_overlaps(asked)
            # What a choice offers is told of nobody.
            told = [
                one for one in told if not any(ask.start <= one.start and one.end <= ask.end for ask in kept)
            ]
    if question and (told or asked) and doc is not None:
        of_nobody = asks_of_nobody(text, rules)
        if of_nobody or speaks_of_animal(doc, rules.people, company):
            asked = [one for one in asked if not one.attribute.startswith(_OF_PEOPLE)]
    if of_nobody:
        told = [one for one in told if not one.attribute.startswith(_OF_PEOPLE)]
    return PassageMentions(tuple(without_overlaps(told)), tuple(asked))


def _parsed(wanted: Iterable[str], rules: TextRules, parser: TextParser) -> dict[str, Doc]:
    """Parses of the distinct texts; entities are looked for only where the prefilter allows a name."""
    named: dict[str, None] = {}
    plain: dict[str, None] = {}
    for text in wanted:
        (named if NAME in rules.attributes and may_hold_name(text, rules) else plain)[text] = None
    docs: dict[str, Doc] = {}
    for texts, entities in ((named, True), (plain, False)):
        if texts:
            docs |= zip(texts, parser.parse(list(texts), entities=entities), strict=True)
    return docs


@dataclass(frozen=True, slots=True)
class ReadTurn:
    """A turn as the recognisers see it: ``mentions[i]`` and parse ``docs[i]`` are of ``passages[i]``."""

    folded: Folded
    question: bool
    passages: tuple[Passage, ...]
    mentions: tuple[PassageMentions, ...]
    docs: tuple[Doc | None, ...]


_OF_PEOPLE = ("biometric.", "sensitive.")
_Key = tuple[str, bool, frozenset[str], Company, bool]
"""What the reading of a passage depends on: its text, whether it asks, what was asked before it,
of whom other passages speak, and whether it tells of nobody."""


@dataclass(frozen=True, slots=True)
class _CutTurn:
    folded: Folded
    question: bool
    passages: tuple[Passage, ...]
    keys: tuple[_Key, ...]


@lru_cache(maxsize=KEPT_READINGS)
def _folded_passages(text: str) -> tuple[Folded, tuple[Passage, ...]]:
    folded = fold(text)
    return folded, tuple(split_passages(folded))


def _cut(conversation: Conversation, rules: TextRules) -> list[_CutTurn]:
    """Folds and cuts every turn. A turn that is only context has no passages."""
    cut: list[tuple[Folded, TurnText, tuple[Passage, ...], list[frozenset[str]], bool]] = []
    asking = ""
    for turn in conversation:
        folded, passages = _folded_passages(turn.text)
        answers = bool(asking) and not (turn.question or turn.context)
        of_nobody = answers and (
            is_read_out(asking, folded.text) or tells_of_thing(asking, folded.text, rules)
        )
        before = [] if turn.context else _asked_before(passages, asking, rules)
        cut.append((folded, turn, passages, before, of_nobody))
        asking = _last_line(turn.text) if turn.question else ""
    texts = [passage.text for _, _, passages, _, _ in cut for passage in passages]
    turns: list[_CutTurn] = []
    place = 0
    for folded, turn, passages, before, of_nobody in cut:
        keys: list[_Key] = []
        for offset, asked in enumerate(before):
            company = company_of(place + offset, texts, rules)
            keys.append((passages[offset].text, turn.question, asked, company, of_nobody))
        place += len(passages)
        turns.append(_CutTurn(folded, turn.question, () if turn.context else passages, tuple(keys)))
    return turns


def read_conversations(
    conversations: Sequence[Conversation], *, rules: TextRules, parser: TextParser
) -> list[list[ReadTurn]]:
    """Folds, cuts, parses and matches every turn; equal passages of a chunk are read once."""
    cut = [_cut(conversation, rules) for conversation in conversations]
    needed: dict[_Key, bool] = {}
    for turns in cut:
        for turn in turns:
            for key in turn.keys:
                if key not in needed:
                    needed[key] = needs_parse(key[0], key[1], rules)
    docs = _parsed((key[0] for key, parse in needed.items() if parse), rules, parser)
    found = {
        key: passage_mentions(key[0], key[1], docs.get(key[0]) if parse else None, rules, *key[2:])
        for key, parse in needed.items()
    }
    return [
        [
            ReadTurn(
                turn.folded,
                turn.question,
                turn.passages,
                mentions,
                tuple(docs.get(passage.text) for passage in turn.passages),
            )
            for turn, mentions in zip(
                turns,
                _with_image_values(conversation, turns, _with_agreeing_names(turns, found, docs, rules)),
                strict=True,
            )
        ]
        for conversation, turns in zip(conversations, cut, strict=True)
    ]


def _with_image_values(
    conversation: Conversation, turns: Sequence[_CutTurn], mentions: Sequence[tuple[PassageMentions, ...]]
) -> Sequence[tuple[PassageMentions, ...]]:
    """The mentions with what the record's images no longer show, where they lost anything."""
    hidden = conversation[0].hidden if conversation else None
    if hidden is None:
        return mentions
    read = [
        ReadValues(turn.folded.text, turn.question, turn.passages, tuple(one.told for one in group))
        for turn, group in zip(turns, mentions, strict=True)
    ]
    return [
        tuple(
            replace(one, told=told, asked=asked or one.asked)
            for one, told, asked in zip(group, found.told, found.asked, strict=True)
        )
        for group, found in zip(mentions, image_mentions(read, hidden), strict=True)
    ]


def _with_agreeing_names(
    turns: Sequence[_CutTurn],
    found: Mapping[_Key, PassageMentions],
    docs: Mapping[str, Doc],
    rules: TextRules,
) -> list[tuple[PassageMentions, ...]]:
    """The mentions of each turn's passages, with the names that another passage of the conversation tells
    and without those that the conversation speaks of as things."""
    mentions = [tuple(found[key] for key in turn.keys) for turn in turns]
    if NAME not in rules.attributes:
        return mentions
    told = [(key[0], found[key].told) for turn in turns for key in turn.keys]
    names: dict[str, float] = {}
    for text, group in told:
        for one in group:
            if one.attribute == NAME:
                name = text[one.start : one.end]
                names[name] = max(one.score, names.get(name, 0.0))
    if not names:
        return mentions
    read = [docs[text] for text in dict.fromkeys(text for text, _ in told) if text in docs]
    things = names_of_things(read, names, rules.names)
    if things:
        told = [(text, without_things(group, text, things)) for text, group in told]
        mentions = [
            tuple(
                replace(one, told=without_things(one.told, key[0], things))
                for key, one in zip(turn.keys, group, strict=True)
            )
            for turn, group in zip(turns, mentions, strict=True)
        ]
    pattern = repeated_name_pattern(told, rules.names)
    if pattern is None:
        return mentions
    return [
        tuple(_repeating(key[0], one, pattern, rules) for key, one in zip(turn.keys, group, strict=True))
        for turn, group in zip(turns, mentions, strict=True)
    ]


def _repeating(
    text: str, mentions: PassageMentions, names: regex.Pattern[str], rules: TextRules
) -> PassageMentions:
    again = repeated_mentions(text, (*mentions.told, *mentions.asked), names, rules.names)
    return replace(mentions, told=tuple(without_overlaps([*mentions.told, *again]))) if again else mentions


def _last_line(text: str) -> str:
    """The line of a question that asks; folded, since it is matched."""
    return fold(text.rstrip().rsplit("\n", 1)[-1]).text if text else ""


def _asked_before(passages: Sequence[Passage], asking: str, rules: TextRules) -> list[frozenset[str]]:
    """What the line before each passage asks for; before the first one stands the question ``asking``."""
    if not rules.patterns:
        return [NOTHING_ASKED] * len(passages)
    lines = [asking, *(passage.text for passage in passages), ""]
    found: list[frozenset[str]] = []
    for index, passage in enumerate(passages):
        before, after, text = lines[index], lines[index + 2], passage.text
        asked = asked_before(before, question=not index) if before and _VALUE.search(text) else NOTHING_ASKED
        if ADDRESS in rules.attributes and len(passages) > 1 and ADDRESS not in asked:
            chained = bool(found) and ADDRESS in found[-1]
            if stands_in_block(before if index else "", text, after, chained):
                asked |= {ADDRESS}
        found.append(asked)
    return found


def turn_findings(turn: int, read: ReadTurn) -> list[TextFinding]:
    """The findings of one read turn in text order, offsets into the original text."""
    findings: list[TextFinding] = []
    for passage, mentions in zip(read.passages, read.mentions, strict=True):
        for asks, group in ((False, mentions.told), (True, mentions.asked)):
            for mention in group:
                start, end = read.folded.original_span(
                    passage.offset + mention.start, passage.offset + mention.end
                )
                findings.append(
                    TextFinding(
                        turn, start, end, mention.attribute, mention.kind, mention.rule, mention.score, asks
                    )
                )
    return sorted(findings, key=lambda finding: (finding.start, finding.end, finding.asks, finding.attribute))


def audit_conversations(
    conversations: Sequence[Conversation], *, rules: TextRules, parser: TextParser
) -> list[tuple[TextFinding, ...]]:
    """The findings of each conversation, in the order of turns and text.

    Offsets count characters of the original turn. A finding with ``asks`` marks a question's request.
    """
    return [
        tuple(finding for turn, read in enumerate(reads) for finding in turn_findings(turn, read))
        for reads in read_conversations(conversations, rules=rules, parser=parser)
    ]


def audit_plain_text(text: str, *, rules: TextRules, parser: TextParser) -> tuple[TextFinding, ...]:
    """Names and patterned personal data of a text outside any conversation (OCR lines joined by newlines)."""
    folded = fold(text)
    passages = split_passages(folded)
    named = NAME in rules.attributes
    docs = _parsed(
        (passage.text for passage in passages if named and may_hold_name(passage.text, rules)),
        rules,
        parser,
    )
    mentions: list[PassageMentions] = []
    for passage, asked in zip(passages, _asked_before(passages, "", rules), strict=True):
        told = list(_formed(passage.text, rules, asked))
        doc = docs.get(passage.text)
        if doc is not None:
            told.extend(name_mentions(doc, rules))
        mentions.append(PassageMentions(tuple(without_overlaps(told)), ()))
    read = ReadTurn(
        folded, False, tuple(passages), tuple(mentions), tuple(docs.get(item.text) for item in passages)
    )
    return tuple(turn_findings(0, read))
