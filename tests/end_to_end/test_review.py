"""``--review``: the one place in OUT that shows images as they were, and only when asked for."""

import stat

import pytest

import mmscrub
from schemas.errors import ConfigError
from tests.small_corpus import build_small, shard_digests


def test_the_sheet_is_for_its_owner_and_changes_nothing_else(small_corpus, small_build, tmp_path):
    out = tmp_path / "out"
    build_small(small_corpus, out, review=4)
    folder = out / "review"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "index.html").stat().st_mode) == 0o600
    assert shard_digests(out) == shard_digests(small_build[1])
    assert not (small_build[1] / "review").exists()
    for name in ("manifest.json", "audit/summary.json"):
        assert (out / name).read_bytes() == (small_build[1] / name).read_bytes()
    first = (folder / "index.html").read_bytes()
    build_small(small_corpus, out, review=4)
    assert (folder / "index.html").read_bytes() == first
    build_small(small_corpus, out)
    assert not folder.exists()


def test_an_audit_shows_what_it_found(small_corpus, tmp_path):
    out = tmp_path / "out"
    mmscrub.audit(small_corpus / "corpus.json", out, images=str(small_corpus / "images"), workers=1, review=2)
    page = (out / "review" / "index.html").read_text()
    assert page.count("<article>") == 2
    assert "<polygon" in page
    assert "after</figcaption>" not in page


def test_a_run_without_images_has_an_empty_sheet(small_corpus, tmp_path):
    build_small(small_corpus, tmp_path / "out", images="none", review=3)
    assert "No image of this run" in (tmp_path / "out" / "review" / "index.html").read_text()


@pytest.mark.parametrize("count", [-1, 1001, 1.5, "many"])
def test_a_number_of_images_that_is_none_is_refused(small_corpus, tmp_path, count):
    with pytest.raises(ConfigError) as caught:
        build_small(small_corpus, tmp_path / "out", review=count)
    assert caught.value.key == "review"
