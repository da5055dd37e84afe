"""How fast images are audited, against the bare OCR engine's own loop, and what a duplicate costs.

Both loops run on one thread, image by image in turn, so that other work on the machine slows both alike;
CPU seconds count. The bare loop decodes with OpenCV and reads at one scale (longer side 640, no direction
classifier). Duplicates are measured on whole runs of the command line: the same few images in one record
each, and in twenty-one. About three seconds per image and two minutes for the runs.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from evaluation.figures import Figure
from evaluation.images.product import audit, engines, find_text
from transforms.image.ocr_text import join_lines
from transforms.image.open import ImageLimits, open_image

SIZE: Final = 40
_FOLDERS: Final = ("llava/images/coco128_val/images", "images/sroie/img")
_DISTINCT: Final = 8
_COPIES: Final = 21
_RATE: Final = 0.9


def measure(data: Path, size: int = SIZE) -> list[Figure]:
    """Rates, where the time goes, and the cost of a duplicate."""
    photos = sorted((data / _FOLDERS[0]).iterdir())
    receipts = sorted((data / _FOLDERS[1]).iterdir())
    rows = []
    for name, paths in (("photographs", photos[: -(-3 * size // 4)]), ("receipts", receipts[: size // 4])):
        rows += _rates(name, paths, receipts[-2:])
    return [*rows, _duplicates(photos[:_DISTINCT])]


def _rates(name: str, paths: Sequence[Path], warm: Sequence[Path]) -> list[Figure]:
    if not paths:
        return []
    bare = bare_loop()
    # What is loaded or compiled at first use is no part of the rate: receipts hold print of all sorts.
    for path in (paths[0], *warm):
        bare(path)
        audit(open_image(path.read_bytes(), ImageLimits()), remember=False)
    spent = {"bare": 0.0, "audit": 0.0, "ocr": 0.0, "faces": 0.0, "codes": 0.0, "text": 0.0}
    tools = engines(remember=False)
    for path in paths:
        spent["bare"] += _seconds(lambda path=path: bare(path))  # type: ignore[misc]
        data = path.read_bytes()
        spent["audit"] += _seconds(
            lambda data=data: audit(open_image(data, ImageLimits()), remember=False)  # type: ignore[misc]
        )
        rgb = open_image(data, ImageLimits()).rgb
        for part in ("ocr", "faces", "codes"):
            engine: Any = getattr(tools, part)
            look = engine.read if part == "ocr" else engine.detect
            spent[part] += _seconds(lambda look=look, rgb=rgb: look(rgb))  # type: ignore[misc]
        lines = join_lines(tools.ocr.read(rgb)) if tools.ocr else None
        if lines and lines.text:
            spent["text"] += _seconds(lambda text=lines.text: find_text()(text))  # type: ignore[misc]
    count = len(paths)
    audited, read = count / spent["audit"], count / spent["bare"]
    rates = f"{count} images, {audited:.2f} against {read:.2f} per CPU second"
    rows = [
        Figure(
            f"{name}: rate of audit / rate of the bare loop",
            spent["bare"] / spent["audit"],
            ">=",
            _RATE,
            "",
            rates,
        )
    ]
    allowed = round(1000 * spent["bare"] / count / _RATE, 1)
    rows += [
        Figure(f"  {part}, per image", 1000 * spent[part] / count, "<=", allowed, "ms")
        for part in ("bare", "audit", "ocr", "faces", "codes", "text")
    ]
    return rows


def bare_loop() -> Callable[[Path], object]:
    """The OCR engine alone, with the settings that its users tune, as a function of a file."""
    import cv2
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.use_cls": False,
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": 640,
        }
    )

    def read(path: Path) -> object:
        pixels = cv2.imread(str(path))
        return None if pixels is None else engine(pixels)

    return read


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _duplicates(paths: Sequence[Path]) -> Figure:
    """CPU seconds of a record whose image was seen, in per cent of those of the first one."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        nothing = _run(place, paths, 1, "none")
        once = _run(place, paths, 1, str(paths[0].parent))
        often = _run(place, paths, _COPIES, str(paths[0].parent))
    first = (once - nothing) / len(paths)
    again = (often - once) / (len(paths) * (_COPIES - 1))
    count = f"{1000 * again:.1f} of {1000 * first:.0f} ms CPU, whole record"
    return Figure("a second record with the same image", 100 * again / first, "<=", 2, "%", count)


def _run(folder: Path, paths: Sequence[Path], copies: int, images: str) -> float:
    """CPU seconds of ``mmscrub audit`` over ``copies`` records per image. Raises CalledProcessError."""
    turns = [{"from": "human", "value": "<image>\nWhat is this?"}, {"from": "gpt", "value": "A photograph."}]
    records = [
        {"id": f"{path.stem}-{copy}", "image": path.name, "conversations": turns}
        for copy in range(copies)
        for path in paths
    ]
    source = folder / f"{copies}-{len(images)}.json"
    source.write_text(json.dumps(records), "utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "mmscrub",
            "audit",
            source,
            "--images",
            images,
            "--workers",
            "1",
            "--out",
            source.with_suffix(""),
        ],
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
