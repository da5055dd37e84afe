"""Agreement of verbs with "they", and of "a" and "an" with the word that follows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from typing import TYPE_CHECKING

import regex

from transforms.text.lexicon import read_list
from transforms.text.persons import sentence_bounds

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_IRREGULAR = {
    "is": "are",
    "was": "were",
    "has": "have",
    "does": "do",
    "isn't": "aren't",
    "'s": "'re",
    "goes": "go",
}
_NOT_VERBS_IN_S = frozenset({"across", "perhaps", "always", "sometimes", "besides", "towards",
    "afterwards", "as", "this", "its",
                             "his", "less", "plus", "versus", "yes", "thus", "us", "gas",
                             "glasses", "shorts", "jeans"})  # fmt: skip
_JOINERS = frozenset({"and", "but", "or", ",", "then", "..."})
_OPEN_CLASSES = frozenset({"NOUN", "ADJ", "PROPN", "VERB"})
_BEGIN_OBJECT = frozenset({"a", "an", "the", "his", "her", "their", "its", "him", "them", "it", "me",
    "my", "your", "himself", "herself"})  # fmt: skip
_OTHER_SUBJECTS = frozenset({"it", "that", "this", "there", "he", "she", "they", "we", "you", "i"})
_VOWEL_SOUND = regex.compile(
    r"(?i)^(?:[aeio]|u(?!ni(?!n|m)|s[aei]|tensil|k|r[aeiou]|bi)|hour|honest|honou?r|heir|8|11\b|18\b|x-"
    r"|mri|fbi)"
)
_CONSONANT_SOUND = regex.compile(
    r"(?i)^(?:eu|ewe|one\b|once\b|one-|u\b|u-|us\b|us[aeu]|ut[eio]|uri|uk\b|ukul|uni[cfoqtv])"
)


@cache
def grammar_words(name: str) -> frozenset[str]:
    """One list of ``grammar.yaml``, lower case."""
    return frozenset(read_list("grammar")[name])


def base_form(verb: str) -> str:
    """The form with "they" of a third-person singular verb ("runs" -> "run"); else the word itself.

    By spelling: a parser's lemma of "rides" is "rid".
    """
    lower = verb.lower()
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if lower in _NOT_VERBS_IN_S or not lower.endswith("s") or lower.endswith("ss") or len(lower) < 3:
        return verb
    if lower[:-1] in grammar_words("verbs_in_silent_e"):
        return lower[:-1]
    if lower.endswith("ies"):
        return lower[:-1] if len(lower) == 4 else lower[:-3] + "y"
    if lower[:-3] in grammar_words("verbs_that_double"):
        return lower[:-3]
    if lower.endswith(_ES) or lower[:-2] in grammar_words("verbs_in_s"):
        return lower[:-2]
    return lower[:-1]


_ES = ("shes", "ches", "xes", "sses", "zzes", "oes")
"""Endings whose "e" belongs to the "s"."""


def article_for(word: str) -> str:
    """ "a" or "an" before ``word``, by sound as far as spelling tells."""
    if _CONSONANT_SOUND.match(word):
        return "a"
    return "an" if _VOWEL_SOUND.match(word) else "a"


def like_case(replacement: str, original: str) -> str:
    """``replacement`` with the capitals of ``original``: first letter, or all."""
    letters = [character for character in original if character.isalpha()]
    if len(letters) > 1 and all(character.isupper() for character in letters):
        return replacement.upper()
    if letters and letters[0].isupper():
        return replacement[:1].upper() + replacement[1:]
    return replacement


def verbs_of(doc: Doc, pronoun: Token) -> Iterator[tuple[Token, str]]:
    """The verbs that must change when the subject ``pronoun`` becomes "they", with their new form."""
    seen: set[int] = set()
    clause = pronoun.head if pronoun.dep_ in ("nsubj", "nsubj:pass", "nsubjpass") else None
    if clause is not None and clause.i != pronoun.i and not _or_another(pronoun):
        for verb in _finite(clause, pronoun):
            seen.add(verb.i)
            yield verb, _plural(verb, doc)
    for near in (_adjacent_verb(doc, pronoun), _relative_verb(doc, pronoun)):
        if near is not None and near.i not in seen and _plural(near, doc) != near.text:
            seen.add(near.i)
            yield near, _plural(near, doc)
    for verb in _joined_verbs(doc, pronoun, seen):
        if verb.i not in seen:
            yield verb, _plural(verb, doc)


def _or_another(pronoun: Token) -> bool:
    """True for "he or his wife": the verb agrees with the other one."""
    return any(
        child.dep_ == "conj"
        and child.pos_ in ("NOUN", "PROPN")
        and child.i > pronoun.i
        and any(cc.lower_ in ("or", "nor") for cc in child.children)
        for child in pronoun.children
    )


def _relative_verb(doc: Doc, pronoun: Token) -> Token | None:
    """The verb of "he who runs"."""
    if pronoun.i + 2 >= len(doc) or doc[pronoun.i + 1].lower_ not in ("who", "that"):
        return None
    index = pronoun.i + 2
    while index + 1 < len(doc) and doc[index].pos_ == "ADV":
        index += 1
    return doc[index] if _is_singular(doc[index]) else None


def _joined_verbs(doc: Doc, pronoun: Token, own: Collection[int]) -> Iterator[Token]:
    """Singular verbs right after "and", "but", "or" or a comma, up to the next subject.

    ``own``: the verbs of the pronoun that are known already.
    """
    if pronoun.lower_ not in ("he", "she"):
        return
    inside = pronoun.head.dep_.startswith(("acl", "csubj"))
    relative = False
    for index in range(pronoun.i + 1, sentence_bounds(doc, pronoun.i)[1]):
        token = doc[index]
        if token.tag_ == "WDT" and doc[index - 1].text == ",":
            # ", which ..., and is": after the second comma the sentence goes on.
            relative = True
        elif token.tag_ == "WDT" and token.nbor(-1).tag_ in ("NN", "NNS"):
            yield from _wearing_after(doc, index, own)
            return
        elif _is_clause_subject(token) or token.tag_ in ("WDT", "WP", "WRB") or token.text in (";", ":"):
            return
        if inside and index > pronoun.head.i and index not in own and _is_finite(token):
            # The verb of the sentence around "what she says": its subject is another.
            return
        if token.lower_ not in _JOINERS or (
            relative and (doc[index - 1].text != "," or token.lower_ != "and")
        ):
            continue
        comma = token.lower_ in (",", "...")
        following = index + 1
        while following < len(doc) and doc[following].pos_ == "ADV":
            following += 1
        if following == len(doc) or (comma and (inside or not own)):
            continue
        if following + 1 < len(doc) and doc[following + 1].lower_ in _OTHER_SUBJECTS:
            # "or is it ..."
            continue
        if _is_singular(doc[following]) or _joined_noun_of_verb(doc, following):
            yield doc[following]


def _wearing_after(doc: Doc, relative: int, own: Collection[int]) -> Iterator[Token]:
    """ "She has hair that falls over her shoulders and is wearing": what no thing does."""
    persons = ("person_subjects", "female_nouns", "male_nouns", "words_for_children")
    if any(doc[relative - 1].lower_ in grammar_words(name) for name in persons):
        return
    for index in range(relative, sentence_bounds(doc, relative)[1] - 2):
        if doc[index].text in (";", ":") or (index > relative and _is_clause_subject(doc[index])):
            return
        verb, told = doc[index + 1], doc[index + 2]
        joined = doc[index].lower_ == "and" and verb.lower_ in ("is", "was") and verb.i not in own
        if joined and told.lower_ in grammar_words("done_by_people"):
            yield verb


def _is_clause_subject(token: Token) -> bool:
    """True for the subject of a finite verb: "arms" in "with her arms crossed" is none."""
    if not token.dep_.startswith("nsubj"):
        return False
    verb = token.head
    if token.pos_ != "NOUN" or verb.tag_ not in ("VBN", "VBG", "JJ", "RB"):
        return True
    return any(child.dep_ in ("aux", "aux:pass", "cop") for child in verb.children)


def _is_finite(token: Token) -> bool:
    return token.tag_ in ("VBZ", "VBD", "VBP", "MD") and token.dep_ not in ("conj", "aux", "aux:pass")


def _joined_noun_of_verb(doc: Doc, index: int) -> bool:
    """The second of two joined verbs is often tagged as a plural noun or an adjective."""
    token = doc[index]
    if token.tag_ == "NNS" and token.dep_ == "conj" and token.head.tag_ == "VBZ":
        return True
    shaped = token.text.islower() and token.lower_ not in _NOT_VERBS_IN_S and token.pos_ in _OPEN_CLASSES
    following = doc[index + 1].lower_ if index + 1 < len(doc) else ""
    if token.tag_ == "NNS" and index and doc[index - 1].tag_ == "RB" and doc[index - 1].lower_.endswith("ly"):
        # "or possibly engages in": no noun follows an adverb.
        return shaped
    return shaped and base_form(token.text) != token.text and following in _BEGIN_OBJECT


def _finite(clause: Token, pronoun: Token) -> Iterator[Token]:
    pending = [clause]
    subjects = [
        child.i for child in clause.children if child.dep_.startswith("nsubj") and child.i > pronoun.i
    ]
    end = min(subjects, default=len(pronoun.doc))
    # Where a finite verb follows at once, a later "was" has another subject: "all she did was sleep".
    following = pronoun.doc[pronoun.i + 1] if pronoun.i + 1 < len(pronoun.doc) else pronoun
    last = following.i if following.tag_ in ("VBD", "VBZ", "VBP", "MD") else end
    while pending:
        head = pending.pop()
        for token in (head, *head.children):
            auxiliary = token is not head and token.dep_ in ("aux", "aux:pass", "auxpass", "cop")
            near = _inverted(pronoun, token) or (
                pronoun.i < token.i < end and (head is not clause or token.i <= last)
            )
            if (token is head or auxiliary) and token.i != pronoun.i and near and _is_singular(token):
                yield token
        for child in head.children:
            own_subject = any(other.dep_.startswith(("nsubj", "expl")) for other in child.children)
            if child.dep_ == "conj" and not own_subject and child.i > pronoun.i:
                pending.append(child)


def _inverted(pronoun: Token, verb: Token) -> bool:
    """True if ``verb`` stands right before the pronoun: "is she", "doesn't he"."""
    between = pronoun.i - verb.i
    return between == 1 or (between == 2 and pronoun.doc[verb.i + 1].lower_ in ("n't", "not", "nt"))


def _is_singular(token: Token) -> bool:
    lower = token.lower_
    if lower in ("is", "was", "has", "does", "'s"):
        return token.tag_ != "POS"
    return token.tag_ == "VBZ" and lower not in _IRREGULAR.values() and base_form(token.text) != token.text


def _adjacent_verb(doc: Doc, pronoun: Token) -> Token | None:
    """The verb right after the pronoun (adverbs between), or the inverted auxiliary right before it."""
    index = pronoun.i + 1
    if index < len(doc) and doc[index].text == "s" and not pronoun.whitespace_:
        # "hes", "shes"
        return doc[index]
    while (
        index < len(doc)
        and (doc[index].pos_ in ("ADV", "PART", "SPACE") or doc[index].lower_ in ("himself", "herself"))
        and index < pronoun.i + 3
        and not _is_singular(doc[index])
    ):
        index += 1
    if index < len(doc) and (_is_singular(doc[index]) or (
        index == pronoun.i + 1 and doc[index].tag_ == "NNS" and doc[index].lower_ not in _NOT_VERBS_IN_S
    )):  # fmt: skip
        return doc[index]
    if pronoun.i and doc[pronoun.i - 1].lower_ in ("is", "was", "has", "does"):
        # "It is he" has its subject already.
        stated = pronoun.i > 1 and doc[pronoun.i - 2].lower_ in ("it", "that", "this")
        return None if stated else doc[pronoun.i - 1]
    if pronoun.i > 1 and doc[pronoun.i - 1].lower_ == "'s":
        return doc[pronoun.i - 1] if doc[pronoun.i - 2].tag_[0] == "W" else None
    if (
        pronoun.i > 1
        and doc[pronoun.i - 1].lower_ == "n't"
        and doc[pronoun.i - 2].lower_ in ("is", "was", "has", "does")
    ):
        return doc[pronoun.i - 2]
    return None


def _plural(verb: Token, doc: Doc) -> str:
    if verb.lower_ in ("'s", "s"):
        has = _is_has(verb, doc)
        if verb.lower_ == "s":
            return "ve" if has else "re"
        if verb.i and doc[verb.i - 1].tag_[0] == "W":
            return " have" if has else " are"
        return like_case("'ve" if has else "'re", verb.text)
    return like_case(base_form(verb.text), verb.text)


def _is_has(contraction: Token, doc: Doc) -> bool:
    """ "'s" stands for "has" before "been", "got" or a past participle that no passive can be."""
    index = contraction.i + 1
    while index < len(doc) and doc[index].pos_ in ("ADV", "PART"):
        index += 1
    if index >= len(doc):
        return False
    if doc[index].tag_ == "VBN" and any(one.dep_ == "obj" and one.i > index for one in doc[index].children):
        return True
    return doc[index].lower_ in grammar_words("perfect_participles")
