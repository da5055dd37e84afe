"""The default judge: rules, offline, the same verdict for the same answer.

Refusals are read by ``transforms.text.detect_refusal``, leaks by ``evaluation.judging.leak_readings``.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from hashlib import sha256
from importlib import resources

from evaluation.judging.judge import UNDECIDED, Asked, JudgeInfo, Verdict
from evaluation.judging.leak_readings import TABLE, judging_policy, read_leaks
from schemas.errors import RunFailed
from schemas.finding import TextFinding
from transforms.engines.protocols import TextParser
from transforms.text.audit import audit_conversations, load_text_rules
from transforms.text.contract import TurnText
from transforms.text.detect_refusal import LONGEST_REMARK, detect_refusal

_CHUNK = 64
"""Answers that go to a process at once: enough for the parser's batches, few enough to share the end."""


class RuleJudge:
    """A ``Judge``. ``workers``: processes, 0 for one per core; short lists are judged in this one."""

    def __init__(self, workers: int = 0) -> None:
        self._workers = workers or len(os.sched_getaffinity(0))
        self.info = JudgeInfo("rules", _digest(), readers=True, places=True)

    def judge(self, asked: Sequence[Asked]) -> list[Verdict]:
        """A verdict for each; an answer that was given twice is read once."""
        longest_first = sorted(dict.fromkeys(asked), key=lambda one: (not one.describes, -len(one.answer)))
        chunks = [longest_first[start : start + _CHUNK] for start in range(0, len(longest_first), _CHUNK)]
        alone = self._workers == 1 or len(chunks) == 1
        judged = (judge_here(chunk) for chunk in chunks) if alone else self._spread(chunks)
        verdicts = {
            one: verdict
            for chunk, found in zip(chunks, judged, strict=True)
            for one, verdict in zip(chunk, found, strict=True)
        }
        return [verdicts[one] for one in asked]

    def _spread(self, chunks: Sequence[Sequence[Asked]]) -> Iterator[list[Verdict]]:
        # Forked children would share threads and locks of whatever the caller has loaded.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(self._workers, len(chunks)), mp_context=context) as pool:
            try:
                yield from pool.map(judge_here, chunks)
            except BrokenProcessPool:
                raise RunFailed("a process that judged answers died; is there memory enough?") from None


@cache
def _parser() -> TextParser:
    from transforms.engines.registry import load_parser

    return load_parser("bundled")


def judge_here(asked: Sequence[Asked]) -> list[Verdict]:
    """Verdicts of one process. Reads rules and parser when it is first called. An answer that is made to keep
    a pattern busy for seconds is undecided, and costs the others nothing."""
    described = [one for one in asked if one.describes]
    found = audit_conversations(
        [[TurnText(one.answer, question=False)] for one in described],
        rules=load_text_rules(judging_policy()),
        parser=_parser(),
    )
    told = dict(zip(described, found, strict=True))
    return [_verdict(one, told.get(one, ())) for one in asked]


def _verdict(asked: Asked, found: Sequence[TextFinding]) -> Verdict:
    remark = 0 if asked.brief else LONGEST_REMARK
    try:
        refused = detect_refusal(asked.answer, asked.attribute, longest_remark=remark) is not None
        return Verdict(refused, read_leaks(asked.answer, found) if asked.describes else ())
    except TimeoutError:
        return UNDECIDED


def _digest() -> str:
    """Of the tables that decide; the version of the program says the rest."""
    lists = resources.files("transforms.text").joinpath("lexicons")
    files = [resources.files(TABLE[0]).joinpath(TABLE[1])]
    files += sorted((one for one in lists.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    return sha256(b"\0".join(one.read_bytes() for one in files)).hexdigest()
