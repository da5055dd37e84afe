"""Finds the words of a line that name a field ("Date of birth:"), whatever they are put together from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import regex

from transforms.tables import read_table

_TOKEN: Final = regex.compile(r"\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{Lu}|\d+|\p{L}+", regex.VERSION1)
_AFTER: Final = regex.compile(
    r"(?:\s?\([^()\n]{1,28}\)?)?\)?[.,°º]?\s?(?P<mark>[:：;=#＃]|[.,\-–—>|](?=\s|$)|)"
)
_STRONG: Final = frozenset(":：;=#＃")
_LONGEST_HEAD: Final = 6
"""Tokens of a head, as OCR and capitals split it ("D.O.B." is three)."""
_MOST_TOKENS: Final = 8
_LONGEST_ASIDE: Final = 28
_LONGEST_PHRASE: Final = 48
_MOST_WORDS: Final = 7
_LEAST_FUZZY: Final = 5


@dataclass(frozen=True, slots=True)
class Head:
    """A word or phrase that announces values of ``kind``. ``weak``: it also stands for other things.
    ``numbered``: counts only beside a number word. ``letter``: a single letter or "No." before a number."""

    kind: str
    weak: bool = False
    numbered: bool = False
    letter: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Characters ``start:end`` of a line, the mark behind included. ``heads``: what it announces.
    ``marked``: a colon or the like ends it. ``leads``: it begins the line. ``bare``: it is the whole line."""

    start: int
    end: int
    heads: tuple[Head, ...]
    marked: bool
    leads: bool
    bare: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What a label announces. ``lines``: how many lines of a block a value may fill."""

    name: str
    attribute: str
    lines: int


@dataclass(frozen=True, slots=True)
class _Words:
    heads: dict[str, tuple[Head, ...]]
    around: frozenset[str]
    numbers: frozenset[str]
    kinds: tuple[Kind, ...]
    near: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    key: str


def kinds() -> tuple[Kind, ...]:
    """All kinds, those whose values have the surest shape first."""
    return _words().kinds


def find_labels(line: str) -> tuple[Label, ...]:
    """Labels of one line, from left to right, without overlaps."""
    if len(line) > 400:
        return ()
    tokens = [_Token(m.start(), m.end(), _key(m[0])) for m in _TOKEN.finditer(line)]
    found: list[Label] = []
    at = 0
    while at < len(tokens):
        label = _label_at(line, tokens, at)
        if label is None:
            at += 1
            continue
        found.append(label)
        while at < len(tokens) and tokens[at].start < label.end:
            at += 1
    return tuple(found)


@lru_cache(maxsize=4096)
def find_phrase(line: str) -> Label | None:
    """The line as a label in words of its own: "Card for the fee", "Vehicle pledged (plate)", "Fuel card:".

    It is short, holds no digit and is no sentence. What it announces is less sure than what a run of known
    words does, so the value's shape must prove it. None if no word of it names a field."""
    said = line.strip()
    words = said.split()
    plain = not any(char.isdigit() or char in "@!?;" for char in said) and not said.endswith((".", ","))
    if not plain or ":" in said[:-1] or len(said) > _LONGEST_PHRASE or not 0 < len(words) <= _MOST_WORDS:
        return None
    tokens = [_Token(m.start(), m.end(), _key(m[0])) for m in _TOKEN.finditer(line)]
    numbered = any(_is_number_word(_mended(token.key)) for token in tokens)
    heads: list[Head] = []
    at = 0
    while at < len(tokens):
        found, size = _head_at(tokens, at, len(tokens))
        heads.extend(
            head for head in found if not (head.weak or head.letter) and (numbered or not head.numbered)
        )
        at += max(1, size)
    if not heads:
        return None
    return Label(0, len(line), tuple(dict.fromkeys(heads)), said.endswith((":", "：")), True, True)


def is_place_to_sign(line: str, *, spoiled: bool = False) -> bool:
    """True for a line that says where somebody signs: "Signature", "Customer's signature:", "Sign here".

    ``spoiled``: strokes may have run into the words, so that some of them were misread."""
    if len(line) > 60:
        return False
    begin = line.partition(":")[0]
    keys = [_mended(_key(match[0])) for match in _TOKEN.finditer(begin)]
    heads, signer = _signing()
    if not keys or len(keys) > _MOST_TOKENS:
        return False
    known = sum(key in heads or key in signer for key in keys)
    return any(key in heads for key in keys) and known >= (len(keys) / 2 if spoiled else len(keys))


@cache
def _signing() -> tuple[frozenset[str], frozenset[str]]:
    loaded = _loaded()["signature"]
    heads = {_key(str(phrase).split()[0]) for phrase in loaded["heads"]}
    return frozenset(heads), frozenset(_key(str(word)) for word in (*loaded["signer"], "by"))


@lru_cache(maxsize=4096)
def _key(word: str) -> str:
    """Letters and digits without case and accents, those that OCR confuses as one."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(char for char in folded if char.isalnum())
    return plain.translate(_ALIKE).replace("rn", "m")


_ALIKE: Final = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "ı": "l"})


@cache
def _loaded() -> dict[str, Any]:
    return read_table("transforms.image", "printed_labels.yaml")


@cache
def _words() -> _Words:
    loaded = _loaded()
    heads: dict[str, tuple[Head, ...]] = {}
    made = []
    vocabulary = {_key(word) for word in (*loaded["around"], *loaded["signature"]["heads"])}
    for name, entry in loaded["kinds"].items():
        made.append(Kind(name, entry["attribute"], int(entry.get("lines", 1))))
        for group in ("heads", "weak", "numbered", "letters"):
            for phrase in entry.get(group, ()):
                head = Head(name, group == "weak", group == "numbered", group == "letters")
                key = "".join(_key(word) for word in str(phrase).split())
                heads[key] = (*heads.get(key, ()), head)
                vocabulary.update(_key(word) for word in str(phrase).split())
    around = frozenset(_key(word) for word in loaded["around"])
    numbers = frozenset(_key(word) for word in loaded["number_words"])
    return _Words(heads, around, numbers, tuple(made), _deletions(vocabulary))


def _deletions(vocabulary: set[str]) -> dict[str, str]:
    """Each long word by what is left of it without one of its letters."""
    near: dict[str, str] = {}
    for word in sorted(vocabulary):
        if len(word) >= _LEAST_FUZZY:
            near.setdefault(word, word)
            for index in range(len(word)):
                near.setdefault(word[:index] + word[index + 1 :], word)
    return near


@lru_cache(maxsize=8192)
def _mended(key: str) -> str:
    """The word of the vocabulary that differs from ``key`` in one letter; ``key`` if there is none."""
    words = _words()
    if len(key) < _LEAST_FUZZY or key in words.heads or key in words.around or key.isdigit():
        return key
    if key in words.near:
        return words.near[key]
    for index in range(len(key)):
        found = words.near.get(key[:index] + key[index + 1 :])
        # One letter another, or one too many: the first must stand, or short words run into each other.
        if found is not None and found[0] == key[0] and abs(len(found) - len(key)) <= 1:
            return found
    return key


def _label_at(line: str, tokens: list[_Token], first: int) -> Label | None:
    heads: list[Head] = []
    numbered = False
    at, last_head = first, -1
    limit = min(len(tokens), first + _MOST_TOKENS)
    while at < limit:
        found, size = _head_at(tokens, at, limit)
        # A letter behind a label is the value's: "DL P27589460".
        if found and not (heads and all(head.letter for head in found)):
            numbered = numbered or any(_is_number_word(tokens[i].key) for i in range(at, at + size))
            heads.extend(found)
            at += size
            last_head = at
        elif (word := _mended(tokens[at].key)) in _words().around:
            numbered = numbered or _is_number_word(word)
            at += 1
            # A single letter may be the value's: "No. E-39382".
            last_head = at if heads and len(word) > 1 else last_head
        else:
            break
    if not heads:
        return None
    end = _behind_aside(line, tokens[first].start, tokens[max(last_head, first + 1) - 1].end)
    mark = _AFTER.match(line, end)
    sign = mark["mark"] if mark else ""
    stop = mark.end() if mark else end
    numbered = numbered or sign in ("#", "＃", "°", "º") or line[end : end + 1] in ("°", "º", "#")
    kept = tuple(dict.fromkeys(head for head in heads if numbered or not head.numbered))
    alone = len(heads) == sum(head.letter for head in heads)
    before = line[: tokens[first].start]
    leads = not any(char.isalpha() for char in before)
    kept = tuple(head for head in kept if not head.letter or (alone and leads))
    if not kept:
        return None
    bare = leads and not any(char.isalnum() for char in line[stop:])
    marked = sign != "" and sign in _STRONG
    if not marked and not leads:
        return None
    return Label(tokens[first].start, stop, kept, marked, leads, bare)


def _behind_aside(line: str, start: int, end: int) -> int:
    """``end``, or where a bracket closes in which the label ended: "registration (staff parking)"."""
    opened = line.rfind("(", start, end)
    closed = line.find(")", opened) if opened >= 0 else -1
    return closed + 1 if end <= closed <= opened + _LONGEST_ASIDE + 1 else end


def _is_number_word(key: str) -> bool:
    return key in _words().numbers


def _head_at(tokens: list[_Token], at: int, limit: int) -> tuple[tuple[Head, ...], int]:
    """The longest head that begins at token ``at``, and its number of tokens."""
    words = _words().heads
    keys = [_mended(token.key) for token in tokens[at : min(limit, at + _LONGEST_HEAD)]]
    for size in range(len(keys), 0, -1):
        key = "".join(keys[:size])
        if key in words:
            return words[key], size
    return (), 0
