"""From files of answers to tables: reads, checks, judges, counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.judging.judge import Judge
from evaluation.judging.published import Published, read_published
from evaluation.prism.answers import read_answers, read_questions
from evaluation.prism.coverage import Joined, join
from evaluation.prism.judged import JudgedSet, ScoreSettings, judge_answers
from evaluation.prism.judges import Comparison, PairOfJudges, agreements, compare_counts
from evaluation.prism.questions import questions_of
from evaluation.prism.report import report
from evaluation.prism.score_files import agreement_csv, coverage_csv, judgements_jsonl, scores_csv
from evaluation.prism.scores import ScoreTable, scores
from schemas.errors import ConfigError

REPORT = "report.md"


@dataclass(frozen=True, slots=True)
class PrismCall:
    """``answers``: files or folders; ``bench``: the question set, None to infer it; ``judged``: judgements of
    others to compare with."""

    answers: tuple[Path, ...]
    bench: Path | None = None
    judged: tuple[Path, ...] = ()
    settings: ScoreSettings = field(default=ScoreSettings())


@dataclass(frozen=True, slots=True)
class PrismScores:
    """All that was found."""

    joined: Joined
    judged: JudgedSet
    table: ScoreTable
    compared: tuple[Comparison, ...]
    agreed: tuple[PairOfJudges, ...]

    def files(self) -> Mapping[str, str]:
        """What is written, by file name."""
        found = {
            REPORT: report(self.joined, self.judged, self.table, self.compared, self.agreed),
            "scores.csv": scores_csv(self.joined, self.table),
            "coverage.csv": coverage_csv(self.joined),
            "judgements.jsonl": judgements_jsonl(self.judged),
        }
        return found | ({"agreement.csv": agreement_csv(self.agreed)} if self.agreed else {})

    @property
    def problems(self) -> list[str]:
        """Why the answers are not whole; empty if they are. Counts and names of models only."""
        found = [
            f"{one.model}, {one.set.value}: {one.missing:,} missing, {one.double:,} double, "
            f"{one.empty:,} empty of {one.expected:,}"
            for one in self.joined.coverage
            if not one.complete
        ]
        hint = " (others than those of PRISM are known from --bench)" if self.joined.inferred else ""
        for counts, what in (
            (self.joined.foreign, f"rows belong to no question{hint}"),
            (self.joined.unreadable, "rows could not be read"),
        ):
            found += [f"{model}: {count:,} {what}" for model, count in counts.items() if count]
        if self.judged.undecided:
            found.append(f"{self.judged.undecided:,} answers that {self.judged.judge.name} did not decide")
        return found


def score_prism(call: PrismCall, judge: Judge, say: Callable[[str], None] = lambda _: None) -> PrismScores:
    """Scores. Raises ConfigError for files that cannot be used, RunFailed if the judge is broken."""
    if call.settings.least_words < 1 or call.settings.match_words < 1:
        raise ConfigError("words", call.settings, "count at least one word")
    published = read_published(call.judged) if call.judged else Published((), ())
    bench = questions_of(read_questions(call.bench)) if call.bench is not None else []
    files = read_answers(call.answers)
    joined = join(files, bench)
    if not any(joined.answers.values()):
        given = ", ".join(map(str, call.answers))
        raise ConfigError("answers", given, "no row answers a question of the set")
    say(f"{len(files.rows):,} answers of {len(files.models)} models, judged by {judge.info.name}")
    judged = judge_answers(joined, judge, call.settings)
    table = ScoreTable(scores(joined, judged))
    return PrismScores(
        joined,
        judged,
        table,
        tuple(compare_counts(table, joined, published.counts)),
        tuple(agreements(judged, published.rows)),
    )
