"""The README.md of a question set: a dataset card that ``load_dataset`` and the Hub accept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.card import CardConfig, front_matter_of, templated_card
from pipeline.prism.ask import AskedReport, features_of
from pipeline.prism.plan import PrismPlan
from schemas.columns import arrow_schema
from transforms.prism.questions import Category, QuestionSet

TAGS = ("llava", "privacy", "benchmark", "prism", "over-refusal", "mmscrub")
SPLIT = "test"


def render_prism_card(plan: PrismPlan, summary: Mapping[str, Any], asked: Sequence[AskedReport]) -> str:
    """The whole card, front matter and Markdown."""
    title = plan.sources[0].name if len(plan.sources) == 1 else plan.out.name
    rows: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for report in asked:
        for path, (count, _) in report.data.items():
            kind = path.removeprefix("data/").partition("-")[0]
            rows[kind] += count
            sizes[kind] += report.files[path]
    configs = [
        CardConfig(
            name=kind.value,
            splits={SPLIT: rows[kind.value]},
            files={SPLIT: f"data/{kind.value}-*.parquet"},
            features=arrow_schema(features_of(kind)),
            num_bytes={SPLIT: sizes[kind.value]},
        )
        for kind in QuestionSet
    ]
    front = front_matter_of(configs, title=f"{title}, PRISM questions", tags=TAGS)
    return templated_card(
        front,
        "pipeline.prism",
        title=title,
        summary=summary,
        config=plan.config,
        sets=list(QuestionSet),
        categories=list(Category),
        rows=rows,
    )
