"""Turns the mentions that a policy wants gone into edits of one parsed passage, grammar kept."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from schemas.edit import Action
from transforms.text.agreement import grammar_words, like_case
from transforms.text.appositions import appositions, each_told
from transforms.text.body_nouns import body_noun_edits, comma_of_list, without_article_of_hair
from transforms.text.coordination import joined_pairs
from transforms.text.counting import counted_groups, included_again
from transforms.text.doc_text import text_of
from transforms.text.mask import mask_of
from transforms.text.mentions import Form, Mention
from transforms.text.nominal_predicates import as_predicates
from transforms.text.nothing_said import without_frames
from transforms.text.passage_edits import PassageEdit, fix_articles, fix_capitals, resolve
from transforms.text.person_nouns import baby_pronoun_edits, noun_edits, read_again
from transforms.text.persons import token_range
from transforms.text.predicates import predicate_edits
from transforms.text.pronouns import pronoun_edits
from transforms.text.quoted_values import IMAGE_VALUE
from transforms.text.recognise_measures import NOT_STATED
from transforms.text.referents import told_apart

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_DEGREE_WORDS = frozenset({"very", "quite", "slightly", "somewhat", "rather", "really", "extremely",
    "relatively", "fairly", "visibly",
                           "mildly", "severely", "morbidly", "more", "most", "too", "pretty", "moderately",
                           "apparently", "seemingly",
                           "likely", "probably", "possibly", "almost", "nearly"})  # fmt: skip
_NOT_GRADING = frozenset({"not", "only", "just", "also", "even", "still", "then", "there", "here",
    "early", "when", "where", "how", "why"})  # fmt: skip
_AGE_NOUNS = frozenset({"baby", "babies", "toddler", "infant", "newborn", "child", "kid", "teen"})
_REMARK = regex.compile(r"\s*\([^()]{1,160}\)(?=\W*$)")
_NO_FEATURE = regex.compile(r"(?i)(?:has|have|had|with) (?=no\b)")
_NO_OTHER = regex.compile(r"(?i),? (?:(?:and|or) )?(?=no\b)")
_SENTENCE_LEAD = regex.compile(r"(?:^|[.!?:]['\")*]*\s+)[\"'(*]*$")


def rewrite_passage(
    text: str,
    doc: Doc | None,
    wanted: Sequence[tuple[Mention, Action]],
    *,
    reflexive: str = "themselves",
    may_empty: bool = False,
) -> Iterator[tuple[PassageEdit, ...]]:
    """Ways to rewrite one passage, best first: each is its edits in text order, without overlap.

    First the grammatical rewrite without what then says nothing; then with it; then the plain one, which
    joins nobody and leaves no clause out; last a mask for every mention. What equals an earlier one is left
    out; at least one comes. Lazy and deterministic. ``wanted``: mentions with their actions; ``doc``: the
    parse of ``text`` or None; ``reflexive``: what himself and herself become; ``may_empty``: the whole
    passage may be left out.
    """
    masked = [one for one, action in wanted if action is Action.MASK or one.attribute.startswith("pii.")]
    rest = [one for one, action in wanted if not (action is Action.MASK or one.attribute.startswith("pii."))]
    seen: set[tuple[PassageEdit, ...]] = set()
    masks = [_mask(one) for one in masked]
    for candidate in _candidates(text, doc, masks, rest, reflexive, may_empty):
        if candidate not in seen:
            seen.add(candidate)
            yield candidate


def _candidates(
    text: str,
    doc: Doc | None,
    masks: Sequence[PassageEdit],
    rest: Sequence[Mention],
    reflexive: str,
    may_empty: bool,
) -> Iterator[tuple[PassageEdit, ...]]:
    if doc is None:
        blunt = [PassageEdit(one.start, one.end, one.neutral or NOT_STATED, one, one.rule) for one in rest]
        yield tuple(resolve([*masks, *blunt]))
    else:
        said = resolve([*masks, *_grammatical(doc, rest, plain=False, reflexive=reflexive)])
        yield _settled(text, doc, without_frames(doc, said, may_empty=may_empty))
        yield _settled(text, doc, said)
        plain = _grammatical(doc, rest, plain=True, reflexive=reflexive)
        yield _settled(text, doc, resolve([*masks, *plain]))
    yield tuple(resolve([*masks, *(_mask(one) for one in rest)]))


def _mask(mention: Mention) -> PassageEdit:
    rule, shown = f"mask.{mention.attribute}", mask_of(mention.attribute)
    if mention.rule == IMAGE_VALUE:
        rule, shown = IMAGE_VALUE, mention.neutral or shown
    return PassageEdit(mention.start, mention.end, shown, mention, rule, 0)


def _settled(text: str, doc: Doc, settled: list[PassageEdit]) -> tuple[PassageEdit, ...]:
    starts = [
        edit.start
        for edit in settled
        if not edit.start or _SENTENCE_LEAD.search(text[max(0, edit.start - 6) : edit.start])
    ]
    return tuple(fix_articles_and_capitals(doc, starts, settled))


def fix_articles_and_capitals(doc: Doc, starts: Sequence[int], edits: list[PassageEdit]) -> list[PassageEdit]:
    """Repairs at the seams of settled edits; an edit that changes nothing is left out."""
    text = text_of(doc)
    whole = fix_capitals(text, starts, fix_articles(doc, edits))
    return [edit for edit in resolve(whole) if text[edit.start : edit.end] != edit.text]


def _grammatical(doc: Doc, mentions: Sequence[Mention], *, plain: bool, reflexive: str) -> list[PassageEdit]:
    """``plain``: nobody is counted together and no clause is left out."""
    again = read_again(doc, mentions)
    mentions = [again.get(one, one) for one in mentions]
    tokens = {mention: _tokens(doc, mention) for mention in mentions}
    heads = {mention: max(indices) for mention, indices in tokens.items() if indices}
    nominal = {} if plain else as_predicates(doc, mentions, heads)
    originals = {other: one for one, other in [*again.items(), *nominal.items()]}
    pronouns = {heads[one]: one for one in mentions if one.form is Form.PRONOUN and one in heads}
    removed: set[int] = set()
    causes: dict[int, Mention] = {}
    edits: list[PassageEdit] = []
    for one in mentions:
        if one.form is Form.MODIFIER and tokens[one]:
            edits.append(_modifier_edit(doc, one, tokens[one], removed))
            causes |= dict.fromkeys(tokens[one], one)
    nouns: dict[int, Mention] = {}
    for one in mentions:
        if one.form is Form.NOUN and one in heads and one not in nominal:
            if _follows_age_noun(doc, tokens[one], one, nouns):
                edits.append(_drop_after_age_noun(doc, tokens[one], one))
                continue
            nouns[heads[one]] = one
    apposed, inside = appositions(doc, nouns, removed)
    if not plain:
        told = {index: one for index, one in nouns.items() if index not in inside}
        edits += _counted_and_told_apart(doc, told, removed)
    edits += apposed + each_told(doc, mentions)
    for index, one in nouns.items():
        edits += noun_edits(doc, index, one)
    edits += baby_pronoun_edits(doc, nouns)
    for one in mentions:
        if one.form is Form.POSTMODIFIER:
            edits += _postmodifier_edits(doc, one)
        elif one.form is Form.TITLE:
            end = one.end + (1 if doc.text[one.end : one.end + 1] == " " else 0)
            edits.append(PassageEdit(one.start, end, "", one, one.rule))
        elif one.form is Form.VALUE:
            end = one.end + _remark_length(doc.text, one)
            edits.append(PassageEdit(one.start, end, one.neutral or NOT_STATED, one, one.rule))
    emptied, phrases = body_noun_edits(doc, removed, causes, _features(mentions, heads))
    edits += [] if plain else emptied
    said = []
    for one in mentions:
        if one.form in (Form.PREDICATE, Form.VERB_PHRASE):
            denied = _without_feature(doc.text, one)
            edits += [denied] if denied is not None else []
            said += [one] if denied is None else []
    said += nominal.values()
    if said or phrases:
        edits += predicate_edits(
            doc,
            said,
            lambda subject: subject.i in pronouns or _is_plural(subject),
            phrases=phrases,
            gone_too=[
                i
                for one in mentions
                if one.form is Form.POSTMODIFIER and _without_feature(doc.text, one) is None
                for i in tokens[one]
            ],
            keep_clauses=plain,
        )
    edits = [replace(edit, cause=_original(originals, edit.cause)) for edit in edits]
    return edits + pronoun_edits(doc, pronouns, reflexive=reflexive)


def _original(originals: Mapping[Mention, Mention], cause: Mention) -> Mention:
    while cause in originals:
        cause = originals[cause]
    return cause


def _features(mentions: Sequence[Mention], heads: Mapping[Mention, int]) -> dict[int, Mention]:
    rules = grammar_words("feature_rules")
    nouns = (Form.NOUN, Form.VALUE)
    return {heads[one]: one for one in mentions if one in heads and one.form in nouns and one.rule in rules}


def _counted_and_told_apart(
    doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int]
) -> list[PassageEdit]:
    people = {
        index: one
        for index, one in nouns.items()
        if one.attribute.startswith("biometric.") or one.neutral in ("person", "people")
    }
    groups, counted = counted_groups(doc, people, removed)
    single = {index: one for index, one in people.items() if index not in counted}
    pairs, covered = joined_pairs(doc, single, removed)
    again = included_again(doc, people, removed)
    return groups + pairs + again + told_apart(doc, people, removed, covered | counted)


def _remark_length(text: str, value: Mention) -> int:
    """Characters of the bracket that explains a value: " (likely Thai, judging by ...)"."""
    remark = _REMARK.match(text, value.end)
    return remark.end() - remark.start() if remark is not None else 0


def _is_plural(subject: Token) -> bool:
    return subject.lower_ in ("they", "we", "you") or subject.tag_ in ("NNS", "NNPS")


def _tokens(doc: Doc, mention: Mention) -> tuple[int, ...]:
    return tuple(range(*token_range(doc, mention.start, mention.end)))


def _follows_age_noun(doc: Doc, indices: Sequence[int], mention: Mention, nouns: Collection[int]) -> bool:
    before = indices[0] - 1
    return (
        mention.neutral in ("child", "children")
        and before >= 0
        and doc[before].lower_ in _AGE_NOUNS
        and before not in nouns
    )


def _drop_after_age_noun(doc: Doc, indices: Sequence[int], mention: Mention) -> PassageEdit:
    """ "baby boy" -> "baby", "baby boys" -> "babies"."""
    noun = doc[indices[0] - 1]
    plural = {"baby": "babies", "child": "children"}.get(noun.lower_, noun.lower_ + "s")
    text = like_case(plural, noun.text) if mention.plural else noun.text
    return PassageEdit(noun.idx, mention.end, text, mention, mention.rule, 0)


def _modifier_edit(doc: Doc, mention: Mention, indices: Sequence[int], removed: set[int]) -> PassageEdit:
    first, last = indices[0], indices[-1]
    # Words hyphenated to the modifier go with it: "young-looking", "half-Asian".
    while (
        last + 2 < len(doc)
        and doc[last + 1].text == "-"
        and not doc[last].whitespace_
        and not doc[last + 1].whitespace_
    ):
        last += 2
    while (
        first >= 2
        and doc[first - 1].text == "-"
        and not doc[first - 1].whitespace_
        and not doc[first - 2].whitespace_
    ):
        first -= 2
    while first and _grades(doc, first - 1, last) and first - 1 not in removed:
        first -= 1
    removed.update(range(first, last + 1))
    after, beyond = last + 1, last + 2
    if after < len(doc) and doc[after].lower_ in (",", "and", "or", "but", "/", "to") and beyond < len(doc):
        if doc[beyond].lower_ in ("and", "or") and doc[after].text == ",":
            beyond += 1
        if beyond < len(doc) and _modifies(doc, beyond):
            removed.update(range(after, beyond))
            return PassageEdit(doc[first].idx, doc[beyond].idx, "", mention, mention.rule)
    before = first - 1
    while before in removed:
        before -= 1
    if before > 0 and doc[before].lower_ in (",", "and", "or", "but") and before not in removed:
        other = before - 1 if doc[before - 1].text != "," else before - 2
        while other in removed:
            other -= 1
        if other >= 0 and doc[other].pos_ == "ADJ" and other not in removed:
            start = doc[other].idx + len(doc[other])
            removed.update(range(other + 1, first))
            return PassageEdit(start, doc[last].idx + len(doc[last]), "", mention, mention.rule)
        if before - 1 in removed and after < len(doc):
            # All that "and" joined is gone.
            removed.update(range(before, first))
            return PassageEdit(doc[before].idx, doc[after].idx, "", mention, mention.rule)
    left_comma = beyond < len(doc) and doc[after].text == "," and doc[beyond].pos_ == "NOUN"
    if left_comma and before >= 0 and doc[before].pos_ == "DET":
        return PassageEdit(doc[first].idx, doc[beyond].idx, "", mention, mention.rule)
    end = doc[after].idx if after < len(doc) else doc[last].idx + len(doc[last])
    if after < len(doc) and doc[after].is_punct and doc[last].whitespace_ == "" and first:
        end = doc[last].idx + len(doc[last])
    return PassageEdit(doc[first].idx, end, "", mention, mention.rule)


def _grades(doc: Doc, index: int, last: int) -> bool:
    """True for a word that grades the modifier after it: "very", "strikingly", by list, form or parse."""
    token = doc[index]
    if token.lower_ in _DEGREE_WORDS:
        return True
    if (token.pos_ != "ADV" and token.tag_ != "RB") or token.lower_ in _NOT_GRADING:
        return False
    return token.lower_.endswith("ly") or (token.dep_ == "advmod" and index < token.head.i <= last)


def _modifies(doc: Doc, index: int) -> bool:
    token = doc[index]
    if token.pos_ in ("ADJ", "NUM") or token.tag_ in ("VBN", "VBG"):
        return True
    following = index + 1
    if following + 1 < len(doc) and doc[following].text == "-":
        following += 1  # "well-dressed"
    adverb_first = token.pos_ == "ADV" and following < len(doc) and (
        doc[following].pos_ == "ADJ" or doc[following].tag_ == "VBN" or doc[following].pos_ == "NOUN"
    )  # fmt: skip
    return adverb_first or (token.pos_ in ("NOUN", "PROPN") and token.dep_ in ("amod", "compound"))


def _without_feature(text: str, mention: Mention) -> PassageEdit | None:
    """ "has no beard and no hat" -> "has no hat"; None where nothing else is denied."""
    verb = _NO_FEATURE.match(text, mention.start, mention.end)
    other = _NO_OTHER.match(text, mention.end)
    if verb is None or other is None:
        return None
    return PassageEdit(verb.end(), other.end(), "", mention, mention.rule)


def _postmodifier_edits(doc: Doc, mention: Mention) -> list[PassageEdit]:
    denied = _without_feature(doc.text, mention)
    if denied is not None:
        return [denied]
    edit = _postmodifier_edit(doc.text, mention)
    before = token_range(doc, edit.start - 1, edit.start)[0] if edit.start else 0
    lead = doc.text[edit.start : mention.start]
    comma = comma_of_list(doc, before) if regex.search(r"\band\b", lead) else None
    if comma is None:
        listed = regex.fullmatch(r"\s+and\s+", lead) is not None
        return [edit, *(without_article_of_hair(doc, before, mention) if listed else ())]
    # "a hat, a smile and a beard": two are left.
    joined = PassageEdit(doc[comma].idx, doc[comma].idx + 1, " and", mention, "rewrite.list", 0)
    return [edit, joined]


def _postmodifier_edit(text: str, mention: Mention) -> PassageEdit:
    start, end = mention.start, mention.end
    lead = regex.search(r"(?i)(?:[\s,]+(?:likely|probably|possibly|perhaps|maybe|about|around|approximately"
        r"|and|or|roughly|apparently|seemingly|presumably|who is|who are))*[\s,]*$",
                        text[:start])  # fmt: skip
    start = lead.start() if lead else start
    opened = start > 0 and text[start - 1] == "("
    if opened and text[end : end + 1] == ")":
        start, end = start - 1, end + 1
        while start > 0 and text[start - 1] == " ":
            start -= 1
        return PassageEdit(start, end, "", mention, mention.rule)
    comma_before = "," in text[start : mention.start + 1]
    if start == 0:
        follow = regex.match(r"[\s,]*", text[end:])
        end += follow.end() if follow else 0
    elif comma_before and text[end : end + 1] == ",":
        end += 1
    return PassageEdit(start, end, "", mention, mention.rule)
