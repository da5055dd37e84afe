"""Images that are broken, odd or hostile, for ``tests/bad_corpus.py``."""

from __future__ import annotations

import io
import os
import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw


def _picture(seed: int, mode: str = "RGB", size: tuple[int, int] = (96, 64)) -> Image.Image:
    """A few plain rectangles: nothing that a detector could take for a face, a text or a code."""
    draws = random.Random(seed)
    image = Image.new("RGB", size, tuple(draws.randrange(60, 200) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(2):
        x, y = draws.randrange(size[0] // 2), draws.randrange(size[1] // 2)
        box = (x, y, x + size[0] // 3, y + size[1] // 3)
        draw.rectangle(box, fill=tuple(draws.randrange(60, 200) for _ in range(3)))
    return image if mode == "RGB" else image.convert(mode)


def encoded(form: str, seed: int, mode: str = "RGB", **options: Any) -> bytes:
    target = io.BytesIO()
    _picture(seed, mode).save(target, form, **options)
    return target.getvalue()


def _sixteen_bit(seed: int) -> bytes:
    target = io.BytesIO()
    grey = _picture(seed, "L").convert("I").point(lambda value: value * 256)
    grey.convert("I;16").save(target, "PNG")
    return target.getvalue()


def _animated(form: str, seed: int) -> bytes:
    target = io.BytesIO()
    frames = [_picture(seed + number) for number in range(3)]
    frames[0].save(target, form, save_all=True, append_images=frames[1:], duration=100)
    return target.getvalue()


def _bomb() -> bytes:
    target = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(target, "PNG")
    return target.getvalue()


def noisy_jpeg(seed: int) -> bytes:
    """Large enough that cutting it cuts its pixels."""
    target = io.BytesIO()
    width, height = 200, 150
    noise = random.Random(seed).randbytes(width * height * 3)
    Image.frombytes("RGB", (width, height), noise).save(target, "JPEG", quality=92)
    return target.getvalue()


def write_images(images: Path) -> None:
    orientation = Image.Exif()
    orientation[0x0112] = 6
    jpeg, png = noisy_jpeg(50), encoded("PNG", 51)
    files = {
        "good.jpg": encoded("JPEG", 1),
        "good2.png": encoded("PNG", 2),
        "cmyk.jpg": encoded("JPEG", 3, "CMYK"),
        "sixteen_bit.png": _sixteen_bit(4),
        "palette.png": encoded("PNG", 5, "P", transparency=0),
        "one_bit.png": encoded("PNG", 6, "1"),
        "grey_alpha.png": encoded("PNG", 7, "LA"),
        "good.webp": encoded("WEBP", 8),
        "good.bmp": encoded("BMP", 9),
        "good.tif": encoded("TIFF", 10),
        "still.gif": encoded("GIF", 11),
        "wrong_extension.jpg": encoded("PNG", 12),
        "rotated.jpg": encoded("JPEG", 13, exif=orientation),
        "progressive.jpg": encoded("JPEG", 14, progressive=True),
        "größe 写真.png": encoded("PNG", 15),
        "truncated.jpg": jpeg[: len(jpeg) // 2],
        "truncated.png": png[: len(png) // 2],
        "bomb.png": _bomb(),
        "animated.gif": _animated("GIF", 20),
        "animated.png": _animated("PNG", 30),
        "empty.jpg": b"",
        "text.jpg": b"this is not an image\n" * 20,
    }
    for name, content in files.items():
        (images / name).write_bytes(content)
    (images / "folder.jpg").mkdir()
    (images / "link_inside.png").symlink_to("good2.png")
    (images / "link_outside.png").symlink_to(Path("..") / "outside.png")
    (images / "link_to_nothing.png").symlink_to("nothing.png")
    os.mkfifo(images / "pipe.jpg")
