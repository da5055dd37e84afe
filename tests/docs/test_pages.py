"""What the pages say exists: linked files, named files, keys of policies and of the rewriter, all parts."""

import re
from pathlib import Path

import pytest

from evaluation.image_quality import PARTS as IMAGE_PARTS
from evaluation.text_quality import PARTS
from pipeline.config import RewriterSection
from pipeline.disclosure.config import PACKAGE as DISCLOSURE
from pipeline.disclosure.config import DisclosureConfig
from pipeline.policy_file import PolicyFile
from pipeline.presets import described_presets
from pipeline.watermark.config import PACKAGE, WatermarkConfig
from transforms.watermark.mark_settings import MarkSettings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PACKAGES = ("schemas", "transforms", "pipeline", "runners", "mmscrub", "evaluation", "benchmarks", "tests")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_exist(page):
    text = page.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    named = re.findall(rf"`((?:{'|'.join(PACKAGES)})/[\w./-]+)`", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [name for name in named if not (ROOT / name).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_names_a_place_of_one_machine(page):
    assert not re.search(r"(?<![\w.])/(?:home|work|root|tmp|opt|mnt)/", page.read_text("utf-8"))


def test_every_key_of_a_policy_and_of_the_rewriter_is_explained():
    policy, text = (ROOT / "docs" / name for name in ("policy.md", "text.md"))
    for key in PolicyFile.model_fields:
        assert f"| `{key}` |" in policy.read_text("utf-8"), key
    for key in RewriterSection.model_fields:
        assert f"  {key}: " in text.read_text("utf-8"), key


def test_every_part_that_is_measured_is_described():
    page = (ROOT / "docs" / "evaluation.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.M)
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.M)) == {*PARTS, *IMAGE_PARTS}


def test_steps_named_on_the_text_page_are_files_of_the_text_side():
    table = (ROOT / "docs" / "text.md").read_text("utf-8").partition("## The audit table")[0]
    for name in re.findall(r"`(\w+\.py)", table):
        assert (ROOT / "transforms" / "text" / name).is_file(), name


def test_every_key_of_a_watermarked_split_is_on_its_page():
    page = (ROOT / "docs" / "watermark.md").read_text("utf-8")
    for key in (*WatermarkConfig.model_fields, *MarkSettings.model_fields):
        assert re.search(rf"\b{key}\b", page), key
    for name, _ in described_presets(PACKAGE):
        assert f"| `{name}` |" in page, name


def test_every_key_of_a_disclosure_benchmark_is_on_its_page():
    page = (ROOT / "docs" / "disclosure.md").read_text("utf-8")
    for key, field in DisclosureConfig.model_fields.items():
        assert re.search(rf"^{key}:", page, re.M), key
        for inner in getattr(field.annotation, "model_fields", {}) if key != "limits" else ():
            assert re.search(rf"^{key}: .*\b{inner}\b", page, re.M), (key, inner)
    for name, _ in described_presets(DISCLOSURE):
        assert f"| `{name}` |" in page, name
