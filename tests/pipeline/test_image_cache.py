"""A kept result comes back as it was."""

from pipeline.image_cache import ImageCache, ImageResult
from schemas.finding import Box, ImageFinding, Kind

QUAD = ((50.5, 20.0), (250.0, 40.0), (248.0, 60.1), (48.0, 40.0))
SHA = "ab" * 32


def test_findings_come_back_with_box_quad_and_neither(tmp_path):
    findings = (
        ImageFinding("image.exif", Kind.EXPLICIT, "metadata", 1.0, None),
        ImageFinding("image.face", Kind.EXPLICIT, "centerface", 0.9, Box(1, 2, 3, 4)),
        ImageFinding("image.text_pii", Kind.EXPLICIT, "ocr.x", 0.8, Box(48, 20, 250, 61), "f0", QUAD),
    )
    cache = ImageCache(tmp_path, "0" * 64)
    for result in (ImageResult(SHA, findings), ImageResult(SHA, findings[:2], late_findings=findings[2:])):
        cache.save(result, None)
        assert cache.load(SHA) == result
