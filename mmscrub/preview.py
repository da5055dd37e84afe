"""``mmscrub preview``: a build of the first records into a temporary folder, shown as a diff."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.text import Text

from pipeline.config import make_config
from pipeline.layout import Layout
from pipeline.parse_record import ParseLimits, parse_record
from pipeline.readers.open import list_sources
from pipeline.readers.read_rows import read_rows
from runners.local import run_local
from schemas.record import Origin


def show_preview(console: Console, input: str, images: str | None, count: int, policy: str) -> None:
    """Prints before and after of the first ``count`` records of the first source."""
    source = list_sources(input)[0]
    with TemporaryDirectory(prefix="mmscrub-preview-") as folder:
        settings: dict[str, Any] = {"input": source.uri, "out": Path(folder) / "out", "policy": policy}
        config = make_config(settings | {"images": images or "", "limit": count, "workers": 1})
        result = run_local(config)
        cleaned = _cleaned_by_row(result.layout, source.name)
        quarantined = _quarantined_by_row(result.layout)
        boxes = _image_edits_by_row(result.layout)
        for row in islice(read_rows(source), count):
            console.rule(Text(f"row {row.row}"), align="left")
            if row.row in cleaned:
                _show_record(console, row.value, cleaned[row.row], source.uri)
                for line in boxes.get(row.row, ()):
                    console.print(Text(f"image: {line}", style="yellow"))
            else:
                console.print(Text(f"quarantined: {quarantined.get(row.row, 'unknown')}", style="red"))


def _show_record(console: Console, before: Any, after: Any, uri: str) -> None:
    limits = ParseLimits()
    old = parse_record(before, Origin(uri, 0), limits).turns
    new = parse_record(after, Origin(uri, 0), limits).turns
    for was, now in zip(old, new, strict=True):
        console.print(Text(f"{was.role.value:>6}: ").append_text(_diff(was.text, now.text)))


def _diff(before: str, after: str) -> Text:
    """Removed words struck through, new ones bold. Control characters never reach the terminal."""
    old, new = _printable(before).split(" "), _printable(after).split(" ")
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


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "⏎" if c == "\n" else "�" for c in text)


def _cleaned_by_row(layout: Layout, name: str) -> dict[int, Any]:
    records = json.loads((layout.llava / f"{name}.json").read_text("utf-8"))
    lineage = [row for path in sorted(layout.audit.glob("lineage-*.parquet")) for row in _rows(path)]
    rows = sorted(row["source_row"] for row in lineage)
    return dict(zip(rows, records, strict=True))


def _quarantined_by_row(layout: Layout) -> dict[int, str]:
    rows = [row for path in sorted(layout.quarantine.glob("*.parquet")) for row in _rows(path)]
    return {row["source_row"]: f"{row['stage']}: {row['reason']}" for row in rows}


def _image_edits_by_row(layout: Layout) -> dict[int, list[str]]:
    lineage = [row for path in sorted(layout.audit.glob("lineage-*.parquet")) for row in _rows(path)]
    row_of = {row["record_key"]: row["source_row"] for row in lineage}
    edits: dict[int, list[str]] = {}
    for path in sorted(layout.data.glob("*.parquet")):
        for row in pq.read_table(path, columns=["image_edits", "provenance"]).to_pylist():
            lines = [
                f"{e['attribute']} {e['method']} at {e['box'] or 'metadata'}" for e in row["image_edits"]
            ]
            edits[row_of[row["provenance"]["record_key"]]] = lines
    return edits


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return rows
