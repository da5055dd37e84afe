"""How well a picture and a text go together: CLIP, or any dual encoder in the format of transformers.

Radford et al., Learning transferable visual models from natural language supervision, arXiv 2103.00020. Its
weights do not ship.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from schemas.errors import ConfigError
from transforms.engines.bundled_weights import folder_sha256
from transforms.engines.device import Device, EngineOptions, torch_device
from transforms.engines.protocols import EngineInfo, RgbArray

CONFIG_KEY = "engines.image_text"


class ClipMatcher:
    """An ``ImageTextMatcher`` over ``AutoModel`` and ``AutoProcessor``: CLIP, SigLIP and their kin.

    Pictures and texts go through the model one at a time, so that a score depends on nothing beside them.
    """

    info: EngineInfo

    def __init__(self, folder: str, options: EngineOptions | None = None) -> None:
        """``folder``: as ``save_pretrained`` writes it, model and processor; nothing is downloaded. Raises
        ConfigError if it holds no such model, or if CUDA is asked for and not there."""
        import torch
        from transformers import AutoModel, AutoProcessor

        name = f"clip:{folder}"
        device = torch_device(options.device if options is not None else Device.AUTO)
        where: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._processor: Any = AutoProcessor.from_pretrained(folder, **where)
            model: Any = AutoModel.from_pretrained(folder, use_safetensors=True, dtype=torch.float32, **where)
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(CONFIG_KEY, name, "no image-text model that transformers can load") from error
        if not hasattr(model, "get_image_features") or not hasattr(model, "get_text_features"):
            raise ConfigError(CONFIG_KEY, name, "the model does not embed both pictures and texts")
        self._torch: Any = torch
        self._device = device
        self._model = model.to(device).eval()
        self._longest = int(model.config.text_config.max_position_embeddings)
        self.info = EngineInfo(
            role="image_text",
            name=Path(folder).name,
            version=f"torch-{torch.__version__.split('+')[0]}",
            weights_sha256=folder_sha256(Path(folder)),
            settings=f"pieces={self._longest}; device={device}; fp32",
        )

    def match(self, pictures: Sequence[RgbArray], text: str) -> list[float]:
        """Cosine of ``text`` with each picture, -1 to 1. What does not fit the model's text length is cut."""
        said = self._processor.tokenizer(
            [text], padding="max_length", truncation=True, max_length=self._longest, return_tensors="pt"
        )
        with self._torch.inference_mode():
            of_text = _unit(self._model.get_text_features(**said.to(self._device)))
            return [float((_unit(self._features(picture)) * of_text).sum()) for picture in pictures]

    def _features(self, picture: RgbArray) -> Any:
        seen = self._processor.image_processor([np.ascontiguousarray(picture)], return_tensors="pt")
        return self._model.get_image_features(**seen.to(self._device))


def _unit(features: Any) -> Any:
    """Releases of transformers differ: a tensor, or an output that holds it as ``pooler_output``."""
    vector = getattr(features, "pooler_output", features).float()
    return vector / vector.norm(dim=-1, keepdim=True)
