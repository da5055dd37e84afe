"""Counts people together who are joined and whose nouns become the same word.

"a man and a woman" -> "two people"; "his son and daughter" -> "their children".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from transforms.text.agreement import like_case
from transforms.text.doc_text import text_of
from transforms.text.mentions import Mention
from transforms.text.passage_edits import PassageEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc

_OWNERS = frozenset({"his", "her", "their", "my", "your", "our", "its", "'s"})
_ARTICLES = frozenset({"a", "an", "the"})


def joined_pairs(
    doc: Doc, nouns: Mapping[int, Mention], removed: Collection[int]
) -> tuple[list[PassageEdit], set[int]]:
    """Edits for "X and Y" that become one phrase, and the token indices they cover.

    ``nouns``: neutralised person nouns by token index; ``removed``: tokens that other edits delete.
    """
    edits: list[PassageEdit] = []
    covered: set[int] = set()
    order = sorted(nouns)
    for first, second in pairwise(order):
        one, other = nouns[first], nouns[second]
        if first in covered or one.neutral != other.neutral or one.plural != other.plural:
            continue
        words = _joining_words(doc, first, second, other, removed)
        if not words:
            continue
        joiner = words[0]
        if second + 1 < len(doc) and doc[second + 1].lower_ in ("'s", "'", "and", ",", "or"):
            continue
        start = _article_before(doc, first, removed)
        if words[-1] == "another" and (start is None or doc[start].lower_ == "the" or joiner != "and"):
            continue
        two = _two_others(doc, first, other, removed) if start is None and words[0] == "and" else None
        if two is not None and len(words) == 2 and not one.plural:
            edits.append(two)
            covered.update(range(first, second + 1))
            continue
        preceding = _previous(start if start is not None else first, removed)
        if preceding is not None and doc[preceding].lower_ in ("and", ","):
            continue
        owned = start is None and preceding is not None and doc[preceding].lower_ in _OWNERS
        text = _joined(doc, one, joiner, words, start, owned)
        if text is None:
            continue
        begin = start if start is not None else first
        if _said_of_one(doc, begin, one, other):
            # "I am a diabetic and a Catholic" is one person.
            edits.append(PassageEdit(one.end, other.end, "", other, "rewrite.pair", 0))
            covered.update(range(begin, second + 1))
            continue
        if (
            start is None
            and not owned
            and preceding is not None
            and doc[preceding].pos_ in ("DET", "PRON", "ADJ", "NUM", "NOUN")
        ):
            if one.plural and joiner == "and":
                # "several men and women" -> "several people"
                edits.append(PassageEdit(one.end, other.end, "", other, "rewrite.pair", 0))
                covered.add(second)
                if doc[preceding].lower_ == "both":
                    place = doc[preceding].idx
                    edits.append(PassageEdit(place, doc[preceding + 1].idx, "", other, "rewrite.pair", 0))
            continue
        edits += (
            there_are(doc, begin, one) if text.endswith(("people", "children")) and not one.plural else []
        )
        both = begin if preceding is None or doc[preceding].lower_ != "both" else preceding
        place = doc[both].idx
        edits.append(
            PassageEdit(
                place,
                other.end,
                like_case(text, text_of(doc)[place : other.end]),
                one,
                "rewrite.pair",
                0,
            )
        )
        covered.update(range(begin, second + 1))
    return edits, covered


def _joining_words(doc: Doc, first: int, second: int, other: Mention, removed: Collection[int]) -> list[str]:
    """ "and", or "and" with an article, if nothing else that stays stands between the nouns; else nothing."""
    words = [
        doc[index].lower_
        for index in range(first + 1, second)
        if index not in removed and doc[index].idx < other.start
    ]
    if not words or words[0] not in ("and", "or", "&") or len(words) > 2:
        return []
    return words if len(words) == 1 or words[1] in (*_ARTICLES, "another") else []


def _said_of_one(doc: Doc, begin: int, one: Mention, other: Mention) -> bool:
    """True if "a X and a Y" at ``begin`` is said of one human being: "he is", "I am", "the person was"."""
    if begin < 2 or doc[begin - 1].lower_ not in ("is", "was", "am", "'s", "'m"):
        return False
    if one.attribute == other.attribute == "biometric.gender":
        return False
    subject = doc[begin - 2]
    return subject.lower_ in ("he", "she", "i", "who", "person", "child") or subject.tag_ == "NNP"


def there_are(doc: Doc, begin: int, cause: Mention) -> list[PassageEdit]:
    """ "There is a man and a woman" -> "There are two people"."""
    if begin < 2 or doc[begin - 1].lower_ not in ("is", "was", "'s") or doc[begin - 2].lower_ != "there":
        return []
    verb = doc[begin - 1]
    contracted = verb.text == "'s"
    start = verb.idx + 1 if contracted else verb.idx
    shown = "re" if contracted else {"is": "are", "was": "were"}[verb.lower_]
    return [PassageEdit(start, verb.idx + len(verb), shown, cause, "agreement.verb", 2)]


def _joined(
    doc: Doc, one: Mention, joiner: str, words: list[str], start: int | None, owned: bool
) -> str | None:
    if one.plural:
        if len(words) == 2 and (start is None or words[1] != doc[start].lower_):
            return None
        return f"{doc[start].text} {one.neutral}" if start is not None else one.neutral
    if joiner == "or":
        return (
            f"{doc[start].text if start is not None else 'a'} {one.neutral}"
            if start is not None
            else one.neutral
        )
    several = {"person": "people", "child": "children"}.get(one.neutral) or f"{one.neutral}s"
    if one.neutral == "newlywed" and not owned:
        # "bride and groom": there are never more than two.
        return f"the {several}" if start is not None and doc[start].lower_ == "the" else several
    if start is None:
        return (several if owned else f"two {several}") if len(words) == 1 else None
    return f"the two {several}" if doc[start].lower_ == "the" else f"two {several}"


def _article_before(doc: Doc, index: int, removed: Collection[int]) -> int | None:
    position = _previous(index, removed)
    return position if position is not None and doc[position].lower_ in _ARTICLES else None


def _two_others(doc: Doc, first: int, other: Mention, removed: Collection[int]) -> PassageEdit | None:
    """The edit of "another man and a woman" -> "two other people"; None without "another"."""
    position = _previous(first, removed)
    if position is None or doc[position].lower_ != "another":
        return None
    several = {"person": "people", "child": "children"}.get(other.neutral, f"{other.neutral}s")
    shown = like_case(f"two other {several}", doc[position].text)
    return PassageEdit(doc[position].idx, other.end, shown, other, "rewrite.pair", 0)


def _previous(index: int, removed: Collection[int]) -> int | None:
    position = index - 1
    while position >= 0 and position in removed:
        position -= 1
    return position if position >= 0 else None
