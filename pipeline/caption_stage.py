"""Compares redacted images with what the cleaned answers say of them. For ``engines.image_text``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.image_cache import ImageCache, ImageResult
from pipeline.image_refs import read_image_bytes
from pipeline.outcome import Chunk, Outcome
from pipeline.rows import cleaned_texts
from pipeline.toolbox import Toolbox
from schemas.errors import RejectRecord, RunFailed
from schemas.reasons import Reason, Stage
from schemas.record import ImageRef, Role
from transforms.engines.protocols import ImageTextMatcher, RgbArray
from transforms.fidelity.caption import caption_match
from transforms.image.open import open_image


def match_captions(chunk: Chunk, tools: Toolbox) -> Chunk:
    """Adds ``caption_match`` to every record with a redacted image and an answer; one of which less is left
    than the policy wants is held back. A failure of the engine holds back that record."""
    matcher = tools.image_text
    if matcher is None:
        return chunk
    cache = ImageCache(tools.plan.layout.image_cache, tools.plan.image_digest())
    outcomes = tuple(_matched(outcome, tools, matcher, cache) for outcome in chunk.outcomes)
    return replace(chunk, outcomes=outcomes)


def _matched(outcome: Outcome, tools: Toolbox, matcher: ImageTextMatcher, cache: ImageCache) -> Outcome:
    if outcome.reason or outcome.record is None or outcome.text is None:
        return outcome
    opened = [ref for ref in outcome.record.images if ref.sha256]
    redacted = [
        (ref, result)
        for ref, result in zip(opened, outcome.images, strict=True)
        if any(edit.box is not None for edit in result.edits)
    ]
    said = [
        text
        for turn, text in zip(outcome.record.turns, cleaned_texts(outcome), strict=True)
        if turn.role is Role.GPT and text.strip()
    ]
    if not redacted or not said:
        return outcome
    try:
        least = _least_match(redacted, said[0], tools, matcher, cache)
    except (MemoryError, RunFailed):
        raise
    except Exception:  # noqa: BLE001  (a model's failure on one record holds back that record only)
        return replace(outcome, stage=Stage.CLEAN_IMAGE.value, reason=Reason.ENGINE_FAILED.value)
    if least is not None and least < tools.plan.policy.image.min_caption_match:
        return replace(outcome, stage=Stage.CLEAN_IMAGE.value, reason=Reason.CAPTION_UNMATCHED.value)
    return replace(outcome, caption_match=least)


def _least_match(
    redacted: Sequence[tuple[ImageRef, ImageResult]],
    text: str,
    tools: Toolbox,
    matcher: ImageTextMatcher,
    cache: ImageCache,
) -> float | None:
    """Over the redacted images of a record, the one that lost most."""
    matches = []
    for ref, result in redacted:
        before = _picture(Path(ref.location), tools)
        after = _picture(cache.cleaned_path(result.sha256), tools)
        matches.append(caption_match(matcher, before, after, text))
    return min((match for match in matches if match is not None), default=None)


def _picture(place: Path, tools: Toolbox) -> RgbArray:
    limits = tools.image_limits
    try:
        return open_image(read_image_bytes(place, limits.max_bytes), limits).rgb
    except RejectRecord:
        raise RunFailed("an image changed while the run was reading it: run again") from None
