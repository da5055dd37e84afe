"""Memory: does one very large image, or a long row of images, raise what a worker holds?

Measured in a process of its own from ``/proc`` (Linux): the highest resident size during the work, less the
resident size before it. About two minutes.
"""

from __future__ import annotations

import io
import multiprocessing
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from PIL import Image

from evaluation.figures import Figure
from evaluation.images.planted import TUNING, plant

MEGAPIXELS: Final = 100
_WARM: Final = 16
_LONG: Final = 40
_STATUS: Final = Path("/proc/self/status")
_RESET: Final = Path("/proc/self/clear_refs")


def measure(data: Path, size: int = _LONG) -> list[Figure]:
    """Rises in MB. No rows where there is no ``/proc``; ``data`` is not read."""
    del data
    if not _STATUS.exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder) / "large.jpg"
        large.write_bytes(large_image(MEGAPIXELS))
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, str(large), size), daemon=True)
        process.start()
        theirs.close()
        rows = []
        try:
            while (row := ours.recv()) is not None:
                rows.append(Figure(*row))
        except EOFError:
            rows.append(Figure("the process died", 1, "<=", 0, ""))
        process.join()
    return rows


def large_image(megapixels: int) -> bytes:
    """A square JPEG with planted pages on it."""
    side = round((megapixels * 1e6) ** 0.5)
    canvas = Image.new("RGB", (side, side), (230, 228, 222))
    for index, image in enumerate(plant(TUNING, 12)):
        with Image.open(io.BytesIO(image.data)) as page:
            at = (index % 4 * side // 4, index // 4 * side // 3)
            canvas.paste(page.convert("RGB").resize((page.width * 3, page.height * 3)), at)
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=85)
    return out.getvalue()


def _work(pipe: Connection, large: str, size: int) -> None:
    from evaluation.images.product import protect
    from schemas.errors import RejectRecord
    from transforms.image.open import ImageLimits

    pages = [image.data for image in plant(TUNING, _WARM)]
    for page in pages:
        protect(page, remember=False)
    before = _megabytes("VmRSS")
    for index in range(size):
        protect(pages[index % len(pages)], remember=False)
    pipe.send((f"rise over {size} further images", _megabytes("VmRSS") - before, "<=", 30, "MB"))
    data = Path(large).read_bytes()
    for name, limits in (
        ("default limits", ImageLimits()),
        ("limits that let it in", ImageLimits(max_pixels=1 << 40)),
    ):
        before = _megabytes("VmRSS")
        _RESET.write_text("5")
        try:
            became = "emitted" if protect(data, limits, remember=False).emitted else "held back"
        except RejectRecord as reject:
            became = f"rejected: {reject.reason.value}"
        rise = _megabytes("VmHWM") - before
        pipe.send((f"rise for {MEGAPIXELS} megapixels, {name}", rise, "<=", 600, "MB", became))
    pipe.send(None)


def _megabytes(field: str) -> float:
    """``VmRSS`` or ``VmHWM`` of this process."""
    line = next(one for one in _STATUS.read_text().splitlines() if one.startswith(field))
    return int(line.split()[1]) / 1024
