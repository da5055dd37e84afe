"""Edits for attributes said of a subject: "is overweight", "appears to be in her 60s", "weighs 80 kg".

What is joined to other predicates goes with its conjunction; a clause that says nothing else goes whole;
where a complement must stay, a neutral one stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from transforms.text import clauses
from transforms.text.droppable_clauses import droppable
from transforms.text.evidence import evidence_end, token_behind
from transforms.text.mentions import Form, Mention
from transforms.text.neutral_predicates import Predicate, neutral_edit, with_description
from transforms.text.passage_edits import PassageEdit
from transforms.text.persons import sentence_bounds, token_range
from transforms.text.recognise_measures import NOT_STATED

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_TAIL = regex.compile(r"(?i)^ (?:in age|in appearance|of age|in colou?r|for (?:his|her|their|my|your) age)\b")
_BREAKS = frozenset({";", ":", "(", ")", "\u2013", "\u2014"})


@dataclass(frozen=True, slots=True)
class _Item:
    first: int
    after: int
    removed: bool


def predicate_edits(
    doc: Doc,
    mentions: Sequence[Mention],
    many: Callable[[Token], bool],
    *,
    phrases: Sequence[Predicate] = (),
    gone_too: Collection[int] = (),
    keep_clauses: bool = False,
) -> list[PassageEdit]:
    """The edits that take ``mentions`` of the forms PREDICATE and VERB_PHRASE back.

    ``many``: whether a subject is, or becomes, a plural; ``phrases``: verbs with complements that tell
    nothing any more; ``gone_too``: other tokens that go; ``keep_clauses``: something neutral
    is said where a clause would go.
    """
    spans = {one: token_range(doc, one.start, one.end) for one in mentions}
    gone = {
        index for one, span in spans.items() if one.form is Form.PREDICATE for index in _words(doc, *span)
    } | set(gone_too)
    edits: list[PassageEdit] = []
    whole: list[Predicate] = list(phrases)
    seen: set[int] = set()
    for one in sorted(mentions, key=lambda mention: mention.start):
        first, after = spans[one]
        if one.form is Form.VERB_PHRASE:
            whole.append(
                Predicate(one, clauses.group_start(doc, first), first, doc[first].idx, one.end, after)
            )
            continue
        words = _words(doc, first, after)
        group = clauses.verb_group(doc, words[0], gone) if words else None
        if group is None:
            edits.append(neutral_edit(doc, Predicate(one, first, -1, one.start, one.end, after), many))
        elif group.link not in seen:
            seen.add(group.link)
            items = _items(doc, group.complement, gone)
            if all(item.removed for item in items):
                whole.append(_whole(doc, one, group, items, mentions))
            else:
                edits += _without_items(doc, items, one)
    if keep_clauses:
        return edits + [neutral_edit(doc, one, many) for one in whole]
    return edits + _settle(doc, whole, many)


def _words(doc: Doc, first: int, after: int) -> list[int]:
    return [index for index in range(first, after) if not doc[index].is_punct or doc[index].text == "-"]


def _whole(
    doc: Doc,
    mention: Mention,
    group: clauses.VerbGroup,
    items: Sequence[_Item],
    mentions: Sequence[Mention],
) -> Predicate:
    last = items[-1].after - 1
    end = max(
        [
            doc[last].idx + len(doc[last]),
            *(one.end for one in mentions if one.start <= doc[last].idx < one.end),
        ]
    )
    tail = _TAIL.match(doc.text[end:])
    end = evidence_end(doc, end + (tail.end() if tail else 0))
    after = token_behind(doc, end)
    start = doc[group.complement].idx
    told = tuple(one.attribute for one in mentions if start <= one.start < end)
    return Predicate(mention, group.first, group.link, start, end, after, told)


def _items(doc: Doc, start: int, gone: set[int]) -> list[_Item]:
    """The joined complements from ``start`` on, up to the last one that goes."""
    items: list[_Item] = []
    first = index = start
    last_gone = max(gone)
    while index < len(doc) and not (index > first and doc[index].is_sent_start):
        joined = clauses.joiner_after(doc, index) if index > first else None
        if joined is not None:
            items.append(_item(doc, first, index, gone))
            if not clauses.begins_complement(doc, joined[0], gone, joined[1]):
                return items
            first = index = joined[0]
            continue
        if doc[index].text in clauses.END_MARKS or doc[index].text in _BREAKS:
            break
        if index - 1 in gone and doc[index].lower_ == "with":
            # "is blue with long, dark lashes": what the preposition holds is no further complement.
            break
        index += 1
    if index > first:
        items.append(_item(doc, first, index, gone))
    while len(items) > 1 and items[-1].first > last_gone and not items[-2].removed:
        items.pop()
    return items


def _item(doc: Doc, first: int, after: int, gone: set[int]) -> _Item:
    """Cut after what goes: the rest of the clause ("for his age") belongs to no complement."""
    inside = [index for index in range(first, after) if index in gone]
    if not inside or any(
        index not in gone and not clauses.is_hedge(doc[index]) for index in range(first, inside[-1])
    ):
        return _Item(first, after, False)
    return _Item(first, inside[-1] + 1, True)


def _without_items(doc: Doc, items: Sequence[_Item], cause: Mention) -> list[PassageEdit]:
    """Deletes the removed items of a list with their joiners; the last joiner keeps its conjunction."""
    kept = [index for index, item in enumerate(items) if not item.removed]
    edits: list[PassageEdit] = []
    if kept[0]:
        edits.append(_delete(doc[items[0].first].idx, doc[items[kept[0]].first].idx, cause))
    final = _joiner(doc, items[-2], items[-1]) if len(items) > 1 else ""
    for left, right in pairwise(kept):
        start, end = _end(doc, items[left].after - 1), doc[items[right].first].idx
        shown = final.lstrip(",") if len(kept) == 2 else final
        if right != kept[-1]:
            shown = ", "
        if right - left > 1 or (right == kept[-1] and right != len(items) - 1):
            edits.append(PassageEdit(start, end, shown, cause, cause.rule, 0))
    if kept[-1] != len(items) - 1:
        edits.append(_delete(_end(doc, items[kept[-1]].after - 1), _end(doc, items[-1].after - 1), cause))
    return edits


def _joiner(doc: Doc, left: _Item, right: _Item) -> str:
    return doc.text[_end(doc, left.after - 1) : doc[right.first].idx]


def _end(doc: Doc, index: int) -> int:
    return doc[index].idx + len(doc[index])


def _delete(start: int, end: int, cause: Mention) -> PassageEdit:
    return PassageEdit(start, end, "", cause, cause.rule, 0)


def _delete_verb(doc: Doc, first: int, after: int, cause: Mention) -> PassageEdit:
    """Deletes the tokens before ``after``; a contracted verb leaves its blank."""
    glued = first > 0 and not doc[first - 1].whitespace_
    return PassageEdit(doc[first].idx, doc[after].idx, " " if glued else "", cause, cause.rule, 0)


def _settle(doc: Doc, whole: Sequence[Predicate], many: Callable[[Token], bool]) -> list[PassageEdit]:
    edits: list[PassageEdit] = []
    drops: list[tuple[PassageEdit, Predicate]] = []
    verbs = {one.first for one in whole}
    ordered = sorted(whole, key=lambda one: one.first)
    index = 0
    while index < len(ordered):
        chain = [ordered[index]]
        while index + 1 < len(ordered):
            joined = clauses.joiner_after(doc, chain[-1].after)
            if joined is None or joined[0] != ordered[index + 1].first:
                break
            index += 1
            chain.append(ordered[index])
        index += 1
        joined_edits = _without_verbs(doc, chain, verbs)
        if joined_edits is not None:
            edits += joined_edits
            continue
        span = droppable(doc, chain[0].first, chain[-1])
        if span is not None and _follows_bare_clause(doc, chain[0].first, ordered[: index - len(chain)]):
            # "The girl is 7 and the boy is 9." goes on speaking of two.
            span = None
        label = _label_value(doc, chain) if span is None else None
        if label is not None:
            edits.append(label)
        elif span is None:
            described = with_description(doc, _joined(chain), many)
            edits.append(described or neutral_edit(doc, _joined(chain), many))
        else:
            drops.append((_delete(*span, chain[0].mention), _joined(chain)))
    return edits + _settle_drops(doc, drops, many)


def _follows_bare_clause(doc: Doc, first: int, earlier: Sequence[Predicate]) -> bool:
    start = clauses.noun_phrase_start(doc, first - 1) if first else 0
    before = clauses.joiner_before(doc, start)
    if before is None or doc[start].lower_ in clauses.SUBJECT_PRONOUNS:
        return False
    return any(one.after == before[0] for one in earlier)


def _joined(chain: Sequence[Predicate]) -> Predicate:
    """The first predicate of a chain, which stands in for all."""
    said = [one for one in chain if not one.stand_in] or chain[:1]
    told = tuple(name for one in said for name in one.attributes or (one.mention.attribute,))
    first, last = chain[0], chain[-1]
    stand_in = first.stand_in if said[0] is first else ""
    return replace(first, attributes=told, stand_in=stand_in, end=last.end, after=last.after)


def _without_verbs(doc: Doc, chain: Sequence[Predicate], verbs: set[int]) -> list[PassageEdit] | None:
    """Edits that take the chain out of a list of verbs with one subject; None if it is no such list."""
    cause = chain[0].mention
    first, last = chain[0].first, chain[-1]
    before = clauses.joiner_before(doc, first)
    after = clauses.joiner_after(doc, last.after)
    relative = first > 0 and doc[first - 1].lower_ in clauses.RELATIVES
    if after is not None and not clauses.begins_verb(doc, after[0], verbs):
        after = None
    elif after is not None and not after[1] and (relative or doc[after[0]].tag_ in ("VBD", "VBN", "VB")):
        # "I'm 34, married and happy" has no second verb.
        after = None
    if before is not None and not before[1] and (after is None or not after[1]) and len(chain) == 1:
        before = None
    if before is not None and after is not None:
        joiner = doc.text[last.end : doc[after[0]].idx] if after[1] else None
        start = _end(doc, before[0] - 1)
        if joiner is None:
            return [_delete_verb(doc, first, after[0], cause)]
        return [PassageEdit(start, doc[after[0]].idx, joiner, cause, cause.rule, 0)]
    if after is not None:
        return [_delete_verb(doc, first, after[0], cause)]
    if before is None or not (
        clauses.ends_sentence(doc, last.after)
        or clauses.joiner_after(doc, last.after)
        or doc[last.after].is_punct
    ):
        return None
    edits = [_delete(_end(doc, before[0] - 1), last.end, cause)]
    comma = _comma_of_list(doc, before[0], verbs)
    if comma is not None and before[1]:
        edits.append(PassageEdit(doc[comma].idx, _end(doc, comma), " and", cause, cause.rule, 0))
    return edits


def _comma_of_list(doc: Doc, end: int, verbs: set[int]) -> int | None:
    """The comma of "runs, jumps and ..." before token ``end``, which now must be "and"."""
    for index in range(end - 1, 0, -1):
        token = doc[index]
        if token.is_sent_start or token.dep_.startswith("nsubj") or token.lower_ in clauses.CONJUNCTIONS:
            return None
        if token.text == ",":
            following = index + 1
            return index if clauses.begins_verb(doc, following, verbs) and following not in verbs else None
    return None


def _settle_drops(
    doc: Doc, drops: Sequence[tuple[PassageEdit, Predicate]], many: Callable[[Token], bool]
) -> list[PassageEdit]:
    """Deletes the clauses; a sentence that would be empty goes whole, unless it is the last one left."""
    sentences = [(sent.start, sent.end) for sent in doc.sents] if drops else []
    marked = {
        first: any(token.text in clauses.END_MARKS for token in doc[max(first, end - 2) : end])
        for first, end in sentences
    }
    left = sum(marked.values())
    edits: list[PassageEdit] = []
    for first, end in sentences:
        here = [drop for drop in drops if doc[first].idx <= drop[0].start < _end(doc, end - 1)]
        if not here:
            continue
        bare = all(
            any(edit.start <= token.idx < edit.end for edit, _ in here)
            for token in doc[first:end]
            if not token.is_punct and not token.is_space
        )
        if bare and _is_labelled(doc, first):
            start, stop = (
                doc[here[0][1].first - 1].idx if here[0][1].first > first else doc[first].idx,
                here[-1][1].end,
            )
            edits.append(
                PassageEdit(
                    min(start, doc[first].idx), stop, NOT_STATED, here[0][1].mention, "rewrite.label", 0
                )
            )
            continue
        if bare and marked[first] and left > 1:
            left -= 1
            edits.append(_sentence_drop(doc, first, end, here[0][1].mention))
            continue
        reached = -1
        for rank, (edit, predicate) in enumerate(here):
            overlaps = edit.start < reached or (rank + 1 < len(here) and here[rank + 1][0].start < edit.end)
            if (bare and rank == 0) or (overlaps and not bare):
                edits.append(neutral_edit(doc, predicate, many))
                reached = predicate.end
            else:
                edits.append(_delete(max(edit.start, reached), edit.end, edit.cause))
                reached = edit.end
    return edits


def _label_value(doc: Doc, chain: Sequence[Predicate]) -> PassageEdit | None:
    """ "Age: The child looks about 8." says nothing but the value of its label."""
    first, last = sentence_bounds(doc, chain[0].first)[0], chain[-1]
    alone = clauses.noun_phrase_start(doc, chain[0].first - 1) == first if chain[0].first > first else False
    if not (alone and _is_labelled(doc, first) and clauses.ends_sentence(doc, last.after)):
        return None
    return PassageEdit(doc[first].idx, last.end, NOT_STATED, last.mention, "rewrite.label", 0)


def _is_labelled(doc: Doc, first: int) -> bool:
    """True right behind "Age:" or "**Age:**"."""
    return first > 0 and regex.search(r":\W{0,4}$", doc.text[: doc[first].idx]) is not None


def _sentence_drop(doc: Doc, first: int, end: int, cause: Mention) -> PassageEdit:
    if end < len(doc):
        return _delete(doc[first].idx, doc[end].idx, cause)
    return _delete(_end(doc, first - 1) if first else 0, _end(doc, end - 1), cause)
