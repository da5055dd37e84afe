"""Which images a person gets to see."""

from hashlib import sha256

from pipeline.image_cache import ImageResult
from pipeline.review.choose import choose
from schemas.finding import Box, ImageFinding, Kind

KEY = b"k" * 32


def found(attribute):
    return ImageFinding(attribute, Kind.EXPLICIT, "test", 0.9, Box(0, 0, 9, 9))


def corpus():
    """A hundred faces, two codes, one held back, fifty without a finding, one that nobody could read."""
    made = [("face", (found("image.face"),), "")] * 100
    made += [("code", (found("image.code"), found("image.face")), "")] * 2
    made += [("held", (found("image.text_pii"),), "image_still_leaks"), ("bad", (), "image_undecodable")]
    made += [("plain", (), "")] * 50
    results = {}
    for number, (kind, findings, reason) in enumerate(made):
        sha = sha256(str(number).encode()).hexdigest()
        results[sha] = (ImageResult(sha, findings, reason=reason), kind)
    return results


def chosen(results, count, key=KEY):
    images = [(sha, f"/images/{sha}") for sha in results]
    picked = choose(images, lambda sha: results[sha][0], count, key)
    return [results[result.sha256][1] for result, _ in picked], [result.sha256 for result, _ in picked]


def test_every_kind_is_seen_and_what_is_held_back_comes_first():
    kinds, shas = chosen(corpus(), 8)
    assert len(shas) == len(set(shas)) == 8
    assert kinds[0] == "held"
    assert kinds[-1] == "plain"
    assert {"face", "code"} <= set(kinds)
    assert "bad" not in kinds


def test_the_choice_depends_on_the_key_alone():
    results = corpus()
    backwards = dict(reversed(results.items()))
    assert chosen(results, 20) == chosen(backwards, 20)
    assert chosen(results, 20)[1] != chosen(results, 20, b"x" * 32)[1]


def test_a_small_corpus_is_shown_whole():
    results = corpus()
    assert len(chosen(results, 1000)[1]) == len(results) - 1
    assert chosen({}, 5) == ([], [])
