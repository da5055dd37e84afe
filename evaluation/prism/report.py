"""The scores as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from math import isfinite
from typing import Final

from evaluation.clustered import Rate, difference
from evaluation.judging.judge import ATTRIBUTES
from evaluation.memorisation.multiple import holm
from evaluation.prism.answer_kinds import AnswerKind
from evaluation.prism.coverage import DIRECT, Joined
from evaluation.prism.judged import JudgedSet
from evaluation.prism.judges import Comparison, PairOfJudges
from evaluation.prism.non_answers import NonAnswer
from evaluation.prism.scores import ALL, GENEROUS, MACRO, PICTURES, STRICT, THINGS, ScoreTable
from evaluation.table_text import markdown_table
from transforms.prism.questions import QuestionSet

SHORT: Final = tuple(name.removeprefix("biometric.") for name in ATTRIBUTES)
_IMPLICIT: Final = QuestionSet.IMPLICIT
_NONE: Final = "–"


_table = partial(markdown_table, numbers=True)


def percent(rate: Rate | None, *, interval: bool = True) -> str:
    """ "12.3 [10.1, 14.9]": per cent with the interval over images."""
    if rate is None or not isfinite(rate.value):
        return _NONE
    low, high = rate.interval
    return f"{100 * rate.value:.1f}" + (f" [{100 * low:.0f}, {100 * high:.0f}]" if interval else "")


def report(
    joined: Joined,
    judged: JudgedSet,
    table: ScoreTable,
    compared: Sequence[Comparison],
    agreed: Sequence[PairOfJudges],
) -> str:
    """All tables."""
    parts = [
        "# PRISM scores\n",
        _how(joined, judged),
        _coverage(joined, judged),
        _refusals(joined, table),
        _kinds(joined, judged),
        _leaks(joined, table, "own"),
        _leaks(joined, table, "all"),
        _use(joined, table),
        _matched(joined, judged, table),
        _non_answers(joined, judged),
        _over_refusal(joined, table),
        _differences(joined, table),
        _comparisons(compared),
        _agreements(agreed),
    ]
    return "\n".join(part for part in parts if part)


def _how(joined: Joined, judged: JudgedSet) -> str:
    readers = (
        "A leak is read by a strict and a generous reader; rates are the mean of the two. "
        if judged.judge.readers
        else ""
    )
    inferred = (
        "No question set was given, so what is missing from all models alike cannot be seen. "
        if joined.inferred
        else ""
    )
    return (
        f"Judge: {judged.judge.name}. {readers}Numbers are per cent; in brackets 95 % by bootstrap over "
        f"images. {inferred}A model whose set is not complete is marked * and not compared.\n"
    )


def _coverage(joined: Joined, judged: JudgedSet) -> str:
    undecided = Counter((one.model, one.question.set) for one in judged.answers if not one.decided)
    rows = [
        [
            one.model,
            one.set.value,
            *(f"{count:,}" for count in (one.expected, one.answered, one.missing, one.double, one.empty)),
            f"{undecided[one.model, one.set]:,}",
            "yes" if one.complete else "NO",
        ]
        for one in joined.coverage
    ]
    left = [
        f"- {model}: {joined.foreign.get(model, 0):,} rows belong to no question, "
        f"{joined.unreadable.get(model, 0):,} could not be read\n"
        for model in joined.answers
        if joined.foreign.get(model) or joined.unreadable.get(model)
    ]
    header = [
        "model", "set", "expected", "answered", "missing", "double", "empty", "undecided", "complete",
    ]  # fmt: skip
    return "## Coverage\n\n" + _table(header, rows) + ("\n" + "".join(left) if left else "")


def _name(joined: Joined, model: str, *sets: QuestionSet) -> str:
    return model if all(joined.is_whole(model, kind) for kind in sets) else f"{model} *"


def _refusals(joined: Joined, table: ScoreTable) -> str:
    parts = []
    for kind in DIRECT:
        rows = [
            [
                _name(joined, model, kind),
                *(percent(table.get(model, kind, "refusal_accuracy", name)) for name in (*SHORT, ALL)),
            ]
            for model in joined.answers
            if table.get(model, kind, "refusal_accuracy", ALL) is not None
        ]
        if rows:
            parts.append(f"### {kind.value}\n\n" + _table(["model", *SHORT, "overall"], rows))
    return "## Direct questions refused\n\n" + "\n".join(parts) if parts else ""


def _kinds(joined: Joined, judged: JudgedSet) -> str:
    rows = []
    for kind in DIRECT:
        for model in joined.answers:
            answers = judged.of(model, kind)
            counts = Counter(one.kind for one in answers)
            if answers:
                shares = [f"{100 * counts[one] / len(answers):.1f}" for one in AnswerKind]
                rows.append([f"{_name(joined, model, kind)}, {kind.value}", *shares])
    header = ["model, set", *(one.value for one in AnswerKind)]
    return "## How direct questions are answered\n\n" + _table(header, rows) if rows else ""


def _leaks(joined: Joined, table: ScoreTable, scope: str) -> str:
    columns = (*SHORT, MACRO) if scope == "own" else (*SHORT, MACRO, ALL)
    rows = []
    for model in joined.answers:
        mean = [table.get(model, _IMPLICIT, "leak_rate", name, scope) for name in columns]
        if not any(mean):
            continue
        rows.append([_name(joined, model, _IMPLICIT), *map(percent, mean)])
        ends = [
            [table.get(model, _IMPLICIT, "leak_rate", name, scope, reader) for reader in (STRICT, GENEROUS)]
            for name in columns
        ]
        if any(low for low, _ in ends):
            rows.append(["strict … generous", *map(_ends, ends)])
    if not rows:
        return ""
    if scope == "own":
        title = "## Descriptions that tell the attribute their image was chosen for (layout of May 2025)\n"
        return f"{title}\n" + _table(["model", *columns], rows)
    title = "## Descriptions that tell an attribute, any image (layout of September 2025)\n"
    return f"{title}\n" + _table(["model", *SHORT, MACRO, "any of the five"], rows)


def _ends(rates: Sequence[Rate | None]) -> str:
    if any(one is None or not isfinite(one.value) for one in rates):
        return _NONE
    return " … ".join(f"{100 * one.value:.1f}" for one in rates if one is not None)


def _use(joined: Joined, table: ScoreTable) -> str:
    """What a published number hides: per model and attribute, then for none of the five told."""
    rows = []
    for model in joined.answers:
        scope = "own" if table.get(model, _IMPLICIT, "leak_rate", MACRO, "own") else "all"
        for name, of, shown in (
            *((name, scope, name) for name in (*SHORT, MACRO)),
            (ALL, "all", "none of the five"),
        ):
            told, refused, empty, real, useful = (
                table.get(model, _IMPLICIT, measure, name, of)
                for measure in ("leak_rate", "refused", "non_answer", "leak_rate_real", "useful_and_clean")
            )
            if told is None or real is None:
                continue
            plain = [percent(one, interval=False) for one in (told.other(), refused, empty, real.other())]
            rows.append([f"{_name(joined, model, _IMPLICIT)}, {shown}", *plain, percent(useful)])
    header = [
        "model, attribute",
        "protection as published",
        "refused",
        "says nothing",
        "protection given a real answer",
        "useful and clean",
    ]
    return "## Useful and clean\n\n" + _table(header, rows) if rows else ""


def _matched(joined: Joined, judged: JudgedSet, table: ScoreTable) -> str:
    rows = []
    for model in joined.answers:
        rates = [table.get(model, _IMPLICIT, "leak_rate_matched", name, "all") for name in (*SHORT, ALL)]
        if not any(rates):
            continue
        real = sorted(len(one.ends) for one in judged.of(model, _IMPLICIT) if one.useful)
        median = real[len(real) // 2] if real else 0
        enough = rates[-1].total if rates[-1] else 0
        rows.append([_name(joined, model, _IMPLICIT), str(median), f"{enough:,}", *map(percent, rates)])
    words = judged.settings.match_words
    header = ["model", "median words", f"with {words} words", *SHORT, "any of the five"]
    title = f"## Told in the first {words} words of a real description\n\n"
    return title + _table(header, rows) if rows else ""


def _non_answers(joined: Joined, judged: JudgedSet) -> str:
    rows = []
    for model in joined.answers:
        answers = judged.of(model, _IMPLICIT)
        refused = [one for one in answers if one.refused]
        private = sum(one.kind is AnswerKind.PRIVACY for one in refused)
        counts = Counter(one.non_answer for one in answers if not one.refused)
        numbers = (len(answers), private, len(refused) - private, *(counts[one] for one in NonAnswer))
        if answers:
            rows.append([_name(joined, model, _IMPLICIT), *(f"{number:,}" for number in numbers)])
    header = [
        "model",
        "descriptions",
        "refused as private",
        "refused else",
        *(one.value for one in NonAnswer),
    ]
    return "## Descriptions that are none (counts)\n\n" + _table(header, rows) if rows else ""


def _over_refusal(joined: Joined, table: ScoreTable) -> str:
    kind = QuestionSet.OVER_REFUSAL
    rows = []
    for model in joined.answers:
        whole = [table.get(model, kind, one, ALL, "all") for one in ("over_refusal", "privacy_refusal")]
        if whole[0] is None:
            continue
        twins = [table.get(model, kind, "over_refusal", name, "all") for name in (THINGS, PICTURES, *SHORT)]
        answered = table.get(model, kind, "answered", ALL, "all")
        plain = [percent(one, interval=False) for one in (whole[1], *twins)]
        rows.append([_name(joined, model, kind), percent(whole[0]), *plain, percent(answered)])
    about = ("about things", "about the picture", *(f"twin of {name}" for name in SHORT))
    header = ["model", "refused", "as private", *about, "answered"]
    return "## Harmless questions refused\n\n" + _table(header, rows) if rows else ""


def _differences(joined: Joined, table: ScoreTable) -> str:
    """Every two models whose sets are whole."""
    measured = (
        ("any of the five told", _IMPLICIT, "leak_rate", "all"),
        ("useful and clean", _IMPLICIT, "useful_and_clean", "all"),
        *((f"{kind.value} refused", kind, "refusal_accuracy", "own") for kind in DIRECT),
        ("harmless refused", QuestionSet.OVER_REFUSAL, "over_refusal", "all"),
    )
    rows = []
    for title, kind, measure, scope in measured:
        found = []
        whole = [model for model in joined.answers if joined.is_whole(model, kind)]
        for place, first in enumerate(whole):
            for second in whole[place + 1 :]:
                one, other = (table.get(model, kind, measure, ALL, scope) for model in (first, second))
                if one is not None and other is not None:
                    found.append((f"{title}: {first} - {second}", difference(one, other)))
        adjusted = holm([pair.p for _, pair in found]) if found else ()
        rows += [
            [name, f"{100 * pair.value:+.1f}", f"[{100 * pair.low:+.1f}, {100 * pair.high:+.1f}]", f"{p:.3f}"]
            for (name, pair), p in zip(found, adjusted, strict=True)
        ]
    header = ["difference, paired by image", "points", "95 %", "p (Holm)"]
    return "## Models against each other\n\n" + _table(header, rows) if rows else ""


def _comparisons(compared: Sequence[Comparison]) -> str:
    if not compared:
        return ""
    names = sorted({name for one in compared for name in one.judged})
    rows = [
        [
            f"{one.model}, {one.set.value}, {one.attribute}",
            f"{100 * one.ours:.1f}",
            *(f"{100 * one.judged[name]:.1f}" if name in one.judged else _NONE for name in names),
            "yes" if one.inside else "NO",
        ]
        for one in compared
    ]
    lines = []
    for title, part in (
        ("told", [one for one in compared if one.set is _IMPLICIT]),
        ("refused", [one for one in compared if one.set is not _IMPLICIT]),
    ):
        if part:
            inside = sum(one.inside for one in part)
            mean = 100 * sum(one.difference for one in part) / len(part)
            lines.append(
                f"- {title}: {inside} of {len(part)} cells inside the judges' range, give or take 3 points; "
                f"{mean:.1f} points from its midpoint on average\n"
            )
    header = ["model, set, attribute", "ours", *names, "inside"]
    return "## Beside published judges\n\n" + "".join(lines) + "\n" + _table(header, rows)


def _agreements(agreed: Sequence[PairOfJudges]) -> str:
    rows = [
        [
            f"{one.first} / {one.second}, {one.question}",
            f"{one.found.answers:,}",
            f"{100 * one.found.share.value:.1f}",
            *(
                f"{number.value:.2f} [{number.low:.2f}, {number.high:.2f}]"
                for number in (one.found.kappa, one.found.ac1)
            ),
        ]
        for one in agreed
    ]
    header = ["judges, question", "answers", "agree", "kappa", "AC1"]
    return "## Agreement of judges\n\n" + _table(header, rows) if rows else ""
