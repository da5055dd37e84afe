"""What became of each distinct image, by content digest. Boxes and hashes, never text from a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.layout import write_atomically
from pipeline.work_notes import WorkNotes
from schemas.edit import Action, ImageEdit
from schemas.finding import Box, ImageFinding, Kind, Print, PrintedValue, PrintForm, Quad, corners


@dataclass(frozen=True, slots=True)
class ImageResult:
    """One distinct image after audit and cleaning. ``cleaned_sha256`` is empty if the bytes stay as they
    are; ``stage`` and ``reason`` are empty if the image may be emitted. ``second_looks``: how often the
    second OCR engine read it, and how much that was to be gone it found there. ``area``: the share of the
    picture under the boxes of the edits, None without any. ``late_findings``: those that only the verifier
    saw, in the image already painted over; what they hold is gone too."""

    sha256: str
    findings: tuple[ImageFinding, ...] = ()
    edits: tuple[ImageEdit, ...] = ()
    fidelity: float | None = None
    cleaned_sha256: str = ""
    stage: str = ""
    reason: str = ""
    second_looks: tuple[int, int] = (0, 0)
    area: float | None = None
    late_findings: tuple[ImageFinding, ...] = ()


class ImageCache(WorkNotes):
    """Results of one plan's image digest below ``folder``. Safe for many writers: same key, same bytes."""

    def __init__(self, folder: Path, image_digest: str) -> None:
        super().__init__(folder / image_digest[:16])

    def load(self, sha: str) -> ImageResult | None:
        """The result for an image, or None if it is not there yet."""
        try:
            return _from_json(sha, json.loads(self._path(sha, "json").read_bytes()))
        except FileNotFoundError:
            return None

    def save(self, result: ImageResult, cleaned: bytes | None) -> None:
        """Keeps a result; ``cleaned`` are the new bytes if they changed. The JSON comes last."""
        if cleaned is not None:
            write_atomically(self._path(result.sha256, "bin"), cleaned)
        write_atomically(self._path(result.sha256, "json"), json.dumps(_to_json(result)).encode())

    def cleaned_path(self, sha: str) -> Path:
        """Where the cleaned bytes of a changed image lie."""
        return self._path(sha, "bin")

    def has(self, sha: str) -> bool:
        """True if there is a result for an image."""
        return self._path(sha, "json").is_file()

    def _path(self, sha: str, suffix: str) -> Path:
        return self._folder / sha[:2] / f"{sha}.{suffix}"


def _to_json(result: ImageResult) -> dict[str, Any]:
    return {
        "findings": [_finding_out(one) for one in result.findings],
        "late_findings": [_finding_out(one) for one in result.late_findings],
        "edits": [[corners(e.box), e.attribute, e.action.value, e.method, e.quad] for e in result.edits],
        "fidelity": result.fidelity,
        "cleaned_sha256": result.cleaned_sha256,
        "stage": result.stage,
        "reason": result.reason,
        "second_looks": result.second_looks,
        "area": result.area,
    }


def _from_json(sha: str, stored: Mapping[str, Any]) -> ImageResult:
    return ImageResult(
        sha256=sha,
        findings=tuple(_finding_in(one) for one in stored["findings"]),
        late_findings=tuple(_finding_in(one) for one in stored["late_findings"]),
        edits=tuple(
            ImageEdit(0, Box(*box) if box else None, attribute, Action(action), method, _quad(quad))
            for box, attribute, action, method, quad in stored["edits"]
        ),
        fidelity=stored["fidelity"],
        cleaned_sha256=stored["cleaned_sha256"],
        stage=stored["stage"],
        reason=stored["reason"],
        second_looks=(stored["second_looks"][0], stored["second_looks"][1]),
        area=stored["area"],
    )


def _finding_out(one: ImageFinding) -> list[Any]:
    named = [one.attribute, one.kind.value, one.detector, one.score]
    return [*named, corners(one.box), one.value_hash, one.quad, _prints(one.printed), one.surrogate]


def _finding_in(stored: list[Any]) -> ImageFinding:
    attribute, kind, detector, score, box, value_hash, quad, prints, surrogate = stored
    place = Box(*box) if box else None
    return ImageFinding(
        attribute, Kind(kind), detector, score, place, value_hash, _quad(quad), _printed(prints), surrogate
    )


def _quad(stored: list[list[float]] | None) -> Quad | None:
    if stored is None:
        return None
    first, second, third, fourth = ((float(x), float(y)) for x, y in stored)
    return first, second, third, fourth


def _prints(printed: PrintedValue | None) -> list[Any] | None:
    if printed is None:
        return None
    return [printed.attribute, [[p.form.value, p.length, p.digest, p.surrogate] for p in printed.prints]]


def _printed(stored: list[Any] | None) -> PrintedValue | None:
    if stored is None:
        return None
    attribute, prints = stored
    return PrintedValue(attribute, tuple(Print(PrintForm(form), *rest) for form, *rest in prints))
