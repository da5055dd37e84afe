"""What the verifier sees by itself of attributes planted into captions, and how often it objects.

The verifier shares no list with the recognisers, so their lexicons are a test of it: every entry that
``standard`` acts on (with age nouns and strong proxies) is put in the place of a person, or before or after
one, in ``PLACES`` captions that the pipeline has cleaned. Seen is a leak of the attribute (of race or
nationality for either) that the caption did not have before: what the verifier would catch if no recogniser
knew the entry. Classes of words that it missed were added to its list, so the share is that of a list tuned
on this test. Further figures count the records of a sample of whole conversations that the verifier's own
blunt words touch, and those that it holds back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import regex

from evaluation.figures import Figure, share
from evaluation.text.presets import preset
from evaluation.text.traps import cleaned
from schemas.edit import Action
from schemas.finding import Kind
from schemas.policy import Policy, ProxyLevel
from schemas.reasons import Reason
from transforms.text.agreement import article_for
from transforms.text.contract import Conversation, TurnText
from transforms.text.lexicon import Head, LexiconEntry, WordRole, load_lexicon, read_list
from transforms.text.verifier_checks import checks_for
from transforms.text.verify import leaks_in

PLACES = 3
CAPTIONS = 400
RECORDS = 2000
TARGETS = {
    "biometric.gender": 90.0,
    "biometric.age": 90.0,
    "biometric.race": 90.0,
    "biometric.eye_color": 90.0,
    "biometric.weight": 90.0,
    "sensitive": 90.0,
}
"""Attribute, or the parent of several, and the share of planted mentions to see, in per cent."""

_ONE_PERSON = regex.compile(r"\b(?P<article>[Aa]|[Tt]he) (?P<person>person)\b(?! of)")
_SAME = {"sensitive.nationality": "biometric.race"}


@dataclass(frozen=True, slots=True)
class Planted:
    """A phrase and how it stands: ``%`` is the person, the rest is written around it."""

    attribute: str
    frame: str


def everything() -> Policy:
    """``standard`` with age nouns and strong proxies: the most that a bundled policy acts on."""
    return replace(preset("standard"), age_nouns=True, proxy_level=ProxyLevel.STANDARD)


def planted(policy: Policy) -> Iterator[Planted]:
    """The phrases of the recognisers' lexicons that ``policy`` acts on, in one frame each."""
    wanted = frozenset(name for name, action in policy.mentions.items() if action is not Action.REPORT)
    lexicon = load_lexicon(wanted, policy.age_nouns)
    for entry in (*lexicon.words.values(), *lexicon.phrases.values()):
        if entry.kind is not Kind.PROXY or entry.strong:
            yield Planted(entry.attribute, _frame(entry))
    for color in read_list("eye_color")["colors"]:
        if regex.fullmatch(r"[a-z]+(?:[ -][a-z]+)*", color):
            yield Planted("biometric.eye_color", f"% with {color} eyes")


def _frame(entry: LexiconEntry) -> str:
    surface = entry.surface
    if entry.role is WordRole.NOUN or (entry.plural and entry.role is WordRole.NOUN_OR_ADJECTIVE):
        return surface if entry.person else f"% with {surface if entry.plural else _one(surface)}"
    if entry.role is WordRole.TITLE:
        return surface[:1].upper() + surface[1:] + " Marlowe"
    if entry.role is WordRole.BUILD:
        return f"% with a {surface}"
    if entry.role is WordRole.CONDITION:
        return f"% with {surface}"
    around = {Head.FACE: " face", Head.BODY: " build", Head.CHILD: " child"}.get(entry.head)
    if around == " child":
        return surface + around
    return f"{surface} %" if around is None else f"% with {article_for(surface)} {surface}{around}"


def _one(noun: str) -> str:
    return noun if noun.endswith("s") else f"{article_for(noun)} {noun}"


def plant(caption: str, phrase: Planted) -> str:
    """``caption`` with the phrase in the place of its person. Raises ValueError if there is none."""
    match = _ONE_PERSON.search(caption)
    if match is None:
        raise ValueError("no person to speak of")
    said = phrase.frame.replace("%", "person")
    article = match["article"]
    if said[:1].isupper():
        return caption[: match.start()] + said + caption[match.end() :]
    if article.lower() == "a" and article_for(said) == "an":
        article += "n"
    return f"{caption[: match.start()]}{article} {said}{caption[match.end() :]}"


def captions(corpus: Path, policy: Policy) -> list[str]:
    """Cleaned answers of at most 200 characters that speak of one person, drawn by digest."""
    drawn = sorted(
        {
            turn["value"]
            for record in json.loads(corpus.read_text("utf-8"))
            for turn in record["conversations"]
            if turn["from"] == "gpt" and len(turn["value"]) <= 200 and _SOMEBODY.search(turn["value"])
        },
        key=_digest,
    )
    done = cleaned([[TurnText(text, False)] for text in drawn[: 2 * CAPTIONS]], policy)
    checks = checks_for(policy)
    texts = [one.texts[0] for one in done if one.reason is None]
    return [
        text
        for text in texts
        if len(_ONE_PERSON.findall(text)) == 1
        and not any(leaks_in(0, text, checks, question=False, refused=False))
    ][:CAPTIONS]


_SOMEBODY = regex.compile(r"(?i)\b(?:man|woman|person|boy|girl|lady|guy)\b")


def seen(texts: Sequence[str], policy: Policy) -> dict[str, tuple[int, int]]:
    """Attribute or parent -> planted mentions seen, planted mentions."""
    checks = checks_for(policy)
    counts: dict[str, tuple[int, int]] = {}
    for phrase in planted(policy):
        group = phrase.attribute if phrase.attribute in TARGETS else phrase.attribute.split(".")[0]
        group = _SAME.get(phrase.attribute, group)
        for place in range(PLACES):
            # The place depends on the phrase and not on the order of the lists.
            at = int(_digest(f"{place}|{phrase.frame}"), 16) % len(texts)
            text = plant(texts[at], phrase)
            told = {leak.attribute for leak in leaks_in(0, text, checks, question=False, refused=False)}
            hit = phrase.attribute in told or _SAME.get(phrase.attribute) in told
            hits, total = counts.get(group, (0, 0))
            counts[group] = (hits + hit, total + 1)
    return counts


def objected(conversations: Sequence[Conversation], policy: Policy) -> tuple[int, int]:
    """How many records the verifier's own words touch when they are cleaned, and how many it holds back."""
    done = cleaned(conversations, policy)
    touched = sum(any(edit.rule.startswith("blunt.") for edit in (one.attempt or one).edits) for one in done)
    return touched, sum(one.reason is Reason.TEXT_STILL_LEAKS for one in done)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def measure(data: Path) -> list[Figure]:
    """The share of planted mentions seen, by attribute, and of records it touches or holds back."""
    corpus, policy = data / "llava" / "text_only.json", everything()
    counts = seen(captions(corpus, policy), policy)
    figures = [
        share(f"planted, seen by the verifier alone: {name}", *counts[name], ">=", target)
        for name, target in TARGETS.items()
    ]
    records = sorted(
        json.loads(corpus.read_text("utf-8")), key=lambda one: _digest(json.dumps(one["conversations"]))
    )[:RECORDS]
    conversations = [
        [TurnText(turn["value"], turn["from"] == "human") for turn in record["conversations"]]
        for record in records
    ]
    for name in ("standard", "safe-llava"):
        touched, held = objected(conversations, preset(name))
        figures.append(share(f"records with a blunt word, {name}", touched, len(records), "<=", 1))
        figures.append(share(f"records that still leak, {name}", held, len(records), "<=", 0.3))
    return figures
