"""Does the fidelity gate let faithful rewrites pass and stop those that say something else?

    python -m evaluation.text_quality DATA fidelity        (about 60 s on one core)

Faithful: the gold of ``DATA/rewriting``, what the preset ``safe-llava`` makes of captions
(``DATA/llava/text_only.json``) and of model answers (``DATA/prism/answers``), and what another hand wrote
(``lists/other_rewrites.yaml``). Something else: the same pairs after ``corruptions.py`` has changed the
rewritten side, and originals that nothing else was done to. Gold and proposals of other writers come without
findings, so every pair is judged as any rewrite (``told`` unknown), and our own also with the spans that the
policy wanted gone. Held back: the share of records that the gate stops in a run. Halves are split by a digest
of the source text, those of the list by its two parts; nothing was tuned on the second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import yaml

from evaluation.figures import Figure, share
from evaluation.text.corruptions import KINDS
from evaluation.text.presets import preset
from evaluation.text.rewriting import they_them_theirs, winogender
from schemas.edit import Action, TextEdit
from schemas.finding import TextFinding
from schemas.policy import Policy
from schemas.reasons import Reason
from transforms.engines.registry import load_embedder, load_parser
from transforms.fidelity.text import TextPair, text_fidelity
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import CleanedText, Conversation, TurnText
from transforms.text.nothing_said import LEFT_OUT

CAPTIONS_STEP = 15
"""Of so many records of the captions one is taken."""

ANSWERS_STEP = 10
ORIGINALS_STEP = 3
MIN_FIDELITY = 0.25


@dataclass(frozen=True, slots=True)
class FaithfulPair:
    """A text and a rewrite that says the same. ``told``: what the policy wanted gone, None if nobody said;
    ``apart``: its half, None if the text's digest decides."""

    source: str
    before: str
    after: str
    told: tuple[tuple[int, int], ...] | None
    apart: bool | None = None

    @property
    def digest(self) -> int:
        """A number that decides the half and every choice made of this pair."""
        return int.from_bytes(hashlib.sha256(self.before.encode()).digest()[:8], "big")

    @property
    def held_out(self) -> bool:
        """True for the half that was not tuned on."""
        return self.digest % 2 == 1 if self.apart is None else self.apart


def gold_pairs(folder: Path) -> list[FaithfulPair]:
    """Sentences that people rewrote, without those that they left as they were."""
    pairs = [
        FaithfulPair("gold", before, after, None)
        for _, domain in they_them_theirs(folder / "they_them_theirs")
        for before, after in domain
    ]
    pairs += [
        FaithfulPair("gold", before, after, None)
        for before, after in winogender(folder / "winogender" / "data" / "all_sentences.tsv")
    ]
    return [pair for pair in dict.fromkeys(pairs) if pair.before != pair.after]


def other_pairs() -> list[FaithfulPair]:
    """Passages that were rewritten by another hand."""
    path = resources.files("evaluation.text").joinpath("lists/other_rewrites.yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        FaithfulPair("other hand", row["before"], row["after"], None, half == "held_out")
        for half in ("tuning", "held_out")
        for row in content[half]
    ]


def cleaned(conversations: Sequence[Conversation]) -> list[CleanedText]:
    """What ``safe-llava`` makes of conversations, in order."""
    policy = preset("safe-llava")
    rules, parser = load_text_rules(policy), load_parser("bundled")
    findings = audit_conversations(conversations, rules=rules, parser=parser)
    return clean_conversations(
        conversations,
        findings,
        keys=[f"{number:04x}" for number in range(len(conversations))],
        policy=policy,
        rules=rules,
        parser=parser,
        embedder=load_embedder("minilm"),
    )


def rewritten_pairs(source: str, texts: Sequence[str], results: Sequence[CleanedText]) -> list[FaithfulPair]:
    """Of answers that were cleaned by themselves: those rewritten, neither refused nor held back."""
    policy = preset("safe-llava")
    return [
        FaithfulPair(source, text, one.texts[0], _told(one.findings, one.edits, policy))
        for text, one in zip(texts, results, strict=True)
        if one.texts[0] != text and _rewritten(one.edits)
    ]


def held_back(name: str, results: Sequence[CleanedText], target: float) -> Figure:
    """The share of cleaned records that the gate holds back, at most ``target`` per cent."""
    held = sum(one.reason is Reason.TEXT_UNFAITHFUL for one in results)
    return share(name, held, len(results), "<=", target)


def corpus_records(data: Path) -> list[list[TurnText]]:
    """A sample of the records of ``DATA/llava/text_only.json``, with all their turns."""
    records = json.loads((data / "llava" / "text_only.json").read_text("utf-8"))[::CAPTIONS_STEP]
    return [
        [TurnText(turn["value"], question=turn["from"] != "gpt") for turn in record["conversations"]]
        for record in records
    ]


def _told(
    findings: Sequence[TextFinding], edits: Sequence[TextEdit], policy: Policy
) -> tuple[tuple[int, int], ...]:
    """What had to go, and what was left out with it."""
    acted = [one for one in findings if not one.asks and policy.acts_on(one.attribute, one.kind)]
    more = [one for one in edits if one.rule.startswith(LEFT_OUT)]
    return (*((one.start, one.end) for one in acted), *((one.start, one.end) for one in more))


def _rewritten(edits: Sequence[TextEdit]) -> bool:
    return all(edit.action is Action.REWRITE for edit in edits)


def corpus_texts(data: Path) -> Iterator[tuple[str, list[str]]]:
    """(source, distinct texts): a sample of captions and answers, and of long descriptions by models."""
    records = json.loads((data / "llava" / "text_only.json").read_text("utf-8"))[::CAPTIONS_STEP]
    answers = [
        turn["value"] for record in records for turn in record["conversations"] if turn["from"] == "gpt"
    ]
    yield "captions", list(dict.fromkeys(answers))
    described: dict[str, None] = {}
    for file in sorted((data / "prism" / "answers").glob("*/implicit_leakage_Answer.jsonl")):
        for line in file.read_text("utf-8").splitlines()[::ANSWERS_STEP]:
            described[_answer(json.loads(line))] = None
    yield "prism", [text for text in described if text]


def _answer(row: dict[str, object]) -> str:
    return str(row.get("text") or row.get("answer") or "")


def passes(pairs: Sequence[tuple[str, str, tuple[tuple[int, int], ...] | None]]) -> list[bool]:
    """Whether the gate lets each (before, after, told) pass, as a run would."""
    scores = text_fidelity(
        [TextPair(before, after, told) for before, after, told in pairs], load_embedder("minilm")
    )
    return [score >= MIN_FIDELITY for score in scores]


def corrupted(pairs: Sequence[FaithfulPair], kind: str) -> Iterator[tuple[FaithfulPair, str]]:
    """Pairs with a rewrite that was made to say something else."""
    docs = load_parser("bundled").parse([pair.after for pair in pairs], entities=False)
    for pair, doc in zip(pairs, docs, strict=True):
        changed = KINDS[kind](doc, pair.digest >> 8)
        if changed is not None and changed != pair.after:
            yield pair, changed


def measure(data: Path) -> list[Figure]:
    """Records held back, faithful pairs that pass, corrupted ones that are caught; by source, kind, half."""
    groups = {"gold": gold_pairs(data / "rewriting"), "other hand": other_pairs()}
    figures = [held_back("text_only records: held back by the gate", cleaned(corpus_records(data)), 0.5)]
    for source, texts in corpus_texts(data):
        results = cleaned([[TurnText(text, question=False)] for text in texts])
        groups[source] = rewritten_pairs(source, texts, results)
        if source == "prism":
            figures.append(held_back("prism answers: held back by the gate", results, 1.0))
        groups[f"{source}, as any rewrite"] = [
            FaithfulPair(pair.source, pair.before, pair.after, None) for pair in groups[source]
        ]
    originals = [
        replace(pair, source="originals", after=pair.before)
        for pair in (*groups["gold"], *groups["captions, as any rewrite"])[::ORIGINALS_STEP]
    ]
    for name, pairs in groups.items():
        verdicts = passes([(pair.before, pair.after, pair.told) for pair in pairs])
        figures += _halves(f"{name}: faithful, passes", pairs, verdicts, 99.0)
    for kind in KINDS:
        for name, pairs in (*groups.items(), ("originals", originals)):
            made = list(corrupted(pairs, kind))
            verdicts = passes([(pair.before, changed, pair.told) for pair, changed in made])
            caught = [not passed for passed in verdicts]
            figures += _halves(f"{name}: {kind}, caught", [pair for pair, _ in made], caught, 92.0)
    return figures


def _halves(
    name: str, pairs: Sequence[FaithfulPair], hits: Sequence[bool], target: float
) -> Iterator[Figure]:
    for held_out, half in ((False, "tuning"), (True, "held-out")):
        chosen = [hit for pair, hit in zip(pairs, hits, strict=True) if pair.held_out is held_out]
        if chosen:
            yield share(f"{name}, {half}", sum(chosen), len(chosen), ">=", target)
