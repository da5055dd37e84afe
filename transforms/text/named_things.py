"""Things whose names hold a word for a person: "an old record player", "a white family car", "The Duke pub".

All is read off the words next to each other, their tags and the lists of ``things.yaml``; a word that more
often names somebody counts as a thing only where the sentence shows nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import regex

from transforms.text.lexicon import PeopleWords, read_list, with_plurals

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

TIMEOUT_SECONDS = 1.0
_NOUN = frozenset({"NOUN", "PROPN"})
_OF_SOMEBODY = frozenset(
    {"man", "men", "woman", "women", "boy", "boys", "girl", "girls", "guy", "guys", "lady", "ladies",
     "gentleman", "gentlemen", "male", "males", "female", "females", "dude", "dudes", "lad", "lass"}
)  # fmt: skip
_PEOPLE = frozenset({"person", "people", "human", "persons"})
_SETS = frozenset(
    {"pair", "pairs", "couple", "group", "family", "team", "trio", "duo", "gang", "crowd", "set"}
)
OWNERS_OF_KINDS = frozenset(
    {"men", "women", "boys", "girls", "children", "kids", "ladies", "gentlemen", "teens", "adults", "mens",
     "womens", "childrens", "seniors", "babies", "toddlers", "infants"}
)  # fmt: skip
_OWNERS_OF_ROOMS = frozenset({"child", "kid", "boy", "girl", "baby", "teen", "teenager", "toddler", "infant"})


@dataclass(frozen=True, slots=True)
class ThingWords:
    """The lists of ``things.yaml``, plurals included where they are nouns that follow."""

    after_person: frozenset[str]
    after_people: frozenset[str]
    devices: Mapping[str, frozenset[str]]
    old_things: frozenset[str]
    shares: frozenset[str]
    shown_in: frozenset[str]
    of_nation: frozenset[str]
    for_number: frozenset[str]
    connectors: frozenset[str]
    of_body: frozenset[str]
    hung_on: frozenset[str]
    named: frozenset[str]
    signs: frozenset[str]
    sign_kinds: frozenset[str]
    activities: frozenset[str]
    kinds: frozenset[str]
    rooms: frozenset[str]
    without_mark: frozenset[str]
    worn: frozenset[str]
    cake: frozenset[str]
    made: frozenset[str]
    in_manner: frozenset[str]
    turns_out: regex.Pattern[str]


@cache
def load_thing_words() -> ThingWords:
    """Reads ``things.yaml``."""
    listed = read_list("things")
    devices = {word: frozenset(before) for word, before in listed["devices"].items()}
    works = "|".join(regex.escape(word) for word in sorted(listed["works"], key=len, reverse=True))
    return ThingWords(
        after_person=with_plurals(listed["after_person"]),
        after_people=with_plurals(listed["after_people"]),
        devices=devices | {word + "s": before for word, before in devices.items()},
        old_things=with_plurals(listed["old_things"]),
        shares=frozenset(listed["shares"]),
        shown_in=frozenset(listed["shown_in"]),
        of_nation=frozenset(listed["of_nation"]),
        for_number=with_plurals(listed["for_number"]),
        connectors=with_plurals(listed["connectors"]),
        of_body=with_plurals(listed["of_body"]),
        hung_on=with_plurals(listed["hung_on"]),
        named=frozenset(listed["named"]),
        signs=frozenset(listed["signs"]),
        sign_kinds=frozenset(listed["sign_kinds"]),
        activities=with_plurals(listed["activities"]),
        kinds=with_plurals(listed["kinds_of_things"]),
        rooms=with_plurals(listed["rooms"]),
        without_mark=frozenset(listed["without_mark"]),
        worn=with_plurals(read_list("compounds")["worn"]),
        cake=frozenset(listed["stands_on_cake"]),
        made=with_plurals(listed["made"]),
        in_manner=frozenset(listed["in_manner"]),
        turns_out=regex.compile(
            r"\A\W*(?:(?:The|An?) )?(?:\p{Lu}[\w.'&-]*,? |(?:of|the|and|in|de|&|a|with|my|'s) ){1,6}"
            r"(?:is|was) (?:the (?:name|title) of )?(?:an?|the|this|that|our|one of the)? ?"
            rf"(?:[\w-]+ ){{0,2}}(?:{works})s?(?= (?:title|name|by|that|which|from|in|on|starring|released"
            r"|written|directed|based|about|with|at|published|near|of)\b|\W*\Z|[.,;])"
        ),
    )


def names_thing_after(doc: Doc, noun: Token, following: Token) -> bool:
    """True if ``following``, right after the word for a person ``noun``, is a thing that is called after such
    persons: "family car", "student desk". "Man", "girl" and the like own what follows them."""
    words, lower = load_thing_words(), noun.lower_
    if following.i != noun.i + 1 or lower in _OF_SOMEBODY:
        return False
    if following.pos_ not in _NOUN and (following.lower_ != "home" or noun.dep_ != "compound"):
        return False
    if lower in _PEOPLE:
        return following.lower_ in words.after_people
    chain = following
    while chain.i + 1 < len(doc) and doc[chain.i + 1].tag_ == "NN" and chain.tag_ == "NN":
        chain = doc[chain.i + 1]
    if lower == "american":
        return following.tag_ == "NN" and noun.dep_ in ("compound", "amod", "nmod") and noun.head.i > noun.i
    return following.lower_ in words.after_person or chain.lower_ in words.after_person


_TROUPES = frozenset({"band", "crew", "team", "group", "squad", "quartet", "trio"})


def is_unit(doc: Doc, index: int) -> bool:
    """ "a one man band", "a two man tent": a number of whoever they are; a five man band are men."""
    if doc[index].lower_ != "man" or not 0 < index < len(doc) - 1:
        return False
    hyphen = doc[index - 1].text == "-" and index > 1
    count, words = doc[index - 2 if hyphen else index - 1], load_thing_words()
    if count.pos_ != "NUM" or (doc[index + 1].lower_ in _TROUPES and count.lower_ not in ("one", "1")):
        return False
    if hyphen or doc[index + 1].lower_ in words.for_number:
        return True
    return (
        count.lower_ not in ("one", "1")
        and doc[index + 1].tag_ == "NN"
        and doc[index].dep_ in ("compound", "nmod")
    )


def _is_man_made(doc: Doc, index: int) -> bool:
    """ "a man made lake", not "the man made a bench"."""
    if doc[index].lower_ != "man" or index + 1 >= len(doc) or doc[index + 1].lower_ != "made":
        return False
    return index + 2 >= len(doc) or doc[index + 2].pos_ not in ("DET", "PRON", "NUM", "ADV", "PROPN")


def names_nobody(doc: Doc, index: int, people: PeopleWords) -> bool:
    """True for a word for persons that counts, measures or says what kind of thing is meant."""
    return (
        _is_man_made(doc, index)
        or is_unit(doc, index)
        or is_share(doc, index)
        or owns_nothing(doc, index, people)
    )


def is_first_of_thing(doc: Doc, index: int) -> bool:
    """ "a salesman sample", "a princess themed cake", "a princess castle": no such person is there."""
    if index + 1 >= len(doc) or (index and doc[index - 1].tag_ in ("PRP$", "POS")):
        return False
    following = doc[index + 1]
    if following.text == "-" and index + 2 < len(doc):
        following = doc[index + 2]
        return following.lower_ in load_thing_words().in_manner
    words = load_thing_words()
    if following.lower_ in words.in_manner or names_thing_after(doc, doc[index], following):
        return True
    owned = owned_noun(doc, index + 1) if following.pos_ in _NOUN else None
    return owned is not None and owned.lower_ in words.worn


def is_thing(token: Token, people: PeopleWords) -> bool:
    """True for a word of ``people.person`` that names no person here: "an old water pitcher", "a pair of
    shoes", "individual pieces"."""
    words, lower, doc, index = load_thing_words(), token.lower_, token.doc, token.i
    following = doc[index + 1] if index + 1 < len(doc) else None
    before = doc[index - 1].lower_ if index else ""
    if lower in words.devices and (
        before in words.devices[lower]
        or (lower == "pitcher" and following is not None and following.lower_ == "of")
    ):
        return True
    if lower == "individual" and token.pos_ == "ADJ" and following is not None and following.pos_ in _NOUN:
        return following.lower_ not in people.person
    if lower in _SETS and following is not None and following.lower_ == "of":
        return _is_of_things(doc, index + 2, people)
    return False


def _is_of_things(doc: Doc, start: int, people: PeopleWords) -> bool:
    for position in range(start, min(start + 6, len(doc))):
        token = doc[position]
        if token.lower_ in people.person and token.lower_ not in people.animals:
            return False
        if token.pos_ in _NOUN:
            after = doc[position + 1] if position + 1 < len(doc) else None
            if after is None or after.pos_ not in _NOUN:
                return token.lower_ not in people.person
        elif token.pos_ not in ("ADJ", "NUM", "DET", "ADV", "PUNCT", "CCONJ", "VERB"):
            return False
    return False


def is_old_thing(token: Token, people: PeopleWords) -> bool:
    """ "the old fan", "an older model": a thing, as nothing in the sentence shows a person."""
    if token.lower_ not in load_thing_words().old_things:
        return False
    doc, index = token.doc, token.i
    before = doc[index - 1] if index else None
    if not any(other.lower_ in ("old", "older", "oldest") for other in doc[max(0, index - 3) : index]):
        return False  # "The model is young."
    if before is not None and before.pos_ in _NOUN and before.lower_ not in people.animals:
        return False  # "a fashion model", "a baseball player"
    head = token.head
    if token.dep_.startswith("nsubj") and head.pos_ == "VERB" and head.lemma_ not in _RESTS:
        return False
    if any(
        child.dep_ in ("acl", "acl:relcl") or child.lower_ in ("wearing", "holding")
        for child in token.children
    ):
        return False
    return not any(
        other.i != index
        and (other.lower_ in people.person or other.lower_ in people.pronouns or other.lower_ in _SHOWN)
        for other in doc
    )


_RESTS = frozenset(
    {"be", "stand", "sit", "hang", "lie", "park", "have", "sink", "cost", "work", "run", "use", "break"}
)
_SHOWN = frozenset(
    {"wearing", "wears", "dressed", "smiling", "smile", "runway", "fashion", "pose", "posing", "holding"}
)


def owns_nothing(doc: Doc, index: int, people: PeopleWords) -> bool:
    """True for an owner that only says what kind of thing is meant: "a women's razor", "children's books",
    "an old farmer's market", "a child's bedroom". A part of a body, and what people do, is somebody's."""
    words, token = load_thing_words(), doc[index]
    position = index + 1
    if position < len(doc) and (doc[position].tag_ == "POS" or doc[position].text in MARKS):
        position += 1
    elif token.lower_ not in OWNERS_OF_KINDS:
        return False
    else:
        # "ladies room", "a girls bike": only where nothing can be a verb ("boys watch").
        if position >= len(doc) or doc[position].pos_ not in _NOUN:
            return False
        kind = owned_noun(doc, position)
        one_kind = token.tag_ == "NNS" and kind is not None and kind.tag_ == "NN" and _lead(doc, index) in _AN
        return doc[position].lower_ in words.without_mark or (
            one_kind and kind is not None and kind.lower_ not in words.activities | words.of_body
        )
    owned = owned_noun(doc, position)
    if owned is None or owned.lower_ in words.activities:
        return False
    lead = index - 1
    while lead >= 0 and doc[lead].pos_ in ("ADJ", "ADV"):
        lead -= 1
    determiner = _lead(doc, index)
    one = determiner in _AN
    if token.lower_ in OWNERS_OF_KINDS:
        bare = lead < 0 or doc[lead].pos_ in ("ADP", "PUNCT", "CCONJ", "VERB", "SPACE")
        return (one and any(part.tag_ == "NN" for part in doc[position : owned.i + 1])) or (
            (bare or determiner == "the") and owned.lower_ in words.kinds and (bare or owned.tag_ == "NN")
        )
    if token.lower_ in _OWNERS_OF_ROOMS:
        return (one and owned.lower_ in words.rooms) or owned.lower_ in _ROOMS_OF_MANY
    if token.lower_ in _OF_SOMEBODY or token.lower_ in _PEOPLE:
        return False
    if owned.lower_ in words.worn:
        return one and not any(other.i != index and other.lower_ in people.person for other in doc)
    return (one or lead < 0) and owned.lower_ in words.after_person


MARKS = frozenset({"'s", "'", "’", "’s"})
_THINGS_IN_ING = frozenset({"drawing", "painting", "clothing", "bedding", "building"})


_AN = frozenset({"a", "an"})
_ROOMS_OF_MANY = frozenset({"restroom", "bathroom", "toilet", "washroom", "locker"})


def _lead(doc: Doc, index: int) -> str:
    """The word in front of the noun at ``index`` and its adjectives, "" at the beginning."""
    lead = index - 1
    while lead >= 0 and doc[lead].pos_ in ("ADJ", "ADV"):
        lead -= 1
    return doc[lead].lower_ if lead >= 0 else ""


def owned_noun(doc: Doc, position: int) -> Token | None:
    """The last of the nouns from token ``position`` on, adjectives in front of them passed over."""
    found, kinds = None, load_thing_words().kinds
    while position < len(doc) and (
        doc[position].pos_ in _NOUN
        or doc[position].lower_ in _THINGS_IN_ING
        or (found is None and doc[position - 1].text in MARKS and doc[position].lower_ in kinds)
        or (found is None and doc[position].pos_ == "ADJ")
    ):
        if doc[position].pos_ != "ADJ":
            found = doc[position]
        position += 1
    return found


def is_share(doc: Doc, index: int) -> bool:
    """ "the percentage of women in parliament", "What percent of users are Asians?": a number's, and nobody's
    in a picture. Elsewhere in such a sentence the plurals without a determiner: "victims as children"."""
    words = load_thing_words()
    lead = index - 1
    while lead > 0 and doc[lead].pos_ in _BEFORE_COUNTED and index - lead < 5 and doc[lead].lower_ != "%":
        lead -= 1
    before = doc[lead].lower_ if lead >= 0 else ""
    if lead > 0 and before in ("of", "among") and doc[lead - 1].lower_ in words.shares:
        # "a large percentage of the women in the photo"
        return doc[lead + 1].pos_ != "DET" or not any(token.lower_ in words.shown_in for token in doc)
    if lead > 0 and before == "to" and doc[lead - 1].lower_ == "according" and lead == index - 1:
        return True
    if doc[index].tag_ not in ("NNS", "NNPS") or (lead >= 0 and doc[lead].lemma_ == "be"):
        return False
    if any(token.pos_ in ("DET", "PRON", "NUM") for token in doc[max(lead, 0) : index]):
        return False
    return any(
        token.lower_ in words.shares and token.pos_ in ("NOUN", "SYM", "PUNCT") for token in doc
    ) and not any(token.lower_ in words.shown_in for token in doc)


_BEFORE_COUNTED = frozenset({"ADJ", "DET", "NUM", "NOUN", "PROPN"})


def is_of_nation(doc: Doc, index: int, head: Token) -> bool:
    """True if the adjective for a nation before token ``index`` says where a thing is from: "Thai boxing
    fighters", "Korean characters"."""
    words = load_thing_words()
    return any(token.lower_ in words.of_nation for token in doc[index : head.i]) or (
        head.lower_ == "characters" and head.i == index
    )


def is_hung_up(doc: Doc) -> bool:
    """ "a bra on a clothesline": clothes that nobody wears."""
    return not load_thing_words().hung_on.isdisjoint(token.lower_ for token in doc)


def is_of_connector(doc: Doc) -> bool:
    """ "a male to female adapter", "the male end of the cable": where "male" is said of no one."""
    return not load_thing_words().connectors.isdisjoint(token.lower_ for token in doc)


def is_named_thing(doc: Doc, index: int) -> bool:
    """True for a capitalised word of a thing's name: "The Duke pub", "The Nun is a horror film"."""
    token = doc[index]
    if not token.text[:1].isupper() or token.text.isupper():
        return False
    words = load_thing_words()
    if (
        index
        and token.lower_ in _FIRMS
        and doc[index - 1].pos_ == "PROPN"
        and doc[index - 1].text[:1].isupper()
    ):
        return True  # "Jonas Brothers"
    if (
        token.lower_ in _TEAMS
        and index
        and (doc[index - 1].lower_ == "the" or doc[index - 1].pos_ == "PROPN")
    ):
        return True
    position = index + 1
    while position < len(doc) and doc[position].pos_ == "PROPN" and doc[position].text[:1].isupper():
        position += 1
    if position > index + 1 and doc[position - 1].lower_ in words.named:
        return True  # "The King David Hotel"
    follows = position < len(doc) and doc[position].text.islower() and doc[position].lower_ in words.named
    called = index > 0 and (doc[index - 1].lower_ == "the" or doc[index - 1].text[:1].isupper())
    if follows and called and (index > 1 or doc[index - 1].lower_ == "the"):
        return True
    if not doc[0].text[:1].isupper():
        return False
    return words.turns_out.match(doc.text, timeout=TIMEOUT_SECONDS) is not None and (token.idx < _copula(doc))


_TEAMS = frozenset(
    {"kings", "cowboys", "cowgirls", "barons", "dukes", "monarchs", "friars", "princes", "queens"}
)
_FIRMS = frozenset({"brothers", "sisters", "sons"})


def _copula(doc: Doc) -> int:
    """Where the first "is" or "was" stands, in characters."""
    return next((token.idx for token in doc if token.lower_ in ("is", "was")), 0)
