"""How well marks are read at the sizes at which models look at images.

    python benchmarks/watermark_legibility.py --images DIR [--style legible ...] [--bucket readable]

Per style: of the marks of one attempt each (or of those that reached ``--bucket``), the share of which every
field is read exactly at native size, squashed to 448 and padded to 336 pixels, and the mean character error
rate at 336. Where Tesseract 5 is installed, a second reader that chose nothing reads the box at 336 pixels,
enlarged four times, as well.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from schemas.errors import RejectRecord
from schemas.watermark import FIELDS, Identity, ImagePlan, Legibility, MarkedVariant, SplitName, Variant
from transforms.watermark.identities import IdentitySettings, draw_identities
from transforms.watermark.legibility import PrintedLine, View, compare_reading, folded, seen_as
from transforms.watermark.mark import Marker
from transforms.watermark.mark_settings import MarkSettings
from transforms.watermark.readers import load_reader
from transforms.watermark.style import DEFAULT_STYLE, style_named

KEY = b"benchmark"
ENLARGED = 4


def second_reading(file: bytes, row: MarkedVariant, identity: Identity) -> tuple[bool, float]:
    """Whether what Tesseract reads at 336 pixels holds every value, and its character error rate. It takes
    edges of the plate for strokes, so signs around a value do not count."""
    assert row.box is not None
    rgb = np.asarray(Image.open(io.BytesIO(file)))
    line = PrintedLine("", row.box.x, row.box.y, row.box.width, row.box.height)
    view, (box,) = seen_as(rgb, [line], View.L336)
    part = view[round(box.y) : round(box.y + box.height), round(box.x) : round(box.x + box.width)]
    size = (part.shape[1] * ENLARGED, part.shape[0] * ENLARGED)
    out = io.BytesIO()
    Image.fromarray(part).resize(size, Image.Resampling.BICUBIC).save(out, "PNG")
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "-l", "eng", "--psm", "6"],
        input=out.getvalue(),
        capture_output=True,
        check=True,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )
    read = [line for line in done.stdout.decode("utf-8", "replace").splitlines() if line.strip()]
    read = (read + [""] * len(FIELDS))[: len(FIELDS)]
    whole_values = all(
        folded(wanted).partition(":")[2] in folded(got)
        for wanted, got in zip(identity.lines(), read, strict=True)
    )
    return whole_values, compare_reading(identity.lines(), read).cer


def measure(style: str, files: list[Path], bucket: Legibility | None) -> dict[str, object]:
    """What the module says of one style."""
    chosen = style_named(style)
    settings = MarkSettings(style=chosen, bucket=bucket, variants=(Variant.MARKED,))
    marker = Marker(settings, KEY, load_reader(chosen))
    people = [plan.identity for plan in draw_identities(IdentitySettings(per_pool=200), KEY)]
    exact: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    errors, attempts, second = [], [], []
    start = time.perf_counter()
    for index, path in enumerate(files):
        data = path.read_bytes()
        plan = ImagePlan(hashlib.sha256(data).hexdigest(), SplitName.TRAIN, 0.0, "", None, 0)
        identity = people[index % len(people)]
        try:
            ((row, file),) = marker.mark(data, plan, identity, None)
        except RejectRecord as error:
            refused[error.reason.value] += 1
            continue
        measures = row.measures
        if measures is None or measures.l336 is None:
            raise SystemExit(f"--style {style}: nothing is printed that could be read")
        for view in View:
            exact[view.value] += len(getattr(measures, view.value).exact) == len(FIELDS)
        errors.append(measures.l336.cer)
        attempts.append(measures.attempts)
        if shutil.which("tesseract") and style != "qr":
            second.append(second_reading(file, row, identity))
    marks = len(errors)
    return {
        "marks": marks,
        "refused": dict(refused),
        "every_field_exact": {view.value: round(exact[view.value] / max(1, marks), 3) for view in View},
        "mean_cer_336": round(float(np.mean(errors)), 4) if errors else None,
        "mean_attempts": round(float(np.mean(attempts)), 2) if attempts else None,
        "second_reader_336": {
            "every_value_read": round(float(np.mean([whole for whole, _ in second])), 3),
            "mean_cer": round(float(np.mean([cer for _, cer in second])), 4),
        }
        if second
        else None,
        "seconds_per_image": round((time.perf_counter() - start) / max(1, len(files)), 2),
    }


def main() -> None:
    """Prints one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=Path, required=True, action="append", help="folder with photographs")
    parser.add_argument("--style", action="append", help=f"preset, may be repeated (default {DEFAULT_STYLE})")
    parser.add_argument("--bucket", type=Legibility, choices=list(Legibility), help="draw anew until reached")
    parser.add_argument("--count", type=int, default=10**9, help="images per folder (default all)")
    asked = parser.parse_args()
    result: dict[str, object] = {"bucket": asked.bucket}
    for folder in asked.images:
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
        for style in asked.style or [DEFAULT_STYLE]:
            result[f"{folder.name}, {style}"] = measure(style, files[: asked.count], asked.bucket)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
