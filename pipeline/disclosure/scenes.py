"""A user's pictures as scenes of the retention test: only those without print and faces may be shown.

A picture with a face or with print could itself answer, or hold personal data that is not ours. What passes
is turned upright, scaled and encoded anew, so that no metadata and no name of a file goes on.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path

from PIL import Image

from pipeline.disclosure.plan import DisclosurePlan
from pipeline.image_refs import read_image_bytes, read_known_image
from pipeline.layout import write_atomically
from pipeline.slot_files import SlotFiles
from pipeline.work_notes import WorkNotes
from schemas.benchmark import RenderedForm
from schemas.errors import RejectRecord, RunFailed
from transforms.engines.protocols import BoxDetector, EngineInfo, OcrEngine, RgbArray
from transforms.image.open import open_image
from transforms.keyed import order

CHUNK = 16
"""Files that are looked at in one go."""
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")
_LONGEST_SIDE = 1024
_QUALITY = 92
_LEAST_LETTERS = 2


class NoScene(StrEnum):
    """Why a picture is not shown."""

    PRINT = "print"
    FACE = "face"
    BROKEN = "broken"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class SeenScene:
    """A file of the user's folder, by its digest. ``sha256`` is of what it was encoded to if it can be shown,
    else ``reason`` says why not."""

    source: str
    sha256: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SceneFile:
    """Where a file lies."""

    location: str


@dataclass(frozen=True, slots=True)
class SceneEyes:
    """What looks at a picture."""

    ocr: OcrEngine
    faces: BoxDetector

    def infos(self) -> tuple[EngineInfo, ...]:
        """For the manifest."""
        return self.ocr.info, self.faces.info

    def fault(self, rgb: RgbArray) -> NoScene | None:
        """Why the picture cannot be shown, or None."""
        if self.faces.detect(rgb):
            return NoScene.FACE
        lines = self.ocr.read(rgb)
        if any(sum(char.isalnum() for char in line.text) >= _LEAST_LETTERS for line in lines):
            return NoScene.PRINT
        return None


@cache
def scene_eyes() -> SceneEyes:
    """The default engines, loaded once per process."""
    from transforms.engines.centerface.engine import CenterFaceDetector
    from transforms.engines.rapidocr_engine import RapidOcr

    return SceneEyes(RapidOcr(), CenterFaceDetector())


def list_scenes(folder: Path, key: bytes) -> list[SceneFile]:
    """The image files below ``folder``, in keyed order of their paths."""
    names = []
    for place, folders, files in os.walk(folder):
        folders.sort()
        here = Path(place)
        names += [
            (here / name).relative_to(folder).as_posix() for name in files if name.lower().endswith(_SUFFIXES)
        ]
    return [SceneFile(str(folder / name)) for name in order(key, names, "scene files")]


def write_chunk(plan: DisclosurePlan, chunk: int, files: Sequence[SceneFile]) -> None:
    """Leaves a chunk of files where workers read it."""
    _chunks(plan).write(chunk, files)


def seen_in(plan: DisclosurePlan, chunk: int) -> list[SeenScene]:
    """What was seen of a chunk, in its order."""
    return _seen(plan).read(chunk, SeenScene) or []


def scene_notes(plan: DisclosurePlan) -> WorkNotes:
    """Who works on which picture, and which are not to be opened any more."""
    return WorkNotes(plan.layout.scenes)


def look_at_chunk(plan: DisclosurePlan, chunk: int) -> Iterator[str]:
    """Looks at the files of a chunk; yields why each cannot be shown, or nothing. Those that can are kept."""
    known = {one.source: one for one in seen_in(plan, chunk)}
    seen = []
    for file in _chunks(plan).read(chunk, SceneFile) or []:
        seen.append(_look_at(plan, file, known))
        yield seen[-1].reason
    _seen(plan).write(chunk, seen)


def read_scene(plan: DisclosurePlan, number: int) -> RenderedForm:
    """The ``number``-th scene that is shown; from the first on again where there are fewer. RunFailed if it
    has changed since it was looked at."""
    sha = plan.scenes[number % len(plan.scenes)]
    data = read_known_image(sha, _kept(plan, sha), plan.config.limits.image_bytes)
    with Image.open(io.BytesIO(data)) as image:
        width, height = image.size
    return RenderedForm(data, width, height, "", ())


def _look_at(plan: DisclosurePlan, file: SceneFile, known: Mapping[str, SeenScene]) -> SeenScene:
    notes = scene_notes(plan)
    try:
        data = read_image_bytes(file.location, plan.config.limits.image_bytes)
    except RejectRecord:
        return SeenScene("", reason=NoScene.BROKEN.value)
    sha = sha256(data).hexdigest()
    if notes.is_held_back(sha):
        return SeenScene(sha, reason=NoScene.BROKEN.value)
    if sha in known and (known[sha].reason or _kept(plan, known[sha].sha256).is_file()):
        return known[sha]
    with notes.working_on(sha):
        try:
            rgb = open_image(data, plan.image_limits).rgb
            fault = scene_eyes().fault(rgb)
        except RejectRecord:
            fault = NoScene.BROKEN
        except (MemoryError, RunFailed):
            raise
        except Exception:  # noqa: BLE001  (an engine that fails on a picture leaves out that picture)
            fault = NoScene.BROKEN
        if fault is not None:
            return SeenScene(sha, reason=fault.value)
        shown = _encoded(rgb)
        kept = sha256(shown).hexdigest()
        write_atomically(_kept(plan, kept), shown, durable=False)
        return SeenScene(sha, kept)


def _encoded(rgb: RgbArray) -> bytes:
    image = Image.fromarray(rgb)
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _kept(plan: DisclosurePlan, sha: str) -> Path:
    return plan.layout.scenes / f"{sha}.jpg"


def _chunks(plan: DisclosurePlan) -> SlotFiles:
    return SlotFiles(plan.layout.scenes / "files")


def _seen(plan: DisclosurePlan) -> SlotFiles:
    return SlotFiles(plan.layout.scenes / plan.scenes_digest()[:16])
