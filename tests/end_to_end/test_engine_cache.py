"""``--cache``: later runs ask the image engines less, and nothing else tells the runs apart."""

import json

import pytest

import mmscrub
from schemas.errors import ConfigError
from tests.small_corpus import SMALL_SHARDS, build_small, shard_digests


def audit_small(corpus, out, **settings):
    defaults = {"images": str(corpus / "images"), "shards": SMALL_SHARDS, "workers": 1}
    return mmscrub.audit(corpus / "corpus.json", out, **(defaults | settings))


def calls(result):
    return json.loads((result.layout.run).read_text())["image_engines"]


@pytest.fixture(scope="module")
def runs(small_corpus, tmp_path_factory):
    """An audit and a build that share a cache, and a second build that finds it warm."""
    place = tmp_path_factory.mktemp("runs")
    cache = place / "answers"
    return cache, [
        audit_small(small_corpus, place / "audit", cache=cache),
        build_small(small_corpus, place / "build", cache=cache),
        build_small(small_corpus, place / "again", cache=cache),
    ]


def test_a_build_after_an_audit_looks_at_redacted_images_only(runs):
    _, (audited, built, _) = runs
    images, redacted = (built.summary["images"][name] for name in ("distinct", "redacted"))
    assert calls(audited)["calls"] == 3 * images
    assert calls(built)["calls"] <= 3 * redacted
    assert calls(built)["answers_reused"] >= 3 * images


def test_a_second_build_asks_no_engine(runs):
    _, (_, _, again) = runs
    assert calls(again)["calls"] == 0


def test_a_warm_cache_gives_the_bytes_of_no_cache(runs, small_build):
    _, (_, built, again) = runs
    _, out, _ = small_build
    expected = shard_digests(out)
    assert shard_digests(built.layout.root) == shard_digests(again.layout.root) == expected
    for name in ("manifest.json", "audit/summary.json"):
        assert (again.layout.root / name).read_bytes() == (out / name).read_bytes()


def test_a_damaged_cache_is_rebuilt_and_counted(runs, small_corpus, small_build, tmp_path):
    cache, _ = runs
    entries = sorted(cache.glob("*/*/*.json"))
    for entry in entries:
        entry.write_bytes(entry.read_bytes()[:20])
    result = build_small(small_corpus, tmp_path / "out", cache=cache)
    assert calls(result)["answers_rebuilt"] == calls(result)["calls"] > 0
    assert shard_digests(tmp_path / "out") == shard_digests(small_build[1])


@pytest.mark.parametrize("place", ["out", "out/answers", "out/data/answers"])
def test_a_cache_in_the_output_is_refused(small_corpus, tmp_path, place):
    with pytest.raises(ConfigError, match="keep it apart"):
        build_small(small_corpus, tmp_path / "out", cache=tmp_path / place)
    assert not (tmp_path / "out").exists()
