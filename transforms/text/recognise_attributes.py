"""Finds words of the lexicons that tell an attribute of a person, and not of a thing or an animal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from schemas.finding import Kind
from transforms.text.animal_pronouns import animal_pronoun
from transforms.text.capitals import in_title, read_capitals, stands_before_name
from transforms.text.company import Company
from transforms.text.doc_text import text_of
from transforms.text.headings import in_label
from transforms.text.lexicon import Head, LexiconEntry, PeopleWords, WordRole
from transforms.text.mentions import Form, Mention
from transforms.text.named_things import (
    is_first_of_thing,
    is_hung_up,
    is_named_thing,
    is_of_connector,
    is_share,
    names_nobody,
)
from transforms.text.nonpersons import (
    asked_of_animal,
    is_quality,
    may_be_animal,
    of_animal,
    speaks_of_animals,
)
from transforms.text.owners import end_of_team_owner, is_guess, is_said_of_person, is_wear, modifies_person
from transforms.text.persons import (
    is_doer,
    is_part_of_brand,
    is_person,
    is_place,
    is_verb_after,
    may_be_nobody,
    names_thing,
    phrase_head,
    shows_somebody,
    subject_of,
    token_range,
)
from transforms.text.reading import excepted_spans, printed_spans
from transforms.text.recognise_looks import facial_hair_mention
from transforms.text.rules import TextRules
from transforms.text.worn_kinds import worn_kind_form

if TYPE_CHECKING:
    from spacy.tokens import Doc

TIMEOUT_SECONDS = 2.0
_SCORE = {Kind.EXPLICIT: 0.95, Kind.IMPLICIT: 0.9, Kind.PROXY: 0.6}
_STRONG_SCORE = 0.8
GENDER, RACE = "biometric.gender", "biometric.race"
_FACIAL_HAIR = "lexicon.gender.facial_hair"
_INFANT_THINGS = "lexicon.age.infant_things"
_WEARS = "lexicon.race.wear"
_JOINED = frozenset({"or", "and", "/", ",", "to"})
_ONE = frozenset({"a", "an", "one", "each", "another"})
_SHARED_FORMS = frozenset({Form.MODIFIER, Form.PREDICATE, Form.POSTMODIFIER})
_HOLDERS_OF_CONDITION = frozenset(
    ["has", "have", "had", "having", "with", "from", "of", "battling", "for", "treating"]
)
_DETERMINERS = frozenset({"a", "an", "the", "this", "that", "these", "those", "one", "two", "three", "some",
                          "several", "many", "another", "each", "every", "both", "young", "old"})  # fmt: skip
_PROPER_ADJECTIVES = frozenset({RACE, "sensitive.nationality", "sensitive.religion", "sensitive.politics"})
_KIN_OR_AGE = ("kinship", "sex", "age_noun")
_FIRST_OF_THINGS = ("kinship", "occupation", "age_noun")
_FIRST_OF_COMPOUNDS = ("kinship", "occupation")


def attribute_mentions(doc: Doc, rules: TextRules, company: Company = Company.PEOPLE) -> Iterator[Mention]:
    """Lexicon mentions and gendered pronouns of one parsed passage. May overlap.

    ``company``: of whom the other passages speak, whom a "he" beside an animal may mean.
    """
    text = text_of(doc)
    blocked = excepted_spans(text, rules)
    printed, read_out = printed_spans(text)
    unspoken = blocked + read_out
    blocked += printed
    taken: set[int] = set()
    whole: dict[int, tuple[int, LexiconEntry]] = {}
    for match in rules.phrases.matches(text):
        first, last = token_range(doc, *match.span())
        if _covered(match.span(), blocked):
            continue
        key = " ".join(match.group().lower().split())
        entry = rules.lexicon.phrases.get(key) or rules.lexicon.phrases.get(key.replace(" ", "-"))
        if entry is not None:
            taken.update(range(first, last))
            whole[first] = (last, entry)
    units: list[tuple[int, int, LexiconEntry]] = []
    for index in _worth_a_look(doc, whole, rules):
        token = doc[index]
        if index in taken and index not in whole:
            continue
        end, entry = whole.get(index, (index + 1, None))
        if entry is None:
            word = token.lower_
            entry = rules.lexicon.words.get(word) or (
                rules.lexicon.words.get(word[:-1]) if word.endswith(".") else None
            )
            if entry is not None and _covered((token.idx, token.idx + len(token)), blocked):
                continue
        if entry is not None:
            units.append((index, end, entry))
        elif (
            GENDER in rules.attributes
            and token.lower_ in rules.pronouns
            and (token.is_sent_start or not _pronoun_in_title(doc, token.i))
            and not _covered((token.idx, token.idx + len(token)), unspoken)
            and not animal_pronoun(doc, token.i, rules.people, company)
        ):
            yield Mention(token.idx, token.idx + len(token), GENDER, Kind.IMPLICIT, "lexicon.gender.pronoun",
                          Form.PRONOUN, rules.pronouns[token.lower_])  # fmt: skip
    for (start, end, entry), form in zip(units, _forms(doc, units, rules), strict=True):
        if company is Company.ANIMALS and form is Form.NOUN and may_be_animal(doc[start]):
            continue  # "Adults and their young" after "Two elephants"
        if blocked and form is Form.MODIFIER and _is_of_excepted(doc, end, blocked, rules):
            continue  # "an old man made bridge"
        mention = _mention(doc, start, end, entry, rules, form) if form is not None else None
        if mention is not None:
            yield mention


def _is_of_excepted(doc: Doc, end: int, blocked: list[tuple[int, int]], rules: TextRules) -> bool:
    head = phrase_head(doc, end, rules.people)
    return head is not None and _covered((head.idx, head.idx + len(head)), blocked)


def _worth_a_look(doc: Doc, whole: Mapping[int, object], rules: TextRules) -> list[int]:
    """Indices of the tokens that may tell something: making a Token of every word is what costs."""
    known = _known_words(rules)
    return [
        index for index, word in enumerate(doc.to_array("LOWER").tolist()) if word in known or index in whole
    ]


@cache
def _known_words(rules: TextRules) -> frozenset[int]:
    """The lexicon's words and the pronouns as spaCy numbers them, with and without a full stop."""
    from spacy.strings import StringStore

    numbers = StringStore()
    words = {*rules.lexicon.words, *rules.pronouns}
    return frozenset(numbers.add(word + mark) for word in words for mark in ("", "."))


def _forms(doc: Doc, units: Sequence[tuple[int, int, LexiconEntry]], rules: TextRules) -> list[Form | None]:
    """How each unit tells something of a person; None where it does not.

    An adjective that "or", "and" or a comma joins to one that does so stands as that one does: "Indian or
    Pakistani, based on", "young, light-skinned".
    """
    forms = [_titled_form(doc, start, end, entry, rules) for start, end, entry in units]
    for order in (range(1, len(units)), range(len(units) - 2, -1, -1)):
        for index in order:
            other = index - 1 if order.step > 0 else index + 1
            if forms[index] is None and _are_joined(doc, units[min(index, other)], units[max(index, other)]):
                forms[index] = forms[other] if forms[other] in _SHARED_FORMS else None
    return forms


def _are_joined(
    doc: Doc, first: tuple[int, int, LexiconEntry], second: tuple[int, int, LexiconEntry]
) -> bool:
    if second[0] != first[1] + 1 or doc[first[1]].lower_ not in _JOINED:
        return False
    roles = (WordRole.ADJECTIVE, WordRole.NOUN_OR_ADJECTIVE)
    alike = first[2].head is second[2].head or first[2].attribute == second[2].attribute
    return alike and first[2].role in roles and second[2].role in roles


def _pronoun_in_title(doc: Doc, index: int) -> bool:
    """As ``in_title``; a capital on "he" alone ("and He was late") makes no title."""
    lower_next = index + 1 < len(doc) and doc[index + 1].is_alpha and doc[index + 1].text.islower()
    subject = doc[index].lower_ in ("he", "she")
    return in_title(doc, index) and not (subject and lower_next)


def _covered(span: tuple[int, int], blocked: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in blocked)


def _titled_form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    if (
        entry.role is not WordRole.TITLE
        and entry.attribute not in _PROPER_ADJECTIVES
        and in_title(doc, start)
        and not in_label(doc, start, rules)
    ):
        titled = entry.attribute == GENDER and entry.surface in read_capitals()["before_names"]
        return Form.TITLE if titled and stands_before_name(doc, end, rules.names.is_known) else None
    if entry.role in _NAMING and is_named_thing(doc, start):
        return None
    return _form(doc, start, end, entry, rules)


_NAMING = (WordRole.NOUN, WordRole.TITLE)


def _mention(
    doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules, found: Form
) -> Mention | None:
    """The mention of ``entry`` at the tokens ``start:end``, which stands there as ``found`` says."""
    while found is Form.NOUN and start and doc[start - 1].lower_ in rules.lexicon.adherence and (
        entry.attribute.startswith("sensitive.")
    ):  # fmt: skip
        start -= 1
    first, last = doc[start], doc[end - 1]
    stop = last.idx + len(last)
    if entry.role is WordRole.TITLE and end < len(doc) and doc[end].text == ".":
        stop = doc[end].idx + 1
    elif found is Form.MODIFIER and entry.role is WordRole.NOUN and end < len(doc) and doc[end].tag_ == "POS":
        stop = doc[end].idx + len(doc[end])  # "men's underwear"
    plural = entry.plural
    neutral = "a health condition" if entry.role is WordRole.CONDITION else entry.neutral
    if found is Form.NOUN and plural and start and doc[start - 1].lower_ in _ONE and entry.neutral_one:
        plural, neutral = False, entry.neutral_one  # "a women"
    kind, rule, score = entry.kind, entry.rule, _STRONG_SCORE if entry.strong else _SCORE[entry.kind]
    if found is Form.MODIFIER and entry.attribute == RACE and is_wear(doc, end, rules):
        kind, rule, score = Kind.PROXY, _WEARS, _STRONG_SCORE
    if found is Form.VALUE and first.text[:1].isupper() and (not start or doc[start - 1].is_punct):
        neutral = neutral[:1].upper() + neutral[1:]
    mention = Mention(first.idx, stop, entry.attribute, kind, rule, found, neutral, plural, score)
    if rule == _FACIAL_HAIR:
        return facial_hair_mention(doc, end - 1, mention, _facial_hair(rules))
    return mention


def _facial_hair(rules: TextRules) -> frozenset[str]:
    return frozenset(word for word, entry in rules.lexicon.words.items() if entry.rule == _FACIAL_HAIR)


def _form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    if entry.role is WordRole.NOUN:
        return _noun_form(doc, start, end, entry, rules)
    if entry.role is WordRole.ADJECTIVE:
        return _adjective_form(doc, start, end, entry, rules)
    if entry.role is WordRole.NOUN_OR_ADJECTIVE:
        if asked_of_animal(doc, start) or _is_both_of_thing(doc, end, rules):
            return None
        if start and doc[start - 1].lower_ in ("a", "an") and _bare_noun_form(doc, start, end, entry, rules):
            return Form.NOUN
        return _adjective_form(doc, start, end, entry, rules) or _bare_noun_form(
            doc, start, end, entry, rules
        )
    if entry.role is WordRole.TITLE:
        return _title_form(doc, start, end)
    if entry.role is WordRole.CONDITION:
        before = doc[start - 1].lower_ if start else ""
        thing_follows = end < len(doc) and doc[end].pos_ in ("NOUN", "PROPN")
        return Form.NOUN if before in _HOLDERS_OF_CONDITION and not thing_follows else None
    return None


def _is_both_of_thing(doc: Doc, end: int, rules: TextRules) -> bool:
    """ "the male and female restroom signs"."""
    if end + 1 >= len(doc) or doc[end].lower_ not in ("and", "or", "/", "&"):
        return False
    if doc[end + 1].lower_ not in ("male", "female"):
        return False
    head = phrase_head(doc, end + 2, rules.people)
    return head is not None and not is_person(head, rules.people) and not is_doer(head)


def _noun_form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    people = rules.people
    token = doc[end - 1]
    if not entry.person:
        return _thing_form(doc, start, end, people, entry.rule)
    if entry.kind is Kind.PROXY:
        return Form.NOUN
    if end_of_team_owner(doc, token.i):
        return Form.MODIFIER
    group = entry.rule.rsplit(".", 1)[1]
    if is_part_of_brand(doc, token.i) or is_quality(doc, token.i) or names_nobody(doc, token.i, people):
        return worn_kind_form(doc, token.i, people)
    if group in _FIRST_OF_THINGS and is_first_of_thing(doc, token.i):
        return None
    if group in _FIRST_OF_COMPOUNDS and (
        may_be_nobody(doc, token.i, people)
        or (not entry.plural and names_thing(doc, token.i, people, kin=group == "kinship"))
    ):
        return None
    kin_or_age = group in _KIN_OR_AGE
    if token.pos_ == "ADJ" and end < len(doc) and doc[end].pos_ == "NOUN" and not is_person(doc[end], people):
        # "minor scratches", but "an infant activity"
        return Form.MODIFIER if entry.strong and _is_there(doc, start, end, people) else None
    if token.pos_ == "VERB" and token.tag_ in ("VB", "VBP") and start and doc[start - 1].lower_ == "to":
        return None
    if end < len(doc) and doc[end].text == "-" and end + 1 < len(doc) and doc[end + 1].tag_ in ("VBN", "VBG"):
        return None
    head = phrase_head(doc, end - 1, people)
    if head is not None and head.i != token.i:
        if is_person(head, people):
            # "my mother cooks": a verb in -s is often taken for a noun.
            verb_like = (
                head.tag_ in ("NNS", "VBZ") and head.i == token.i + 1 and not entry.plural and kin_or_age
            )
            return Form.NOUN if verb_like else Form.MODIFIER
        if head.lower_ in people.animals or kin_or_age:
            return Form.MODIFIER if entry.strong and _is_there(doc, start, end, people) else None
    return None if of_animal(doc, token.i, people) else Form.NOUN


def _thing_form(doc: Doc, start: int, end: int, people: PeopleWords, rule: str) -> Form | None:
    """A noun that is nobody but tells of somebody ("wrinkles"), where the text speaks of people."""
    form = Form.NOUN if rule == _FACIAL_HAIR else Form.VALUE
    if rule == _INFANT_THINGS:
        return form if shows_somebody(doc, start, end, people) else None
    if any(is_person(other, people) for other in doc):
        return form
    token = doc[end - 1]
    if speaks_of_animals(doc, token.i, people) or is_hung_up(doc):
        return None
    before_thing = rule == _FACIAL_HAIR and token.dep_ == "compound" and token.head.i > token.i
    return None if before_thing else form


def _is_there(doc: Doc, start: int, end: int, people: PeopleWords) -> bool:
    return not of_animal(doc, end - 1, people) and shows_somebody(doc, start, end, people)


def _adjective_form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    people = rules.people
    if entry.plural and entry.surface.endswith("s"):
        return None
    if entry.head is Head.HUMAN and end < len(doc) and doc[end].text == "-":
        return None
    head = phrase_head(doc, end, people)
    if head is not None and (
        modifies_person(doc, start, head, entry, rules) or (entry.rule.endswith(".sex") and is_doer(head))
    ):
        return Form.MODIFIER
    if is_guess(doc, start, end, rules):
        return Form.POSTMODIFIER
    # "who is overweight, sits": what follows a comma is often tagged as a noun.
    if head is not None and not (doc[end].text == "," and head.i == end + 1):
        return None
    if end < len(doc) and doc[end].pos_ in ("NOUN", "PROPN"):
        return None
    token = doc[end - 1]
    subject = subject_of(token)
    if subject is None or subject.i >= start or not is_said_of_person(doc, subject, entry, rules):
        return None
    return Form.PREDICATE if rules.linking.search(doc.text[: doc[start].idx]) else None


def _bare_noun_form(doc: Doc, start: int, end: int, entry: LexiconEntry, rules: TextRules) -> Form | None:
    following = doc[end] if end < len(doc) else None
    sex = entry.attribute == GENDER
    acts = (
        sex
        and following is not None
        and (is_verb_after(doc, doc[end - 1], following) or is_place(following.lower_))
    )
    if (
        following is not None
        and not acts
        and (following.pos_ in ("NOUN", "PROPN", "ADJ", "NUM") or following.text in ("-", "/"))
    ):
        return None
    if (
        following is not None
        and following.tag_ == "VBN"
        and end + 1 < len(doc)
        and doc[end + 1].pos_ == "NOUN"
    ):
        return None  # "an Asian structured house"
    if of_animal(doc, end - 1, rules.people) or is_share(doc, end - 1) or (sex and is_of_connector(doc)):
        return None
    if sex and len([token for token in doc if token.is_alpha]) == 1:
        return Form.NOUN
    if entry.plural and entry.surface.endswith("s"):
        return Form.NOUN
    lead = start - 1
    while lead > 0 and (doc[lead].pos_ == "ADJ" or doc[lead].tag_ in ("VBG", "VBN")):
        lead -= 1
    before = doc[lead] if lead >= 0 else None
    if before is not None and before.lower_ in _DETERMINERS and doc[end - 1].tag_ != "JJR":
        return Form.NOUN
    if start > 1 and doc[start - 1].lower_ in ("or", "and") and is_person(doc[start - 2], rules.people):
        return Form.NOUN  # "a tribal leader or elder"
    begins = doc[start].is_sent_start and (
        acts or (following is not None and following.pos_ in ("VERB", "ADP", "ADV"))
    )
    return Form.NOUN if sex and (begins or doc[end - 1].pos_ == "NOUN") else None


def _title_form(doc: Doc, start: int, end: int) -> Form | None:
    index = end + 1 if end < len(doc) and doc[end].text == "." else end
    if index >= len(doc) or not doc[start].text[:1].isupper():
        return None
    following = doc[index].text
    return Form.TITLE if following[:1].isupper() and following.isalpha() and len(following) > 1 else None
