"""Whose attribute a word tells: a person's, or that of a part of one ("muscular arms", "a youthful face")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.finding import Kind
from transforms.text.lexicon import Head, LexiconEntry, Looks
from transforms.text.named_things import (
    MARKS,
    OWNERS_OF_KINDS,
    is_of_nation,
    is_thing,
    load_thing_words,
    owned_noun,
)
from transforms.text.nonpersons import may_be_animal, of_animal
from transforms.text.persons import head_counts, is_person, is_person_subject, phrase_head, sentence_bounds
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

AGE, RACE, WEIGHT = "biometric.age", "biometric.race", "biometric.weight"
_PROPER_ADJECTIVES = frozenset(
    {"biometric.race", "sensitive.nationality", "sensitive.religion", "sensitive.politics"}
)
# Of the parts of a person, those of which a size or an age is said.
_SHARED = frozenset({"culture", "cultures", "community", "communities", "tradition", "traditions"})
_SOMEBODY = frozenset({"person", "individual", "man", "woman", "their", "his", "her", "they", "he", "she"})
_COLOUR = "lexicon.race.colour"
_BUILD = "lexicon.weight.build"
_FACE = frozenset({"face", "faces"})
_TRAIT = "lexicon.gender.trait"
_CAUSES = frozenset({"due", "thanks", "because", "given", "emphasizing", "highlighting", "focusing"})
_LABEL_REACH = 24
_WHOLE_LOOKS = frozenset(
    {"body", "bodies", "build", "physique", "physiques", "frame", "figure", "face", "faces", "skin",
     "appearance", "look", "looks"}
)  # fmt: skip


def end_of_team_owner(doc: Doc, index: int) -> int:
    """The token after the mark of "women's" in "a women's basketball team", 0 for other owners: it says who
    plays, and what they do stays without it. Also of "men's" in "men's and women's teams"."""
    mark, owner, words = index + 1, doc[index].lower_, load_thing_words()
    if mark + 1 >= len(doc) or doc[mark].text not in MARKS:
        return 0
    if doc[mark + 1].lower_ in ("and", "or") and owner in OWNERS_OF_KINDS and mark + 2 < len(doc):
        return mark + 1 if end_of_team_owner(doc, mark + 2) else 0
    owned = owned_noun(doc, mark + 1)
    if owned is None:
        return 0
    done = [token.lower_ in words.activities for token in doc[mark + 1 : owned.i + 1]]
    if owner in OWNERS_OF_KINDS:
        return mark + 1 if any(done) else 0
    return mark + 1 if owner in _ONE_OF_KIND and sum(done) > 1 else 0  # "a girl's soccer team"


_ONE_OF_KIND = frozenset({"man", "woman", "boy", "girl", "lady"})


def owner_is_person(doc: Doc, position: int, rules: TextRules) -> bool:
    """Whose looks the word at character ``position`` tells: the nearest animal, thing with "its", or person
    named before it; a person if there is none."""
    people = rules.people
    first = next((token.i for token in doc if token.idx + len(token) > position), 0)
    holder = _holder(doc, first)
    if holder is not None and holder.pos_ == "NOUN" and not is_person(holder, people):
        parts = rules.looks.face | rules.looks.body | rules.looks.eyes | rules.looks.color_nouns
        if holder.lower_ not in parts and holder.lower_ not in rules.looks.shown:
            return False
    begin, _ = sentence_bounds(doc, first)
    for index in range(first - 1, -1, -1):
        token = doc[index]
        if token.lower_ in people.animals:
            return False
        if token.lower_ == "its" and index >= begin:
            return any(other.lower_ in rules.looks.eyes for other in doc[:index])  # "an eye with its iris"
        if token.lower_ == "it" and index + 1 < len(doc) and _means_thing(doc, index, begin, rules):
            return False
        if token.lower_ in ("he", "she", "his", "her", "my", "your"):
            return True
        if is_person(token, people) and not is_thing(token, people):
            return True
    label = next((token.lower_ for token in doc if token.is_alpha), "")
    if label in rules.looks.eyes | rules.looks.skin or any(
        token.lower_ in ("they", "their") for token in doc[:first]
    ):
        return True
    head = phrase_head(doc, first + 1, people)
    for token in doc[first + 1 :]:
        if token.lower_ in people.animals:
            return False
        if is_person(token, people):
            return True
    known = rules.looks.eyes | rules.looks.skin | rules.looks.color_nouns
    return head is None or head.lower_ in known or head.lower_.startswith(("eye", "iris"))


def _means_thing(doc: Doc, index: int, begin: int, rules: TextRules) -> bool:
    """True if the "it" at token ``index`` may be what the looks belong to, and is no part of a person.

    "It has green eyes" says so; "it feels unreal due to the green eyes" speaks of the picture.
    """
    parts = rules.looks.eyes | rules.looks.skin
    if sentence_is_about(doc, sentence_bounds(doc, index)[0], parts, rules.looks):
        return False
    causes = any(doc[position].lower_ in _CAUSES for position in range(index, len(doc)))
    return not (index >= begin and causes)


def _holder(doc: Doc, index: int) -> Token | None:
    """The word in front of "with" or "has" that the phrase around token ``index`` belongs to."""
    lead = index
    while lead and (doc[lead - 1].pos_ in ("ADJ", "ADV", "CCONJ", "DET") or doc[lead - 1].text in (",", "-")):
        lead -= 1
    having = doc[lead - 1] if lead else None
    if having is None or lead < 2 or (having.lower_ != "with" and having.lemma_ != "have"):
        return None
    return doc[lead - 2]


def sentence_is_about(doc: Doc, start: int, parts: frozenset[str], looks: Looks) -> bool:
    """True if the first noun in front of token ``start`` that is not of the picture is one of ``parts``.

    It is looked for in the sentence of the token before ``start``.
    """
    if not start:
        return False
    first, last = sentence_bounds(doc, start - 1)
    nouns = [
        token
        for token in doc[first : min(last, start)]
        if token.pos_ in ("NOUN", "PROPN")
        and token.lower_ not in looks.shown
        and (token.lower_ in parts or token.lower_ not in looks.headings)
        and not (token.i + 1 < len(doc) and doc[token.i + 1].tag_ == "POS")
    ]
    label = (
        doc.text[:_LABEL_REACH].partition(":")[0].lower().split() if ":" in doc.text[:_LABEL_REACH] else ()
    )
    return (bool(nouns) and nouns[0].lower_ in parts) or any(word.strip("*") in parts for word in label[:2])


def modifies_person(doc: Doc, start: int, head: Token, entry: LexiconEntry, rules: TextRules) -> bool:
    """True if ``head`` is a person of the entry's class, or the part of one that the entry speaks of."""
    looks, people, word = rules.looks, rules.people, head.lower_
    if entry.head not in (Head.FACE, Head.BODY) and head_counts(head, entry.head, people):
        if may_be_animal(head) and of_animal(doc, head.i, people):
            return False  # "one of the sheep is a white baby"
        # "a black shorts guy" tells of shorts, "a black haired guy" of hair.
        between = doc[start + 1 : head.i] if entry.rule == _COLOUR else ()
        if between and doc[start + 1].lower_ in looks.colored:
            return False
        if entry.attribute in _PROPER_ADJECTIVES and is_of_nation(doc, start + 1, head):
            return False
        return not any(token.pos_ == "NOUN" and not is_person(token, people) for token in between)
    if entry.attribute == RACE and not entry.rule.endswith(".colour"):
        if word in looks.race_wear:
            # "from a West African culture" is somebody's, "Aboriginal culture" is nobody's.
            if word in _SHARED and head.text[0].isupper() and not head.is_sent_start:
                return False  # "Journal of the European Communities"
            somebodys = word not in _SHARED or (start > 0 and doc[start - 1].pos_ == "DET")
            if not somebodys:
                first, last = sentence_bounds(doc, start)
                somebodys = any(token.lower_ in _SOMEBODY for token in doc[first:last])
            compound = any(doc[index].pos_ in ("NOUN", "PROPN") for index in range(start + 1, head.i))
            own = not compound or " " in entry.surface  # no "Chinese dragon costume"
            return somebodys and own and entry.kind is not Kind.PROXY
        return word in looks.race_looks and owner_is_person(doc, head.idx, rules)
    parts = _parts(entry, rules)
    return word in parts and _owned(doc, start, head, looks.body_of_things, rules)


def is_wear(doc: Doc, end: int, rules: TextRules) -> bool:
    """True if what is in front of token ``end`` is said of clothes or a custom: "Indian clothes"."""
    head = phrase_head(doc, end, rules.people)
    return head is not None and head.lower_ in rules.looks.race_wear


def _owned(doc: Doc, start: int, head: Token, things: frozenset[str], rules: TextRules) -> bool:
    """True if ``head`` is part of a person; one of ``things`` only where a word for the owner says so."""
    if not owner_is_person(doc, head.idx, rules):
        return False
    if head.lower_ not in things or doc[start].lower_ in rules.looks.bodily:
        return True
    lead = start
    while lead and (doc[lead - 1].pos_ in ("ADJ", "ADV", "CCONJ") or doc[lead - 1].text in (",", "-")):
        lead -= 1
    before = doc[lead - 1] if lead else None
    while before is not None and before.pos_ == "DET" and lead > 1:
        lead -= 1
        before = doc[lead - 1]
    if before is None:
        return False
    if before.lower_ in rules.looks.showing and _is_somewhere(doc, head, rules):
        return True
    if before.tag_ in ("PRP$", "POS"):
        return before.lower_ != "its" and (before.tag_ != "POS" or is_person(doc[lead - 2], rules.people))
    holder = _holder(doc, start)
    if holder is None:
        return before.lower_ == "of" and lead > 1 and is_person(doc[lead - 2], rules.people)
    return is_person(holder, rules.people) or holder.pos_ in ("PRON", "PUNCT", "ADV", "CCONJ", "AUX")


def _is_somewhere(doc: Doc, head: Token, rules: TextRules) -> bool:
    return any(
        is_person(token, rules.people) or token.lower_ in rules.people.pronouns for token in doc[: head.i]
    )


def is_said_of_person(doc: Doc, subject: Token, entry: LexiconEntry, rules: TextRules) -> bool:
    """True if the clause about ``subject`` says the entry of a person or a part of one."""
    if entry.head not in (Head.FACE, Head.BODY) and is_person_subject(subject, entry.head, rules.people):
        return True
    if subject.lower_ == "they" and entry.attribute in _PROPER_ADJECTIVES:
        between = {token.lower_ for token in doc[subject.i : subject.i + 6]}
        return not between.isdisjoint(rules.looks.hedges | {"appear", "seem", "look"})
    parts = _parts(entry, rules) & _WHOLE_LOOKS
    if subject.i and doc[subject.i - 1].lower_ in rules.looks.skin:
        subject = doc[subject.i - 1]  # "the skin texture appears wrinkled"
    return subject.lower_ in parts and _owned(doc, subject.i, subject, parts - rules.looks.skin, rules)


def _parts(entry: LexiconEntry, rules: TextRules) -> frozenset[str]:
    """The parts of a person that the entry tells something of the person with."""
    if entry.attribute == WEIGHT:
        return rules.looks.body | (_FACE if entry.rule == _BUILD else frozenset())
    told_by_face = entry.attribute == AGE or entry.rule == _TRAIT
    if entry.head is Head.FACE or (told_by_face and entry.head is Head.PERSON):
        return rules.looks.face
    return frozenset()


def is_guess(doc: Doc, start: int, end: int, rules: TextRules) -> bool:
    """ "a person, likely male, wearing": a guess set off by commas, brackets or dashes."""
    position = start - 1
    if position >= 0 and doc[position].lower_ in ("a", "an"):
        return False
    while position >= 0 and doc[position].lower_ in rules.looks.hedges:
        position -= 1
    if position == start - 1 or position < 0 or doc[position].text not in (",", "(", "-", "\u2013", "\u2014"):
        return False
    if end < len(doc) and doc[end].pos_ in ("NOUN", "PROPN"):
        return False
    first, _ = sentence_bounds(doc, start)
    return any(
        is_person(doc[index], rules.people) or doc[index].lower_ in rules.people.pronouns
        for index in range(first, position)
    )
