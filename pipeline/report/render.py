"""Writes ``audit/report.html``: one static file without scripts that opens from a disk, offline."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from pipeline.report import tables

if TYPE_CHECKING:
    from jinja2 import Environment

_DIGEST_SHOWN = 12
_EMPTY_MANIFEST: Mapping[str, Any] = {
    "mmscrub_version": "",
    "schema_version": "",
    "inputs": (),
    "shards": (),
    "engines": (),
    "policy": {},
    "settings": {},
}


def render_report(
    summary: Mapping[str, Any], manifest: Mapping[str, Any], run: Mapping[str, Any] | None
) -> str:
    """The report as HTML5 text.

    ``summary`` and ``manifest`` are the contents of ``audit/summary.json`` and ``manifest.json``; ``run`` is
    that of ``run.json`` or None. Everything printed is a count, a name from the schemas or a setting, and
    is escaped. Raises KeyError if ``summary`` lacks ``records``.
    """
    manifest = {**_EMPTY_MANIFEST, **manifest}
    template = _environment().get_template("report.html.j2")
    images = summary.get("images") or {}
    verdicts = summary.get("verdicts") or {}
    held_back = summary.get("images_held_back") or {}
    return template.render(
        css=resources.files("pipeline.report").joinpath("report.css").read_text(encoding="utf-8"),
        books=tables.books(summary),
        with_findings=summary["records"].get("with_findings"),
        turns=summary.get("turns", 0),
        images=images,
        paper=tables.paper_rows(summary),
        paper_attributes=[words_of(name) for name in tables.PAPER_ATTRIBUTES],
        text=tables.text_table(summary.get("text_findings") or {}),
        image_rows=tables.image_table(
            summary.get("image_findings") or {}, summary.get("image_edits_by_attribute") or {}
        ),
        image_bar=tables.image_bar(images),
        image_area=tables.fidelity_rows({"painted share": summary.get("image_area")}),
        images_held_back=tables.count_rows(held_back, dict.fromkeys(held_back, "held")),
        second_look=summary.get("second_look") or {},
        edits=tables.count_rows(summary.get("edits") or {}),
        image_edits=tables.count_rows(summary.get("image_edits") or {}),
        verdicts=tables.count_rows(verdicts, {"passed": "kept", "held_back": "held"}),
        quarantine=tables.quarantine_rows(summary.get("quarantine") or {}),
        fidelity=tables.fidelity_rows(summary.get("fidelity") or {}),
        quantiles=tables.QUANTILES,
        notes=tables.count_rows(summary.get("notes") or {}),
        manifest=manifest,
        policy=tables.flat_settings(_without_actions(manifest["policy"])),
        policy_rows=tables.policy_rows(manifest["policy"]),
        settings=tables.flat_settings(manifest["settings"]),
        run=run,
    )


def words_of(attribute: str) -> str:
    """The last part of an attribute's name as people read it: ``eye color``."""
    return tables.words(attribute.rpartition(".")[2])


def _without_actions(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in policy.items() if key not in ("mentions", "questions")}


def _environment() -> Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.report", package_path=""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = format_number
    environment.filters["digest"] = short_digest
    environment.filters["duration"] = format_duration
    environment.filters["share"] = format_share
    return environment


def format_number(value: float | None) -> str:
    """Thousands separated by commas; a fraction keeps one digit; None is a dash."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def format_share(part: int, whole: int) -> str:
    """Percent with one digit; a dash where there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def short_digest(digest: str) -> str:
    """The first characters of a hexadecimal digest, enough to compare by eye; empty stays a dash."""
    return digest[:_DIGEST_SHOWN] if digest else "–"


def format_duration(seconds: float) -> str:
    """Seconds as ``1 h 02 min``, ``3 min 05 s`` or ``12.3 s``."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    if whole >= 60:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{seconds:.1f} s"
