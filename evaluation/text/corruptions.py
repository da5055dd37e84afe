"""Makes a sentence say something else, on purpose and known: what a fidelity gate has to catch.

Each kind is a function of a parsed text and a choice (an integer, the same text and integer give the same
result) that returns the changed text, or None where the text gives no occasion.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Corruption = Callable[["Doc", int], str | None]

_SUBJECTS = ("nsubj", "nsubj:pass", "nsubjpass")
_OBJECTS = ("obj", "dobj", "pobj", "obl", "iobj")
_CLAUSES = (
    "advcl",
    "relcl",
    "acl",
    "acl:relcl",
    "conj",
    "ccomp",
    "obl",
    "nmod",
    "prep",
    "parataxis",
    "xcomp",
)
_AUXILIARIES = frozenset(
    {"is", "are", "was", "were", "can", "could", "will", "would", "should", "has", "have", "may"}
)
_INSIDE = ("det", "amod", "compound", "nummod", "poss", "nmod:poss")


@cache
def _lists() -> dict[str, Any]:
    path = resources.files("evaluation.text").joinpath("lists/corruptions.yaml")
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def _put(doc: Doc, start: int, end: int, text: str) -> str:
    """The text with tokens ``start`` to ``end`` (exclusive) replaced, blanks kept tidy."""
    first = doc[start].idx
    last = doc[end - 1].idx + len(doc[end - 1]) if end > start else first
    whole = doc.text[:first] + text + doc.text[last:]
    return whole if text else whole.replace("  ", " ")


def negation_inserted(doc: Doc, choice: int) -> str | None:
    """ "is running" -> "is not running", "holds a cup" -> "does not hold a cup" or "holds no cup"."""
    places = [
        token
        for token in doc
        if token.lower_ in _AUXILIARIES
        and token.i + 1 < len(doc)
        and doc[token.i + 1].lower_ not in ("n't", "not")
    ]
    if places:
        token = places[choice % len(places)]
        return _put(doc, token.i, token.i + 1, f"{token.text} {('not', 'never')[choice % 2]}")
    verbs = [token for token in doc if token.tag_ in ("VBZ", "VBP") and token.pos_ == "VERB"]
    if verbs:
        token = verbs[choice % len(verbs)]
        do = "does" if token.tag_ == "VBZ" else "do"
        return _put(doc, token.i, token.i + 1, f"{do} not {token.lemma_}")
    articles = [token for token in doc if token.lower_ in ("a", "an") and token.i]
    if articles:
        token = articles[choice % len(articles)]
        return _put(doc, token.i, token.i + 1, "no")
    return None


def negation_removed(doc: Doc, choice: int) -> str | None:
    """ "is not running" -> "is running", "without a hat" -> "with a hat"."""
    places = [token for token in doc if token.lower_ in _lists()["negations"] or token.lower_ == "n't"]
    if not places:
        return None
    token = places[choice % len(places)]
    if token.lower_ == "n't":
        return doc.text[: token.idx] + doc.text[token.idx + len(token) :]
    instead = {"without": "with", "no": "a", "nobody": "somebody", "nothing": "something", "none": "all"}
    return _put(doc, token.i, token.i + 1, instead.get(token.lower_, ""))


def roles_swapped(doc: Doc, choice: int) -> str | None:
    """ "a dog chases a cat" -> "a cat chases a dog": subject and object change places."""
    pairs = []
    for subject in doc:
        if subject.dep_ not in _SUBJECTS or subject.pos_ not in ("NOUN", "PROPN"):
            continue
        for other in doc[subject.i + 1 :]:
            if other.dep_ in _OBJECTS and other.pos_ in ("NOUN", "PROPN") and other.lower_ != subject.lower_:
                if doc[subject.i : other.i].text.count(".") == 0:
                    pairs.append((subject, other))
                break
    if not pairs:
        return None
    first, second = (_phrase(doc, token) for token in pairs[choice % len(pairs)])
    if first[1] > second[0]:
        return None
    one, two = doc[first[0] : first[1]].text, doc[second[0] : second[1]].text
    if first[0] == 0:
        one, two = one[:1].lower() + one[1:], two[:1].upper() + two[1:]
    swapped = _put(doc, second[0], second[1], one)
    start = doc[first[0]].idx
    return swapped[:start] + two + swapped[start + len(doc[first[0] : first[1]].text) :]


def _phrase(doc: Doc, noun: Token) -> tuple[int, int]:
    start = noun.i
    while start > 0 and doc[start - 1].head.i == noun.i and doc[start - 1].dep_ in _INSIDE:
        start -= 1
    return start, noun.i + 1


def count_changed(doc: Doc, choice: int) -> str | None:
    """ "three dogs" -> "four dogs", "a dog" -> "two dogs"."""
    numbers: Sequence[str] = _lists()["numbers"]
    places = [
        token for token in doc if (token.lower_ in numbers and token.lower_ != "one") or token.text.isdigit()
    ]
    if places:
        token = places[choice % len(places)]
        step = 1 + choice % 3
        if token.text.isdigit():
            return _put(doc, token.i, token.i + 1, str(int(token.text) + step))
        new = numbers[(numbers.index(token.lower_) + step) % len(numbers)]
        return _put(doc, token.i, token.i + 1, new.capitalize() if token.text[0].isupper() else new)
    singular = [
        token
        for token in doc[:-1]
        if token.lower_ in ("a", "an", "one")
        and doc[token.i + 1].tag_ == "NN"
        and token.head.i == token.i + 1
    ]
    if not singular:
        return None
    token = singular[choice % len(singular)]
    noun = doc[token.i + 1].text
    plural = {"person": "people", "child": "children"}.get(noun, noun + "s")
    return _put(doc, token.i, token.i + 2, f"{numbers[1 + choice % 3]} {plural}")


def object_changed(doc: Doc, choice: int) -> str | None:
    """ "holding a cup" -> "holding a bicycle"."""
    places = [token for token in doc if token.dep_ in _OBJECTS and token.tag_ in ("NN", "NNS")]
    if not places:
        return None
    token = places[choice % len(places)]
    things: Sequence[str] = [word for word in _lists()["things"] if word not in token.lower_]
    new = things[choice % len(things)] + ("s" if token.tag_ == "NNS" else "")
    return _put(doc, token.i, token.i + 1, new)


def clause_dropped(doc: Doc, choice: int) -> str | None:
    """A clause or phrase of at least three words, one of them with a meaning of its own, is left out."""
    places = []
    for token in doc:
        if token.dep_ not in _CLAUSES:
            continue
        start, end = token.left_edge.i, token.right_edge.i + 1
        meaning = any(word.pos_ in ("NOUN", "VERB", "ADJ") for word in doc[start:end])
        if 3 <= end - start < len(doc) - 2 and meaning and start:
            places.append((start, end))
    if not places:
        return None
    start, end = places[choice % len(places)]
    while end > start and doc[end - 1].is_punct:
        end -= 1
    return _put(doc, start, end, "").replace(" .", ".")


def sentence_dropped(doc: Doc, choice: int) -> str | None:
    """A whole sentence that names a thing or tells what is done is left out; another one stays."""
    sentences = [sentence for sentence in doc.sents if sentence.text.strip()]
    places = [
        sentence for sentence in sentences if sum(token.pos_ in ("NOUN", "VERB") for token in sentence) > 1
    ]
    if len(sentences) < 2 or not places:
        return None
    sentence = places[choice % len(places)]
    return doc.text[: sentence.start_char] + doc.text[sentence.end_char :].lstrip(" ")


def colour_changed(doc: Doc, choice: int) -> str | None:
    """ "a red car" -> "a blue car"."""
    colours: Sequence[str] = _lists()["colours"]
    places = [token for token in doc if token.lower_ in colours]
    if not places:
        return None
    token = places[choice % len(places)]
    others = [colour for colour in colours if colour != token.lower_]
    return _put(doc, token.i, token.i + 1, others[choice % len(others)])


def place_changed(doc: Doc, choice: int) -> str | None:
    """ "left of the car" -> "right of the car", "in the box" -> "outside the box"."""
    instead: Mapping[str, str] = {str(key): value for key, value in _lists()["places"].items()}
    places = [token for token in doc if token.lower_ in instead and token.i]
    if not places:
        return None
    token = places[choice % len(places)]
    return _put(doc, token.i, token.i + 1, instead[token.lower_])


KINDS: Mapping[str, Corruption] = {
    "negation inserted": negation_inserted,
    "negation removed": negation_removed,
    "roles swapped": roles_swapped,
    "count changed": count_changed,
    "object changed": object_changed,
    "clause dropped": clause_dropped,
    "sentence dropped": sentence_dropped,
    "colour changed": colour_changed,
    "place changed": place_changed,
}
