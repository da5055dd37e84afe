"""Pixels in the file's own mode, so that what is not painted is written back as it was read."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from transforms.image.colour_profile import neutral_profile
from transforms.image.large_jpeg import LARGE, encode_in_strips
from transforms.image.open import (
    ImageLimits,
    open_header,
    open_native,
    pixels_of,
    scale_to_8_bit,
    turn_upright,
)

Pixels = NDArray[Any]

_NATIVE: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "I;16", "P", "1"})
_KEPT_TIFF: Final = frozenset({"tiff_lzw", "tiff_adobe_deflate", "packbits", "raw"})
_NEAR_ENOUGH: Final = 64
"""Squared distance in RGB up to which a colour of the palette stands for a painted one."""
_UNLIMITED: Final = ImageLimits(max_bytes=1 << 62, max_pixels=1 << 62)
"""The bytes were opened under the run's limits before; here they are only read again."""


@dataclass(frozen=True, slots=True)
class Raster:
    """``pixels``: upright, height x width (x channels), of Pillow mode ``mode``; for the modes P and 1
    they are colours (RGB), put back on ``palette`` (n x 3) when written. ``source`` holds what the
    encoder needs to know of the file; ``lossless``: it does not lose pixels when written again; ``data``:
    the file, for ``coded_brightness``."""

    pixels: Pixels
    mode: str
    palette: NDArray[np.uint8] | None
    indices: NDArray[np.uint8] | None
    source: Image.Image
    lossless: bool
    data: bytes = b""

    @property
    def form(self) -> str:
        """The Pillow format to write."""
        return "JPEG" if self.source.format == "MPO" else str(self.source.format)

    def colour(self, rgb: tuple[int, int, int]) -> NDArray[Any]:
        """``rgb`` (0 to 255) as one opaque pixel of this raster."""
        red, green, blue = rgb
        luma = (299 * red + 587 * green + 114 * blue + 500) // 1000  # ITU-R BT.601
        values = {
            "L": [luma],
            "LA": [luma, 255],
            "RGBA": [red, green, blue, 255],
            "CMYK": [255 - red, 255 - green, 255 - blue, 0] if max(rgb) else [0, 0, 0, 255],
            "I;16": [luma * 257],
        }.get(self.mode, [red, green, blue])
        return np.array(values, dtype=self.pixels.dtype)

    def to_rgb(self, part: Pixels) -> NDArray[np.uint8]:
        """A cut-out of the pixels as height x width x 3, 0 to 255, without alpha."""
        if self.mode in ("L", "LA", "I;16"):
            plane = part[..., 0] if part.ndim == 3 else part
            grey = (plane // 257 if self.mode == "I;16" else plane).astype(np.uint8)
            return np.repeat(grey[:, :, None], 3, axis=2)
        if self.mode == "CMYK":
            light = 255 - part.astype(np.uint16)
            return (light[:, :, :3] * light[:, :, 3:] // 255).astype(np.uint8)
        return np.ascontiguousarray(part[:, :, :3])

    def from_rgb(self, rgb: NDArray[np.uint8]) -> Pixels:
        """The other way round, opaque. What is more than 8 bits, and black ink, is not made up."""
        if self.mode in ("L", "LA", "I;16"):
            weights = np.array((299, 587, 114), np.uint32)
            luma = (rgb.astype(np.uint32) @ weights + 500) // 1000
            if self.mode == "LA":
                return np.stack([luma, np.full_like(luma, 255)], axis=2).astype(self.pixels.dtype)
            return (luma * (257 if self.mode == "I;16" else 1)).astype(self.pixels.dtype)
        if self.mode == "CMYK":
            return np.concatenate([255 - rgb, np.zeros_like(rgb[:, :, :1])], axis=2)
        if self.mode == "RGBA":
            return np.concatenate([rgb, np.full_like(rgb[:, :, :1], 255)], axis=2)
        return rgb


def read_raster(data: bytes) -> Raster:
    """Decodes ``data`` again, upright, in its own mode where that can be painted on, else in RGB(A)."""
    decoded = open_native(data, _UNLIMITED)
    raster = _raster(decoded, data)
    raster = replace(raster, data=data)
    if raster.palette is None and not isinstance(decoded.info.get("transparency"), bytes):
        # What was decoded is in the array: only the header is needed any more.
        header = open_header(data)
        return replace(raster, source=header) if header.mode == decoded.mode else raster
    return raster


def coded_brightness(raster: Raster) -> NDArray[np.uint8] | None:
    """The brightness (height x width, upright) as the blocks of a JPEG hold it, in which colour has no part:
    brightness reckoned from RGB is rounded and cut off by colour. None for other files and modes."""
    if raster.source.format not in ("JPEG", "MPO") or raster.mode != "RGB" or not raster.data:
        return None
    image = open_header(raster.data)
    image.draft("L", None)
    if image.mode != "L":
        return None
    plane = np.asarray(turn_upright(image)[0], np.uint8)
    return plane if plane.shape == raster.pixels.shape[:2] else None


def plain_raster(data: bytes, pixels: NDArray[np.uint8]) -> Raster:
    """The raster of a file whose upright ``pixels``, of mode RGB, were decoded before."""
    header = open_header(data)
    return Raster(pixels, "RGB", None, None, header, _is_lossless(header, data), data)


def _is_lossless(source: Image.Image, data: bytes) -> bool:
    return source.format != "WEBP" or b"VP8L" in data[12:64]


def _raster(source: Image.Image, data: bytes) -> Raster:
    lossless = _is_lossless(source, data)
    upright, _ = turn_upright(source)
    mode = upright.mode
    if mode == "P" and isinstance(source.info.get("transparency"), bytes):
        upright, mode = upright.convert("RGBA"), "RGBA"
    if mode.startswith("I;16"):
        return Raster(np.array(upright).astype(np.uint16), "I;16", None, None, source, lossless)
    if mode.startswith(("I", "F")):
        return Raster(scale_to_8_bit(np.asarray(upright)), "L", None, None, source, lossless)
    if mode not in _NATIVE:
        mode = "RGBA" if mode in ("PA", "La", "RGBa") else "RGB"
        upright = upright.convert(mode)
    if mode == "P":
        palette = np.array(upright.getpalette("RGB"), dtype=np.uint8).reshape(-1, 3)
        indices = np.array(upright)
        return Raster(palette[np.minimum(indices, len(palette) - 1)], "P", palette, indices, source, lossless)
    if mode == "1":
        indices = np.array(upright).astype(np.uint8)
        palette = np.array([[0, 0, 0], [255, 255, 255]], dtype=np.uint8)
        return Raster(palette[indices], "1", palette, indices, source, lossless)
    pixels = pixels_of(upright, mode) if mode in ("RGB", "RGBA", "CMYK") else np.array(upright)
    return Raster(pixels, mode, None, None, source, lossless)


def write_raster(raster: Raster, painted: Pixels) -> bytes:
    """``painted`` (same shape as ``raster.pixels``) as a file of the source's format, without metadata
    except the colour profile. JPEG takes the source's quantisation tables and chroma subsampling; a large one
    is written in strips, baseline."""
    options: dict[str, Any] = {}
    profile = neutral_profile(raster.source.info.get("icc_profile") or b"")
    if profile and raster.form not in ("GIF", "BMP") and raster.mode == raster.source.mode:
        options["icc_profile"] = profile
    if raster.form == "JPEG":
        options |= _jpeg_options(raster.source)
        if painted.shape[0] * painted.shape[1] > LARGE:
            return encode_in_strips(painted, raster.mode, options)
    elif raster.form == "WEBP":
        options |= {"lossless": True} if raster.lossless else {"quality": 90}
        options["method"] = 4
    elif raster.form == "TIFF":
        used = raster.source.info.get("compression")
        options["compression"] = used if used in _KEPT_TIFF else "tiff_adobe_deflate"
    elif raster.form == "PNG":
        options["optimize"] = False
    transparency = raster.source.info.get("transparency")
    if raster.mode == "P" and isinstance(transparency, int):
        options["transparency"] = transparency
    out = io.BytesIO()
    _to_image(raster, painted).save(out, format=raster.form, **options)
    return out.getvalue()


def _to_image(raster: Raster, painted: Pixels) -> Image.Image:
    if raster.palette is not None and raster.indices is not None:
        indices, palette = _put_on_palette(raster, raster.indices, raster.palette, painted)
        if raster.mode == "1":
            return Image.fromarray(indices.astype(bool))
        image = Image.fromarray(indices)
        image.putpalette(palette.tobytes(), "RGB")
        return image
    height, width = painted.shape[:2]
    flat = np.ascontiguousarray(painted)
    return Image.frombuffer(raster.mode, (width, height), flat, "raw", raster.mode, 0, 1)


def _put_on_palette(
    raster: Raster, before: NDArray[np.uint8], palette: NDArray[np.uint8], painted: Pixels
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Indices and palette; only pixels that were painted get another index."""
    changed = np.any(painted != raster.pixels, axis=2)
    colours, inverse = np.unique(painted[changed], axis=0, return_inverse=True)
    transparent = raster.source.info.get("transparency")
    chosen = []
    for colour in colours:
        distance = ((palette.astype(np.int32) - colour.astype(np.int32)) ** 2).sum(axis=1)
        if isinstance(transparent, int) and transparent < len(distance):
            distance[transparent] = 1 << 30
        nearest = int(distance.argmin())
        if distance[nearest] > _NEAR_ENOUGH and len(palette) < 256 and raster.mode == "P":
            palette = np.vstack([palette, colour[None]])
            nearest = len(palette) - 1
        chosen.append(nearest)
    indices = before.copy()
    if chosen:
        indices[changed] = np.array(chosen, dtype=np.uint8)[inverse.reshape(-1)]
    return indices, palette


def _jpeg_options(source: Image.Image) -> dict[str, Any]:
    options: dict[str, Any] = {}
    tables = getattr(source, "quantization", None)
    if tables:
        options["qtables"] = [list(tables[index]) for index in sorted(tables)]
    sampling = JpegImagePlugin.get_sampling(source) if source.mode != "L" else -1
    # Layouts that Pillow cannot name are written without subsampling, which loses nothing.
    options["subsampling"] = sampling if sampling != -1 else 0
    if source.info.get("progressive") or source.info.get("progression"):
        options["progressive"] = True
    return options
