"""The README.md of a watermarked split: a dataset card that ``load_dataset`` and the Hub accept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from pipeline.card import front_matter, templated_card
from pipeline.watermark.arms import arm_files
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.shard_step import SplitShardReport
from schemas.columns import arrow_schema
from schemas.watermark_columns import WATERMARK_DATA_FEATURES

TAGS = ("llava", "privacy", "memorization", "watermark", "synthetic", "mmscrub")


def render_split_card(
    plan: WatermarkPlan, summary: Mapping[str, Any], shards: Sequence[SplitShardReport]
) -> str:
    """The whole card, front matter and Markdown."""
    title = plan.sources[0].name if len(plan.sources) == 1 else plan.out.name
    rows = dict(summary["splits"])
    front = front_matter(
        splits=rows,
        features=arrow_schema(WATERMARK_DATA_FEATURES),
        title=f"{title}, watermarked",
        num_bytes=_data_bytes(shards),
        tags=TAGS,
    )
    return templated_card(
        front,
        "pipeline.watermark",
        title=title,
        summary=summary,
        arms=[arm.name for arm in arm_files(plan.config)],
        config=plan.config,
        keyed=bool(plan.secret),
    )


def _data_bytes(shards: Sequence[SplitShardReport]) -> dict[str, int]:
    """Bytes of ``data/`` by split."""
    sizes: Counter[str] = Counter()
    for shard in shards:
        for path in shard.data:
            sizes[PurePosixPath(path).name.partition("-")[0]] += shard.files[path]
    return dict(sizes)
