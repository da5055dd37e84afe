"""QR codes and barcodes by OpenCV (4.8 and later)."""

from __future__ import annotations

from importlib import metadata
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.finding import Box
from transforms.engines.protocols import EngineInfo, RgbArray, ScoredBox

Grey = NDArray[np.uint8]

_STRIP: Final = (64, 512)
"""Height and width (pixels) of a straightened candidate barcode."""
_MIN_BAR_EDGES: Final = 36
"""The shortest common symbol, EAN-8, has 22 bars, thus 44 edges; most of them must show."""
_MIN_GRADIENT: Final = 40
"""Mean one-way gradient (of 255) of an area that may hold bars."""
_MIN_BAR_SIDES: Final = (16, 60)
"""Shorter and longer side (pixels) from which an area is looked at."""
_MIN_STRIPE_SHARE: Final = 0.75
"""Share of the candidate's variance that its column means must explain: bars are the same in every row."""


_FINDER_VIEW: Final = 320
"""Longer side (pixels) of the copy in which corners of QR codes are looked for."""
_FINDER_AROUND: Final = 51
_FINDER_CONTRAST: Final = 5
_MIN_FINDER: Final = 8
_FINDER_CORE: Final = (0.25, 0.7)
"""Share of the corner's side that its core has: 3 of 7 modules (ISO/IEC 18004), with room for blur."""
_BAR_VIEW: Final = (256, 512)
"""Root of the pixels that OpenCV's barcode detector sees, least and most: half the image's between these."""
_LONGEST_SIDE: Final = 2400
"""A larger image is looked at reduced to this: codes of a page of that size are still many pixels wide."""


class OpenCvCodes:
    """Finds codes in one image. A code that is seen but cannot be read counts, with a lower score:
    blur or size keep this decoder from it, not every other one. OpenCV's barcode detector alone also
    takes fences, blinds and keyboards for codes, so an unread barcode must look like bars as well."""

    info: EngineInfo

    def __init__(self) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._cv2: Any = cv2
        self._qr: tuple[Any, ...] = (_corner_detector(cv2), cv2.QRCodeDetector())
        self._bars: Any = cv2.barcode.BarcodeDetector()
        self.info = EngineInfo(
            role="codes",
            name="opencv",
            version=metadata.version("opencv-python-headless"),
            weights_sha256="",
            settings="qr,barcode 2",
        )

    def detect(self, image: RgbArray) -> tuple[ScoredBox, ...]:
        """Boxes of the codes in ``image`` (height x width x 3), clipped to it."""
        if min(image.shape[:2]) < 16:
            return ()
        height, width = image.shape[:2]
        factor = min(1.0, _LONGEST_SIDE / max(height, width))
        if factor < 1.0:
            size = max(16, round(width * factor)), max(16, round(height * factor))
            image = self._cv2.resize(image, size, interpolation=self._cv2.INTER_AREA)
        grey: Grey = self._cv2.cvtColor(np.ascontiguousarray(image), self._cv2.COLOR_RGB2GRAY)
        back = np.array([width / grey.shape[1], height / grey.shape[0]], np.float32)
        found: dict[Box, float] = {}
        for detector in self._qr if self._has_finder(grey) else self._qr[:1]:
            for quad, read in self._quads(detector, grey):
                _keep(found, quad * back, 1.0 if read else 0.6, (height, width))
        self._bars.setDownsamplingThreshold(float(np.clip(grey.size**0.5 / 2, *_BAR_VIEW)))
        for quad, read in (*self._quads(self._bars, grey), *self._striped_areas(grey)):
            if read or self._looks_like_bars(grey, quad):
                _keep(found, quad * back, 1.0 if read else 0.5, (height, width))
        hits = [ScoredBox(box, score) for box, score in found.items()]
        return tuple(sorted(hits, key=lambda hit: (hit.box.y0, hit.box.x0, hit.box.y1, hit.box.x1)))

    def _quads(self, detector: Any, grey: Grey) -> list[tuple[NDArray[np.float32], bool]]:
        """Four corners of each candidate and whether it could be decoded."""
        try:
            seen, quads = detector.detectMulti(grey)
            if not seen:
                return []
            _, texts, _ = detector.decodeMulti(grey, quads)
        except self._cv2.error:
            return []  # OpenCV gives up on some degenerate geometries
        corners = np.asarray(quads, dtype=np.float32).reshape(-1, 4, 2)
        return [
            (quad, index < len(texts) and bool(texts[index]))
            for index, quad in enumerate(corners)
            if np.isfinite(quad).all()
        ]

    def _has_finder(self, grey: Grey) -> bool:
        """True if a dark square within a light ring within a dark ring shows, as in the corners of a QR code.

        The second detector adds large codes only, so a small copy tells whether it is worth its time."""
        cv2 = self._cv2
        factor = min(1.0, _FINDER_VIEW / max(grey.shape))
        small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        dark = cv2.adaptiveThreshold(
            small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _FINDER_AROUND, _FINDER_CONTRAST
        )
        contours, tree = cv2.findContours(dark, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
        if tree is None:
            return False
        child = tree[0][:, 2]
        inner = np.where(child >= 0, tree[0][child, 2], -1)
        for outline, core in zip(np.flatnonzero(inner >= 0), inner[inner >= 0], strict=True):
            _, _, width, height = cv2.boundingRect(contours[outline])
            _, _, core_width, core_height = cv2.boundingRect(contours[core])
            low, high = _FINDER_CORE
            if (
                min(width, height) >= _MIN_FINDER
                and max(width, height) < 2 * min(width, height)
                and low * width < core_width < high * width
                and low * height < core_height < high * height
            ):
                return True
        return False

    def _striped_areas(self, grey: Grey) -> list[tuple[NDArray[np.float32], bool]]:
        """Candidates that OpenCV's detector misses or cuts short: areas whose gradient has one direction."""
        cv2 = self._cv2
        across = cv2.convertScaleAbs(cv2.Scharr(grey, cv2.CV_16S, 1, 0), alpha=1 / 16)
        along = cv2.convertScaleAbs(cv2.Scharr(grey, cv2.CV_16S, 0, 1), alpha=1 / 16)
        found = []
        for one, other, kernel in ((across, along, (21, 7)), (along, across, (7, 21))):
            one_way = cv2.subtract(one, other)
            mask = (cv2.blur(one_way, (9, 9)) > _MIN_GRADIENT).astype(np.uint8)
            mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones(kernel[::-1], np.uint8))
            mask = cv2.erode(mask, np.ones((5, 5), np.uint8))
            mask = cv2.dilate(mask, np.ones((7, 7), np.uint8))
            contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
            for contour in contours:
                area = cv2.minAreaRect(contour)
                if min(area[1]) >= _MIN_BAR_SIDES[0] and max(area[1]) >= _MIN_BAR_SIDES[1]:
                    found.append((cv2.boxPoints(area).astype(np.float32), False))
        return found

    def _looks_like_bars(self, grey: Grey, quad: NDArray[np.float32]) -> bool:
        """True if the straightened candidate has many parallel bars, along either of its sides."""
        height, width = _STRIP
        frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
        for turn in (0, 1):
            matrix = self._cv2.getPerspectiveTransform(np.roll(quad, turn, axis=0), frame)
            strip = self._cv2.warpPerspective(grey, matrix, (width, height)).astype(np.float64)
            means = strip.mean(axis=0)
            spread = float(strip.var())
            if spread < 100.0 or float(means.var()) / spread < _MIN_STRIPE_SHARE:
                continue
            kernel = np.ones(65) / 65
            local = np.convolve(np.pad(means, 32, mode="edge"), kernel, mode="valid")
            if int(np.count_nonzero(np.diff(means > local))) >= _MIN_BAR_EDGES:
                return True
        return False


def _corner_detector(cv2: Any) -> Any:
    """OpenCV's detector by corners with two of its three window sizes: the largest hardly adds a code."""
    detector = cv2.QRCodeDetectorAruco()
    settings = detector.getArucoParameters()
    settings.adaptiveThreshWinSizeMax = 13
    detector.setArucoParameters(settings)
    return detector


def _keep(found: dict[Box, float], quad: NDArray[np.float32], score: float, shape: tuple[int, ...]) -> None:
    height, width = shape[:2]
    low, high = np.floor(quad.min(axis=0)), np.ceil(quad.max(axis=0)) + 1
    box = Box(max(0, int(low[0])), max(0, int(low[1])), min(width, int(high[0])), min(height, int(high[1])))
    if box.width > 0 and box.height > 0:
        found[box] = max(score, found.get(box, 0.0))
