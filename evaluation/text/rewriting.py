"""Rewriting of pronouns against sentences that people rewrote, and by properties where no gold exists.

    python -m evaluation.text_quality DATA rewriting        (about 15 s)

``DATA/rewriting`` holds They-Them-Theirs (Sun et al. 2021), Winogender (Rudinger et al. 2018: the neutral
variant of a sentence is the gold of the other two) and WinoBias (Zhao et al. 2018, without gold). The preset
``pronouns`` runs with verifier and fidelity gate. Nothing is normalised but outer white space.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import jiwer
import regex

from evaluation.figures import Figure, share
from schemas.edit import Action
from schemas.policy import ImagePolicy, Policy, ProxyLevel
from transforms.engines.registry import load_embedder, load_parser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.clean import clean_conversations
from transforms.text.contract import TurnText

Pair = tuple[str, str]
"""A sentence and its gold."""

_GENDERED = regex.compile(r"(?i)\b(?:he|she|him|her|his|hers|himself|herself)\b")
_SINGULAR_AFTER_THEY = regex.compile(
    r"(?i)\bthey(?:'s| (?:\w+ly |also |never |always |just |still )?"
    r"(?:is|was|has|does|isn't|wasn't|hasn't|doesn't|goes|wants|needs|knows|thinks|likes))\b"
    r"|\b(?:is|was|has|does)(?:n't)? they\b"
)
_BRACKETS = regex.compile(r"[\[\]]")


def pronoun_policy(min_text_fidelity: float = 0.7) -> Policy:
    """The preset ``pronouns``: pronouns of the third person and their verbs, nothing else."""
    return Policy(
        name="pronouns",
        mentions={"biometric.gender": Action.REWRITE},
        questions={},
        proxy_level=ProxyLevel.PERMISSIVE,
        refusals=("",),
        age_nouns=False,
        min_text_fidelity=min_text_fidelity,
        image=ImagePolicy(),
        pronouns_only=True,
    )


def rewritten(sentences: Sequence[str], policy: Policy) -> list[str]:
    """Each sentence cleaned with ``policy`` as a text of its own; one that is held back stays as it was."""
    rules, parser = load_text_rules(policy), load_parser("bundled")
    conversations = [[TurnText(sentence, question=False)] for sentence in sentences]
    cleaned = clean_conversations(
        conversations,
        audit_conversations(conversations, rules=rules, parser=parser),
        keys=[f"{number:04x}" for number in range(len(sentences))],
        policy=policy,
        rules=rules,
        parser=parser,
        embedder=load_embedder("minilm"),
    )
    return [one.texts[0] for one in cleaned]


def they_them_theirs(folder: Path) -> Iterator[tuple[str, list[Pair]]]:
    """(domain, pairs) of each ``*.source`` and ``*.target``. Raises ValueError if their lines differ."""
    for source in sorted(folder.glob("*.source")):
        before = source.read_text("utf-8").splitlines()
        after = source.with_suffix(".target").read_text("utf-8").splitlines()
        pairs = zip(before, after, strict=True)
        yield source.stem, [(one.strip(), other.strip()) for one, other in pairs]


def winogender(file: Path) -> list[Pair]:
    """Male and female variants of ``all_sentences.tsv``, each with its neutral variant."""
    with file.open(encoding="utf-8", newline="") as lines:
        sentences = {row["sentid"]: row["sentence"] for row in csv.DictReader(lines, delimiter="\t")}
    pairs = []
    for name, sentence in sorted(sentences.items()):
        stem, gender, _ = name.rsplit(".", 2)
        if gender in ("male", "female"):
            pairs.append((sentence, sentences[f"{stem}.neutral.txt"]))
    return pairs


def winobias(folder: Path) -> list[str]:
    """The distinct sentences, without numbers and brackets, in order."""
    found: dict[str, None] = {}
    for file in sorted(folder.glob("*_stereotyped_type*.txt.*")):
        for line in file.read_text("utf-8").splitlines():
            _, _, sentence = line.partition(" ")
            found[_BRACKETS.sub("", sentence).strip()] = None
    return list(found)


def is_neutral(sentence: str) -> bool:
    """True if no gendered pronoun is left and no verb stands in the singular right beside "they"."""
    return not _GENDERED.search(sentence) and not _SINGULAR_AFTER_THEY.search(sentence)


def word_errors(gold: Sequence[str], found: Sequence[str]) -> float:
    """Word error rate in per cent over all sentences, words cut at blanks, case and marks counted."""
    return 100 * float(jiwer.wer(list(gold), list(found)))


def measure(data: Path) -> list[Figure]:
    """Exact sentences and word error rate per set of ``data / "rewriting"``."""
    root = data / "rewriting"
    policy = pronoun_policy()
    figures = []
    for domain, pairs in they_them_theirs(root / "they_them_theirs"):
        figures += _against_gold(f"they_them_theirs/{domain}", pairs, policy, 92.0, 0.8)
    pairs = winogender(root / "winogender" / "data" / "all_sentences.tsv")
    figures += _against_gold("winogender", pairs, policy, 99.0, 0.8)
    sentences = winobias(root / "winobias" / "data")
    hits = sum(is_neutral(one) for one in rewritten(sentences, policy))
    figures.append(share("winobias: no gendered pronoun, verb agrees", hits, len(sentences), ">=", 99.0))
    return figures


def _against_gold(
    name: str, pairs: Sequence[Pair], policy: Policy, exact: float, errors: float
) -> list[Figure]:
    gold = [after for _, after in pairs]
    found = rewritten([before for before, _ in pairs], policy)
    hits = sum(one == other for one, other in zip(found, gold, strict=True))
    rate = word_errors(gold, found)
    nothing = word_errors(gold, [before for before, _ in pairs])
    return [
        share(f"{name}: exact sentence", hits, len(pairs), ">=", exact),
        Figure(f"{name}: word error rate", rate, "<=", errors, "%", f"doing nothing: {nothing:.2f}"),
    ]
