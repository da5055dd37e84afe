"""How much of the personal data in labelled text is found, how exactly, and how often nothing was there.

    python -m evaluation.text.pii DATA [--errors]

``DATA`` holds ``pii_text/`` (presidio-research, LifeBench-PII) and, if present, ``llava/text_only.json``.
A gold span is *found* if findings cover at least 60 % of its letters and digits, *exact* if findings of its
attribute cover all of it but blanks and nothing beside it (a finding never goes on into the next line). A
finding is *right* if it overlaps a gold span of any personal attribute: gold labels a town as a place where
the finding is an address, and has no birthdays apart from dates; what is masked was personal all the same. A
name on an organisation is wrong, and so is whatever gold does not label. Real captions and document
questions (``text_only``) have no gold: there the findings are counted; read by hand, all 62 of the tuning
half are a telephone, mail, site, handle, plate or postal address. About two minutes.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.figures import Figure, share
from evaluation.text.pii_gold import GoldSpan, Half, LabelledText, half_of, read_lifebench, read_presidio
from evaluation.text.pii_synthetic import decoy_rounds, planted_rounds
from evaluation.text.presets import looking_for
from schemas.edit import Action
from schemas.finding import TextFinding
from schemas.policy import Policy
from schemas.taxonomy import load_taxonomy
from transforms.engines.registry import load_parser
from transforms.text.audit import audit_conversations, audit_plain_text, load_text_rules
from transforms.text.contract import TurnText

COVERED = 0.6
SEED = 20260
COPIES = 40
CHUNK = 500
NAME = "pii.name"
_FORMED = ("pii.email", "pii.phone", "pii.ssn", "pii.card", "pii.iban", "pii.ip")


def pii_policy(names: bool = True) -> Policy:
    """Looks for every ``pii.*`` attribute and nothing else; ``names`` false leaves out the personal names."""
    wanted = {
        name: Action.MASK
        for name, item in load_taxonomy().items()
        if item.parent == "pii" and (names or name != NAME)
    }
    return looking_for("pii-recall", wanted, age_nouns=False)


@dataclass
class Score:
    """Counts per gold attribute and per found attribute of one set of texts, and where the errors are."""

    total: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str, str, str]] = field(default_factory=list)


def is_found(text: str, span: GoldSpan, findings: Sequence[TextFinding]) -> bool:
    """True if findings of its turn cover at least 60 % of the letters and digits of the span."""
    letters = [position for position in range(span.start, span.end) if text[position].isalnum()]
    here = [one for one in findings if one.turn == span.turn]
    covered = sum(any(one.start <= position < one.end for one in here) for position in letters)
    return covered >= COVERED * len(letters)


def is_exact(text: str, span: GoldSpan, findings: Sequence[TextFinding]) -> bool:
    """True if findings of its attribute cover the span, blanks and commas aside, and none goes beyond it."""
    here = [
        one
        for one in findings
        if one.turn == span.turn
        and one.attribute == span.attribute
        and one.start < span.end
        and span.start < one.end
    ]
    covered = {position for one in here for position in range(one.start, one.end)}
    wanted = {position for position in range(span.start, span.end) if text[position] not in " \n,"}
    return wanted <= covered <= set(range(span.start, span.end))


def _is_right(finding: TextFinding, spans: Sequence[GoldSpan]) -> bool:
    return any(
        span.turn == finding.turn and span.start < finding.end and finding.start < span.end and span.attribute
        for span in spans
    )


def read_findings(
    texts: Sequence[LabelledText], names: bool = True
) -> Iterator[tuple[LabelledText, tuple[TextFinding, ...]]]:
    """Each text with what the audit finds in it; its turns are question and answer by turns."""
    rules, parser = load_text_rules(pii_policy(names)), load_parser("bundled")
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        conversations = [
            [
                TurnText(turn, question=len(text.turns) > 1 and not index % 2)
                for index, turn in enumerate(text.turns)
            ]
            for text in chunk
        ]
        found = audit_conversations(conversations, rules=rules, parser=parser)
        for text, findings in zip(chunk, found, strict=True):
            yield text, tuple(one for one in findings if not one.asks)


def scored(texts: Sequence[LabelledText], names: bool = True) -> Score:
    """Recall, exact ends and precision of the texts."""
    score = Score()
    for text, findings in read_findings(texts, names):
        for span in text.spans:
            if not span.wanted or (span.attribute == NAME and not names):
                continue
            turn = text.turns[span.turn]
            hit = is_found(turn, span, findings)
            same = is_exact(turn, span, findings)
            score.total[span.attribute] += 1
            score.found[span.attribute] += hit
            score.exact[span.attribute] += same
            if not hit or not same:
                kind = "ends" if hit else "missed"
                score.errors.append((kind, span.attribute, turn[span.start : span.end], turn))
        for one in findings:
            right = _is_right(one, text.spans)
            score.findings[one.attribute] += 1
            score.right[one.attribute] += right
            if not right:
                turn = text.turns[one.turn]
                score.errors.append(
                    ("false", one.attribute, turn[one.start : one.end], f"{one.detector}: {turn}")
                )
    return score


def _text_only(path: Path) -> list[LabelledText]:
    texts: list[LabelledText] = []
    for record in json.loads(path.read_text("utf-8")):
        turns = tuple(turn["value"] for turn in record["conversations"])
        texts.append(LabelledText(turns, (), str(record["id"])))
    return texts


def _halves(texts: Sequence[LabelledText]) -> Iterator[tuple[Half, list[LabelledText]]]:
    for half in Half:
        yield half, [text for text in texts if text.half is half]


def _recall_figures(name: str, score: Score, attributes: Sequence[str], target: float) -> Iterator[Figure]:
    for attribute in attributes:
        if score.total[attribute]:
            label = f"{name}: {attribute.removeprefix('pii.')}"
            yield share(f"{label} found", score.found[attribute], score.total[attribute], ">=", target)


def _precision(name: str, score: Score, target: float) -> Iterator[Figure]:
    formed = {attribute for attribute in score.findings if attribute != NAME}
    for label, chosen in (("all", set(score.findings)), ("all but names", formed)):
        total = sum(score.findings[attribute] for attribute in chosen)
        if total:
            right = sum(score.right[attribute] for attribute in chosen)
            yield share(f"{name}: precision, {label}", right, total, ">=", target)


def measure(data: Path) -> list[Figure]:
    """The figures of both halves of every set. Raises FileNotFoundError without ``pii_text/``."""
    figures: list[Figure] = []
    sets = {
        "presidio": read_presidio(data / "pii_text/presidio_research"),
        "lifebench": read_lifebench(data / "pii_text/lifebench"),
    }
    for name, texts in sets.items():
        for half, chosen in _halves(texts):
            score = scored(chosen)
            label = f"{name}, {half}"
            figures += _recall_figures(label, score, _FORMED, 99)
            figures += _recall_figures(label, score, ("pii.url", "pii.address", "pii.id_number"), 90)
            figures += _recall_figures(label, score, (NAME,), 92)
            figures += _precision(label, score, 92)
    figures += _planted_figures()
    if (data / "llava/text_only.json").is_file():
        figures += _false_alarm_figures(data / "llava/text_only.json")
    receipts = sorted((data / "images/sroie/box").glob("*.csv"))
    return [*figures, _receipts_figure(receipts)] if receipts else figures


def _receipts_figure(paths: Sequence[Path]) -> Figure:
    """Receipts print telephone, site and address of the shop and else only numbers that are nobody's."""
    rules, parser = load_text_rules(pii_policy(names=False)), load_parser("bundled")
    count = lines = 0
    for path in paths:
        rows = [line.split(",", 8) for line in path.read_text("utf-8", errors="replace").splitlines()]
        printed = [row[8] for row in rows if len(row) == 9]
        lines += len(printed)
        found = audit_plain_text("\n".join(printed), rules=rules, parser=parser)
        count += sum(
            one.attribute not in ("pii.phone", "pii.email", "pii.url", "pii.address") for one in found
        )
    return Figure(
        "receipts: other findings per 100 lines", 100 * count / lines, "<=", 1, "", f"{lines:,} lines"
    )


def _planted_figures() -> Iterator[Figure]:
    for half, chosen in _halves(list(planted_rounds(SEED, COPIES))):
        score = scored(chosen, names=False)
        for attribute in sorted(score.total):
            label = f"planted, {half}: {attribute.removeprefix('pii.')}"
            target = 99 if attribute in _FORMED else 95
            yield share(f"{label} found", score.found[attribute], score.total[attribute], ">=", target)
            yield share(f"{label} exact", score.exact[attribute], score.total[attribute], ">=", 95)
        yield from _precision(f"planted, {half}", score, 98)
    for half, chosen in _halves(list(decoy_rounds(SEED, COPIES))):
        alarmed = sum(bool(findings) for _, findings in read_findings(chosen, names=False))
        yield share(f"decoys, {half}: rounds with a finding", alarmed, len(chosen), "<=", 1)


def _false_alarm_figures(path: Path) -> Iterator[Figure]:
    for half, chosen in _halves(_text_only(path)):
        turns = sum(len(text.turns) for text in chosen)
        count = sum(len(findings) for _, findings in read_findings(chosen, names=False))
        yield Figure(
            f"text_only, {half}: findings but names per 1,000 turns",
            1000 * count / turns,
            "<=",
            3,
            "",
            f"{turns:,} turns",
        )


def main() -> int:
    """Prints the table; with ``--errors`` what went wrong in the tuning half, one line each."""
    from evaluation.figures import table

    arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.stderr.write("usage: python -m evaluation.text.pii DATA [--errors]\n")
        return 2
    if "--errors" not in sys.argv:
        sys.stdout.write(table(measure(Path(arguments[0]))))
        return 0
    texts = read_presidio(Path(arguments[0]) / "pii_text/presidio_research") + list(
        planted_rounds(SEED, COPIES)
    )
    for error in scored([text for text in texts if half_of(text.group) is Half.TUNING]).errors:
        sys.stdout.write("\t".join(part.replace("\n", "\\n") for part in error) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
