"""The page for a person: hostile words stay words."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from pipeline.config import make_config
from pipeline.plan import make_plan
from pipeline.policy_file import load_policy
from pipeline.review.sheet import Outline, Shown, _name, render_sheet

OUTLINE = Outline(
    "1.0,2.0 3.0,2.0 3.0,4.0 1.0,4.0", 1, 2, "face", 0, "image.face, centerface, score 0.90", 12.0
)
SHOWN = Shown(
    "a.jpg", "0" * 12, 640, 480, "redacted", "plain", "data:image/jpeg;base64,AA==",
    "data:image/jpeg;base64,AA==", (OUTLINE,), ("image.face: 1 found by centerface; blur 1",),
)  # fmt: skip


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.seen = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_before_and_after_stand_side_by_side_with_boxes_and_a_warning():
    page = render_sheet([SHOWN], audit=False)
    assert "This page holds personal data" in page
    assert page.count("<figcaption>") == 2
    assert page.count("<polygon") == 1
    assert ">face</text>" in page


def test_an_audit_has_no_after():
    page = render_sheet([replace(SHOWN, after="")], audit=True)
    assert page.count("<img") == page.count("<polygon") == 1
    assert "<figcaption>" not in page


def test_hostile_words_are_escaped_and_nothing_is_loaded():
    bad = '"><script>alert(1)</script><img src=http://x onerror=y>'
    outline = replace(OUTLINE, label=bad, detail=bad)
    page = render_sheet([replace(SHOWN, name=bad, lines=(bad,), found=(outline,))], audit=False)
    tags = Tags(page).seen
    assert not [tag for tag, _ in tags if tag in ("script", "link", "iframe")]
    assert all(attrs["src"].startswith("data:") for tag, attrs in tags if tag == "img")
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]
    assert "default-src 'none'" in page


def test_names_that_turn_the_line_are_shown_as_what_they_are(tmp_path):
    config = make_config({"input": "c.json", "out": "cleaned", "images": str(tmp_path)})
    plan = make_plan(config, (), load_policy("standard"))
    assert _name(str(tmp_path / "set" / "a\u202egpj.exe\n\ud800"), plan) == "set/a\ufffdgpj.exe\ufffd\ufffd"
    assert _name(str(Path("/elsewhere") / "blob"), plan) == ""
