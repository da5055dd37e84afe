"""Turns ``audit/summary.json`` and ``manifest.json`` into the rows that the report shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.report.figures import Segment, Spread, spread, stacked_bar
from pipeline.summary import ALL, TEXT_FIELDS
from schemas.finding import Kind
from schemas.reasons import Stage
from schemas.taxonomy import load_taxonomy

PAPER_ATTRIBUTES = (
    "biometric.race",
    "biometric.eye_color",
    "biometric.age",
    "biometric.gender",
    "biometric.weight",
)
"""In the order of the paper's columns."""

QUANTILES = ("min", "p01", "p05", "p25", "p50", "p75", "max")


@dataclass(frozen=True, slots=True)
class TextCell:
    """How often an attribute is told in one field."""

    mentions: int
    turns: int
    records: int


@dataclass(frozen=True, slots=True)
class TextRow:
    """One attribute and kind. ``cells`` follow the fields of the table; None where nothing was found."""

    kind: str
    cells: tuple[TextCell | None, ...]
    mentions: int
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class TextGroup:
    """All rows of one attribute."""

    attribute: str
    description: str
    rows: tuple[TextRow, ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """The table of the audit: attributes and kinds against ``fields``."""

    fields: tuple[str, ...]
    groups: tuple[TextGroup, ...]


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One field, and how often each attribute of ``PAPER_ATTRIBUTES`` is told in it."""

    field: str
    turns: int
    cells: tuple[TextCell | None, ...]


@dataclass(frozen=True, slots=True)
class TotalRow:
    """One attribute over all kinds: mentions per field of ``TEXT_FIELDS``, and distinct records."""

    attribute: str
    mentions: tuple[int, ...]
    records: int


@dataclass(frozen=True, slots=True)
class CountRow:
    """A labelled count with its bar. ``label`` is one or two words, ``detail`` an extra number or text."""

    label: str
    count: int
    bar: tuple[Segment, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One attribute of images: what was found, and ``done``: action, method and count of its edits."""

    attribute: str
    description: str
    images: int
    boxes: int
    bar: tuple[Segment, ...]
    done: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    """Records that one stage sent away for one reason."""

    stage: str
    reason: str
    count: int
    bar: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class FidelityRow:
    """The fidelity of one side over its changed records or images."""

    side: str
    n: int
    values: tuple[float, ...]
    spread: Spread


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What the policy does with a mention of an attribute and with a question for it; a dash for nothing."""

    attribute: str
    mention: str
    question: str


@dataclass(frozen=True, slots=True)
class Books:
    """Records in against records out."""

    records_in: int
    emitted: int
    quarantined: int
    bar: tuple[Segment, ...]

    @property
    def balance(self) -> bool:
        """True if no record is missing and none came twice."""
        return self.records_in == self.emitted + self.quarantined


def words(key: str) -> str:
    """A stable key as people read it: ``image_too_many_pixels`` becomes ``image too many pixels``."""
    return key.replace("_", " ")


def in_taxonomy_order(attributes: Iterable[str]) -> list[str]:
    """Known attributes in the order of the taxonomy, unknown ones behind them by name."""
    order = {name: place for place, name in enumerate(load_taxonomy())}
    return sorted(attributes, key=lambda name: (order.get(name, len(order)), name))


def describe(attribute: str) -> str:
    """The taxonomy's description, empty for an attribute that it does not hold."""
    entry = load_taxonomy().get(attribute)
    return entry.description if entry else ""


def books(summary: Mapping[str, Any]) -> Books:
    """The first thing that a reader wants to know."""
    records = summary["records"]
    emitted, quarantined = int(records["emitted"]), int(records["quarantined"])
    return Books(
        records_in=int(records["in"]),
        emitted=emitted,
        quarantined=quarantined,
        bar=stacked_bar((("kept", emitted), ("held", quarantined)), int(records["in"])),
    )


def text_table(findings: Mapping[str, Mapping[str, Mapping[str, Mapping[str, int]]]]) -> TextTable:
    """``text_findings`` of the summary; fields without any finding get no column."""
    seen = {field for kinds in findings.values() for fields in kinds.values() for field in fields}
    fields = (*(field for field in TEXT_FIELDS if field in seen), *sorted(seen - set(TEXT_FIELDS)))
    order = {kind.value: place for place, kind in enumerate(Kind)}
    totals = {
        (attribute, kind): sum(int(cell["mentions"]) for cell in cells.values())
        for attribute, kinds in findings.items()
        for kind, cells in kinds.items()
    }
    most = max(totals.values(), default=0)
    groups = []
    for attribute in in_taxonomy_order(findings):
        rows = []
        for kind in sorted(findings[attribute], key=lambda name: (order.get(name, len(order)), name)):
            cells = findings[attribute][kind]
            rows.append(
                TextRow(
                    kind=kind,
                    cells=tuple(_text_cell(cells.get(field)) for field in fields),
                    mentions=totals[attribute, kind],
                    bar=stacked_bar(((kind, totals[attribute, kind]),), most),
                )
            )
        if rows:
            groups.append(TextGroup(attribute, describe(attribute), tuple(rows)))
    return TextTable(fields, tuple(groups))


def paper_rows(summary: Mapping[str, Any]) -> tuple[PaperRow, ...]:
    """The audit table of the Safe-LLaVA paper (arXiv 2509.00192, table 1): fields against five attributes.
    Fields of which the corpus has no turn get no row; no rows for a summary without ``text_totals``."""
    totals, turns = summary.get("text_totals") or {}, summary.get("turns_by_field") or {}
    if not any(name in totals for name in PAPER_ATTRIBUTES):
        return ()
    return tuple(
        PaperRow(
            field,
            int(turns[field]),
            tuple(_text_cell((totals.get(name) or {}).get(field)) for name in PAPER_ATTRIBUTES),
        )
        for field in TEXT_FIELDS
        if turns.get(field)
    )


def total_rows(totals: Mapping[str, Mapping[str, Mapping[str, int]]]) -> tuple[TotalRow, ...]:
    """``text_totals`` of the summary, one row per attribute, the sum of all (``any``) last."""
    return tuple(
        TotalRow(
            attribute,
            tuple(int(totals[attribute].get(field, {}).get("mentions", 0)) for field in TEXT_FIELDS),
            int(totals[attribute][ALL]["records"]),
        )
        for attribute in in_taxonomy_order(totals)
    )


def _text_cell(counts: Mapping[str, int] | None) -> TextCell | None:
    if not counts or not counts["mentions"]:
        return None
    return TextCell(int(counts["mentions"]), int(counts["turns"]), int(counts["records"]))


def image_rows(findings: Mapping[str, Mapping[str, int]]) -> tuple[CountRow, ...]:
    """``image_findings``: boxes per attribute, with the number of images as detail."""
    most = max((int(entry["boxes"]) for entry in findings.values()), default=0)
    return tuple(
        CountRow(
            label=attribute,
            count=int(findings[attribute]["boxes"]),
            bar=stacked_bar((("plain", int(findings[attribute]["boxes"])),), most),
            detail=f"{int(findings[attribute]['images']):,}",
        )
        for attribute in in_taxonomy_order(findings)
    )


def image_table(
    findings: Mapping[str, Mapping[str, int]], edits: Mapping[str, Mapping[str, Mapping[str, int]]]
) -> tuple[ImageRow, ...]:
    """``image_findings`` beside ``image_edits_by_attribute`` of the summary. More may be edited than was
    found: what the verifier found left is edited, too."""
    most = max((int(entry["boxes"]) for entry in findings.values()), default=0)
    rows = []
    for name in in_taxonomy_order({**findings, **edits}):
        found = findings.get(name) or {"boxes": 0, "images": 0}
        done = (
            (words(action), words(method), int(count))
            for action, methods in (edits.get(name) or {}).items()
            for method, count in methods.items()
        )
        rows.append(
            ImageRow(
                attribute=name,
                description=describe(name),
                images=int(found["images"]),
                boxes=int(found["boxes"]),
                bar=stacked_bar((("plain", int(found["boxes"])),), most),
                done=tuple(sorted(done, key=lambda one: (-one[2], one))),
            )
        )
    return tuple(rows)


def image_bar(images: Mapping[str, int]) -> tuple[Segment, ...]:
    """Distinct images: unchanged, changed, held back."""
    changed = int(images.get("redacted", 0)) + int(images.get("metadata_stripped", 0))
    parts = (
        ("kept", int(images.get("unchanged", 0))),
        ("plain", changed),
        ("held", int(images.get("held_back", 0))),
    )
    return stacked_bar(parts, int(images.get("distinct", 0)))


def count_rows(counts: Mapping[str, int], tones: Mapping[str, str] | None = None) -> tuple[CountRow, ...]:
    """A flat counter, largest first."""
    most = max((int(count) for count in counts.values()), default=0)
    ranked = sorted(counts.items(), key=lambda item: (-int(item[1]), item[0]))
    return tuple(
        CountRow(words(key), int(count), stacked_bar((((tones or {}).get(key, "plain"), int(count)),), most))
        for key, count in ranked
    )


def quarantine_rows(quarantine: Mapping[str, Mapping[str, int]]) -> tuple[QuarantineRow, ...]:
    """Stages in the order of the graph, largest reason first."""
    order = {stage.value: place for place, stage in enumerate(Stage)}
    stages = sorted(quarantine, key=lambda stage: (order.get(stage, len(order)), stage))
    most = max((int(count) for reasons in quarantine.values() for count in reasons.values()), default=0)
    return tuple(
        QuarantineRow(words(stage), words(reason), int(count), stacked_bar((("held", int(count)),), most))
        for stage in stages
        for reason, count in sorted(quarantine[stage].items(), key=lambda item: (-int(item[1]), item[0]))
    )


def fidelity_rows(fidelity: Mapping[str, Mapping[str, Any] | None]) -> tuple[FidelityRow, ...]:
    """Sides of which something was measured."""
    return tuple(
        FidelityRow(side, int(entry["n"]), tuple(float(entry[key]) for key in QUANTILES), spread(entry))
        for side, entry in fidelity.items()
        if entry and entry["n"]
    )


def policy_rows(policy: Mapping[str, Any]) -> tuple[PolicyRow, ...]:
    """One row per attribute that ``mentions`` or ``questions`` of a manifest's policy names."""
    mentions, questions = policy.get("mentions") or {}, policy.get("questions") or {}
    return tuple(
        PolicyRow(name, str(mentions.get(name, "–")), str(questions.get(name, "–")))
        for name in in_taxonomy_order({**mentions, **questions})
    )


def flat_settings(settings: Mapping[str, Any], prefix: str = "") -> tuple[tuple[str, str], ...]:
    """Nested settings as dotted keys and printable values, in the given order."""
    rows: list[tuple[str, str]] = []
    for key, value in settings.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows += flat_settings(value, f"{name}.")
        elif isinstance(value, list | tuple):
            rows.append((name, ", ".join(str(item) for item in value)))
        else:
            rows.append((name, "" if value is None else str(value)))
    return tuple(rows)
