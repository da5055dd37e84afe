"""Whether a cleaned round is still true, and what is done with each kind of question.

    python -m evaluation.text_quality DATA truth
    python -m evaluation.text.truth DATA

Scenes of a few people are made, asked about, and answered truly. After cleaning, a round must be refused,
left out, or still be true of its scene: the neutral question is read back and answered from the scene again.
The second command prints what is done with each kind of question of ``llava/text_only.json``. A minute each.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.figures import Figure, share
from evaluation.text.presets import preset
from schemas.reasons import Reason
from transforms.engines.protocols import EngineInfo
from transforms.engines.registry import load_parser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import TurnText
from transforms.text.question_kinds import QuestionKind, RoundOutcome, round_counts
from transforms.text.refuse import is_refusal

CHUNK = 128
NOUNS = {"man": "men", "woman": "women", "boy": "boys", "girl": "girls"}
WHAT = "What is in the picture?"
NUMBERS = ("No", "One", "Two", "Three", "Four")
PERSON = r"(?:a |an |any )?(?:person|people|child|children|individuals?)"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a scene."""

    noun: str
    wears: str
    side: str


Scene = tuple[Person, ...]
SIDES = ("left", "right", "middle")
GROUPS = (
    ("man",), ("woman",), ("man", "woman"), ("boy", "man"), ("girl", "girl"), ("woman", "boy", "girl"),
)  # fmt: skip
SCENES: tuple[Scene, ...] = tuple(
    tuple(Person(*one) for one in zip(nouns, wear, SIDES, strict=False))
    for nouns in GROUPS
    for wear in (("a hat", "glasses", "a hat"), ("glasses", "glasses", "gloves"))
)


@dataclass(frozen=True, slots=True)
class Round:
    """A true answer to a question about ``scene``."""

    scene: Scene
    question: str
    answer: str


def rounds() -> Iterator[Round]:
    """Every question about every scene with its true answer."""
    for scene, (noun, nouns) in product(SCENES, NOUNS.items()):
        there = [one for one in scene if one.noun == noun]
        yes = "Yes" if there else "No"
        yield Round(scene, f"Is there a {noun} in the picture?", f"{yes}.")
        yield Round(scene, f"Do you see any {nouns}?", f"{yes}, there {'is' if there else 'are none'}.")
        yield Round(scene, f"How many {nouns} are in the picture?", NUMBERS[len(there)])
        for thing in ("a hat", "glasses", "gloves"):
            wearing = [one for one in there if one.wears == thing]
            said = "Yes" if wearing else "No"
            yield Round(scene, f"Is there a {noun} wearing {thing}?", f"{said}.")
            yield Round(scene, f"Are there any {nouns} wearing {thing}?", said)
            can = "Yes." if wearing else "No, I cannot."
            yield Round(scene, f"Can you see a {noun} wearing {thing}?", can)
            yield Round(scene, f"How many {nouns} are wearing {thing}?", NUMBERS[len(wearing)])
        every = all(one.noun == noun for one in scene)
        yield Round(scene, f"Are all the people {nouns}?", "Yes" if every else "No")
        for one in scene:
            same = "Yes" if one.noun == noun else "No"
            yield Round(scene, f"Is the person on the {one.side} a {noun}?", same)
        if not there:
            yield Round(scene, WHAT, f"A picture with no {nouns}.")
            yield Round(scene, WHAT, f"There is not a single {noun} here.")
        elif len(there) < len(scene):
            yield Round(scene, WHAT, f"The only {noun} wears {there[0].wears}.")
    for scene in SCENES:
        for one, other in product(scene, scene):
            yield Round(scene, f"Who is on the {one.side}?", f"A {one.noun}.")
            if one.noun != other.noun:
                choice = f"a {one.noun} or a {other.noun}"
                yield Round(scene, f"Is the person on the {one.side} {choice}?", one.noun)


def _wearing(scene: Scene, match: re.Match[str]) -> list[Person]:
    thing = match.groupdict().get("thing")
    return [one for one in scene if thing is None or one.wears == thing]


READINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"(?:Is|Are) there {PERSON} in the picture\?$"), "whether"),
    (
        re.compile(
            rf"(?:Is there|Are there|Can you see|Do you see) {PERSON}(?: wearing (?P<thing>[\w ]+))?\?$"
        ),
        "whether",
    ),
    (re.compile(rf"How many {PERSON} are (?:in the picture|wearing (?P<thing>[\w ]+))\?$"), "how many"),
    (re.compile(rf"(?:Are all the people|Is the person on the \w+) {PERSON}\?$"), "yes"),
    (re.compile(r"Who is on the \w+\?$"), "a"),
)


def still_true(one: Round, question: str, answer: str) -> bool:
    """True if the answer is left out or a refusal, or what the scene says to the cleaned question. A question
    that cannot be read back counts as false."""
    if not answer or is_refusal(answer, ()):
        return True
    for expression, want in READINGS:
        match = expression.match(question)
        if match is not None:
            meant = _wearing(one.scene, match)
            whether = "yes" if meant else "no"
            told = {"whether": whether, "how many": NUMBERS[len(meant)].lower()}.get(want, want)
            return answer.lower().startswith(told)
    return False


class _EqualEmbedder:
    """Calls all texts equal: whether a round is faithful is not measured here."""

    def __init__(self) -> None:
        self.info = EngineInfo("embedding", "equal", "1", "", "")

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 1), dtype=np.float32)


def cleaned_rounds(asked: Sequence[Round]) -> list[tuple[str, str]]:
    """Question and answer of each round after ``safe-llava``; empty where the round is left out. Raises
    ValueError if one is held back for another reason."""
    policy = preset("safe-llava")
    rules, parser = load_text_rules(policy), load_parser("bundled")
    done: list[tuple[str, str]] = []
    for start in range(0, len(asked), CHUNK):
        chunk = [
            [TurnText(one.question, True), TurnText(one.answer, False)]
            for one in asked[start : start + CHUNK]
        ]
        found = audit_conversations(chunk, rules=rules, parser=parser)
        keys = [f"{start + index:08x}" for index in range(len(chunk))]
        results = clean_conversations(
            chunk, found, keys=keys, policy=policy, rules=rules, parser=parser, embedder=_EqualEmbedder()
        )
        if any(result.reason not in (None, Reason.DROPPED_BY_POLICY) for result in results):
            raise ValueError("a round was held back")
        done.extend(("", "") if result.reason else (result.texts[0], result.texts[1]) for result in results)
    return done


def measure(data: Path) -> list[Figure]:
    """Shares of rounds that are false after cleaning, and that stay answered. ``data`` is not read."""
    del data
    asked = list(rounds())
    done = cleaned_rounds(asked)
    false = sum(not still_true(one, *texts) for one, texts in zip(asked, done, strict=True))
    kept = [
        not is_refusal(answer, ())
        for one, (_, answer) in zip(asked, done, strict=True)
        if one.question.startswith("Who") or ("wearing" in one.question and one.answer.startswith("Yes"))
    ]
    return [
        share("rounds on scenes: false after cleaning", false, len(asked), "<=", 0.0),
        share("rounds on scenes: true in neutral words, answered", sum(kept), len(kept), ">=", 95.0),
    ]


def rates(data: Path) -> Counter[tuple[QuestionKind, RoundOutcome]]:
    """The rounds of ``llava/text_only.json`` by kind of question and by what ``safe-llava`` does to them."""
    policy = preset("safe-llava")
    rules, parser = load_text_rules(policy), load_parser("bundled")
    records = json.loads((data / "llava" / "text_only.json").read_text("utf-8"))
    counts: Counter[tuple[QuestionKind, RoundOutcome]] = Counter()
    for start in range(0, len(records), CHUNK):
        chunk = [
            [TurnText(turn["value"], turn["from"] == "human") for turn in record["conversations"]]
            for record in records[start : start + CHUNK]
        ]
        found = audit_conversations(chunk, rules=rules, parser=parser)
        results = clean_conversations(
            chunk,
            found,
            keys=[f"{start + index:08x}" for index in range(len(chunk))],
            policy=policy,
            rules=rules,
            parser=parser,
            embedder=_EqualEmbedder(),
        )
        for conversation, result in zip(chunk, results, strict=True):
            edits = result.attempt.edits if result.attempt else result.edits
            counts += round_counts(conversation, result.findings, edits)
    return counts


def main() -> int:
    """Prints the rates per kind of question. 2 if the folder is missing."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.stderr.write("usage: python -m evaluation.text.truth DATA\n")
        return 2
    sys.stdout.write(f"{'kind':<12}" + " ".join(f"{done.value:>9}" for done in RoundOutcome) + "\n")
    counts = rates(Path(sys.argv[1]))
    for kind in QuestionKind:
        row = " ".join(f"{counts[kind, done]:>9,}" for done in RoundOutcome)
        sys.stdout.write(f"{kind.value:<12}{row}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
