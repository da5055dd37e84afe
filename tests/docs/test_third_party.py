from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "third_party.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NAMES = sorted(
    {
        re.split(r"[<>=\[; ]", requirement)[0]
        for group in (PROJECT["dependencies"], *PROJECT["optional-dependencies"].values())
        for requirement in group
    }
)


@pytest.mark.parametrize("name", NAMES)
def test_every_dependency_is_listed(name):
    assert re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", PAGE)


def test_every_bundled_model_is_listed():
    folders = {path.parent.relative_to(ROOT) for path in (ROOT / "transforms").rglob("SHA256SUMS")}
    assert folders
    for folder in folders:
        assert folder.as_posix() in PAGE


def test_nothing_listed_forbids_commercial_use_or_derivatives():
    assert not re.search(r"CC BY-N[CD]|-NC-|-ND-", PAGE)


def test_links_point_at_files_that_exist():
    for page in ("docs/third_party.md", "CONTRIBUTING.md", "CHANGELOG.md", "examples/README.md"):
        path = ROOT / page
        targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8"))
        for target in targets:
            assert (path.parent / target).exists(), (page, target)
