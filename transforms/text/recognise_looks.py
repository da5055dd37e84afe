"""Finds what a part of a person's looks tells: the colour of the eyes, the tone of the skin, a beard.

Which part a colour is said of is read from left to right, like ``persons.phrase_head``: the noun it stands
before, else the nearest noun in front of the verb.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.finding import Kind
from transforms.text.doc_text import text_of
from transforms.text.lexicon import Looks
from transforms.text.mentions import Form, Mention
from transforms.text.owners import owner_is_person, sentence_is_about
from transforms.text.persons import phrase_head, sentence_bounds
from transforms.text.rules import TextRules

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

EYES, SKIN, RACE = "biometric.eye_color", "biometric.skin_tone", "biometric.race"
STRONG, PLAIN = 0.8, 0.9
_LINKS = frozenset({"be", "appear", "look", "seem", "remain"})
_WITHIN = frozenset({"ADJ", "ADV", "DET", "CCONJ", "PART", "NUM"})
_BREAKS = frozenset({",", "(", "-", "–", "—"})
_JOINS = frozenset({"and", "or", "-", "/", ","})
_REFERRING = frozenset({"they", "it"})
_EXAMPLES = frozenset({"as", "like", "namely", "including"})
_REACH = 12
_SUFFIXES = frozenset({"colored", "coloured", "like"})
_SAID_OF = frozenset({"JJ", "RB", "VBN", "VBG", "VBD", "WDT", "WP"})


def look_mentions(doc: Doc, rules: TextRules) -> Iterator[Mention]:
    """Colours of eyes and skin in one parsed passage. May overlap."""
    looks = rules.looks
    lower = text_of(doc).lower()
    if not any(part in lower for part in looks.eyes | looks.skin):
        return
    words = {token.lower_ for token in doc}
    if EYES in rules.attributes and not words.isdisjoint(looks.eyes):
        for start, end, form in _said_of(doc, looks.eyes, rules.iris_colors, rules):
            yield Mention(
                start, end, EYES, Kind.EXPLICIT, "pattern.eye_color.said", form, "color", score=PLAIN
            )
    tone = SKIN if SKIN in rules.attributes else RACE
    if tone in rules.attributes and not words.isdisjoint(looks.skin):
        kind, rule = (
            (Kind.EXPLICIT, "pattern.skin_tone.said")
            if tone == SKIN
            else (Kind.PROXY, "pattern.race.skin_tone")
        )
        for start, end, form in _said_of(doc, looks.skin, looks.skin_tones, rules):
            yield Mention(start, end, tone, kind, rule, form, "tone", score=PLAIN if tone == SKIN else STRONG)


def _said_of(
    doc: Doc, parts: frozenset[str], tones: frozenset[str], rules: TextRules
) -> Iterator[tuple[int, int, Form]]:
    """Character spans and forms of the ``tones`` that are said of a person's ``parts``."""
    looks = rules.looks
    for token in doc:
        if token.lower_.rstrip("-") not in tones:
            continue
        found = _span(doc, token, parts, tones, looks, rules)
        if found is not None and owner_is_person(doc, token.idx, rules):
            first, last, form = found
            if form is Form.MODIFIER:
                first, last = _compound(doc, first, last, tones)
            first, last = _quoted(doc, first, last)
            yield doc[first].idx, doc[last].idx + len(doc[last]), form


def _quoted(doc: Doc, first: int, last: int) -> tuple[int, int]:
    """With the marks around it where the tones stand in quotation marks."""
    if first and doc[first - 1].text == '"':
        first -= 1
    if any(token.text == '"' for token in doc[first : last + 1]):
        close = last + 1
        while close < len(doc) and close <= last + 2 and doc[close].text in ',."':
            if doc[close].text == '"':
                return first, close
            close += 1
    return first, last


def _span(
    doc: Doc, token: Token, parts: frozenset[str], tones: frozenset[str], looks: Looks, rules: TextRules
) -> tuple[int, int, Form] | None:
    index = token.i
    head = _head(doc, index + 1, tones, rules)
    following = doc[index + 1].lower_ if index + 1 < len(doc) else ""
    if following == "of" and _part_follows(doc, index, parts):
        return index, index, Form.VALUE  # "the blue of their eyes"
    if head is not None and head.lower_ in parts:
        return index, index, Form.MODIFIER
    if head is not None and head.lower_ == "hair" and _joined_part(doc, head.i, parts):
        return head.i + 1, head.i + 2, Form.POSTMODIFIER  # "dark hair and eyes"
    if head is not None and _names_other_part(doc, index, head, parts, tones, looks):
        return None  # "a light brown or blonde hair color"
    if head is not None and head.lower_ in looks.color_nouns and head.i and doc[head.i - 1].lower_ in parts:
        return index, index, Form.MODIFIER  # "a warm brown skin tone"
    attributive = head is not None and all(
        one.pos_ in ("ADJ", "ADV", "PUNCT") or doc[one.i - 1].text == "-" for one in doc[index + 1 : head.i]
    )
    joined = following in ("and", "or") or (following == "," and not attributive)
    if head is not None and not joined and head.lower_ not in looks.color_nouns | tones:
        return None
    last = _last(doc, index, tones, looks)
    lead, article = _lead(doc, index, tones, looks)
    before = doc[lead] if lead >= 0 else None
    if (
        head is None
        and before is not None
        and before.lower_ in _EXAMPLES
        and _said_part(doc, lead, parts, tones, looks)
    ):
        first = lead - 1 if before.lower_ == "as" and lead and doc[lead - 1].lower_ == "such" else lead
        return first, last, Form.POSTMODIFIER  # "eye colors such as green"
    if before is not None and before.lower_ == "being" and _said_part(doc, lead, parts, tones, looks):
        opener = _absolute(doc, lead)
        if opener is not None:
            return opener, last, Form.POSTMODIFIER
    if before is not None and before.lemma_.lower() in _LINKS and _said_part(doc, lead, parts, tones, looks):
        return (article if article is not None else _first(doc, index, tones, looks)), last, Form.PREDICATE
    if (
        head is not None
        and not joined
        and (_said_part(doc, index, parts, tones, looks) or _part_follows(doc, head.i, parts))
    ):
        return index, index, Form.MODIFIER
    if before is not None and before.tag_ == "VBG" and lead and doc[lead - 1].lower_ in parts:
        return lead, last, Form.POSTMODIFIER  # "skin showing a tan"
    if before is not None and _said_part(doc, lead, parts, tones, looks):
        if before.text == ":":
            first = _first(doc, index, tones, looks)
            if last + 2 < len(doc):
                return first, last, Form.MODIFIER
            return first, last, Form.VALUE if first == lead + 1 else Form.POSTMODIFIER
        named = article is not None or doc[lead + 1].lower_ in looks.color_nouns
        if before.lower_ in ("with", "in") and named:
            return lead, last, Form.POSTMODIFIER
        if before.text in _BREAKS:
            first = article if article is not None else _first(doc, index, tones, looks)
            while first - 1 > lead and doc[first - 1].pos_ == "ADV":
                first -= 1
            return first, last, Form.POSTMODIFIER
    return None


def _joined_part(doc: Doc, noun: int, parts: frozenset[str]) -> bool:
    """True in "hair and eyes", but not in "hair and eyes closed"."""
    joined = noun + 2 < len(doc) and doc[noun + 1].lower_ == "and" and doc[noun + 2].lower_ in parts
    return joined and (noun + 3 >= len(doc) or doc[noun + 3].tag_ not in _SAID_OF)


def _absolute(doc: Doc, index: int) -> int | None:
    """The "with" of ", with one eye being blue and the other being brown" before token ``index``."""
    start, _ = sentence_bounds(doc, index)
    for position in range(index, start, -1):
        if doc[position].lower_ == "with" and doc[position - 1].text == ",":
            return position
    return None


def _names_other_part(
    doc: Doc, index: int, head: Token, parts: frozenset[str], tones: frozenset[str], looks: Looks
) -> bool:
    before = doc[head.i - 1]
    known = parts | tones | looks.color_nouns | looks.shades | looks.skin | looks.eyes
    return (
        head.i - 1 > index
        and head.lower_ in looks.color_nouns
        and before.pos_ == "NOUN"
        and before.lower_ not in known
    )


def _compound(doc: Doc, first: int, last: int, tones: frozenset[str]) -> tuple[int, int]:
    """With what is hyphenated or joined to the tone: "light-colored", "light to medium"."""
    while last + 2 < len(doc) and doc[last + 1].text == "-" and not doc[last].whitespace_:
        last += 2
    while first >= 2:
        hyphen = doc[first - 1].text == "-" and not doc[first - 1].whitespace_
        if not hyphen and not (doc[first - 1].lower_ in ("to", "or") and doc[first - 2].lower_ in tones):
            break
        first -= 2
    return first, last


def _head(doc: Doc, index: int, tones: frozenset[str], rules: TextRules) -> Token | None:
    """The noun that a tone before ``index`` stands in front of; a tone tagged as a noun is none itself."""
    if index + 1 < len(doc) and doc[index].text == "-" and doc[index + 1].lower_ in _SUFFIXES:
        index += 2
    while index + 1 < len(doc) and (
        doc[index].text == '"'
        or (doc[index].lower_ in ("to", "or") and doc[index + 1].lower_ in tones | {'"'})
        or (doc[index].lower_ in tones and doc[index + 1].text == '"')
    ):
        index += 1
    return phrase_head(doc, index, rules.people)


def _first(doc: Doc, index: int, tones: frozenset[str], looks: Looks) -> int:
    while index and (
        doc[index - 1].lower_ in tones | looks.shades
        or doc[index - 1].lower_ in ("colored", "coloured")
        or (doc[index - 1].text == "-" and index > 1)
        or (doc[index - 1].text == "," and index > 1 and doc[index - 2].lower_ in looks.shades)
    ):
        index -= 1
    return index


def _last(doc: Doc, index: int, tones: frozenset[str], looks: Looks) -> int:
    """The last word of a list of tones, with "in color" and the colour noun behind it."""
    last = index
    position = index + 1
    while position < len(doc) and position <= index + _REACH:
        word = doc[position].lower_
        if word in tones or word in looks.color_nouns:
            last = position
        elif word not in _JOINS and word not in ("in", "to"):
            break
        position += 1
    while last + 2 < len(doc) and doc[last + 1].text == "-" and not doc[last].whitespace_:
        last += 2
    return last


def _lead(doc: Doc, index: int, tones: frozenset[str], looks: Looks) -> tuple[int, int | None]:
    """The word in front of the phrase of the tone at ``index``, and the phrase's article if it has one."""
    article: int | None = None
    position = index - 1
    while position >= 0 and index - position <= _REACH:
        token = doc[position]
        word = token.lower_
        if word in ("a", "an", "the"):
            article = position
        elif not (
            word in tones
            or word in looks.color_nouns
            or word in looks.hedges
            or word in looks.shades
            or word
            in (
                "of",
                "to",
                "be",
                "-",
                "/",
                '"',
                "almost",
                "between",
                "somewhere",
                "n't",
                "not",
                "colored",
                "coloured",
            )
            or (token.pos_ in _WITHIN and article is None)
            or (token.text == "," and position and article is None and _grades(doc[position - 1], looks))
            or (token.tag_ == "VBG" and article is None and word != "being")
            or token.tag_ == "JJ"
            or (word.endswith("ing") and article is None and doc[position + 1].lower_ in looks.color_nouns)
        ):
            break
        if token.is_sent_start:
            position -= 1
            break
        position -= 1
    return position, article


def _grades(token: Token, looks: Looks) -> bool:
    return token.pos_ in _WITHIN or token.lower_ in looks.shades


def _said_part(doc: Doc, index: int, parts: frozenset[str], tones: frozenset[str], looks: Looks) -> bool:
    """True if the nearest noun in front of ``index`` in its sentence is one of ``parts``.

    "They" and "it" at the head of a sentence stand for the part that the sentence before is about.
    """
    start, _ = sentence_bounds(doc, max(0, min(index, len(doc) - 1)))
    if start > 1 and doc[start - 1].text == ",":  # no sentence ends with a comma
        start, _ = sentence_bounds(doc, start - 1)
    for position in range(index - 1, start - 1, -1):
        token = doc[position]
        if token.lower_ in parts:
            return True
        if token.lower_ in _REFERRING:
            at = start if position == start else position
            return sentence_is_about(doc, at, parts, looks)
        if (
            token.pos_ in ("NOUN", "PROPN")
            and doc[position + 1].text != "-"
            and token.lower_ not in tones
            and token.lower_ not in looks.color_nouns
            and token.lower_ not in looks.skin
            and token.lower_ not in looks.shown
            and token.lower_ not in looks.shades
        ):
            return _of_part(doc, position, start, parts, looks)
    return False


def _of_part(doc: Doc, index: int, start: int, parts: frozenset[str], looks: Looks) -> bool:
    """ "the skin around the eye is": the part stands at the head of the phrase that ends at ``index``."""
    position = index
    while position > start and (doc[position].pos_ in ("NOUN", "DET", "ADJ", "ADP", "PRON", "PART", "PROPN")
                                or doc[position].tag_ in ("VBG", "POS", "VBN")):  # fmt: skip
        position -= 1
        if doc[position].lower_ in parts:
            after = position + 1
            while doc[after].lower_ in looks.color_nouns:
                after += 1
            return doc[after].pos_ in ("ADP", "VERB", "ADV")
    return False


def _part_follows(doc: Doc, index: int, parts: frozenset[str]) -> bool:
    """ "the blue color of the person's eyes"."""
    ahead = [doc[position].lower_ for position in range(index + 1, min(index + 6, len(doc)))]
    return bool(ahead) and ahead[0] in ("of", "in", "to") and any(word in parts for word in ahead)


def facial_hair_mention(doc: Doc, index: int, mention: Mention, words: frozenset[str]) -> Mention:
    """``mention`` of a beard at token ``index``, so built that the sentence loses what only speaks of it.

    "with a beard", "short hair and a beard", "has a beard and wears": the phrase goes; "her beard is": the
    noun is replaced. ``words``: the nouns for facial hair, which go
    together ("a beard and mustache").
    """
    first, after = _noun_phrase(doc, index, words)
    if after < len(doc) and doc[after].lower_ in ("that", "which", "who", "with", "of", "is", "are", "on"):
        return mention
    before = doc[first - 1] if first else None
    following = doc[after].lower_ if after < len(doc) else ""
    if before is None:
        return mention
    start, end = doc[first].idx, doc[after - 1].idx + len(doc[after - 1])
    end += len(" at all") if doc.text.startswith(" at all", end) else 0
    if before.lower_ in ("and", ",", "&"):
        return _cut(mention, start, end)
    if following == "and" and after + 1 < len(doc):
        joined = doc[after].idx + len(doc[after])
        verb_next = doc[after + 1].pos_ in ("VERB", "AUX") and doc[after + 1].tag_ != "VBN"
        if before.lemma_ == "have" and verb_next and first > 1 and doc[first - 2].pos_ in ("PRON", "NOUN"):
            return _cut(mention, before.idx, joined)
        if not verb_next and before.lower_ in ("with", "has", "have", "had", "having", "sporting"):
            return _cut(mention, start, joined)
    if before.lower_ == "with":
        return _cut(mention, before.idx, end)
    if before.lemma_ == "have" and first > 1 and doc[first - 2].lower_ == "and":
        return _cut(mention, before.idx, end)
    if before.tag_ in ("VB", "VBZ", "VBP", "VBD") and before.lemma_ == "have":
        return replace(mention, start=before.idx, end=end, form=Form.VERB_PHRASE)
    return mention


def _cut(mention: Mention, start: int, end: int) -> Mention:
    return Mention(
        start, end, mention.attribute, mention.kind, mention.rule, Form.POSTMODIFIER, score=mention.score
    )


def _describes(token: Token) -> bool:
    return token.pos_ == "ADJ" or token.tag_ == "VBN"


def _noun_phrase(doc: Doc, index: int, words: frozenset[str]) -> tuple[int, int]:
    """Token range of the phrase whose noun is at ``index``, with others of ``words`` joined to it."""
    first, after = index, index + 1
    while first and (
        doc[first - 1].pos_ in ("ADJ", "ADV", "NOUN", "NUM")
        or doc[first - 1].tag_ in ("VBN", "VBG", "JJ")
        or doc[first - 1].text == "-"
        or (doc[first - 1].text == "," and first > 1 and _describes(doc[first - 2]))
        or (
            (doc[first - 1].lower_ == "and" and first > 2 and doc[first - 2].text == ",")
            and doc[first - 3].pos_ == "ADJ"
        )
    ):
        first -= 1
    if first and doc[first - 1].lower_ in ("a", "an", "the", "his", "her", "their", "some", "no", "any"):
        first -= 1
    position = after
    while position < len(doc) and position - after < 5:
        word = doc[position].lower_
        if word in words:
            after = position + 1
        elif word not in ("and", ",", "a", "an") and doc[position].pos_ != "ADJ":
            break
        position += 1
    return first, after
