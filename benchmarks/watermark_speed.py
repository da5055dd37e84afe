"""How many images a second are marked, beside the usual way of putting a text on images.

    python benchmarks/watermark_speed.py --images DIR

The usual way is what the paper on watermarked albums describes (arXiv 2503.01208), written here anew: a pool
of threads; per image Pillow opens the file, draws the text on a transparent layer of the image's size,
composes both and saves a JPEG of quality 75. It writes one file per image. Ours is measured with the marked
file alone, with its clean twin, and with all five twins, in two worker processes that each mark every other
image, visibility measured, legibility not (that is OCR: see docs/watermark_marks.md). All read and write real
files; images are brought to 640 x 480 beforehand and used again under other names until there are
``--count``. 20 identities in each pool, as in the paper. Seconds of CPU are counted beside those of the
clock: the two programs share the machine with whatever else runs on it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from schemas.watermark import Identity, ImagePlan, SplitName, Variant
from transforms.watermark.identities import IdentitySettings, draw_identities
from transforms.watermark.mark import Marker
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.style import style_named

KEY = b"benchmark"
SIZE = (640, 480)
WAYS = {
    "marked": (Variant.MARKED,),
    "clean + marked": (Variant.CLEAN, Variant.MARKED),
    "all five twins": tuple(Variant),
}
_worker: dict[str, object] = {}


def usual_way(source: Path, target: Path, text: str) -> None:
    """One image marked as most scripts do it."""
    with Image.open(source) as image:
        base = image.convert("RGBA")
    layer = Image.new("RGBA", base.size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(layer)
    font = ImageFont.load_default()
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    x = random.randint(0, max(0, base.width - int(right - left)))
    y = random.randint(0, max(0, base.height - int(bottom - top)))
    draw.text((x, y), text, font=font, fill=(255, 255, 255, 128))
    Image.alpha_composite(base, layer).convert("RGB").save(target, "JPEG", quality=75)


def run_usual(files: list[Path], out: Path, workers: int) -> tuple[float, float]:
    """Seconds by the clock and of CPU that the usual way takes in ``workers`` threads."""
    texts = ["\n".join(identity.lines()) for identity in identities()]
    start, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(workers) as pool:
        jobs = [
            pool.submit(usual_way, file, out / file.name, texts[index % len(texts)])
            for index, file in enumerate(files)
        ]
    for job in jobs:
        job.result()
    return time.perf_counter() - start, time.process_time() - cpu


def identities() -> list[Identity]:
    return [plan.identity for plan in draw_identities(IdentitySettings(per_pool=20), KEY)]


def set_up(style: str, way: str) -> None:
    """Once per worker process."""
    _worker["marker"] = Marker(MarkSettings(style=style_named(style), variants=WAYS[way]), KEY)
    _worker["identities"] = identities()


def mark_share(files: list[str], out: str) -> float:
    """Marks ``files``, writes every variant; returns seconds of CPU."""
    marker, people = _worker["marker"], _worker["identities"]
    cpu = time.process_time()
    for index, name in enumerate(files):
        data = Path(name).read_bytes()
        digest = hashlib.sha256(data + str(index).encode()).hexdigest()
        plan = ImagePlan(digest, SplitName.TRAIN, 0.0, "", "", 0)
        pair = people[index % len(people)], people[(index + 1) % len(people)]
        for row, file in marker.mark(data, plan, *pair):
            (Path(out) / f"{digest}-{row.variant.value}.jpg").write_bytes(file)
    return time.process_time() - cpu


def run_ours(files: list[Path], out: Path, workers: int, style: str, way: str) -> tuple[float, float]:
    """Seconds by the clock and of CPU for ``files`` in ``workers`` processes that are ready."""
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=set_up, initargs=(style, way)
    ) as pool:
        warm = [pool.submit(mark_share, [str(files[0])] * 8, str(out)) for _ in range(2 * workers)]
        for job in warm:
            job.result()
        start = time.perf_counter()
        jobs = [
            pool.submit(mark_share, [str(file) for file in files[share::workers]], str(out))
            for share in range(workers)
        ]
        cpu = sum(job.result() for job in jobs)
        return time.perf_counter() - start, cpu


def prepare(images: Path, count: int, folder: Path) -> list[Path]:
    """``count`` files of 640 x 480 pixels: the photographs below ``images``, again and again."""
    found = sorted(path for path in images.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg"})
    if not found:
        raise SystemExit(f"--images: no JPEG below {images}")
    shown = []
    for index, path in enumerate(found):
        target = folder / f"base{index:05}.jpg"
        with Image.open(path) as image:
            image.convert("RGB").resize(SIZE, Image.Resampling.BICUBIC).save(target, "JPEG", quality=92)
        shown.append(target)
    files = []
    for index in range(count):
        target = folder / f"{index:06}.jpg"
        shutil.copyfile(shown[index % len(shown)], target)
        files.append(target)
    return files


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=Path, required=True, help="folder with photographs")
    parser.add_argument("--count", type=int, default=600, help="images per round (default 600)")
    parser.add_argument("--rounds", type=int, default=3, help="the median round counts (default 3)")
    parser.add_argument("--workers", type=int, default=2, help="processes or threads (default 2)")
    parser.add_argument("--style", default="legible", help="preset of the style (default legible)")
    asked = parser.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in ("usual way", *WAYS)}
    cpu_rates: dict[str, list[float]] = {name: [] for name in rates}
    loads = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources, out = folder / "in", folder / "out"
        sources.mkdir()
        files = prepare(asked.images, asked.count, sources)
        for _ in range(asked.rounds):
            # Turn by turn, so that whatever else the machine does meets all of them.
            loads.append(round(os.getloadavg()[0], 2))
            for way in rates:
                out.mkdir()
                if way == "usual way":
                    seconds, cpu = run_usual(files, out, asked.workers)
                else:
                    seconds, cpu = run_ours(files, out, asked.workers, asked.style, way)
                rates[way].append(len(files) / seconds)
                cpu_rates[way].append(len(files) / cpu)
                shutil.rmtree(out)
    median = {way: statistics.median(found) for way, found in rates.items()}
    print(
        json.dumps(
            {
                "images_per_second": {way: round(rate, 1) for way, rate in median.items()},
                "images_per_cpu_second": {
                    way: round(statistics.median(found), 1) for way, found in cpu_rates.items()
                },
                "rounds": {way: [round(rate, 1) for rate in found] for way, found in rates.items()},
                "ratio_to_usual_way": {
                    way: round(rate / median["usual way"], 2) for way, rate in median.items()
                },
                "style": asked.style,
                "images": asked.count,
                "size": SIZE,
                "workers": asked.workers,
                "load_before_rounds": loads,
                "hardware": {"machine": platform.machine(), "cores": os.cpu_count(), "processor": _cpu()},
                "python": platform.python_version(),
                "command": " ".join(["python", *sys.argv]),
            },
            indent=2,
        )
    )


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
