"""What becomes of "eyes" and "build" when the word before them goes: "with eyes" says nothing.

In a list the noun goes with its joiner, after "with" the phrase goes, after "has" the clause goes or a
stand-in says something that is true of everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from transforms.text import clauses
from transforms.text.agreement import article_for, grammar_words
from transforms.text.evidence import evidence_end, token_behind
from transforms.text.mentions import Form, Mention
from transforms.text.neutral_predicates import Predicate
from transforms.text.passage_edits import PassageEdit
from transforms.text.persons import token_range

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_HAVE = frozenset({"have", "has", "had", "having", "sports", "sport", "sporting", "shows", "show"})
_BEGINS_NOUN_PHRASE = frozenset({"DET", "ADJ", "NOUN", "PROPN", "NUM", "ADV"})
_LIST_REACH = 14


def body_noun_edits(
    doc: Doc, removed: Collection[int], causes: Mapping[int, Mention], features: Mapping[int, Mention]
) -> tuple[list[PassageEdit], list[Predicate]]:
    """Edits for nouns that have nothing left to say, and the verb phrases around them.

    ``removed``: tokens that go; ``causes``: the mention behind each of them; ``features``: what only some
    have and is no head of a person ("a grey beard"), by its noun.
    """
    edits: list[PassageEdit] = []
    phrases: list[Predicate] = []
    for start, first, cause in [*_bare(doc, removed, causes), *_features(doc, features)]:
        noun = _last_of_features(doc, first, features)
        end = doc[noun].idx + len(doc[noun])
        if start == 0 or not (_may_end(doc, noun + 1, doc[start - 1]) or evidence_end(doc, end) > end):
            continue
        found = _emptied(doc, start, noun, cause, removed)
        if isinstance(found, Predicate):
            phrases.append(found)
        else:
            edits += found
    return edits, phrases


def _bare(
    doc: Doc, removed: Collection[int], causes: Mapping[int, Mention]
) -> Iterator[tuple[int, int, Mention]]:
    """First token, noun and cause of the phrases whose noun has lost its only modifiers."""
    words = grammar_words("body_nouns")
    for index in sorted(causes):
        noun = index + 1
        if noun in removed or noun >= len(doc) or doc[noun].lower_ not in words:
            continue
        if noun + 1 < len(doc) and doc[noun].lower_ == "skin" and doc[noun + 1].lower_ in ("tone", "color"):
            noun += 1
        first = index
        while first - 1 in removed:
            first -= 1
        yield (first - 1 if first and doc[first - 1].lower_ in ("a", "an") else first), noun, causes[index]


def _features(doc: Doc, features: Mapping[int, Mention]) -> Iterator[tuple[int, int, Mention]]:
    """The same of whole phrases: "a full, white beard and mustache" is one."""
    for noun in sorted(features):
        if noun - 2 in features and doc[noun - 1].lower_ in clauses.CONJUNCTIONS:
            continue
        start = _start_of_description(doc, token_range(doc, features[noun].start, features[noun].end)[0])
        if start and doc[start].lower_ not in ("the", "this", "that") and doc[start].tag_ != "PRP$":
            yield start, noun, features[noun]


def _last_of_features(doc: Doc, noun: int, features: Mapping[int, Mention]) -> int:
    """The noun of the last feature that is joined to ``noun``: "a lined face with deep wrinkles"."""
    last = noun
    while last + 1 < len(doc) and (
        doc[last + 1].lower_ in clauses.CONJUNCTIONS or doc[last + 1].lower_ == "with"
    ):
        following = next((one for one in range(last + 2, min(last + 5, len(doc))) if one in features), None)
        between = doc[last + 2 : following] if following is not None else ()
        if following is None or any(one.pos_ not in ("DET", "ADJ", "ADV") for one in between):
            return last
        last = following
    return last


def _start_of_description(doc: Doc, first: int) -> int:
    """The first token of the phrase: over adjectives and, up to "a", the commas between them."""
    if doc[first].pos_ == "DET":
        return first
    start = safe = first
    crossed = False
    while start > 0 and not doc[start].is_sent_start:
        token = doc[start - 1]
        if token.lower_ in ("a", "an", "no", "any"):
            return start - 1
        if token.text == "," or token.lower_ == "and":
            crossed = True
        elif not (token.pos_ in ("ADJ", "ADV", "NUM") or token.tag_ in ("VBN", "VBG", "HYPH")):
            break
        start -= 1
        safe = safe if crossed else start
    return start if start < safe and not crossed else safe


def _emptied(
    doc: Doc, start: int, noun: int, cause: Mention, removed: Collection[int]
) -> list[PassageEdit] | Predicate:
    """``start``: the first token of the noun phrase that goes or has only its noun left."""
    before = doc[start - 1].lower_
    end = doc[noun].idx + len(doc[noun])
    if before in clauses.CONJUNCTIONS or before == ",":
        return _out_of_list(doc, start, noun, cause)
    complement = start - 1 if before == "of" else start
    if before == "of" or before in clauses.BE:
        group = clauses.verb_group(doc, complement, removed) if complement else None
        if group is not None:
            end = evidence_end(doc, end)
            return Predicate(cause, group.first, group.link, doc[complement].idx, end, token_behind(doc, end))
        return [_without_phrase(doc, complement, noun, cause)] if before == "of" else []
    if before not in _HAVE and before != "with":
        return []
    following = _next_of_list(doc, noun + 1)
    if following is not None:
        return [_delete(doc[start].idx, doc[following].idx, cause)]
    if before == "with":
        return [_without_phrase(doc, start - 1, noun, cause)]
    first = clauses.group_start(doc, start - 1)
    end = evidence_end(doc, end)
    after = token_behind(doc, end)
    return Predicate(
        cause, first, start - 1, doc[start].idx, end, after, stand_in=_stand_in(doc[noun], cause)
    )


def _stand_in(noun: Token, cause: Mention) -> str:
    if cause.neutral and cause.form is not Form.MODIFIER:
        return cause.neutral if noun.tag_ == "NNS" else f"{article_for(cause.neutral)} {cause.neutral}"
    if noun.lower_ in ("eyes", "irises", "skin") or noun.tag_ == "NNS":
        return noun.text
    compound = f"{noun.doc[noun.i - 1].text} " if noun.i and noun.lower_ in ("tone", "color") else ""
    return f"a particular {compound}{noun.text}"


def _may_end(doc: Doc, after: int, before: Token) -> bool:
    """True if nothing that belongs to the noun begins at token ``after``: "blue eyes that shine"."""
    if after >= len(doc):
        return True
    token = doc[after]
    held = before.lower_ in ("with", ",") or before.lower_ in clauses.CONJUNCTIONS
    phrase = held and (
        (token.pos_ == "ADP" and token.lower_ != "of")
        or token.lower_ in ("who", "whose")
        or token.tag_ == "VBG"
    )
    return token.is_punct or token.pos_ == "CCONJ" or clauses.is_finite(token) or phrase


def _next_of_list(doc: Doc, after: int) -> int | None:
    """The first token of the next noun phrase of the list that goes on at ``after``."""
    joined = clauses.joiner_after(doc, after)
    if joined is None or not _begins_noun_phrase(doc, joined[0]):
        return None
    if clauses.begins_verb(doc, joined[0], ()):
        return None
    cut_off = doc[-1].text not in clauses.END_MARKS
    if not (joined[1] or cut_off or _conjunction_ahead(doc, joined[0])):
        return None
    return None if _has_subject_ahead(doc, joined[0]) else joined[0]


def _begins_noun_phrase(doc: Doc, index: int) -> bool:
    """True at "a hat" and at "captivating eyes"."""
    noun_next = index + 1 < len(doc) and doc[index + 1].pos_ == "NOUN"
    return doc[index].pos_ in _BEGINS_NOUN_PHRASE or (doc[index].tag_ == "VBG" and noun_next)


def _heads_clause(token: Token) -> bool:
    """True for a finite verb; a past tense may be a participle ("hair pulled back") and is none."""
    return clauses.is_finite(token) and token.tag_ != "VBD"


def _has_subject_ahead(doc: Doc, index: int) -> bool:
    """True if a clause with a subject of its own begins at ``index``."""
    for token in doc[index : index + _LIST_REACH]:
        if token.is_punct or token.lower_ in clauses.CONJUNCTIONS or token.pos_ == "ADP":
            return False
        if token.tag_ == "VBG" and token.i > index:
            return False
        if _heads_clause(token):
            return True
    return False


def _conjunction_ahead(doc: Doc, index: int) -> bool:
    for token in doc[index : index + _LIST_REACH]:
        if token.text in clauses.END_MARKS or _heads_clause(token):
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
    edits = [_delete(begin, end, cause), *without_article_of_hair(doc, joiner[0] - 1, cause)]
    comma = comma_of_list(doc, joiner[0] - 1)
    after = noun + 1
    if joiner[1] and comma is not None:
        # "a hat, a beard and blue eyes": two are left.
        edits.append(PassageEdit(doc[comma].idx, doc[comma].idx + 1, " and", cause, "rewrite.list", 0))
    elif not joiner[1] and comma is None and [one.lower_ for one in doc[after : after + 2]] == [",", "and"]:
        edits[0] = _delete(begin, end + 1, cause)
    return edits


def without_article_of_hair(doc: Doc, noun: int, cause: Mention) -> list[PassageEdit]:
    """ "a long black hair and beard": the article was for both."""
    lead = noun - 1
    while lead > 0 and (doc[lead].pos_ == "ADJ" or doc[lead].text == ","):
        lead -= 1
    if doc[noun].lower_ != "hair" or lead < 0 or doc[lead].lower_ != "a":
        return []
    return [_delete(doc[lead].idx, doc[lead + 1].idx, cause)]


def comma_of_list(doc: Doc, index: int) -> int | None:
    """The comma between two noun phrases of the list that ends with token ``index``, if there is one."""
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
