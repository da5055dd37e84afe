"""Whether what is said of a picture still goes with it once it is redacted."""

from __future__ import annotations

from transforms.engines.protocols import ImageTextMatcher, RgbArray


def caption_match(matcher: ImageTextMatcher, before: RgbArray, after: RgbArray, text: str) -> float | None:
    """The share of the similarity of ``text`` with the picture ``before`` that it has with the picture
    ``after``, 0 to 1, rounded to four decimals; None if it never went with it (no positive similarity)."""
    first, second = matcher.match([before, after], text)
    if first <= 0:
        return None
    return round(min(1.0, max(0.0, second / first)), 4)
