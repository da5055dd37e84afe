"""Judges answers to whichever benchmark is given: one of ours, or the published one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evaluation.mm_privacy.bench import read_bench
from evaluation.mm_privacy.published import PublishedTables, published_files
from evaluation.mm_privacy.published_files import judge_published
from evaluation.mm_privacy.score_files import NamedFile, judge_files
from evaluation.mm_privacy.scores import Judged
from schemas.errors import ConfigError


def judge_any(
    bench: Path, answers: Sequence[NamedFile], tables: PublishedTables, workers: int = 1
) -> list[Judged]:
    """Judges each model. Raises ConfigError for what is no benchmark, or tables of the published one beside
    one that has gold of its own."""
    ours = (bench / "data").is_dir()
    files = () if ours else published_files(bench)
    if files:
        return judge_published(files, answers, tables, workers)
    if tables != PublishedTables():
        raise ConfigError("bench", bench, "holds its own gold: the tables belong to the published questions")
    return judge_files(read_bench(bench), answers, workers)
