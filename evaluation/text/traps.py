"""Is what tells nothing of a person left alone? Trap sentences and captions without anybody in them.

    python -m evaluation.text_quality DATA traps

Reads ``llava/text_only.json`` under ``DATA`` (LLaVA JSON). ``traps.tsv`` holds no text: it says where in
that file sentences stand that were picked for a word in them ("brown bear", "White House", "his tail") and
read by a person before any rule was run over them; a sentence whose digest differs is an error. Those whose
digest begins with an even hex digit are for tuning, the others are held out. ``traps_drawn.tsv`` is a second
list of that kind: up to seven sentences by digest for each word of the lexicons, with nobody in them or with
words for people that tell nothing ("people next to an old car"), read before any rule was run over them.
``traps_read.tsv`` holds sentences that were looked at while the rules were made: all for tuning. Each is
measured by itself and in its record.

A turn has nobody in it if it holds no word of ``somebody.yaml`` and no two names in a row. Of 8,180 such
turns, 800 are drawn by digest. What was changed in them was read by hand; the eight that do tell of somebody
(a name, an address, a slip of the list) stand in the same file and are not counted. Half a minute.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import regex
import yaml
from numpy.typing import NDArray

from evaluation.figures import Figure, share
from evaluation.text.presets import preset
from schemas.edit import Action
from schemas.policy import Policy
from transforms.engines.protocols import EngineInfo
from transforms.engines.registry import load_parser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, Conversation, TurnText

CORPUS = "llava/text_only.json"
POLICIES = ("safe-llava", "standard")
NOBODY_SAMPLE = 800
"""Turns without a person that are drawn, by digest."""
_PICKED, _DRAWN, _READ = "traps.tsv", "traps_drawn.tsv", "traps_read.tsv"
_SHARES = (
    ("tuning", False, (_PICKED, _DRAWN, _READ)),
    ("held out", True, (_PICKED,)),
    ("held out, drawn", True, (_DRAWN,)),
)
_CHUNK = 256
_ASKED = "What is shown?"
_ANSWERED = "It is shown in the picture."


@dataclass(frozen=True, slots=True)
class Trap:
    """One sentence that must stay as it is. ``question``: whether a human says it; ``listed``: where."""

    sha256: str
    text: str
    question: bool
    kind: str
    record: int
    turn: int
    start: int
    end: int
    listed: str

    @property
    def held_out(self) -> bool:
        """True for the half that no rule was tuned on."""
        return self.listed != _READ and int(self.sha256[0], 16) % 2 == 1


class _Alike:
    """An embedder that calls every pair of texts equal: what is measured here is whether anything changes."""

    info = EngineInfo("embedding", "alike", "1", "", "")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)


def load_traps(corpus: Path) -> list[Trap]:
    """The sentences that the lists point at. Raises ValueError if ``corpus`` is another file."""
    records = json.loads(corpus.read_text("utf-8"))
    traps = []
    for name, row in _rows():
        record, index, start, end = (int(row[column]) for column in ("record", "turn", "start", "end"))
        turn = records[record]["conversations"][index]
        text = turn["value"][start:end]
        if hashlib.sha256(text.encode()).hexdigest() != row["sha256"]:
            raise ValueError(f"{name} was made of another corpus: record {record} differs")
        question = turn["from"] == "human"
        traps.append(Trap(row["sha256"], text, question, row["class"], record, index, start, end, name))
    return traps


def _rows() -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of all lists, each with the name of its list."""
    for name in (_PICKED, _DRAWN, _READ):
        listed = resources.files("evaluation.text").joinpath(name).read_text("utf-8")
        for row in csv.DictReader(listed.splitlines(), delimiter="\t"):
            yield name, row


def changed(conversations: Sequence[Conversation], policy: Policy) -> list[bool]:
    """Per conversation: whether ``policy`` edits, refuses, drops or holds back anything of it."""
    return [bool(one.edits) or one.reason is not None for one in cleaned(conversations, policy)]


def changed_in_place(traps: Sequence[Trap], corpus: Path, policy: Policy) -> list[bool]:
    """Per trap: whether ``policy``, applied to the whole record, edits or refuses the sentence, or for a
    question its answer, or holds the record back."""
    records = json.loads(corpus.read_text("utf-8"))
    turns = [
        [TurnText(one["value"], one["from"] == "human") for one in records[trap.record]["conversations"]]
        for trap in traps
    ]
    return [
        one.reason is not None
        or any(
            (edit.turn == trap.turn and edit.start < trap.end and trap.start < edit.end)
            or (trap.question and edit.turn == trap.turn + 1 and edit.action is Action.REFUSE)
            for edit in one.edits
        )
        for trap, one in zip(traps, cleaned(turns, policy), strict=True)
    ]


def cleaned(conversations: Sequence[Conversation], policy: Policy) -> list[CleanedText]:
    """The conversations as ``policy`` cleans them, without a measure of likeness."""
    rules, parser = load_text_rules(policy), load_parser("bundled")
    done: list[CleanedText] = []
    for start in range(0, len(conversations), _CHUNK):
        chunk = conversations[start : start + _CHUNK]
        done += clean_conversations(
            chunk,
            audit_conversations(chunk, rules=rules, parser=parser),
            keys=[f"{start + index:032x}" for index in range(len(chunk))],
            policy=policy,
            rules=rules,
            parser=parser,
            embedder=_Alike(),
        )
    return done


def alone(text: str, question: bool) -> list[TurnText]:
    """A round in which nothing but ``text`` can be a reason to change anything."""
    if question:
        return [TurnText(text, True), TurnText(_ANSWERED, False)]
    return [TurnText(_ASKED, True), TurnText(text, False)]


@cache
def _lists() -> dict[str, list[str]]:
    path = resources.files("evaluation.text").joinpath("somebody.yaml")
    lists: dict[str, list[str]] = yaml.safe_load(path.read_text("utf-8"))
    return lists


@cache
def _somebody() -> regex.Pattern[str]:
    lists = _lists()
    words = "|".join(regex.escape(word) for word in " ".join(lists["words"]).split())
    endings = "|".join(lists["endings"])
    return regex.compile(rf"(?i)\b(?:(?:{words})(?:e?s|'s|s')?|\p{{L}}+(?:{endings})s?)\b")


def nobody_turns(corpus: Path, count: int) -> list[tuple[str, bool]]:
    """``count`` turns (text, asked) in which no word of ``somebody.yaml`` and no two capitalised words in
    a row stand, distinct, by digest; less those found by reading to tell of somebody after all."""
    drawn: dict[str, tuple[str, bool]] = {}
    read = frozenset(_lists()["found_by_reading"])
    for text, question in _turns(json.loads(corpus.read_text("utf-8"))):
        if not _somebody().search(text) and not _NAME.search(text):
            drawn[hashlib.sha256(text.encode()).hexdigest()] = (text, question)
    return [drawn[digest] for digest in sorted(drawn)[:count] if digest not in read]


_NAME = regex.compile(r"\b\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+")


def _turns(records: Iterable[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    for record in records:
        for turn in record["conversations"]:
            text = turn["value"].replace("<image>", "").strip()
            if text:
                yield text, turn["from"] == "human"


def measure(data: Path) -> list[Figure]:
    """Traps left alone, per half and policy, and turns with nobody in them that are changed."""
    corpus = data / CORPUS
    traps, turns = load_traps(corpus), nobody_turns(corpus, NOBODY_SAMPLE)
    figures = []
    for name in POLICIES:
        policy = preset(name, parents=("biometric",))
        for where, touched in (
            ("by themselves", changed([alone(trap.text, trap.question) for trap in traps], policy)),
            ("in their record", changed_in_place(traps, corpus, policy)),
        ):
            for label, held_out, lists in _SHARES:
                part = [
                    not hit
                    for trap, hit in zip(traps, touched, strict=True)
                    if trap.held_out is held_out and trap.listed in lists
                ]
                title = f"traps left, {where}, {label}, {name}"
                figures.append(share(title, sum(part), len(part), ">=", 98))
    for name in POLICIES:
        touched = changed([alone(text, question) for text, question in turns], preset(name))
        figures.append(
            share(f"turns with nobody in them changed, {name}", sum(touched), len(turns), "<=", 0.5)
        )
    return figures
