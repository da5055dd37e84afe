"""Finds the things in what a corpus says of an image that are there and are certainly no person.

In doubt a thing is passed over: that costs a question, while a question about somebody would count a rightful
refusal as a fault. So a noun must be on a short list, head its phrase, stand in a plain statement and be
nothing that somebody may be called or dressed as.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import regex

from transforms.engines.protocols import TextParser
from transforms.tables import read_table
from transforms.text.lexicon import load_people_words
from transforms.text.nonpersons import is_animal, load_nonperson_words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_LONGEST_SENTENCE = 300
_SENTENCES_PER_TEXTS = 64
_BEFORE = 6
_SEVERAL, _TWICE = 4, 2
"""Of several who describe an image, one alone may be wrong."""
_ANIMALS = frozenset({"pet", "animal"})
_SENTENCE = regex.compile(r"[^.!?;\n\r]+[.!?;]?")
_WORD = regex.compile(r"[a-z]+(?:['’][a-z]+)?")
_QUOTED = regex.compile(r"[\"“”«»<>{}\[\]|/\\]")
_NOUNS = frozenset({"NN", "NNS"})
_AFTER = frozenset({"NOUN", "PROPN", "NUM"})
_IN_PHRASE = frozenset({"ADJ", "NOUN", "PROPN", "VERB", "ADV", "NUM", "PUNCT", "CCONJ"})
_PRONOUNS = frozenset({"he", "she", "i", "you", "who", "they", "we"})


@dataclass(frozen=True, slots=True)
class Thing:
    """``name`` as it is asked about ("teddy bear", "dogs"), its kind in ``harmless.yaml``, and in how many
    sentences it is said to be there, as one or as several."""

    name: str
    kind: str
    times: int


@dataclass(frozen=True, slots=True)
class ThingNames:
    """The lists of ``harmless.yaml``. ``kinds`` and ``singular``: of every name in singular and plural;
    ``heads``: the last words of all names."""

    kinds: Mapping[str, str]
    singular: Mapping[str, str]
    heads: frozenset[str]
    before_animals: frozenset[str]
    unreal: frozenset[str]
    unreal_living: frozenset[str]
    made_after: frozenset[str]
    pictures: frozenset[str]
    unsure: frozenset[str]
    disguises: regex.Pattern[str]
    disguised: frozenset[str]


@cache
def load_thing_names() -> ThingNames:
    """Reads ``harmless.yaml``."""
    listed = read_table("transforms.prism", "harmless.yaml")
    kinds: dict[str, str] = {}
    singular: dict[str, str] = {}
    for kind, names in listed["things"].items():
        for name in names:
            for form in (name, listed["plurals"].get(name, f"{name}s")):
                kinds[form], singular[form] = kind, name
    disguises = "|".join(regex.escape(word) for word in listed["disguises"])
    return ThingNames(
        kinds=kinds,
        singular=singular,
        heads=frozenset(name.split()[-1] for name in kinds),
        before_animals=frozenset(listed["before_animals"]),
        unreal=frozenset(listed["unreal"]),
        unreal_living=frozenset(listed["unreal_living"]),
        made_after=frozenset(listed["made_after"]),
        pictures=frozenset(listed["pictures"]),
        unsure=frozenset(listed["unsure"]),
        disguises=regex.compile(rf"\b(?:{disguises})\b"),
        disguised=frozenset(listed["disguised"]),
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What some texts about one image say of things; that of further texts can be added.

    ``said``: in how many sentences each name is said to be there; ``doubted``: words that make another thing
    of a name ("bear costume"); ``hidden``: somebody may be dressed up.
    """

    texts: int = 0
    said: tuple[tuple[str, int], ...] = ()
    doubted: tuple[str, ...] = ()
    hidden: bool = False


def gather(texts: Sequence[str], parser: Callable[[], TextParser]) -> Evidence:
    """What statements about one image say is there. ``parser`` is called only where a listed word stands.

    ``texts``: answers and captions, not questions, which may ask for what is not there.
    """
    names = load_thing_names()
    said: Counter[str] = Counter()
    sentences = list(islice(_plain_sentences(texts, names), _SENTENCES_PER_TEXTS))
    for doc in parser().parse(sentences, entities=False) if sentences else ():
        said.update(set(_names_in(doc, names)))
    return Evidence(
        texts=len(texts),
        said=tuple(sorted(said.items())),
        doubted=tuple(sorted(_called_otherwise(texts, names))),
        hidden=any(names.disguises.search(text.lower()) for text in texts),
    )


def together(evidence: Iterable[Evidence]) -> Evidence:
    """What several texts about the same image say, in any order."""
    said: Counter[str] = Counter()
    doubted: set[str] = set()
    texts, hidden = 0, False
    for one in evidence:
        texts += one.texts
        said.update(dict(one.said))
        doubted.update(one.doubted)
        hidden |= one.hidden
    return Evidence(texts, tuple(sorted(said.items())), tuple(sorted(doubted)), hidden)


def things_of(evidence: Evidence) -> tuple[Thing, ...]:
    """What is there for certain, what is most often said first."""
    names, said = load_thing_names(), dict(evidence.said)
    times: Counter[str] = Counter()
    for name, count in said.items():
        times[names.singular[name]] += count
    shown = {names.singular[name]: name for name in sorted(said, key=lambda one: (said[one], one))}
    least = _TWICE if evidence.texts >= _SEVERAL else 1
    # Where a teddy bear is spoken of, "the bear" is that one.
    longer = {one.split()[-1]: names.kinds[one] for one in times if " " in one}
    return tuple(
        Thing(shown[one], names.kinds[one], count)
        for one, count in sorted(times.items(), key=lambda item: (-item[1], item[0]))
        if count >= least
        and longer.get(one, names.kinds[one]) == names.kinds[one]
        and not (evidence.hidden and names.kinds[one] in names.disguised)
        and one.split()[-1] not in evidence.doubted
    )


def _plain_sentences(texts: Iterable[str], names: ThingNames) -> Iterator[str]:
    """Statements that name a listed word and leave no doubt that it is there."""
    for text in texts:
        for match in _SENTENCE.finditer(text):
            sentence = match.group().strip()
            if len(sentence) > _LONGEST_SENTENCE or sentence.endswith("?") or _QUOTED.search(sentence):
                continue
            words = _WORD.findall(sentence.lower())
            if names.heads.isdisjoint(words) or not names.unsure.isdisjoint(words):
                continue
            if len(words) < 3 or any(word.endswith(("n't", "n’t")) for word in words) or sentence.isupper():
                continue  # a word or two answer a question, and what it asked is not known
            yield sentence


def _called_otherwise(texts: Iterable[str], names: ThingNames) -> frozenset[str]:
    """Listed words that stand right before a word that makes another thing of them: "bear costume"."""
    found = set()
    for text in texts:
        words = _WORD.findall(text.lower())
        for word, following in pairwise(words):
            if word in names.heads and following in names.made_after:
                found.add(names.singular.get(word, word).split()[-1])
    return frozenset(found)


def _names_in(doc: Doc, names: ThingNames) -> Iterator[str]:
    for token in doc:
        if token.lower_ in names.heads and token.tag_ in _NOUNS:
            name = _name_at(token, names)
            if name and _is_there(token, name, names):
                yield name


def _name_at(token: Token, names: ThingNames) -> str:
    """The longest listed name that ends at ``token``; empty where there is none."""
    two = f"{token.doc[token.i - 1].lower_} {token.lower_}" if token.i else ""
    return two if two in names.kinds else token.lower_ if token.lower_ in names.kinds else ""


def _is_there(token: Token, name: str, names: ThingNames) -> bool:
    doc, start = token.doc, token.i - name.count(" ")
    following = doc[token.i + 1] if token.i + 1 < len(doc) else None
    if following is not None and (following.pos_ in _AFTER or following.text in ("-", "–")):
        return False  # "dog walker", "bear-like"
    if token.text[:1].isupper() and start > 0:
        return False  # "the Bears"
    if not _is_plain_phrase(doc, start, names.kinds[name], names):
        return False
    if names.kinds[name] in _ANIMALS and not is_animal(token, load_nonperson_words()):
        return False
    return not _is_said_of_somebody(token)


def _is_plain_phrase(doc: Doc, start: int, kind: str, names: ThingNames) -> bool:
    """True unless what stands before the name makes it something else: "stuffed", "statue of a"."""
    animal, index = kind in _ANIMALS, start - 1
    unreal = names.unreal | names.unreal_living if animal else names.unreal
    while index >= 0 and start - index <= _BEFORE and doc[index].pos_ in _IN_PHRASE:
        word = doc[index].lower_
        if word in unreal:
            return False
        if index == start - 1:
            if word == "-" or (doc[index].pos_ == "PROPN" and word not in names.before_animals):
                return False
            if animal and doc[index].pos_ == "NOUN" and word not in names.before_animals:
                return False
        index -= 1
    while index >= 0 and doc[index].pos_ in ("DET", "NUM", "PRON", "PUNCT"):
        index -= 1
    if index < 0:
        return True
    before = doc[index].lower_
    if before in ("as", "than"):
        return False
    return not (before == "of" and index > 0 and doc[index - 1].lower_ in names.pictures)


def _is_said_of_somebody(token: Token) -> bool:
    """ "The boy is a bear", "a bear of a man", "you dog"."""
    doc, people = token.doc, load_people_words()
    if token.i and doc[token.i - 1].lower_ in _PRONOUNS:
        return True
    ahead = [other.lower_ for other in doc[token.i + 1 : token.i + 4]]
    if ahead[:1] == ["of"] and any(word in people.person for word in ahead):
        return True
    if not any(child.dep_ == "cop" for child in token.children):
        return False
    return any(
        child.dep_.startswith("nsubj") and (child.lower_ in people.person or child.lower_ in people.pronouns)
        for child in token.children
    )
