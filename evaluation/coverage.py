"""Whether a file of answers answers a benchmark wholly. What does not is no measurement of the whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from schemas.benchmark import Answer


@dataclass(frozen=True, slots=True)
class Coverage:
    """Rows of a file of answers against ``asked`` questions; all but ``asked`` must be 0.

    ``missing``: questions without an answer. ``doubled``: further answers to a question that has one.
    ``foreign``: answers to what was not asked. ``empty``: answers without a word. ``damaged``: rows that are
    no answers. ``other_prompt``: the row holds a prompt, and it lacks the question's. ``other_models``: rows
    that name another model than the first does.
    """

    asked: int
    missing: int = 0
    doubled: int = 0
    foreign: int = 0
    empty: int = 0
    damaged: int = 0
    other_prompt: int = 0
    other_models: int = 0

    @property
    def complete(self) -> bool:
        """True if every question has one answer, and nothing else is there."""
        return self.asked > 0 and not any(self.faults.values())

    @property
    def faults(self) -> dict[str, int]:
        """What is wrong, and how often; empty where nothing is."""
        counts = asdict(self)
        return {one.name: counts[one.name] for one in fields(self)[1:] if counts[one.name]}

    def __str__(self) -> str:
        if self.complete:
            return f"all {self.asked:,} answered"
        told = (f"{count:,} {name.replace('_', ' ')}" for name, count in self.faults.items())
        return f"incomplete, of {self.asked:,}: {', '.join(told) or 'nothing was asked'}"


def cover(
    asked: Mapping[str, str], answers: Iterable[Answer], damaged: int = 0
) -> tuple[dict[str, Answer], Coverage]:
    """The first answer to each question of ``asked`` (id -> prompt, empty where any will do), and what is
    wrong. A defence may stand round a prompt: the row's must contain it."""
    found: dict[str, Answer] = {}
    counts = dict.fromkeys(("doubled", "foreign", "empty", "other_prompt", "other_models"), 0)
    model = ""
    for answer in answers:
        if answer.question_id not in asked:
            counts["foreign"] += 1
            continue
        if answer.question_id in found:
            counts["doubled"] += 1
            continue
        found[answer.question_id] = answer
        counts["empty"] += not answer.text.strip()
        counts["other_prompt"] += bool(answer.prompt) and _plain(asked[answer.question_id]) not in _plain(
            answer.prompt
        )
        model = model or answer.model_id
        counts["other_models"] += answer.model_id not in ("", model)
    return found, Coverage(len(asked), len(asked) - len(found), damaged=damaged, **counts)


def _plain(prompt: str) -> str:
    return " ".join(prompt.split())
