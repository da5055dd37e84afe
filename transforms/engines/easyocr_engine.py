"""OCR by EasyOCR (CRAFT and a CRNN, English) on torch: for workers with a GPU. Its weights do not ship."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import md5
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np

from schemas.errors import ConfigError, RunFailed
from transforms.engines.batches import free_device_memory, is_out_of_memory
from transforms.engines.bundled_weights import combined_sha256, file_sha256
from transforms.engines.device import Device, EngineOptions, torch_device
from transforms.engines.protocols import EngineInfo, OcrLine, RgbArray

CONFIG_KEY = "engines.ocr"
WEIGHTS: Final = ("craft_mlt_25k.pth", "english_g2.pth")
"""The detector of text and the reader of English, as EasyOCR's model hub names them."""

_SOURCE = "https://www.jaided.ai/easyocr/modelhub"
_MIN_SIDE: Final = 16
_SMALLEST: Final = 10
"""Boxes of fewer pixels on their longer side are no text."""
_BOXES_AT_ONCE: Final = 64
"""Text boxes of one image that a GPU reads together."""


def check_folder(folder: str) -> None:
    """Raises ConfigError if ``folder`` does not hold both files of weights. Loads nothing."""
    missing = next((name for name in WEIGHTS if not (Path(folder or "?") / name).is_file()), None)
    if missing:
        remedy = f"{missing} is not in that folder; EasyOCR's weights are at {_SOURCE} (craft, english_g2)"
        raise ConfigError(CONFIG_KEY, f"easyocr:{folder}", remedy)


class EasyOcr:
    """A ``BatchOcrEngine``. On the CPU it reads images one by one, so that what it reads in one does not
    depend on the others; on a GPU images of one size go through the detector together."""

    info: EngineInfo

    def __init__(self, folder: str, options: EngineOptions | None = None) -> None:
        """``folder`` holds ``WEIGHTS``; nothing is downloaded. Raises ConfigError if a file is missing or is
        not the published one (unless ``options.other_weights``; then it may hold arrays and nothing else), or
        if CUDA is asked for and not there."""
        import torch

        options = options if options is not None else EngineOptions(Device.AUTO)
        check_folder(folder)
        self._name, self._torch = f"easyocr:{folder}", torch
        self._device = torch_device(options.device)
        self._batched = self._device != "cpu"
        files = {name: Path(folder) / name for name in WEIGHTS}
        found = {name: file_sha256(path) for name, path in files.items()}
        self._reader = self._make_reader(files, options.other_weights)
        self.info = EngineInfo(
            role="ocr",
            name="easyocr",
            version=f"{metadata.version('easyocr')}; torch-{torch.__version__.split('+')[0]}",
            weights_sha256=combined_sha256(found),
            settings=f"en; min_size={_SMALLEST}; device={self._device}; fp32",
            # Kernels are chosen by the shape of a batch, and that is what memory and neighbours allow.
            reproducible=not self._batched,
        )

    def read(self, image: RgbArray) -> tuple[OcrLine, ...]:
        """Lines of ``image`` (height x width x 3), in the order of the engine."""
        try:
            return self._read_same_size([image])[0]
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
        # Neighbours share the GPU: what they took may be free again.
        free_device_memory()
        return self._read_same_size([image])[0]

    def read_many(self, images: Sequence[RgbArray]) -> list[tuple[OcrLine, ...]]:
        """Lines per image. The detector sees images of equal size at once, on a GPU."""
        if not self._batched:
            return [self.read(image) for image in images]
        groups: dict[tuple[int, ...], list[int]] = {}
        for index, image in enumerate(images):
            groups.setdefault(image.shape, []).append(index)
        read: list[tuple[OcrLine, ...]] = [()] * len(images)
        for indices in groups.values():
            for index, lines in zip(indices, self._read_same_size([images[i] for i in indices]), strict=True):
                read[index] = lines
        return read

    def _read_same_size(self, images: Sequence[RgbArray]) -> list[tuple[OcrLine, ...]]:
        try:
            return self._detected_and_read(images)
        except RuntimeError as error:
            if "CUDA error" in str(error) and not is_out_of_memory(error):
                # After that every call of this process fails: not the images' fault.
                raise RunFailed(
                    "engines.ocr: the GPU failed; a new run goes on where this one stopped"
                ) from None
            raise

    def _detected_and_read(self, images: Sequence[RgbArray]) -> list[tuple[OcrLine, ...]]:
        import cv2

        if min(images[0].shape[:2]) < _MIN_SIDE:
            return [() for _ in images]
        with warnings.catch_warnings(), self._torch.inference_mode():
            warnings.simplefilter("ignore")  # torch tells of pinned memory at every call
            flat, free = self._reader.detect(np.stack(images), min_size=_SMALLEST, reformat=False)
            return [
                self._lines(cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY), *boxes)
                for image, *boxes in zip(images, flat, free, strict=True)
            ]

    def _lines(self, grey: Any, flat: Any, free: Any) -> tuple[OcrLine, ...]:
        if not flat and not free:
            return ()
        read = self._reader.recognize(
            grey, flat, free, batch_size=_BOXES_AT_ONCE if self._batched else 1, reformat=False
        )
        return tuple(
            OcrLine(
                text=str(text),
                quad=tuple((float(x), float(y)) for x, y in quad),  # type: ignore[arg-type]
                score=round(min(1.0, max(0.0, float(np.nan_to_num(score)))), 4),
            )
            for quad, text, score in read
            if str(text).strip()
        )

    def _make_reader(self, files: Mapping[str, Path], other_weights: bool) -> Any:
        import easyocr
        import easyocr.config as known

        entries = (known.detection_models["craft"], known.recognition_models["gen2"]["english_g2"])
        others = {}
        for entry, path in zip(entries, files.values(), strict=True):
            digest = md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            if digest != entry["md5sum"]:
                self._check_other(path, other_weights)
                others[path.name] = digest
        folder = str(next(iter(files.values())).parent)
        places = list(sys.path)
        try:
            with _accepted(entries, others):
                return easyocr.Reader(
                    ["en"],
                    gpu=self._device,
                    model_storage_directory=folder,
                    user_network_directory=folder,  # else it makes a folder in the user's home
                    download_enabled=False,
                    verbose=False,
                    quantize=False,
                )
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise ConfigError(CONFIG_KEY, self._name, "EasyOCR cannot load these weights") from error
        finally:
            sys.path[:] = places  # it puts the folder of the weights there

    def _check_other(self, path: Path, accepted: bool) -> None:
        """EasyOCR unpickles its files, which runs whatever they say: ``path`` must hold arrays alone."""
        if not accepted:
            remedy = (
                f"{path.name} is not the published file: get it at {_SOURCE}, or set engines.other_weights"
            )
            raise ConfigError(CONFIG_KEY, self._name, remedy)
        try:
            self._torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            raise ConfigError(
                CONFIG_KEY, self._name, f"{path.name} holds more than arrays, or none"
            ) from error


@contextmanager
def _accepted(entries: Sequence[dict[str, str]], others: Mapping[str, str]) -> Iterator[None]:
    """EasyOCR compares MD5 sums with a table of its own: for the while, with those of the other files."""
    published = [entry["md5sum"] for entry in entries]
    try:
        for entry in entries:
            entry["md5sum"] = others.get(entry["filename"], entry["md5sum"])
        yield
    finally:
        for entry, digest in zip(entries, published, strict=True):
            entry["md5sum"] = digest
