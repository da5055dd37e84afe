"""Writes the dataset card: ``README.md`` whose front matter ``load_dataset`` and the Hub accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.report import tables
from pipeline.report.render import format_number, short_digest
from schemas.edit import Action
from schemas.finding import Kind
from schemas.policy import ProxyLevel

if TYPE_CHECKING:
    from datasets import Features
    from jinja2 import Environment

_SIZE_CATEGORIES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
    (1_000_000_000, "100M<n<1B"),
)


TAGS = ("llava", "privacy", "anonymization", "mmscrub")
"""Of a cleaned corpus."""


@dataclass(frozen=True, slots=True)
class CardConfig:
    """One table of a data set, as ``load_dataset(folder, name)`` names it. ``splits``: rows by split;
    ``files``: the pattern of each split's files; ``num_bytes``: their bytes where known."""

    name: str
    splits: Mapping[str, int]
    files: Mapping[str, str]
    features: Features | pa.Schema
    num_bytes: Mapping[str, int] = field(default_factory=dict)


def render_card(
    summary: Mapping[str, Any],
    manifest: Mapping[str, Any],
    *,
    splits: Mapping[str, int],
    features: Features | pa.Schema,
    title: str,
    num_bytes: Mapping[str, int] | None = None,
    repo: str = "path/to/this/folder",
) -> str:
    """The whole card, front matter and Markdown.

    ``splits`` gives the number of rows of each split, whose shards are ``data/{split}-*.parquet``;
    ``num_bytes`` their bytes where known. ``features`` is what the shards hold, an Arrow schema with Hugging
    Face metadata or without. ``repo`` is what the loading example names. KeyError if ``summary`` lacks
    ``records``.
    """
    front = front_matter(splits=splits, features=features, title=title, num_bytes=num_bytes)
    body = _body(summary, manifest, title=title, split=next(iter(splits), "train"), repo=repo)
    return f"---\n{front}\n---\n\n{body}"


def front_matter(
    *,
    splits: Mapping[str, int],
    features: Features | pa.Schema,
    title: str,
    num_bytes: Mapping[str, int] | None = None,
    tags: Sequence[str] = TAGS,
) -> str:
    """The YAML block, without its fences: configs, features, splits, size, tags.

    Form: https://huggingface.co/docs/hub/datasets-cards and the ``dataset_info`` of the datasets library.
    """
    files = {name: f"data/{name}-*.parquet" for name in splits}
    config = CardConfig("default", splits, files, features, num_bytes or {})
    return front_matter_of([config], title=title, tags=tags)


def front_matter_of(configs: Sequence[CardConfig], *, title: str, tags: Sequence[str] = TAGS) -> str:
    """The YAML block of a data set of several tables, without its fences."""
    from datasets import DatasetInfo, Features, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData

    infos, with_images = {}, False
    for config in configs:
        features = config.features
        if isinstance(features, pa.Schema):
            features = Features.from_arrow_schema(features)
        with_images |= any("Image(" in repr(feature) for feature in features.values())
        splits, sizes = SplitDict(), config.num_bytes
        for name, rows in config.splits.items():
            splits.add(SplitInfo(name=name, num_bytes=sizes.get(name, 0), num_examples=rows))
        infos[config.name] = DatasetInfo(
            features=features, splits=splits, dataset_size=sum(sizes.values()) or None
        )
    data = DatasetCardData(
        pretty_name=title,
        task_categories=["image-text-to-text", "visual-question-answering"]
        if with_images
        else ["text-generation"],
        size_categories=[size_category(sum(sum(config.splits.values()) for config in configs))],
        tags=list(tags),
    )
    DatasetInfosDict(infos).to_dataset_card_data(data)
    MetadataConfigs(
        {
            config.name: {
                "data_files": [{"split": name, "path": path} for name, path in config.files.items()]
            }
            for config in configs
        }
    ).to_dataset_card_data(data)
    return data.to_yaml()


def size_category(rows: int) -> str:
    """The Hub's word for a number of rows."""
    return next((word for limit, word in _SIZE_CATEGORIES if rows < limit), "n>1B")


def _body(
    summary: Mapping[str, Any], manifest: Mapping[str, Any], *, title: str, split: str, repo: str
) -> str:
    policy = {"name": "", **(manifest.get("policy") or {})}
    return (
        _environment()
        .get_template("card.md.j2")
        .render(
            title=title,
            split=split,
            repo=repo,
            books=tables.books(summary),
            turns=summary.get("turns", 0),
            images=summary.get("images") or {},
            text=tables.text_table(summary.get("text_findings") or {}),
            image_findings=tables.image_rows(summary.get("image_findings") or {}),
            edits=tables.count_rows(summary.get("edits") or {}),
            image_edits=tables.count_rows(summary.get("image_edits") or {}),
            quarantine=tables.quarantine_rows(summary.get("quarantine") or {}),
            fidelity=tables.fidelity_rows(summary.get("fidelity") or {}),
            manifest={"mmscrub_version": "", "schema_version": "", "engines": (), **manifest},
            policy=policy,
            action_of=lambda attribute, kind: _action_of(policy, attribute, kind),
            actions=_attributes_by_action(policy.get("mentions") or {}),
        )
    )


def _action_of(policy: Mapping[str, Any], attribute: str, kind: str) -> str:
    """What the policy does with a mention; a permissive one only counts proxies."""
    if kind == Kind.PROXY.value and policy.get("proxy_level") == ProxyLevel.PERMISSIVE.value:
        return Action.REPORT.value
    return str((policy.get("mentions") or {}).get(attribute, Action.REPORT.value))


def _attributes_by_action(mentions: Mapping[str, str]) -> list[tuple[str, str]]:
    """Attributes of each action, both in the order of the taxonomy."""
    by_action: dict[str, list[str]] = {}
    for attribute in tables.in_taxonomy_order(mentions):
        by_action.setdefault(mentions[attribute], []).append(f"`{attribute}`")
    return [(action, ", ".join(names)) for action, names in by_action.items()]


def _environment() -> Environment:
    environment = markdown_environment("pipeline")
    environment.filters["digest"] = short_digest
    environment.filters["cell"] = cell
    return environment


def templated_card(front: str, package: str, **shown: Any) -> str:
    """Front matter, and under it ``card.md.j2`` of ``package`` with what it shows."""
    body = markdown_environment(package).get_template("card.md.j2").render(**shown)
    return f"---\n{front}\n---\n\n{body}"


def markdown_environment(package: str) -> Environment:
    """For the templates of cards, which lie in ``package``."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, package_path=""),
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["number"] = format_number
    environment.filters["inline"] = inline
    return environment


def inline(text: str) -> str:
    """One line of Markdown that cannot open a tag."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")


def cell(text: str) -> str:
    """Text of one table cell."""
    return inline(text).replace("|", "\\|")
