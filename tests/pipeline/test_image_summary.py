"""The numbers of the distinct images of a run."""

from collections import Counter

from pipeline.image_cache import ImageCache, ImageResult
from pipeline.summary import build_summary, tally_image
from schemas.edit import Action, ImageEdit
from schemas.finding import Box, ImageFinding, Kind

BOX = Box(1, 2, 3, 4)
FACE = ImageFinding("image.face", Kind.EXPLICIT, "centerface", 0.9, BOX)
BLUR = ImageEdit(0, BOX, "image.face", Action.REDACT, "blur")
RESULTS = (
    ImageResult("a" * 64, (FACE, FACE), (BLUR, BLUR), 0.9, "b" * 64, second_looks=(2, 1), area=0.25),
    ImageResult("c" * 64, (FACE,), stage="verify", reason="image_still_leaks", second_looks=(4, 3)),
    ImageResult("d" * 64),
)


def test_images_are_counted_by_what_became_of_them():
    tally = Counter()
    for result in RESULTS:
        tally.update(tally_image(result))
    summary = build_summary(tally)
    assert summary["images"] == {
        "distinct": 3,
        "redacted": 1,
        "unchanged": 1,
        "metadata_stripped": 0,
        "held_back": 1,
    }
    assert summary["image_findings"] == {"image.face": {"boxes": 3, "images": 2}}
    assert summary["image_edits_by_attribute"] == {"image.face": {"redact": {"blur": 2}}}
    assert summary["image_area"]["p50"] == 0.25
    assert summary["images_held_back"] == {"image_still_leaks": 1}
    assert summary["second_look"] == {"sampled": 2, "leaking": 2, "leaks": 4, "held_back": 1}


def test_results_come_back_from_the_cache_as_they_were(tmp_path):
    cache = ImageCache(tmp_path, "0" * 64)
    for result in RESULTS:
        cache.save(result, None)
        assert cache.load(result.sha256) == result
