"""Who a word is about: heads of noun phrases and subjects, by tags and short, sure dependencies.

No function reads a prepositional attachment: the parser is not good enough at it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from transforms.text.lexicon import Head, PeopleWords
from transforms.text.named_things import is_old_thing, is_thing, names_nobody, names_thing_after
from transforms.text.nonpersons import is_likeness, load_nonperson_words

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NOUN = frozenset({"NOUN", "PROPN"})
_BEFORE_NOUN = frozenset({"ADJ", "NUM", "ADV", "NOUN", "PROPN"})
_PARTICIPLES = frozenset({"VBN", "VBG"})
_LINKS = frozenset({",", "and", "or", "but", "-", "/", "&"})
_SPAN = 9
_THINGS_IN_FRONT = frozenset(
    {"toddler", "newborn", "baby", "babies", "child", "children", "kid", "kids", "adult", "teen",
     "youth", "senior", "infant"}
)  # fmt: skip
_ONE_HUMAN = frozenset(
    {"man", "woman", "person", "guy", "lady", "boy", "girl", "individual", "male", "female",
     "gentleman", "fellow"}
)  # fmt: skip
_ALSO_THINGS = frozenset({"model", "models", "figure", "figures", "members", "subject", "subjects"})
_VEHICLES = frozenset(
    {"airplane", "plane", "aircraft", "car", "train", "ship", "boat", "truck", "bus", "phone",
     "scale", "bike"}
)  # fmt: skip
_SINGULAR_PRONOUNS = frozenset({"he", "she", "who", "i", "him", "her", "himself", "herself"})


def is_person(token: Token, people: PeopleWords) -> bool:
    """True if the word names a person or a group of persons."""
    return token.lower_ in people.person and token.lower_ not in people.animals


def phrase_head(doc: Doc, index: int, people: PeopleWords) -> Token | None:
    """The noun that the word before ``index`` modifies, read from left to right; None if there is none."""
    stop = min(len(doc), index + _SPAN)
    position = index
    while position < stop:
        token = doc[position]
        if token.pos_ in _NOUN or is_person(token, people):
            return _end_of_nouns(doc, position, people)
        if not (token.pos_ in _BEFORE_NOUN or token.tag_ in _PARTICIPLES or token.lower_ in _LINKS):
            return None
        if token.tag_ == "VBG" and position > index and _has_object(token):
            return None  # "thin, wearing minimal clothing"
        position += 1
    return None


def _has_object(participle: Token) -> bool:
    before = participle.doc[participle.i - 1].lower_
    return before in (",", "and") and any(
        child.dep_ in ("obj", "obl") and child.i > participle.i for child in participle.children
    )


def _end_of_nouns(doc: Doc, start: int, people: PeopleWords) -> Token:
    best = doc[start]
    position = start + 1
    while position < len(doc):
        token = doc[position]
        hyphen = token.text == "-" and position + 1 < len(doc)
        grand = token.pos_ == "ADJ" and token.lower_ == "grand" and best.lower_ == "baby"
        if not (token.pos_ in _NOUN or is_person(token, people) or hyphen or grand):
            break
        if token.tag_ in ("VBZ", "VBD", "VBP") and is_person(best, people):
            break  # "a baby plays": taken for a noun by one of the two taggers
        if hyphen:
            position += 1
            continue
        # A verb is often tagged as a noun after a person ("a man skateboards"): only a person
        # noun, or a thing after a word that commonly stands before things, takes over.
        if (
            is_person(token, people)
            or not is_person(best, people)
            or (best.lower_ in _THINGS_IN_FRONT and _is_thing(doc, best, token, people))
            or _counts_or_owns(doc, best, token, people)
            or names_thing_after(doc, best, token)
            or (token.lower_ in people.animals and not (best.lower_ in people.human and best.tag_ == "NNS"))
        ):
            best = token
        position += 1
    return best


def _counts_or_owns(doc: Doc, noun: Token, following: Token, people: PeopleWords) -> bool:
    """ "an old doctors office", "a small one person tent": persons that a thing is for."""
    if following.tag_ != "NN" or noun.dep_ not in ("compound", "nmod") or noun.head.i < following.i:
        return False
    counted = noun.i > 0 and (doc[noun.i - 1].pos_ == "NUM" or doc[noun.i - 1].lower_ == "single")
    return (noun.tag_ == "NNS" and noun.lower_ not in people.human) or (
        noun.lower_ in ("person", "man") and counted
    )


def _is_thing(doc: Doc, noun: Token, following: Token, people: PeopleWords) -> bool:
    """ "the baby carriage" against "the baby sleeps", whose verb is often tagged as a noun."""
    if is_verb_after(doc, noun, following) or following.lower_ in _PARTS_AND_PLACES:
        return False
    if following.lower_ in people.childrens_things:
        return True
    after_article = noun.i > 0 and doc[noun.i - 1].pos_ == "DET"
    verb_like = following.tag_ == "NNS" and noun.tag_ == "NN" and after_article
    return noun.dep_ == "compound" and noun.head.i >= following.i and not verb_like


def is_place(word: str) -> bool:
    """True for "right" or "center", which after a person say where, and for a part of a body."""
    return word in _PARTS_AND_PLACES


def is_verb_after(doc: Doc, noun: Token, following: Token) -> bool:
    """True if ``following``, tagged as a noun, is what ``noun`` does: "a child swings", "a baby sit on"."""
    lead = noun.i - 1
    while lead >= 0 and (doc[lead].pos_ in ("ADJ", "ADV", "CCONJ", "PUNCT", "VERB") and noun.i - lead < 7):
        lead -= 1
    determiner = doc[lead].lower_ if lead >= 0 else ""
    if following.tag_ == "NNS" and determiner in _ONE:
        return True  # No noun in the plural follows "a".
    after = doc[following.i + 1] if following.i + 1 < len(doc) else None
    ends = after is None or after.pos_ in ("ADP", "ADV", "PUNCT", "SCONJ", "PART", "DET", "CCONJ")
    if following.lower_.endswith("ing") and following.lower_ not in _THINGS_IN_ING:
        return ends
    return ends and following.lower_ in _BARE_VERBS


_ONE = frozenset({"a", "an", "one", "another", "each", "every", "this", "that"})
_THINGS_IN_ING = frozenset(
    {"clothing", "bedding", "crossing", "swing", "painting", "drawing", "ring", "string"}
)  # fmt: skip
_BARE_VERBS = frozenset(
    {"sit", "stand", "lie", "play", "walk", "ride", "look", "smile", "sleep", "eat", "pose", "watch", "wait",
     "swim", "run", "jump", "dance", "climb", "reach", "cry", "laugh", "crawl"}
)  # fmt: skip
_PARTS_AND_PLACES = frozenset(
    {"mouth", "hand", "hands", "head", "face", "hair", "arm", "arms", "leg", "legs", "foot", "feet",
     "ear", "ears", "nose", "finger", "fingers", "lap", "shoulder", "shoulders", "chest", "neck",
     "toes", "right", "left", "center", "middle", "front", "side", "top", "bottom"}
)  # fmt: skip


def is_doer(noun: Token) -> bool:
    """True for "kickboxer" or "keyboardist" after "male": by its ending; for no "connector" or "tiger"."""
    return _DOER.search(noun.lower_) is not None and noun.lower_ not in _NO_DOERS


_DOER = re.compile(r"[a-z]{3}(?:ers?|ors?|ists?|ians?|ees?|eers?)$")
_NO_DOERS = frozenset(
    {"connector", "connectors", "adapter", "adapters", "header", "headers", "number", "numbers",
     "flower", "flowers", "tiger", "tigers", "spider", "spiders", "panther", "panthers", "beaver",
     "beavers", "otter", "otters", "deer", "character", "characters", "tree", "trees", "bees",
     "plover", "warbler", "coupler", "receiver", "ladder", "gender", "feather", "feathers",
     "chimpanzee", "chimpanzees", "knees", "condor", "grosbeak", "figure", "cover", "underwear"}
)  # fmt: skip


def head_counts(token: Token, head: Head, people: PeopleWords) -> bool:
    """True if ``token`` is a noun that an adjective of class ``head`` says something of a person with."""
    if not is_person(token, people) or is_likeness(token):
        return False
    if is_thing(token, people) or is_old_thing(token, people) or names_nobody(token.doc, token.i, people):
        return False
    before = token.doc[token.i - 1] if token.i else None
    if token.lower_ in _ALSO_THINGS and before is not None and before.lower_ in _VEHICLES:
        return False  # "old airplane models"
    if token.lower_ in ("figure", "figures") and before is not None and before.pos_ in _NOUN:
        return is_person(before, people)  # "a Chinese Buddha figure"
    if head is Head.PERSON:
        return True
    if head is Head.HUMAN:
        return token.lower_ in people.human
    if head is Head.HUMAN_ONE:
        return token.lower_ in _ONE_HUMAN
    return token.lower_ in people.child


def names_thing(doc: Doc, index: int, people: PeopleWords, *, kin: bool) -> bool:
    """ "the sister ship", "a cowboy hat": a word for kin or an occupation that is part of a thing's name.

    An occupation before what is worn only, and kin not before a word in -s: there the parser takes verbs
    for nouns.
    """
    if index + 1 >= len(doc) or (index and doc[index - 1].tag_ in ("PRP$", "POS")):
        return False  # "my brother" is somebody, whatever follows.
    token, following = doc[index], doc[index + 1]
    if following.lower_ in load_nonperson_words().worn:
        return True
    head = token.head
    return (
        kin
        and token.dep_ in ("compound", "nmod", "amod")
        and head.i > index
        and following.tag_ == "NN"
        and following.text.islower()
        and head.pos_ == "NOUN"
        and not is_person(head, people)
        and head.lower_ not in people.animals
    )


def may_be_nobody(doc: Doc, index: int, people: PeopleWords) -> bool:
    """True for the mummy of a museum, the mums of a garden, the queen of a game and a cat named Princess."""
    token = doc[index]
    if index and doc[index - 1].lower_ in ("named", "called") and token.text[:1].isupper():
        return True
    start, end = sentence_bounds(doc, index)
    others = [other for other in doc[start:end] if other.i != index]
    if token.lower_ in _ROYAL:
        games = load_nonperson_words().games
        return any(other.lower_ in games for other in others) and not any(
            is_person(other, people) and other.lower_ not in _ROYAL for other in others
        )
    if token.lower_ not in ("mummy", "mummies", "mums") or token.dep_ == "nsubj":
        return False
    return not any(is_person(other, people) or other.tag_ in ("PRP", "PRP$") for other in others)


_ROYAL = frozenset({"king", "kings", "queen", "queens", "prince", "princess"})


def is_part_of_brand(doc: Doc, index: int) -> bool:
    """True in a few words that are all capitals and name something: "KING ARTHUR FLOUR"."""
    if not 2 <= len(doc) <= 6 or doc[index].i == len(doc) - 1 or not doc.text.isupper():
        return False
    return doc[-1].pos_ in _NOUN and all(
        token.pos_ in _NOUN or token.pos_ in ("PART", "ADJ", "PUNCT", "CCONJ") for token in doc
    )


def shows_somebody(doc: Doc, start: int, end: int, people: PeopleWords) -> bool:
    """True if somebody is there beside the tokens ``start:end``, and not only as whose kind of thing it is:
    "a baby's room", "a baby crib"."""
    return any(
        is_person(other, people)
        and not start <= other.i < end
        and phrase_head(doc, other.i, people) == other
        and not (other.i + 1 < len(doc) and doc[other.i + 1].tag_ == "POS")
        for other in doc
    )


_SUBJECTS = frozenset({"nsubj", "nsubj:pass", "nsubjpass"})
_FINITE = frozenset({"VBZ", "VBP", "VBD"})
# "The bull being dodged by the man is black": what follows these is often taken for the subject.
_OF_ANOTHER = frozenset({"by", "of", "near", "beside", "behind"})


def subject_of(token: Token) -> Token | None:
    """The subject of the clause whose predicate is ``token``, through conjunction and linking verbs."""
    current = token
    around = token.head
    inside = token.dep_ == "xcomp" and around.dep_.startswith("acl") and around.head.i < around.i
    if inside and any(child.dep_ == "cop" and child.tag_ in _FINITE for child in token.children):
        # "The goggles the boy wears are white": a complement with a verb of its own is none of "wears".
        return around.head
    for _ in range(4):
        for child in current.children:
            if child.dep_ in _SUBJECTS and not any(
                case.dep_ == "case" and case.lower_ in _OF_ANOTHER for case in child.children
            ):
                return child
        if current.dep_ in (
            "conj",
            "xcomp",
            "acomp",
            "attr",
            "dep",
            "parataxis",
            "obj",
            "obl",
            "ccomp",
            "advmod",
            "amod",
            "cop",
        ) and (current.head.i != current.i):
            if current.dep_ == "xcomp" and any(
                child.dep_ == "cop" and child.tag_ in ("VBZ", "VBP") for child in current.children
            ):
                return None  # "the goggles the boy is wearing are white": another subject's verb
            current = current.head
            continue
        return None
    return None


def is_person_subject(subject: Token | None, head: Head, people: PeopleWords) -> bool:
    """True if a clause about ``subject`` is about a person."""
    if subject is None:
        return False
    lower = subject.lower_
    if lower in _SINGULAR_PRONOUNS:
        return True
    if lower == "we":
        return True
    if lower in _PART_OF_MANY:
        return _is_one_of_people(subject, head, people)
    if lower in ("they", "you"):
        return (
            head is Head.PERSON and lower == "they" and any(is_person(token, people) for token in subject.doc)
        )
    return head_counts(subject, head, people)


def _is_one_of_people(subject: Token, head: Head, people: PeopleWords) -> bool:
    """ "One is tall, the other …" after "two people", or "one of the men": part of a group named before."""
    for child in subject.children:
        if child.dep_ == "nmod" and child.pos_ in _NOUN:
            return head_counts(child, head, people)
    doc = subject.doc
    start, _ = sentence_bounds(doc, subject.i)
    before = sentence_bounds(doc, start - 1)[0] if start else start
    many = [
        token
        for token in doc[before : subject.i]
        if token.tag_ in ("NNS", "NNPS") or token.lower_ in _GROUPS or is_person(token, people)
    ]
    if not many:
        return False
    if head is not Head.PERSON and any(not is_person(token, people) for token in many):
        return False
    return is_person(many[0], people)


_PART_OF_MANY = frozenset(
    {"one", "other", "another", "first", "second", "third", "former", "latter", "both", "these", "those",
     "all", "others", "some", "each", "rest"}
)  # fmt: skip
_GROUPS = frozenset({"people", "pair", "couple", "group", "men", "women", "children"})


def sentence_bounds(doc: Doc, index: int) -> tuple[int, int]:
    """Token indices of the sentence around ``index``."""
    # Token.sent checks the annotation of the whole document each time.
    start, end = index, index + 1
    while start > 0 and not doc[start].is_sent_start:
        start -= 1
    while end < len(doc) and not doc[end].is_sent_start:
        end += 1
    return start, end


def token_range(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Indices of the tokens that the characters ``start:end`` touch, half open."""
    first, high = 0, len(doc)
    while first < high:
        middle = (first + high) // 2
        token = doc[middle]
        if token.idx + len(token) <= start:
            first = middle + 1
        else:
            high = middle
    last = first
    while last < len(doc) and doc[last].idx < end:
        last += 1
    return first, last
