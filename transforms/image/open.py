"""Bytes to one upright RGB array, or the reason why not."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFile

from schemas.errors import RejectRecord
from schemas.reasons import Reason, Stage
from transforms.engines.protocols import RgbArray
from transforms.image.large_jpeg import LARGE, decode_large
from transforms.image.metadata import find_metadata

_BAND: Final = 256
"""Rows that are converted at a time."""
ALLOWED_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")

UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns an image upright, by its EXIF orientation (EXIF 2.32, tag 0x0112)."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """The largest file (bytes) and the largest image (pixels) that are opened. Pixels count double in what is
    no JPEG in colours or grey: it takes more copies to see and to write it."""

    max_bytes: int = 64 * 1024 * 1024
    max_pixels: int = 128_000_000


class LargePixels:
    """Pixels that can be let go of and are decoded again when they are asked for.

    ``plain``: they are those of the file itself, of mode RGB, not composed or converted."""

    def __init__(self, pixels: RgbArray, decode: Callable[[], RgbArray], *, plain: bool) -> None:
        self.shape = pixels.shape
        self.plain = plain
        self._pixels: RgbArray | None = pixels
        self._decode = decode

    def get(self) -> RgbArray:
        """The pixels, held from now on."""
        if self._pixels is None:
            self._pixels = self._decode()
        return self._pixels

    def let_go(self) -> None:
        """Holds the pixels no longer."""
        self._pixels = None


@dataclass(frozen=True, slots=True)
class OpenedImage:
    """A decoded image.

    ``rgb`` is height x width x 3, upright; of a large image it can be let go of (``held``). ``under_alpha``
    is what a reader sees that drops the alpha channel, where that differs from ``rgb``. ``format`` is one of
    ``ALLOWED_FORMATS``, ``mode`` Pillow's mode of the file, ``orientation`` its EXIF orientation (1 to 8).
    ``metadata`` names the attributes that the file carries beside its pixels: ``image.exif_gps``,
    ``image.exif``.
    """

    held: RgbArray | LargePixels
    format: str
    mode: str
    orientation: int
    metadata: tuple[str, ...]
    under_alpha: RgbArray | None = None

    @property
    def rgb(self) -> RgbArray:
        """The pixels, decoded again if they were let go of."""
        return self.held.get() if isinstance(self.held, LargePixels) else self.held

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels, without decoding anything."""
        return self.held.shape[0], self.held.shape[1]

    @property
    def is_large(self) -> bool:
        """True if the pixels can be let go of."""
        return isinstance(self.held, LargePixels)

    def let_go(self) -> None:
        """Frees the pixels of a large image until they are asked for again; others stay."""
        if isinstance(self.held, LargePixels):
            self.held.let_go()

    def take_plain(self) -> RgbArray | None:
        """The pixels of a large image, no longer held here, to be painted; None where the file's own pixels
        are others, or the image is not large."""
        if not isinstance(self.held, LargePixels) or not self.held.plain:
            return None
        pixels = self.held.get()
        self.held.let_go()
        return pixels

    @property
    def views(self) -> tuple[RgbArray, ...]:
        """Every picture that a reader of the file can see."""
        return (self.rgb,) if self.under_alpha is None else (self.rgb, self.under_alpha)


def open_image(data: bytes, limits: ImageLimits) -> OpenedImage:
    """Decodes ``data``. Raises RejectRecord at ``Stage.AUDIT_IMAGE``: empty, file too large, too many
    pixels (decided from the header), animated, truncated, undecodable."""
    image = _header(data, limits)
    with _decoding(data):
        form = "JPEG" if image.format == "MPO" else str(image.format)
        mode = image.mode
        held: RgbArray | LargePixels
        under_alpha: RgbArray | None = None
        large = image.width * image.height > LARGE
        if large and image.format == "JPEG" and mode == "RGB":
            orientation = orientation_of(image)
            held = LargePixels(
                decode_large(data, orientation), partial(_decode_large, data, orientation), plain=True
            )
        else:
            _load(image, limits)
            plain = mode == "RGB" and "transparency" not in image.info
            upright, orientation = turn_upright(image)
            held, under_alpha = _to_rgb(upright)
            del upright
            if large and under_alpha is None:
                held = LargePixels(held, partial(_decode_again, data, limits), plain=plain)
        del image
        return OpenedImage(
            held=held,
            format=form,
            mode=mode,
            orientation=orientation,
            metadata=find_metadata(data, form),
            under_alpha=under_alpha,
        )


def open_pixels(data: bytes, limits: ImageLimits) -> RgbArray:
    """The ``rgb`` of ``open_image`` alone, for those who ask for no metadata. Raises as it does."""
    image = _header(data, limits)
    if image.width * image.height > LARGE:
        return open_image(data, limits).rgb
    with _decoding(data):
        _load(image, limits)
        upright, _ = turn_upright(image)
        if upright.mode == "RGB" and "transparency" not in upright.info:
            return np.array(upright)
        return _to_rgb(upright)[0]


def _decode_large(data: bytes, orientation: int) -> RgbArray:
    with _decoding(data):
        return decode_large(data, orientation)


def _decode_again(data: bytes, limits: ImageLimits) -> RgbArray:
    return open_image(data, limits).rgb


def open_native(data: bytes, limits: ImageLimits) -> Image.Image:
    """The decoded file in its own mode, not yet turned upright. Raises as ``open_image``."""
    image = _header(data, limits)
    with _decoding(data):
        _load(image, limits)
    return image


def _header(data: bytes, limits: ImageLimits) -> ImageFile.ImageFile:
    """The file, not decoded, if it is in ``limits``."""
    if not data:
        _reject(Reason.IMAGE_EMPTY)
    if len(data) > limits.max_bytes:
        _reject(Reason.IMAGE_FILE_TOO_LARGE)
    with _decoding(data):
        image = Image.open(io.BytesIO(data), formats=ALLOWED_FORMATS)
        _check_size(image, limits)
        if image.format != "MPO" and _is_animated(image):
            _reject(Reason.IMAGE_ANIMATED)
        return image


def _load(image: ImageFile.ImageFile, limits: ImageLimits) -> None:
    image.load()
    _check_size(image, limits)


def _check_size(image: ImageFile.ImageFile, limits: ImageLimits) -> None:
    single = image.format == "JPEG" and image.mode in ("RGB", "L")
    if image.width * image.height * (1 if single else 2) > limits.max_pixels:
        _reject(Reason.IMAGE_TOO_MANY_PIXELS)


def open_header(data: bytes) -> Image.Image:
    """The file with what its header says, its pixels not decoded. Raises RejectRecord where it has none."""
    with _decoding(data):
        return Image.open(io.BytesIO(data), formats=ALLOWED_FORMATS)


@contextmanager
def _decoding(data: bytes) -> Iterator[None]:
    """Turns whatever a decoder does on ``data`` into one of our reasons."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of large images and of odd metadata; both are decided here, by reason.
            warnings.simplefilter("ignore")
            yield
    except RejectRecord:
        raise
    except Image.DecompressionBombError:
        raise RejectRecord(Stage.AUDIT_IMAGE, Reason.IMAGE_TOO_MANY_PIXELS) from None
    except Exception as error:  # noqa: BLE001
        # Decoders raise almost anything on hostile bytes; each of them is this image's fault alone.
        cut = "truncated" in str(error) or _is_cut(data)
        reason = Reason.IMAGE_TRUNCATED if cut else Reason.IMAGE_UNDECODABLE
        raise RejectRecord(Stage.AUDIT_IMAGE, reason) from None


def turn_upright(image: Image.Image) -> tuple[Image.Image, int]:
    """The image as a viewer shows it, and the orientation that its metadata gave (1 where none)."""
    orientation = orientation_of(image)
    if orientation == 1:
        return image, 1
    return image.transpose(UPRIGHT[orientation]), orientation


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none."""
    try:
        orientation = int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (ValueError, TypeError, KeyError, IndexError, OSError, SyntaxError, struct.error, OverflowError):
        orientation = 1
    return orientation if orientation in UPRIGHT else 1


def _reject(reason: Reason) -> NoReturn:
    raise RejectRecord(Stage.AUDIT_IMAGE, reason)


def _is_animated(image: ImageFile.ImageFile) -> bool:
    if image.format == "BMP":
        return False
    flag = getattr(image, "is_animated", None)
    return bool(flag) if flag is not None else getattr(image, "n_frames", 1) > 1


def _is_cut(data: bytes) -> bool:
    """True if the file begins as a known format and ends before that format says it does."""
    if data.startswith(b"\xff\xd8"):
        return b"\xff\xd9" not in data[-64:]
    if data.startswith(b"\x89PNG"):
        return b"IEND" not in data[-64:]
    if data.startswith(b"RIFF") and len(data) >= 12:
        return bool(struct.unpack("<I", data[4:8])[0] + 8 > len(data))
    if data.startswith(b"BM") and len(data) >= 6:
        return bool(struct.unpack("<I", data[2:6])[0] > len(data))
    if data.startswith(b"GIF8"):
        return not data.rstrip(b"\0").endswith(b";")
    return len(data) < 12 and data.startswith((b"II*\0", b"MM\0*", b"RIFF"))


def _to_rgb(image: Image.Image) -> tuple[RgbArray, RgbArray | None]:
    if image.mode.startswith(("I", "F")):
        grey = scale_to_8_bit(np.asarray(image))
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2)), None
    if image.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in image.info:
        return _flatten(pixels_of(image, "RGBA"))
    return pixels_of(image, "RGB"), None


def pixels_of(image: Image.Image, mode: str) -> NDArray[np.uint8]:
    """The image in ``mode`` (8 bits, more than one channel), height x width x channels. Made band by band:
    Pillow would hold two further copies of it."""
    width, height = image.size
    pixels = np.empty((height, width, len(mode)), np.uint8)
    for top in range(0, height, _BAND):
        band = image.crop((0, top, width, min(height, top + _BAND)))
        pixels[top : top + band.height] = np.asarray(band if band.mode == mode else band.convert(mode))
    return pixels


def scale_to_8_bit(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Samples of 16 or 32 bits or floats as 0 to 255: by the range of their type, not by their own
    largest value, so that two crops of one image look the same. Floats up to 1 count as shares."""
    if values.dtype == np.uint16:
        return ((values.astype(np.uint32) + 128) // 257).astype(np.uint8)
    floats = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    top = float(floats.max(initial=0.0))
    if values.dtype.kind == "f" and top <= 1.0:
        floats = floats * 255.0
    elif top > 65535:
        floats = floats / (2**31 - 1) * 255.0
    elif top > 255:
        floats = floats / 257.0
    return np.clip(np.rint(floats), 0, 255).astype(np.uint8)


def _flatten(rgba: NDArray[np.uint8]) -> tuple[RgbArray, RgbArray | None]:
    """Composes over white, or over black where what is visible is bright, so that print shows."""
    colours = np.ascontiguousarray(rgba[:, :, :3])
    alpha = rgba[:, :, 3:].astype(np.uint16)
    if alpha.size == 0 or int(alpha.min()) == 255:
        return colours, None
    visible = alpha[:, :, 0] > 0
    bright = bool(visible.any()) and float(colours[visible].mean()) > 160
    ground = 0 if bright else 255
    composed = (colours.astype(np.uint16) * alpha + ground * (255 - alpha) + 127) // 255
    flat = composed.astype(np.uint8)
    return flat, None if bool(np.array_equal(flat, colours)) else colours
