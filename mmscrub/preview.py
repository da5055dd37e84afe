"""``mmscrub preview``: a build of the first records into a temporary folder, shown as a diff."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.text import Text

from mmscrub.explain_view import printable, show_explained_turn
from pipeline.config import RunConfig, make_config
from pipeline.layout import Layout
from pipeline.parse_record import ParseLimits, parse_record
from pipeline.partition import find_images
from pipeline.plan import RunPlan
from pipeline.readers.open import list_sources
from pipeline.readers.read_rows import read_rows
from pipeline.readers.source import RawRow
from pipeline.record_stage import conversation_of, hidden_in, image_loader
from pipeline.toolbox import Toolbox
from runners.local import run_local
from schemas.edit import Action
from schemas.errors import RejectRecord
from schemas.record import Origin, Record
from transforms.text.audit import audit_conversations
from transforms.text.clean import clean_conversations
from transforms.text.contract import Conversation
from transforms.text.explain import Explanation, explain
from transforms.text.quoted_values import HiddenValues

_PLACES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Previewed:
    """What a finished preview run says of one source row."""

    record_key: str
    cleaned: Any = None
    removed: frozenset[int] = frozenset()
    """Turns that the cap on refusals left out."""
    image_lines: tuple[str, ...] = ()
    quarantined: str = ""


def show_preview(console: Console, settings: Mapping[str, Any], count: int, *, explained: bool) -> None:
    """Prints before and after of the first ``count`` records of the first source.

    ``settings``: keys of the config file, ``input`` among them. ``explained``: also why each edit was made
    and what verifier and fidelity gate say, and the last candidate of a record that is held back.
    """
    source = list_sources(str(settings["input"]))[0]
    with TemporaryDirectory(prefix="mmscrub-preview-") as folder:
        own = {"input": source.uri, "out": Path(folder) / "out", "limit": count, "workers": 1}
        config = make_config({**settings, **own})
        result = run_local(config)
        seen = _previewed_rows(result.layout, source.name)
        tools = Toolbox(result.plan) if explained else None
        for row in islice(read_rows(source), count):
            console.rule(Text(f"row {row.row}"), align="left")
            told = seen.get(row.row, _Previewed("", quarantined="unknown"))
            record = _readable(row.value, source.uri, config)
            why = None
            if tools is not None and record is not None:
                hidden = _hidden(row, record, result.plan)
                why = _explanation(conversation_of(record, hidden), told.record_key, tools)
            if record is not None and told.cleaned is not None:
                after = _readable(told.cleaned, source.uri, config)
                _show_turns(console, record, _by_turn(record, after, told.removed), why)
            elif record is not None and why is not None:
                _show_turns(console, record, [turn.after for turn in why.turns], why)
                console.print(Text("not emitted; above is the last candidate", style="red"))
            for line in told.image_lines:
                console.print(Text(f"image {line}", style="yellow"))
            if told.quarantined:
                console.print(Text(f"quarantined: {told.quarantined}", style="red"))


def _readable(raw: Any, uri: str, config: RunConfig) -> Record | None:
    try:
        return parse_record(raw, Origin(uri, 0), ParseLimits(config.limits.turn_characters))
    except RejectRecord:
        return None


def _hidden(row: RawRow, record: Record, plan: RunPlan) -> HiddenValues | None:
    """What the images of a record no longer show, as the finished run of ``plan`` found it."""
    try:
        refs = find_images(row, record, plan.partition_settings())
    except RejectRecord:
        return None
    loaded = map(image_loader(plan), (ref.sha256 for ref in refs if ref.sha256))
    return hidden_in([image for image in loaded if image is not None], plan)


def _explanation(conversation: Conversation, record_key: str, tools: Toolbox) -> Explanation:
    """The text side of one record once more, with what the run does not keep."""
    found = audit_conversations([conversation], rules=tools.rules, parser=tools.parser)
    policy = tools.plan.policy
    (cleaned,) = clean_conversations(
        [conversation],
        found,
        keys=[record_key],
        policy=policy,
        rules=tools.rules,
        parser=tools.parser,
        embedder=tools.embedder,
        rewriter=tools.rewriter,
    )
    return explain(conversation, cleaned, key=record_key, policy=policy, embedder=tools.embedder)


def _by_turn(record: Record, after: Record | None, removed: frozenset[int]) -> list[str]:
    """The emitted text of each turn of ``record``; empty for those that are left out."""
    emitted = iter(after.turns if after else ())
    return ["" if turn in removed else next(emitted).text for turn in range(len(record.turns))]


def _show_turns(console: Console, record: Record, after: list[str], why: Explanation | None) -> None:
    if len(after) < len(record.turns):
        console.print(Text("rounds beyond the share of refusals are left out; what stays:", style="red"))
        for now in after:
            console.print(Text(printable(now)))
        return
    for number, (turn, now) in enumerate(zip(record.turns, after, strict=True)):
        console.print(Text(f"{turn.role.value:>6}: ").append_text(_diff(turn.text, now)))
        if why is not None:
            show_explained_turn(console, why.turns[number], why.least_fidelity)


def _diff(before: str, after: str) -> Text:
    """Removed words struck through, new ones bold."""
    old, new = printable(before).split(" "), printable(after).split(" ")
    text = Text()
    for operation, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            text.append(" ".join(old[i:j]) + " ")
            continue
        if i < j:
            text.append(" ".join(old[i:j]), style="red strike").append(" ")
        if k < m:
            text.append(" ".join(new[k:m]), style="bold green").append(" ")
    return text


def _previewed_rows(layout: Layout, name: str) -> dict[int, _Previewed]:
    """Emitted and quarantined rows of the run by their place in the source; every file is read once."""
    records = json.loads((layout.llava / f"{name}.json").read_text("utf-8"))
    lineage = {row["source_row"]: row["record_key"] for row in _rows(layout.audit, "lineage-*.parquet")}
    data = {
        row["provenance"]["record_key"]: row
        for row in _rows(layout.data, "*.parquet", ["edits", "image_edits", "fidelity", "provenance"])
    }
    quarantined = {row["source_row"]: row for row in _rows(layout.quarantine, "*.parquet")}
    emitted = sorted(set(lineage) - set(quarantined))
    seen = {
        row: _Previewed(
            lineage[row],
            cleaned,
            frozenset(
                edit["turn"] for edit in data[lineage[row]]["edits"] if edit["action"] == Action.DROP.value
            ),
            image_lines(data[lineage[row]]["image_edits"], data[lineage[row]]["fidelity"]["image"]),
        )
        for row, cleaned in zip(emitted, records, strict=True)
    }
    for row, held in quarantined.items():
        seen[row] = _Previewed(held["record_key"], quarantined=f"{held['stage']}: {held['reason']}")
    return seen


def image_lines(edits: Sequence[Mapping[str, Any]], fidelity: float | None) -> tuple[str, ...]:
    """What the images of a record lose: a line per image, attribute and method, with the places."""
    places: dict[tuple[int, str, str], list[str]] = {}
    for edit in edits:
        box = edit["box"]
        where = "metadata" if box is None else f"{box[2] - box[0]} x {box[3] - box[1]} at {box[0]},{box[1]}"
        places.setdefault((edit["image"], edit["attribute"], edit["method"]), []).append(where)
    lines = [
        f"{image + 1}: {attribute} {method}: {_some(where)}"
        for (image, attribute, method), where in sorted(places.items())
    ]
    if fidelity is not None:
        lines.append(f"what is left of it: fidelity {fidelity:.3f}")
    return tuple(lines)


def _some(places: Sequence[str]) -> str:
    more = len(places) - _PLACES_SHOWN
    return "; ".join(places[:_PLACES_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _rows(folder: Path, pattern: str, columns: list[str] | None = None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for path in sorted(folder.glob(pattern)):
        rows += pq.read_table(path, columns=columns).to_pylist()
    return rows
