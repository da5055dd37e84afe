"""Makes images with invented personal data in them and says where each value stands, to the pixel.

    python -m evaluation.images.planted FOLDER [SEED [COUNT [PHOTOS]]]

The same seed gives the same bytes on a machine with the same typefaces and libraries. Image ``n`` does not
depend on how many are made after it. ``PHOTOS`` is a folder of photographs without people to print on.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from evaluation.images.camera import Shot, place, size_of, take
from evaluation.images.page import Corners, Ground, Page, Rgb, draw, ink
from evaluation.images.persona import Persona
from evaluation.images.scenes import SCENES, STYLES, WIDTHS, Scene
from evaluation.images.typesetting import Sheet
from evaluation.text.persona_source import PersonaSource

TUNING: Final = 20_261
HELD_OUT: Final = 20_262
"""Seeds of the two halves: rules may be made from errors in the first only."""
PLAIN: Final = "plain"
DIFFICULTIES: Final = (
    PLAIN, PLAIN, "tilted", "quarter turn", "upside down", "blurred", "faint", "small", "JPEG 60", "noisy",
    "on a photograph", "in perspective",
)  # fmt: skip
"""One per image, in turn."""
GOLD: Final = "gold.jsonl"


@dataclass(frozen=True, slots=True)
class GoldValue:
    """A planted value: its kind, its text, the ink box of each of its lines, and the runs that draw it."""

    kind: str
    text: str
    quads: tuple[Corners, ...]
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoldLine:
    """A line of print that tells nothing of a person, and its ink box."""

    text: str
    quad: Corners


@dataclass(frozen=True, slots=True)
class PlantedImage:
    """A made image (``data``: PNG or JPEG), its gold, and what it was made from."""

    name: str
    data: bytes
    width: int
    height: int
    scene: str
    difficulty: str
    values: tuple[GoldValue, ...]
    harmless: tuple[GoldLine, ...]
    page: Page
    shot: Shot


def plant(
    seed: int, count: int, photos: Sequence[Path] = (), scenes: Mapping[str, Scene] = SCENES
) -> Iterator[PlantedImage]:
    """``count`` images. Without ``photos`` those on a photograph stand on a gradient."""
    source = PersonaSource(seed)
    layouts = sorted(scenes)
    for index in range(count):
        turn, at = divmod(index, len(layouts))
        scene = layouts[at]
        # Shifted by one per round and six per half, so that every layout meets every difficulty.
        difficulty = DIFFICULTIES[(at + turn + 6 * (seed % 2)) % len(DIFFICULTIES)]
        sheet, ground = _blank(f"{seed}/{index}", scene, difficulty, photos)
        scenes[scene](sheet, Persona(source))
        yield _planted(index, scene, difficulty, sheet, ground)


def retake(image: PlantedImage, run: int, text: str) -> bytes:
    """The same file with other text in one of its runs: what a guess at the value would look like."""
    return take(draw(image.page, {run: text}), image.shot)


def write(images: Iterator[PlantedImage], folder: Path) -> int:
    """Writes the files and ``gold.jsonl``; the number of values."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with (folder / GOLD).open("w", encoding="utf-8") as gold:
        for image in images:
            (folder / image.name).write_bytes(image.data)
            count += len(image.values)
            entry = {
                "image": image.name,
                "width": image.width,
                "height": image.height,
                "scene": image.scene,
                "difficulty": image.difficulty,
                "fonts": sorted({run.font for run in image.page.runs}),
                "values": [
                    {"type": value.kind, "text": value.text, "quads": value.quads} for value in image.values
                ],
                "harmless": [asdict(line) for line in image.harmless],
            }
            gold.write(json.dumps(entry, ensure_ascii=False) + "\n")
    return count


def free_photos(data: Path) -> tuple[Path, ...]:
    """Photographs of ``data/llava/images/coco128_val`` without people whose licence lets them be altered
    and passed on (ids 4, 5, 7, 8 of its list)."""
    folder = data / "llava/images/coco128_val"
    listed = folder / "image_licences.tsv"
    if not listed.is_file():
        return ()
    rows = [line.split("\t") for line in listed.read_text("utf-8").splitlines()[1:]]
    names = sorted(row[0] for row in rows if row[1] in ("4", "5", "7", "8") and row[5] == "0")
    return tuple(folder / "images" / name for name in names)


def _blank(seed: str, scene: str, difficulty: str, photos: Sequence[Path]) -> tuple[Sheet, Ground]:
    chance = random.Random(seed)
    text_colour, ground = _colours(chance, scene, difficulty, photos)
    sheet = Sheet(
        WIDTHS.get(scene, 440),
        chance,
        text_colour,
        scale=0.6 if difficulty == "small" else chance.choice((1.0, 1.0, 1.2)),
        style=chance.choice(STYLES.get(scene, ("sans", "serif", "narrow"))),
        shaken=scene == "note",
    )
    return sheet, ground


def _planted(index: int, scene: str, difficulty: str, sheet: Sheet, ground: Ground) -> PlantedImage:
    page = sheet.page(ground)
    shot = _shot(sheet.chance, difficulty)
    width, height = size_of(page.width, page.height, shot)
    placed = [place(ink(run), page.width, page.height, shot) for run in page.runs]
    values = []
    for number, value in enumerate(sheet.values):
        runs = tuple(at for at, run in enumerate(page.runs) if run.value == number)
        values.append(GoldValue(value.kind, value.text, tuple(placed[at] for at in runs), runs))
    private = {run.line for run in page.runs if run.value is not None}
    harmless = tuple(
        GoldLine(run.text, placed[at])
        for at, run in enumerate(page.runs)
        if run.line not in private and run.text.strip()
    )
    name = f"{index:04}.{'jpg' if shot.quality else 'png'}"
    data = take(draw(page), shot)
    return PlantedImage(name, data, width, height, scene, difficulty, tuple(values), harmless, page, shot)


def _colours(
    chance: random.Random, scene: str, difficulty: str, photos: Sequence[Path]
) -> tuple[Rgb, Ground]:
    light = [chance.randrange(215, 256) for _ in range(3)]
    dark = [chance.randrange(0, 60) for _ in range(3)]
    if scene == "vehicle":
        paint = [chance.randrange(40, 120) for _ in range(3)]
        return _rgb(dark), Ground(_rgb(paint), _rgb([level // 2 for level in paint]))
    if difficulty == "faint":
        level = chance.randrange(150, 220)
        ground = _rgb([level] * 3)
        return _rgb([level - chance.randrange(45, 65)] * 3), Ground(ground, ground)
    if chance.random() < 0.2:
        light, dark = dark, light
    other = [min(255, max(0, level + chance.randrange(-25, 26))) for level in light]
    photo = None
    if difficulty == "on a photograph" and photos:
        with Image.open(chance.choice(list(photos))) as picture:
            photo = picture.convert("RGB")
    return _rgb(dark), Ground(_rgb(light), _rgb(other), photo, 0.55)


def _rgb(levels: Sequence[int]) -> Rgb:
    red, green, blue = levels
    return red, green, blue


def _shot(chance: random.Random, difficulty: str) -> Shot:
    quality = chance.choice((0, 0, 85, 92))
    made = {
        "tilted": Shot(angle=chance.choice((-1, 1)) * chance.uniform(2, 8), quality=quality),
        "quarter turn": Shot(quarters=chance.choice((1, 3)), quality=quality),
        "upside down": Shot(quarters=2, quality=quality),
        "blurred": Shot(blur=chance.uniform(0.8, 1.3), quality=quality),
        "JPEG 60": Shot(quality=60),
        "noisy": Shot(noise=chance.uniform(8, 16), quality=85, seed=chance.randrange(1 << 30)),
        "in perspective": Shot(
            angle=chance.uniform(-4, 4), lean=0.12, quality=quality, seed=chance.randrange(1 << 30)
        ),
    }
    return made.get(difficulty, Shot(quality=quality))


def main() -> int:
    """Writes a set; prints how many values it holds."""
    if len(sys.argv) < 2:
        sys.stderr.write("usage: python -m evaluation.images.planted FOLDER [SEED [COUNT [PHOTOS]]]\n")
        return 2
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else TUNING
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 220
    photos = sorted(Path(sys.argv[4]).iterdir()) if len(sys.argv) > 4 else []
    values = write(plant(seed, count, photos), Path(sys.argv[1]))
    sys.stdout.write(f"{values} values in {count} images\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
