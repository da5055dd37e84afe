"""The neutral thing said of a subject in place of an attribute, with the form of "be" that fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from transforms.text import clauses
from transforms.text.agreement import grammar_words, like_case
from transforms.text.lexicon import read_list
from transforms.text.mentions import Form, Mention
from transforms.text.passage_edits import PassageEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_HAVE = frozenset({"has", "have", "had", "having", "sports", "sport", "sporting", "shows", "show"})
_DO = {"do": "are", "does": "is", "did": "was"}


@dataclass(frozen=True, slots=True)
class Predicate:
    """Verbs and complement that tell nothing but attributes: tokens ``first`` to ``after`` (exclusive).

    ``link``: the last verb, below 0 if none was found; characters ``complement`` to ``end`` are what it says.
    ``attributes``: what they tell, if it is more than the mention; ``stand_in`` takes the complement's place
    where the verb must stay.
    """

    mention: Mention
    first: int
    link: int
    complement: int
    end: int
    after: int
    attributes: tuple[str, ...] = ()
    stand_in: str = ""


@cache
def _neutral_words() -> tuple[str, Mapping[str, str]]:
    content = read_list("neutral")
    return str(content["lead"]), dict(content["unseen"])


def neutral_edit(doc: Doc, said: Predicate, many: Callable[[Token], bool]) -> PassageEdit:
    """The edit that says something neutral instead. ``many``: whether a subject is, or becomes, a plural."""
    mention = said.mention
    if said.stand_in:
        return PassageEdit(said.complement, said.end, said.stand_in, mention, mention.rule, 0)
    subject = _subject(doc, said.first)
    told = said.attributes or (mention.attribute,)
    about_itself = subject is not None and subject.lower_ in grammar_words("attribute_subjects")
    neutral = _neutral(("*",) if about_itself else told)
    if said.link < 0:
        return PassageEdit(said.complement, said.end, neutral, mention, mention.rule, 0)
    verb = _replaced_verb(doc, said)
    if verb is None:
        start = said.complement
        if start > 0 and not doc.text[start - 1].isspace():
            neutral = f" {neutral}"
        return PassageEdit(start, said.end, neutral, mention, mention.rule, 0)
    shown = like_case(f"{_be(doc, verb, subject, many)} {neutral}".strip(), verb.text)
    return PassageEdit(verb.idx, said.end, shown, mention, mention.rule, 0)


def _subject(doc: Doc, first: int) -> Token | None:
    """The word before the verb at token ``first``, over "and": the subject of the verbs that are joined."""
    if first < 1:
        return None
    if doc[first - 1].lower_ in clauses.CONJUNCTIONS or doc[first - 1].text == ",":
        for token in reversed(doc[:first]):
            if token.dep_.startswith("nsubj") and token.lower_ not in clauses.RELATIVES:
                return token
            if token.is_sent_start:
                break
    return doc[first - 1]


def with_description(doc: Doc, said: Predicate, many: Callable[[Token], bool]) -> PassageEdit | None:
    """ "He is Thai, with short hair." -> "They have short hair."; None where no "with" follows."""
    at = said.after + 1 if said.after < len(doc) and doc[said.after].text == "," else said.after
    if said.link < 0 or said.first == 0 or at + 1 >= len(doc) or doc[at].lower_ != "with":
        return None
    verbs = doc[said.first : said.link + 1]
    subject = doc[said.first - 1]
    if doc[at + 1].pos_ not in ("DET", "ADJ", "NOUN") or any(one.tag_ == "MD" for one in verbs):
        return None
    if subject.pos_ not in ("PRON", "NOUN") or any(one.lower_ in ("not", "n't", *_DO) for one in verbs):
        return None
    past = any(one.lower_ in ("was", "were") or one.lower_.endswith("ed") for one in verbs)
    shown = "had" if past else "have" if many(subject) or subject.lower_ == "i" else "has"
    glued = " " if not subject.whitespace_ else ""
    end = doc[at].idx + len(doc[at])
    mention = said.mention
    return PassageEdit(doc[said.first].idx, end, f"{glued}{shown}", mention, mention.rule, 0)


def _neutral(attributes: Sequence[str]) -> str:
    """ "of unstated age and build"."""
    lead, unseen = _neutral_words()
    told = list(dict.fromkeys(unseen.get(attribute, unseen["*"]) for attribute in attributes))
    if len(told) == 1 or unseen["*"] in told:
        return told[-1] if unseen["*"] not in told else unseen["*"]
    return f"{', '.join(told[:-1])} and {told[-1]}".replace(f" {lead} ", " ")


def _replaced_verb(doc: Doc, said: Predicate) -> Token | None:
    """The first verb that must become "be"; None if the verb is "be" already and nothing is denied."""
    if said.mention.form is Form.VERB_PHRASE:
        denied = next((doc[i] for i in range(said.first, said.link) if doc[i].lower_ in _DO), None)
        return denied if denied is not None else doc[said.link]
    if doc[said.link].lower_ in _HAVE:
        return doc[said.link]
    for index in range(said.first, said.link + 1):
        if doc[index].lower_ in clauses.SEEM or doc[index].lower_ in _DO:
            return doc[index]
    following = doc[said.link + 1] if said.link + 1 < len(doc) else None
    return doc[said.link] if following is not None and following.lower_ == "n't" else None


def _be(doc: Doc, verb: Token, subject: Token | None, many: Callable[[Token], bool]) -> str:
    lower = verb.lower_
    before = doc[verb.i - 1] if verb.i else None
    if lower.endswith("ing"):
        return "being" if verb.i and before is not None and before.pos_ == "AUX" else ""
    if before is not None and (before.tag_ == "MD" or before.lower_ == "to"):
        return "be"
    plural = subject is not None and many(subject)
    if lower in ("appear", "seem", "look", "weigh", "have"):
        plural = subject is None or subject.lower_ != "i"
    if lower in clauses.BE:
        shown = {"'s": "is", "'re": "are", "'m": "am"}.get(lower, lower)
    elif lower in ("did", "had") or lower.endswith("ed"):
        shown = "was"
    else:
        shown = "am" if subject is not None and subject.lower_ == "i" else "is"
    return {"is": "are", "was": "were"}.get(shown, shown) if plural else shown
