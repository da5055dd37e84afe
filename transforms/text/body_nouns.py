"""What becomes of "eyes" and "build" when the word before them goes: "with eyes" says nothing.

In a list the noun goes with its joiner, after "with" the phrase goes, after "has" the clause goes or a
stand-in says something that is true of everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from transforms.text import clauses
from transforms.text.agreement import grammar_words
from transforms.text.mentions import Mention
from transforms.text.neutral_predicates import Predicate
from transforms.text.passage_edits import PassageEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_HAVE = frozenset({"have", "has", "had", "having"})
_BEGINS_NOUN_PHRASE = frozenset({"DET", "ADJ", "NOUN", "PROPN", "NUM", "ADV"})
_LIST_REACH = 14


def body_noun_edits(
    doc: Doc, removed: Collection[int], causes: Mapping[int, Mention]
) -> tuple[list[PassageEdit], list[Predicate]]:
    """Edits for nouns whose only modifiers go, and the verb phrases that have nothing left to say.

    ``removed``: tokens that go; ``causes``: the mention behind each of them.
    """
    edits: list[PassageEdit] = []
    phrases: list[Predicate] = []
    words = grammar_words("body_nouns")
    for index in sorted(causes):
        noun = index + 1
        if noun in removed or noun >= len(doc) or doc[noun].lower_ not in words:
            continue
        first = index
        while first - 1 in removed:
            first -= 1
        start = first - 1 if first and doc[first - 1].lower_ in ("a", "an") else first
        if start == 0 or not _may_end(doc, noun + 1, doc[start - 1]):
            continue
        found = _emptied(doc, start, noun, causes[index])
        if isinstance(found, Predicate):
            phrases.append(found)
        else:
            edits += found
    return edits, phrases


def _emptied(doc: Doc, start: int, noun: int, cause: Mention) -> list[PassageEdit] | Predicate:
    """``start``: the first token of the noun phrase that has only its noun left."""
    before = doc[start - 1].lower_
    following = _next_of_list(doc, noun + 1)
    if before in clauses.CONJUNCTIONS or before == ",":
        return _out_of_list(doc, start, noun, cause)
    if before not in _HAVE and before != "with":
        return []
    if following is not None:
        return [_delete(doc[start].idx, doc[following].idx, cause)]
    if before == "with":
        return [_without_phrase(doc, start - 1, noun, cause)]
    end = doc[noun].idx + len(doc[noun])
    stand_in = doc[noun].text if doc[noun].lower_ in ("eyes", "irises") else f"a particular {doc[noun].text}"
    first = clauses.group_start(doc, start - 1)
    return Predicate(cause, first, start - 1, doc[start].idx, end, noun + 1, stand_in=stand_in)


def _may_end(doc: Doc, after: int, before: Token) -> bool:
    """True if nothing that belongs to the noun begins at token ``after``: "blue eyes that shine"."""
    if after >= len(doc):
        return True
    token = doc[after]
    phrase = token.pos_ == "ADP" and before.lower_ == "with" and token.lower_ not in ("of", "with")
    return token.is_punct or token.pos_ == "CCONJ" or clauses.is_finite(token) or phrase


def _next_of_list(doc: Doc, after: int) -> int | None:
    """The first token of the next noun phrase of the list that goes on at ``after``."""
    joined = clauses.joiner_after(doc, after)
    if joined is None or doc[joined[0]].pos_ not in _BEGINS_NOUN_PHRASE:
        return None
    if clauses.begins_verb(doc, joined[0], ()):
        return None
    if not joined[1] and not _conjunction_ahead(doc, joined[0]):
        return None
    return None if _has_subject_ahead(doc, joined[0]) else joined[0]


def _has_subject_ahead(doc: Doc, index: int) -> bool:
    """True if a clause with a subject of its own begins at ``index``."""
    for token in doc[index : index + _LIST_REACH]:
        if token.is_punct or token.lower_ in clauses.CONJUNCTIONS or token.pos_ == "ADP":
            return False
        if clauses.is_finite(token):
            return True
    return False


def _conjunction_ahead(doc: Doc, index: int) -> bool:
    for token in doc[index : index + _LIST_REACH]:
        if token.text in clauses.END_MARKS or clauses.is_finite(token):
            return False
        if token.lower_ in ("and", "or"):
            return True
    return False


def _out_of_list(doc: Doc, start: int, noun: int, cause: Mention) -> list[PassageEdit]:
    joiner = clauses.joiner_before(doc, start)
    if joiner is None or doc[joiner[0] - 1].pos_ not in ("NOUN", "PROPN"):
        return []
    begin = doc[joiner[0] - 1].idx + len(doc[joiner[0] - 1])
    end = doc[noun].idx + len(doc[noun])
    edits = [_delete(begin, end, cause)]
    comma = _comma_before(doc, joiner[0] - 1)
    after = noun + 1
    if joiner[1] and comma is not None:
        # "a hat, a beard and blue eyes": two are left.
        edits.append(PassageEdit(doc[comma].idx, doc[comma].idx + 1, " and", cause, "rewrite.list", 0))
    elif not joiner[1] and comma is None and [one.lower_ for one in doc[after : after + 2]] == [",", "and"]:
        edits = [_delete(begin, end + 1, cause)]
    return edits


def _comma_before(doc: Doc, index: int) -> int | None:
    """The comma between two noun phrases of the list that ends with token ``index``."""
    for position in range(index, max(0, index - _LIST_REACH), -1):
        token = doc[position]
        if clauses.is_finite(token) or token.lower_ in ("with", "and", "or") or token.is_sent_start:
            return None
        if token.text == "," and doc[position - 1].pos_ in ("NOUN", "PROPN"):
            return position
    return None


def _without_phrase(doc: Doc, preposition: int, noun: int, cause: Mention) -> PassageEdit:
    """Deletes "with blue eyes", with its commas where both sides have one."""
    end = doc[noun].idx + len(doc[noun])
    following = doc[noun + 1] if noun + 1 < len(doc) else None
    if preposition == 0 or doc[preposition].is_sent_start:
        stop = end
        if following is not None and following.text == "," and noun + 2 < len(doc):
            stop = doc[noun + 2].idx
        return _delete(doc[preposition].idx, stop, cause)
    before = doc[preposition - 1]
    begin = before.idx + len(before)
    if before.text == "," and (following is None or following.is_punct):
        begin = before.idx
    return _delete(begin, end, cause)


def _delete(start: int, end: int, cause: Mention) -> PassageEdit:
    return PassageEdit(start, end, "", cause, cause.rule, 0)
