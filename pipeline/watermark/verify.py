"""Checks a watermarked split against its commitment and recomputes from the revealed key all that was drawn.

Every check says what differs by path, column or digest; never by what a field holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.readers.byte_stream import INPUT_KEY
from pipeline.watermark.config import WatermarkConfig, make_watermark_config
from pipeline.watermark.layout import WatermarkLayout
from pipeline.watermark.output_files import digest_file, digests_of, list_output
from pipeline.watermark.plan import WatermarkPlan
from pipeline.watermark.recompute import (
    Recomputed,
    assignment_differences,
    identity_differences,
)
from pipeline.watermark.recompute_emitted import arm_differences, data_differences
from pipeline.watermark.rerender import FONT_KEY, Sources, check_sources
from pipeline.watermark.revealed import read_manifest
from schemas.errors import ConfigError
from schemas.watermark_columns import OUT_SHA256, PATH
from transforms.watermark.commitment import (
    Commitment,
    digest_commitment,
    digest_key,
    digest_settings,
    list_files,
    read_commitment,
    same_digest,
)

MOST_NAMES = 1000
"""Differences that a check keeps by name; it counts them all."""


class CheckName(StrEnum):
    """What is checked, in this order."""

    COMMITMENT = "commitment"
    KEY = "key"
    SETTINGS = "settings"
    MANIFEST = "manifest files"
    FILES = "emitted files"
    IMAGES = "images"
    IDENTITIES = "identities"
    ASSIGNMENTS = "assignments"
    ARMS = "arms"
    DATA = "data rows"
    SOURCES = "sources"
    GROUPS = "duplicate groups"
    PIXELS = "pixels"


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the report. ``names``: the first of ``different`` things that differ, each with how.
    ``skipped``: why it was not made."""

    name: CheckName
    checked: int = 0
    different: int = 0
    names: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """False if anything differs; a check that was not made has not failed."""
        return not self.different


@dataclass(frozen=True, slots=True)
class Claim:
    """What a verifier is given beside OUT: the revealed secret, the digest that was published before
    training, and the source images where they are at hand."""

    secret: bytes
    published: str | None = None
    sources: Sources | None = None


def verify_split(layout: WatermarkLayout, claim: Claim) -> list[Check]:
    """All checks in their order. What follows from the key is skipped where the key is wrong.

    Raises ConfigError where OUT is no finished split, and for sources or a font that cannot be used.
    """
    committed = _read_committed(layout)
    settings = _read_settings(layout)
    checks = [_check_commitment(committed, claim.published), *_check_files(layout, committed)]
    plan, wrong = None, "the settings are not those that were committed to"
    if same_digest(digest_settings(settings), committed.settings):
        checks.append(_check(CheckName.SETTINGS, 1, []))
        plan, wrong = _plan_of(layout, settings, claim.secret), "the key is not the one that was committed to"
        right = same_digest(digest_key(plan.key, committed.settings), committed.key)
        checks.append(_check(CheckName.KEY, 1, [] if right else [f"key: {_OTHER}"]))
        plan = plan if right else None
    else:
        checks.append(_check(CheckName.SETTINGS, 1, [f"settings: {_OTHER}"]))
    if plan is not None:
        again = Recomputed(plan)
        checks += [*_check_draws(again), *_check_sources(again, claim.sources)]
    made = {check.name for check in checks}
    return [
        next((check for check in checks if check.name is name), Check(name, skipped=wrong))
        for name in CheckName
        if name in made or plan is None
    ]


_OTHER = "not what was committed to"
_NO_MANIFEST = (TypeError, ValueError, LookupError, AttributeError)
"""What rows of a manifest raise that somebody has written by hand. It has failed its digest, too."""
_FROM_SOURCES = (CheckName.SOURCES, CheckName.GROUPS, CheckName.PIXELS)


def _check(name: CheckName, checked: int, different: Iterable[str]) -> Check:
    kept: list[str] = []
    count = 0
    for one in different:
        count += 1
        if len(kept) < MOST_NAMES:
            kept.append(one)
    return Check(name, checked, count, tuple(kept))


def _read_committed(layout: WatermarkLayout) -> Commitment:
    try:
        return read_commitment(layout.commitment.read_bytes(), layout.commitment.name)
    except OSError:
        raise ConfigError(
            "out", str(layout.root), "holds no commitment.json: is it a finished watermarked split?"
        ) from None


def _read_settings(layout: WatermarkLayout) -> dict[str, Any]:
    try:
        settings = json.loads(layout.manifest.read_bytes())["settings"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise ConfigError("out", str(layout.root), "holds no readable manifest.json with settings")
    return settings


def _plan_of(layout: WatermarkLayout, settings: Mapping[str, Any], secret: bytes) -> WatermarkPlan:
    """The plan of the run, as far as its settings tell it. Raises ConfigError for settings of another
    version."""
    written = {name: settings[name] for name in WatermarkConfig.model_fields if name in settings}
    config = make_watermark_config(written | {"input": "revealed", "out": str(layout.root)})
    return WatermarkPlan(layout.root, (), config, secret)


def _check_commitment(committed: Commitment, published: str | None) -> Check:
    different = []
    if not same_digest(digest_commitment(committed), committed.digest):
        different.append("digest: is not that of the file's content")
    if published is not None and not same_digest(published, committed.digest):
        different.append("digest: is not the one that was published")
    return _check(CheckName.COMMITMENT, 1 + (published is not None), different)


def _check_files(layout: WatermarkLayout, committed: Commitment) -> Iterator[Check]:
    output = list_output(layout)
    for name, there, wanted in (
        (CheckName.MANIFEST, output.secrets, committed.secrets),
        (CheckName.FILES, output.files, committed.files),
    ):
        found = digests_of(layout, there)
        yield _check(name, len(wanted), _differences(found, wanted))
    emitted = {name: digest_file(layout.root / name) for name in output.images}
    listing = list_files(emitted.items())
    if listing == committed.images:
        yield _check(CheckName.IMAGES, listing.files, [])
        return
    try:
        rows = read_manifest(layout, (PATH, OUT_SHA256))
        wanted_images = {row[PATH]: row[OUT_SHA256] for row in rows if row[PATH] is not None}
    except ConfigError:
        wanted_images = {}
    named = list(_differences(emitted, wanted_images)) if wanted_images else []
    # The manifest of images may itself have been changed, to agree with the images.
    unnamed = ["all images together: are not those that were committed to"]
    yield _check(CheckName.IMAGES, committed.images.files, named or unnamed)


def _differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(found.keys() | wanted.keys()):
        if name not in found:
            yield f"{name}: missing"
        elif name not in wanted:
            yield f"{name}: additional"
        elif found[name] != wanted[name]:
            yield f"{name}: changed"


def _check_draws(again: Recomputed) -> Iterator[Check]:
    for name, differences in (
        (CheckName.IDENTITIES, identity_differences),
        (CheckName.ASSIGNMENTS, assignment_differences),
        (CheckName.ARMS, arm_differences),
        (CheckName.DATA, data_differences),
    ):
        try:
            checked, different = differences(again)
        except ConfigError as error:
            checked, different = 1, [f"{error.key}: {error.remedy}"]
        except _NO_MANIFEST as error:
            checked, different = 1, [f"cannot be recomputed from such a manifest ({type(error).__name__})"]
        yield _check(name, checked, different)


def _check_sources(again: Recomputed, sources: Sources | None) -> Iterator[Check]:
    if sources is None:
        yield from (Check(name, skipped="give --images to check it") for name in _FROM_SOURCES)
        return
    try:
        found = check_sources(again, sources)
    except ConfigError as error:
        # Sources or a font that do not fit are a wrong call; what the split itself lacks has failed above.
        if error.key in (INPUT_KEY, FONT_KEY):
            raise
        why = f"{error.key}: {error.remedy}"
        yield from (Check(name, skipped=why) for name in _FROM_SOURCES)
        return
    except _NO_MANIFEST as error:
        why = f"the manifest does not allow it ({type(error).__name__})"
        yield from (Check(name, skipped=why) for name in _FROM_SOURCES)
        return
    for name, (checked, different) in zip(_FROM_SOURCES, found, strict=True):
        yield _check(name, checked, different)


def all_passed(checks: Iterable[Check]) -> bool:
    """Whether nothing that was checked differs."""
    return all(check.passed for check in checks)


def secret_of(path: Path | None) -> bytes:
    """The secret in a key file, as a run reads it. Raises ConfigError."""
    from pipeline.config import read_secret

    return read_secret("key_file", path)
