"""Captions with known annotation, drawn from the grammar in ``captions.yaml``: for training only.

Treebanks hold whole sentences; captions are noun phrases with a participle behind them ("a man on the left
holding his bag"), which a parser trained on sentences alone takes for finite clauses.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

GRAMMAR_PATH = Path(__file__).with_name("captions.yaml")

_SINGULAR = "Number=Sing"
_PLURAL = "Number=Plur"
_FINITE = "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin"
_FINITE_PLURAL = "Mood=Ind|Number=Plur|Person=3|Tense=Pres|VerbForm=Fin"
_PREPOSITIONS = {"WITHIN": ("in",), "WITH": ("with",), "ON": ("on", "in", "at"), "TO": ("to",), "OF": ("of",)}
_PRONOUNS = {
    "he": "Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs",
    "she": "Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs",
    "they": "Case=Nom|Number=Plur|Person=3|PronType=Prs",
}
_POSSESSIVES = {
    "his": "Case=Gen|Gender=Masc|Number=Sing|Person=3|Poss=Yes|PronType=Prs",
    "her": "Case=Gen|Gender=Fem|Number=Sing|Person=3|Poss=Yes|PronType=Prs",
    "their": "Case=Gen|Number=Plur|Person=3|Poss=Yes|PronType=Prs",
}
_PIECE = re.compile(r"<\(|\(|\)|[^\s()<]+")


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a template: relation to its parent, word class, children left and right of it."""

    relation: str
    word_class: str
    left: tuple[Node, ...]
    right: tuple[Node, ...]


@dataclass(slots=True)
class Tokens:
    """The words of one caption so far, in order. ``parents`` are indices; the root is its own parent."""

    words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    pos: list[str] = field(default_factory=list)
    morphs: list[str] = field(default_factory=list)
    lemmas: list[str] = field(default_factory=list)
    relations: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    plural: bool = False

    def add(
        self, word: str, tag: str, pos: str, morph: str, lemma: str, relation: str, name: str = "O"
    ) -> int:
        """Appends a word that has no parent yet; returns its index."""
        values = (word, tag, pos, morph, lemma, relation, -1, name)
        columns: tuple[list[Any], ...] = (
            self.words, self.tags, self.pos, self.morphs, self.lemmas, self.relations, self.parents,
            self.names,
        )  # fmt: skip
        for column, value in zip(columns, values, strict=True):
            column.append(value)
        return len(self.words) - 1


@cache
def grammar() -> tuple[tuple[Node, ...], dict[str, Any]]:
    """The templates and the word lists of ``captions.yaml``."""
    data = yaml.safe_load(GRAMMAR_PATH.read_text(encoding="utf-8"))
    return tuple(template(text) for text in data["templates"]), data["words"]


def template(text: str) -> Node:
    """Reads ``(relation CLASS children...)``. Raises ValueError if the brackets do not match."""
    pieces = _PIECE.findall(text)
    node, position = _node(pieces, 0)
    if position != len(pieces):
        raise ValueError(f"unread text after position {position} of a caption template")
    return node


def _node(pieces: list[str], position: int) -> tuple[Node, int]:
    relation, word_class = pieces[position + 1], pieces[position + 2]
    position += 3
    left: list[Node] = []
    right: list[Node] = []
    while pieces[position] != ")":
        side = left if pieces[position] == "<(" else right
        child, position = _node(pieces, position)
        side.append(child)
    return Node(relation, word_class, tuple(left), tuple(right)), position + 1


class CaptionSource:
    """Draws captions. ``names``: person names, each a tuple of words, for the places marked NAME."""

    def __init__(self, generator: random.Random, names: list[tuple[str, ...]]) -> None:
        self._draw = generator
        self._names = names
        self._templates, self._words = grammar()

    def doc(self, vocab: Vocab) -> Doc:
        """One caption of one to about twenty tokens, with every layer of annotation."""
        from spacy.tokens import Doc as SpacyDoc

        tokens = Tokens()
        root = self._expand(self._draw.choice(self._templates), tokens)
        tokens.parents[root] = root
        if self._draw.random() < 0.5 and len(tokens.words) > 2:
            tokens.parents[tokens.add(".", ".", "PUNCT", "", ".", "punct")] = root
        if self._draw.random() < 0.5:
            tokens.words[0] = tokens.words[0][0].upper() + tokens.words[0][1:]
        glued = {".", "'s"}
        following = [*tokens.words[1:], "."]
        return SpacyDoc(
            vocab,
            words=tokens.words,
            spaces=[word not in glued for word in following],
            tags=tokens.tags,
            pos=tokens.pos,
            morphs=tokens.morphs,
            lemmas=tokens.lemmas,
            heads=tokens.parents,
            deps=["ROOT" if relation == "root" else relation for relation in tokens.relations],
            sent_starts=[index == 0 for index in range(len(tokens.words))],
            ents=tokens.names,
        )

    def _expand(self, node: Node, tokens: Tokens) -> int:
        left = [self._expand(child, tokens) for child in node.left]
        head = self._head(node, tokens)
        right = [self._expand(child, tokens) for child in node.right]
        for child in (*left, *right):
            tokens.parents[child] = head
        return head

    def _head(self, node: Node, tokens: Tokens) -> int:
        kind, relation = node.word_class, node.relation
        if kind in ("PERSON", "THING", "CLOTHES", "PLACE"):
            return self._noun_phrase(kind.lower(), relation, tokens, determined=kind != "CLOTHES")
        if kind in ("GROUP", "PHOTO", "POSSESSED", "OWNED"):
            return self._other_phrase(kind, relation, tokens)
        if kind == "NAME":
            return self._name(relation, tokens)
        if kind.startswith(("GER_", "PART_", "VERB_")):
            return self._verb(kind, relation, tokens)
        return tokens.add(*self._plain(kind, tokens), relation)

    def _plain(self, kind: str, tokens: Tokens) -> tuple[str, str, str, str, str]:
        pick = self._draw.choice
        be = ("are", _FINITE_PLURAL) if tokens.plural else ("is", _FINITE)
        if kind in _PREPOSITIONS or kind == "PREP":
            word = pick(_PREPOSITIONS.get(kind, self._words["preposition"]))
            return word, "IN", "ADP", "", word
        if kind == "PRON":
            word = pick(sorted(_PRONOUNS))
            tokens.plural = word == "they"
            return word, "PRP", "PRON", _PRONOUNS[word], word
        if kind == "PEOPLE":
            word = pick(self._words["people"])
            singular = {plural: one for one, plural in self._words["plural_irregular"].items()}
            return word, "NNS", "NOUN", _PLURAL, singular.get(word, word.removesuffix("s"))
        if kind in ("COLOUR", "STATE", "SIDEADJ"):
            word = pick(self._words[kind.lower()])
            return word, "JJ", "ADJ", "Degree=Pos", word
        if kind in ("SIDE", "NOUN"):
            word = pick(self._words["side" if kind == "SIDE" else pick(["person", "thing", "place"])])
            return word, "NN", "NOUN", _SINGULAR, word
        number = pick(["1", "2", "3", "4", "one", "two", "three", "4", "5", "10"])
        answer = pick(["yes", "no"])
        fixed = {
            "CC": ("and", "CC", "CCONJ", "", "and"),
            "WHILE": ("while", "IN", "SCONJ", "", "while"),
            "THE": ("the", "DT", "DET", "PronType=Art", "the"),
            "WHO": ("who", "WP", "PRON", "PronType=Rel", "who"),
            "THERE": ("there", "EX", "PRON", "", "there"),
            "BE": (be[0], "VBP" if tokens.plural else "VBZ", "AUX", be[1], "be"),
            "EXIST": ("is", "VBZ", "VERB", _FINITE, "be"),
            "EXIST_PLURAL": ("are", "VBP", "VERB", _FINITE_PLURAL, "be"),
            "CARDINAL": (number, "CD", "NUM", "", number),
            "YES": (answer, "UH", "INTJ", "", answer),
        }
        return fixed[kind]

    def _plural_of(self, noun: str) -> str:
        irregular: dict[str, str] = self._words["plural_irregular"]
        return irregular.get(noun, noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s"))

    def _noun_phrase(self, words: str, relation: str, tokens: Tokens, *, determined: bool) -> int:
        """(determiner or number) (adjective) noun; the number is kept for the verb that follows a subject."""
        draw = self._draw
        plural = draw.random() < (0.2 if words != "place" else 0.05)
        noun = draw.choice(self._words[words])
        left: list[int] = []
        adjective = draw.choice(self._words["adjective"]) if draw.random() < 0.4 else None
        if determined or draw.random() < 0.5:
            left += self._determiner(adjective or noun, tokens, plural=plural, place=words == "place")
        if adjective is not None:
            left.append(tokens.add(adjective, "JJ", "ADJ", "Degree=Pos", adjective, "amod"))
        word = self._plural_of(noun) if plural else noun
        tag, morph = ("NNS", _PLURAL) if plural else ("NN", _SINGULAR)
        head = tokens.add(word, tag, "NOUN", morph, noun, relation)
        for index in left:
            tokens.parents[index] = head
        if relation == "nsubj":
            tokens.plural = plural
        return head

    def _determiner(self, following: str, tokens: Tokens, *, plural: bool, place: bool) -> list[int]:
        roll = self._draw.random()
        if plural:
            if roll < 0.4:
                number = self._draw.choice(["two", "three", "four", "several", "some"])
                if number in ("several", "some"):
                    values = ("JJ", "ADJ", "Degree=Pos", number, "amod")
                    if number == "some":
                        values = ("DT", "DET", "PronType=Ind", number, "det")
                    return [tokens.add(number, *values)]
                return [tokens.add(number, "CD", "NUM", "", number, "nummod")]
            if roll < 0.6:
                return [tokens.add("the", "DT", "DET", "PronType=Art", "the", "det")]
            return []
        if roll < 0.1:
            return []
        if roll < (0.6 if place else 0.3):
            return [tokens.add("the", "DT", "DET", "PronType=Art", "the", "det")]
        article = "an" if following[0] in "aeio" else "a"
        return [tokens.add(article, "DT", "DET", "PronType=Art", "a", "det")]

    def _other_phrase(self, kind: str, relation: str, tokens: Tokens) -> int:
        draw = self._draw
        if kind in ("GROUP", "PHOTO"):
            noun = draw.choice(self._words[kind.lower()])
            article = tokens.add("a", "DT", "DET", "PronType=Art", "a", "det")
            head = tokens.add(noun, "NN", "NOUN", _SINGULAR, noun, relation)
            tokens.parents[article] = head
            tokens.plural = False
            return head
        noun = draw.choice(self._words["owned"])
        if kind == "OWNED":
            word = draw.choice(sorted(_POSSESSIVES))
            lemma = word
            owner = tokens.add(word, "PRP$", "PRON", _POSSESSIVES[word], lemma, "nmod:poss")
        else:
            owner = self._noun_phrase("person", "nmod:poss", tokens, determined=True)
            tokens.parents[tokens.add("'s", "POS", "PART", "", "'s", "case")] = owner
        head = tokens.add(noun, "NN", "NOUN", _SINGULAR, noun, relation)
        tokens.parents[owner] = head
        tokens.plural = False
        return head

    def _name(self, relation: str, tokens: Tokens) -> int:
        words = self._draw.choice(self._names) if self._names else ("Mary", "Stone")
        tokens.plural = False
        head = len(tokens.words)
        for number, word in enumerate(words):
            label = "B-PERSON" if number == 0 else "I-PERSON"
            index = tokens.add(
                word, "NNP", "PROPN", _SINGULAR, word, relation if number == 0 else "flat", label
            )
            if number:
                tokens.parents[index] = head
        return head

    def _verb(self, kind: str, relation: str, tokens: Tokens) -> int:
        form, transitivity = kind.split("_")
        lemma = self._draw.choice(self._words["transitive" if transitivity == "T" else "intransitive"])
        if form == "VERB":
            if tokens.plural:
                return tokens.add(lemma, "VBP", "VERB", _FINITE_PLURAL, lemma, relation)
            irregular: dict[str, str] = self._words["present_irregular"]
            word = irregular.get(lemma, lemma + ("es" if lemma.endswith(("s", "sh", "ch")) else "s"))
            return tokens.add(word, "VBZ", "VERB", _FINITE, lemma, relation)
        morph = "VerbForm=Ger" if form == "GER" else "Tense=Pres|VerbForm=Part"
        return tokens.add(participle(lemma), "VBG", "VERB", morph, lemma, relation)


def participle(verb: str) -> str:
    """The -ing form of a verb of the grammar: lie -> lying, ride -> riding, sit -> sitting."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e"):
        return verb[:-1] + "ing"
    if re.fullmatch(r"(?:[^aeiou]|qu)*[aeiou][^aeiouwxy]", verb):
        return verb + verb[-1] + "ing"
    return verb + "ing"
