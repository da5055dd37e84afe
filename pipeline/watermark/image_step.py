"""Writes all twins of every source image. Decides nothing that the design decides."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pipeline.digests import digest_of
from pipeline.image_refs import read_known_image
from pipeline.layout import write_atomically
from pipeline.slot_files import to_json
from pipeline.summary import path
from pipeline.watermark.image_store import GATED, MadeFile, MadeImage, PlannedImage
from pipeline.watermark.workshop import Workshop
from schemas.errors import ConfigError, RejectRecord, RunFailed
from schemas.reasons import Reason, Stage
from schemas.watermark import MarkBox, Variant
from transforms.keyed import Draws
from transforms.watermark.blind_features import BlindFeatures, blind_features
from transforms.watermark.style import Carrier

FILE_NAMES = "emitted image"
TWIN_GROUPS = "twin group"


def file_name(draws: Draws, sha: str, variant: Variant) -> str:
    """The path below OUT of one variant: a keyed name that tells neither image nor variant."""
    name = draws.digest(sha, variant.value).hex()
    return f"images/{name[:2]}/{name}.jpg"


def made_for(planned: PlannedImage, mark_digest: str) -> str:
    """Changes whenever the files of an image must be made again."""
    return digest_of([to_json(planned).decode(), mark_digest])


def make_image(planned: PlannedImage, location: str, workshop: Workshop) -> MadeImage:
    """Writes the twins of one image below OUT. Never raises for what an image can hold; RunFailed if it has
    changed, ConfigError if the settings cannot be met by any image."""
    sha = planned.plan.sha256
    digest = made_for(planned, workshop.mark_digest)
    data = read_known_image(sha, location, workshop.plan.config.limits.image_bytes)
    try:
        files = _make(planned, data, workshop)
    except RejectRecord as reject:
        return MadeImage(planned, digest, stage=reject.stage.value, reason=reject.reason.value)
    except (MemoryError, RunFailed, ConfigError, OSError):
        raise
    except Exception:  # noqa: BLE001  (routed to quarantine with its stage)
        return MadeImage(planned, digest, stage=Stage.MARK_IMAGE.value, reason=Reason.ENGINE_FAILED.value)
    return MadeImage(planned, digest, workshop.draws_of(TWIN_GROUPS).digest(sha).hex(), files)


def is_made(made: MadeImage | None, digest: str, out: Path) -> bool:
    """True if ``made`` is good for ``digest`` and all its files are there."""
    if made is None or made.made_for != digest:
        return False
    for file in made.files:
        place = out / file.path
        if not place.is_file() or place.stat().st_size != file.made.size:
            return False
    return True


def _make(planned: PlannedImage, data: bytes, workshop: Workshop) -> tuple[MadeFile, ...]:
    draws = workshop.draws_of(FILE_NAMES)
    made = workshop.marker.mark(data, planned.plan, planned.identity, planned.reference)
    shown = next((one.box for one, _ in made if one.variant is Variant.MARKED), None)
    files = []
    for one, content in made:
        name = file_name(draws, planned.plan.sha256, one.variant)
        write_atomically(workshop.plan.out / name, content, durable=False)
        looked_at = planned.gated and one.variant in GATED
        features = _blind(content, shown, workshop) if looked_at else None
        files.append(MadeFile(name, one, features))
    return tuple(files)


def _blind(content: bytes, shown: MarkBox | None, workshop: Workshop) -> BlindFeatures:
    """Of the clean twin, too, what lies under the mark is left out, and what a mark writes as metadata."""
    in_metadata = workshop.plan.config.mark.style.carrier is Carrier.METADATA
    limits = workshop.plan.image_limits
    return blind_features(content, shown, limits, metadata_left_out=in_metadata)


def tally_made(made: MadeImage) -> Counter[str]:
    """The counts of one image: emitted files by variant, marks by legibility, why it was held back."""
    tally: Counter[str] = Counter()
    if made.reason:
        tally[path("images", "held_back", made.reason)] += 1
        return tally
    tally["images|used"] += 1
    for file in made.files:
        tally[path("files", file.made.variant.value)] += 1
        tally["bytes"] += file.made.size
        measures = file.made.measures
        if measures is not None and measures.legibility is not None:
            tally[path("legibility", file.made.variant.value, measures.legibility.value)] += 1
    return tally
