from __future__ import annotations

import copy
from html.parser import HTMLParser

import pytest

from pipeline.report.figures import spread, stacked_bar
from pipeline.report.render import format_duration, render_report
from pipeline.report.tables import count_rows, flat_settings, policy_rows, quarantine_rows, text_table

DIGEST = "9f2c6b1a7e" * 6 + "abcd"
SUMMARY = {
    "schema_version": "1.0",
    "records": {"in": 1200, "emitted": 1195, "quarantined": 5},
    "turns": 4810,
    "images": {"distinct": 40, "redacted": 12, "unchanged": 28, "metadata_stripped": 3},
    "text_findings": {
        "pii.email": {"explicit": {"answer": {"mentions": 7, "turns": 6, "records": 5}}},
        "biometric.gender": {
            "implicit": {"answer": {"mentions": 311, "turns": 222, "records": 199}},
            "explicit": {
                "question": {"mentions": 17, "turns": 16, "records": 15},
                "answer": {"mentions": 1041, "turns": 904, "records": 803},
            },
        },
    },
    "image_findings": {"image.face": {"boxes": 61, "images": 33}},
    "edits": {"rewrite": 1352, "mask": 9},
    "image_edits": {"blur": 61},
    "image_edits_by_attribute": {"image.face": {"redact": {"blur": 58, "solid": 3}}},
    "image_area": {
        "n": 12, "min": 0.01, "p01": 0.01, "p05": 0.01, "p25": 0.02, "p50": 0.05, "p75": 0.1, "max": 0.4
    },
    "images_held_back": {"image_still_leaks": 2},
    "second_look": {"sampled": 6, "leaking": 1, "leaks": 2, "held_back": 0},
    "verdicts": {"passed": 1195, "held_back": 4},
    "quarantine": {"read": {"image_missing": 1}, "verify": {"text_still_leaks": 4}},
    "notes": {"image_token_missing": 2},
    "fidelity": {
        "text": {
            "n": 801, "min": 0.5, "p01": 0.6, "p05": 0.7, "p25": 0.8, "p50": 0.91, "p75": 0.95, "max": 1.0
        },
        "image": None,
    },
}  # fmt: skip
MANIFEST = {
    "schema_version": "1.0",
    "mmscrub_version": "0.1.0",
    "inputs": [{"uri": "/a/b/corpus.json", "name": "corpus.json", "rows": 1200, "sha256": DIGEST}],
    "shards": [{"path": "data/train-00000-of-00001.parquet", "rows": 1195, "sha256": DIGEST}],
    "policy": {
        "name": "standard",
        "digest": DIGEST,
        "mentions": {"pii.email": "mask", "biometric.age": "rewrite"},
        "questions": {"biometric.age": "refuse"},
    },
    "seed": 7,
    "engines": [
        {
            "role": "ocr",
            "name": "rapidocr",
            "version": "3.10.0",
            "weights_sha256": DIGEST,
            "settings": "side=640",
        }
    ],
    "settings": {"text": {"min_fidelity": 0.6}, "images": None},
}
RUN = {
    "started": "2026-05-01T12:00:00+00:00", "seconds": 61.0, "records_per_s": 19.67, "images_per_s": 0.7,
    "workers": 2, "host": "machine-name", "python": "3.11.7", "platform": "Linux",
}  # fmt: skip
EMPTY = {"records": {"in": 0, "emitted": 0, "quarantined": 0}}


class Page(HTMLParser):
    """Collects what the tests ask about; complains about unbalanced tags."""

    VOID = frozenset(("meta", "rect", "line", "link", "br"))

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.tables_with_caption: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables_with_caption.append(False)
        if tag == "caption":
            self.tables_with_caption[-1] = True
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data.split()


def test_all_sections_show_their_numbers():
    page = Page(render_report(SUMMARY, MANIFEST, RUN))
    assert not page.open
    shown = ("1,200", "4,810", "1,041", "311", "61", "1,352", "1,195", "801", "0.910", "rapidocr", "standard")
    for word in (*shown, "corpus.json.", "machine", "min_fidelity"):
        found = any(word in other for other in page.words)
        assert found is (word != "machine"), word


def test_page_renders_from_summary_and_manifest_alone():
    page = Page(render_report(SUMMARY, MANIFEST, None))
    assert "Balanced:" in page.words
    assert "started" not in page.words


@pytest.mark.parametrize("manifest", [{}, {"inputs": [], "engines": [], "shards": [], "policy": {}}])
def test_an_empty_run_has_a_page(manifest):
    page = Page(render_report(EMPTY, manifest, None))
    assert not page.open
    assert "Balanced:" in page.words


def test_books_that_do_not_balance_are_called_so():
    summary = copy.deepcopy(SUMMARY)
    summary["records"]["emitted"] -= 1
    html = render_report(summary, MANIFEST, None)
    assert "Not balanced:" in html
    assert "1,200 in ≠ 1,194 emitted + 5 quarantined" in html


def test_page_is_static_and_loads_nothing():
    html = render_report(SUMMARY, MANIFEST, RUN)
    page = Page(html)
    policies = [attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    assert {"script", "link", "img", "iframe"}.isdisjoint(tag for tag, _ in page.tags)
    assert not any(key in attrs for _, attrs in page.tags for key in ("src", "href", "onload", "style"))
    assert "http://" not in html
    assert "url(" not in html


def test_every_table_has_a_caption_and_every_heading_a_scope():
    page = Page(render_report(SUMMARY, MANIFEST, RUN))
    assert len(page.tables_with_caption) > 8
    assert all(page.tables_with_caption)
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")


def test_markup_in_values_is_escaped():
    manifest = copy.deepcopy(MANIFEST)
    manifest["inputs"][0]["name"] = "<script>alert(1)</script>.json"
    manifest["engines"][0]["settings"] = '"><b>'
    html = render_report(SUMMARY, manifest, None)
    assert "<script>" not in html
    assert "<b>" not in html


def test_same_input_gives_the_same_page():
    assert render_report(SUMMARY, MANIFEST, RUN) == render_report(copy.deepcopy(SUMMARY), MANIFEST, RUN)


def test_text_table_follows_the_taxonomy_and_the_kinds():
    table = text_table(SUMMARY["text_findings"])
    assert table.fields == ("question", "answer")
    assert [group.attribute for group in table.groups] == ["biometric.gender", "pii.email"]
    assert [row.kind for row in table.groups[0].rows] == ["explicit", "implicit"]
    assert table.groups[0].rows[0].mentions == 1058
    assert table.groups[1].rows[0].cells[0] is None


def test_unknown_attributes_and_fields_are_shown_last():
    findings = {
        "custom.badge": {"explicit": {"title": {"mentions": 1, "turns": 1, "records": 1}}},
        **SUMMARY["text_findings"],
    }
    table = text_table(findings)
    assert table.fields == ("question", "answer", "title")
    assert [group.attribute for group in table.groups][-1] == "custom.badge"


def test_a_summary_without_records_is_refused():
    with pytest.raises(KeyError):
        render_report({}, MANIFEST, None)


@pytest.mark.parametrize(
    ("parts", "full", "expected"),
    [
        ((("a", 50), ("b", 50)), 100, [(0.0, 500.0), (500.0, 500.0)]),
        ((("a", 1),), 100_000, [(0.0, 10.0)]),
        ((("a", 99_999), ("b", 1)), 100_000, [(0.0, 1000.0)]),
        ((("a", 0),), 10, []),
        ((("a", 0),), 0, []),
    ],
)
def test_stacked_bars_stay_on_their_track(parts, full, expected):
    drawn = [(segment.start, segment.length) for segment in stacked_bar(parts, full)]
    assert len(drawn) >= len(expected)
    for have, want in zip(drawn, expected, strict=False):
        assert have == pytest.approx(want, abs=0.2)
    assert all(start + length <= 1000.1 for start, length in drawn)


def test_spread_keeps_to_the_axis():
    drawn = spread({"min": -0.1, "p25": 0.5, "p50": 0.75, "p75": 0.5, "max": 1.2})
    assert (drawn.low, drawn.box_start, drawn.median, drawn.high) == (0.0, 500.0, 750.0, 1000.0)
    assert drawn.box_length > 0


def test_counts_are_ranked_and_read_as_words():
    rows = count_rows({"held_back": 2, "passed": 9})
    assert [(row.label, row.count) for row in rows] == [("passed", 9), ("held back", 2)]


def test_policy_is_one_row_per_attribute():
    rows = [(row.attribute, row.mention, row.question) for row in policy_rows(MANIFEST["policy"])]
    assert rows == [("biometric.age", "rewrite", "refuse"), ("pii.email", "mask", "–")]
    assert "mentions.pii.email" not in render_report(SUMMARY, MANIFEST, None)


def test_quarantine_follows_the_graph():
    rows = quarantine_rows(
        {"verify": {"a_b": 1}, "audit_image": {"x": 2, "y": 5}, "read": {"z": 1}, "own": {"q": 9}}
    )
    assert [(row.stage, row.reason) for row in rows] == [
        ("read", "z"), ("audit image", "y"), ("audit image", "x"), ("verify", "a b"), ("own", "q"),
    ]  # fmt: skip


def test_settings_become_dotted_keys():
    nested = {"a": {"b": 1, "c": {"d": [1, 2]}}, "e": None}
    assert flat_settings(nested) == (("a.b", "1"), ("a.c.d", "1, 2"), ("e", ""))


@pytest.mark.parametrize(
    ("seconds", "text"), [(12.34, "12.3 s"), (61, "1 min 01 s"), (3720, "1 h 02 min"), (59.99, "1 min 00 s")]
)
def test_durations_read_naturally(seconds, text):
    assert format_duration(seconds) == text


def test_images_show_what_was_found_done_and_left():
    page = render_report(SUMMARY, MANIFEST, None)
    for said in (
        "redact: blur <strong>58<",
        "redact: solid <strong>3<",
        "image still leaks",
        "read again",
        "0.400",
    ):
        assert said in page, said


def test_a_summary_of_an_older_version_still_has_a_report():
    older = {k: v for k, v in SUMMARY.items() if k not in ("image_area", "second_look", "images_held_back")}
    assert "read again" not in render_report(older, MANIFEST, None)
