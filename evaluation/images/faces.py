"""Faces of the persons labelled on photographs (COCO), and boxes where nobody is.

Which of the persons show their face stands in ``visible_faces.tsv``. A person counts as found if the centre
of a face box lies in the person's box; each face is given to the smallest box that has none yet. False boxes
are counted on the photographs without people and on made pages of print. Half a second per image on one core.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from evaluation.figures import Figure, share
from evaluation.images.planted import TUNING, plant
from evaluation.images.product import engines
from schemas.finding import Box
from transforms.image.open import ImageLimits, open_image

_MARGIN: Final = 4
_HEIGHTS: Final = (("over 128 pixels", 128, 1 << 30), ("64 to 128", 64, 128), ("under 64", 0, 64))
_PAGES: Final = 60
_OF: Final = 55
"""The target for false boxes is given for as many photographs without people."""
_FALSE: Final = 12


@dataclass(frozen=True, slots=True)
class Person:
    """A labelled person: its box with a small margin; ``visible`` is None where the reader was not sure."""

    box: Box
    visible: bool | None


def people_of(labels: Path, width: int, height: int) -> tuple[Person, ...]:
    """The persons (class 0) of a YOLO label file."""
    visible, unsure = _listed().get(labels.stem, (frozenset(), frozenset()))
    found: list[Person] = []
    for line in labels.read_text("utf-8").splitlines():
        kind, x, y, w, h = (float(part) for part in line.split()[:5])
        if kind == 0:
            x0, y0 = (x - w / 2) * width - _MARGIN, (y - h / 2) * height - _MARGIN
            x1, y1 = (x + w / 2) * width + _MARGIN, (y + h / 2) * height + _MARGIN
            at = len(found)
            seen = None if at in unsure else at in visible
            found.append(Person(Box(int(x0), int(y0), int(x1), int(y1)), seen))
    return tuple(found)


def found_people(faces: Sequence[Box], people: Sequence[Person]) -> tuple[frozenset[int], int]:
    """Indices of the people with a face, and the number of faces in nobody's box."""
    found: set[int] = set()
    outside = 0
    for face in faces:
        x, y = (face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2
        around = [
            at
            for at, person in enumerate(people)
            if person.box.x0 <= x <= person.box.x1 and person.box.y0 <= y <= person.box.y1
        ]
        if not around:
            outside += 1
            continue
        # A face without doubt goes to a person who shows one, the smallest box first.
        found.add(
            min(around, key=lambda at: (at in found, people[at].visible is False, _area(people[at].box)))
        )
    return frozenset(found), outside


def measure(data: Path, size: int = 1 << 30) -> list[Figure]:
    """Visible faces found, in all and by height of the person; false boxes."""
    folder = data / "llava/images/coco128_val"
    by_height = {name: [0, 0] for name, _, _ in _HEIGHTS}
    outside = false = empty = 0
    detector = engines().faces
    assert detector is not None, "the engine has a name"
    for path in sorted((folder / "images").glob("*.jpg"))[:size]:
        rgb = open_image(path.read_bytes(), ImageLimits()).rgb
        faces = [hit.box for hit in detector.detect(rgb)]
        people = people_of(folder / "labels" / f"{path.stem}.txt", rgb.shape[1], rgb.shape[0])
        if not people:
            empty, false = empty + 1, false + len(faces)
            continue
        found, nobody = found_people(faces, people)
        outside += nobody
        for at, person in enumerate(people):
            if person.visible:
                row = by_height[_height(person)]
                row[0], row[1] = row[0] + (at in found), row[1] + 1
    hits, total = (sum(row[column] for row in by_height.values()) for column in (0, 1))
    rows = [share("visible faces found", hits, total, ">=", 88)]
    rows += [
        share(f"  persons of {name}", row[0], row[1], ">=", 88) for name, row in by_height.items() if row[1]
    ]
    scaled = false * _OF / empty if empty else 0.0
    counted = f"{false} on {empty}"
    rows.append(
        Figure(f"false boxes per {_OF} photographs without people", scaled, "<=", _FALSE, "", counted)
    )
    rows.append(Figure("  boxes in nobody's box (crowds are not all labelled)", outside, ">=", 0, ""))
    pages = [open_image(page.data, ImageLimits()).rgb for page in plant(TUNING, min(size, _PAGES))]
    wrong = sum(len(detector.detect(rgb)) for rgb in pages)
    rows.append(Figure("false boxes on made pages", wrong, "<=", 0, "", f"on {len(pages)}"))
    return rows


def _height(person: Person) -> str:
    tall = person.box.height - 2 * _MARGIN
    return next(name for name, low, high in _HEIGHTS if low <= tall < high)


def _area(box: Box) -> int:
    return box.width * box.height


def _listed() -> dict[str, tuple[frozenset[int], frozenset[int]]]:
    text = resources.files("evaluation.images").joinpath("visible_faces.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return {row[0]: (_numbers(row[1]), _numbers(row[2])) for row in rows}


def _numbers(cell: str) -> frozenset[int]:
    return frozenset(int(number) for number in cell.split())
