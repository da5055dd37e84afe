"""A vision-language model that runs here through transformers: greedy, from local files only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np

from schemas.errors import ConfigError, RejectRecord, RunFailed
from schemas.reasons import Reason
from transforms.engines.batches import free_device_memory, is_out_of_memory
from transforms.engines.bundled_weights import folder_sha256
from transforms.engines.failures import FailureStreak
from transforms.engines.local_model import local_folder
from transforms.engines.protocols import EngineInfo, Reply, RgbArray
from transforms.engines.vision_language.loaded_model import Generated, ask, generate, load_model
from transforms.engines.vision_language.settings import CONFIG_KEY, ModelSettings
from transforms.image.open import ImageLimits, open_pixels

_SAMPLE_SIDE: Final = 56


class _TooLongError(Exception):
    """The questions of a batch and their answers do not fit into the model's context."""


class TransformersModel:
    """A ``VisionLanguageModel``. ``model`` is a folder, or a Hub name that is in the local cache: nothing is
    downloaded, only safetensors are read and no code that comes with a model runs.

    A batch that does not fit into memory is halved for good; one that fails otherwise is asked again one by
    one, so that a bad image or question costs its own answer alone."""

    def __init__(self, model: str, settings: ModelSettings) -> None:
        import torch

        self._folder = local_folder(model, CONFIG_KEY)
        if settings.threads > 1:
            torch.set_num_threads(settings.threads)
        self._settings = settings
        self._loaded = load_model(str(self._folder), device=settings.device)
        self._name = model.rstrip("/").rpartition("/")[2]
        self._at_once = settings.batch
        text = getattr(self._loaded.model.config, "text_config", self._loaded.model.config)
        self._reach = int(getattr(text, "max_position_embeddings", 0) or 0)
        self._streak = FailureStreak(CONFIG_KEY)
        self._try_template()

    @cached_property
    def info(self) -> EngineInfo:
        """Digests every file of the model's folder."""
        from transformers import __version__

        loaded = self._loaded
        return EngineInfo(
            "vision_language",
            "transformers",
            f"{self._name}; transformers {__version__}",
            folder_sha256(self._folder),
            f"greedy; new_tokens={self._settings.new_tokens}; device={loaded.device}; "
            f"dtype={loaded.model.dtype}",
            # Kernels are chosen by the shape of a batch, and that is what memory allows.
            reproducible=loaded.device == "cpu",
        )

    @property
    def batch(self) -> int:
        """As the settings say."""
        return self._settings.batch

    def answer(self, images: Sequence[bytes], prompts: Sequence[str]) -> list[Reply]:
        """Opens the images and asks in batches. RunFailed where the device answers no more, or after many
        failures in a row."""
        replies: list[Reply] = [Reply("", reason=Reason.ENGINE_FAILED)] * len(images)
        opened: list[tuple[int, RgbArray]] = []
        for at, image in enumerate(images):
            try:
                opened.append((at, open_pixels(image, ImageLimits())))
            except RejectRecord as reject:
                replies[at] = Reply("", reason=reject.reason)
        waiting = [range(len(opened))] if opened else []
        while waiting:
            run = waiting.pop()
            if len(run) > self._at_once:
                waiting += [run[self._at_once :], run[: self._at_once]]
                continue
            told = self._try([opened[at][1] for at in run], [prompts[opened[at][0]] for at in run])
            if isinstance(told, Reason) and len(run) > 1:
                if told is Reason.DEVICE_MEMORY:
                    self._at_once = len(run) // 2
                    waiting.append(run)
                else:
                    waiting += [range(at, at + 1) for at in reversed(run)]
                continue
            for place, at in enumerate(run):
                replies[opened[at][0]] = (
                    Reply("", reason=told) if isinstance(told, Reason) else _reply(told[place])
                )
            self._streak.note(failed=isinstance(told, Reason))
            self._streak.check()
        return replies

    def _try(self, images: Sequence[RgbArray], prompts: Sequence[str]) -> list[Generated] | Reason:
        """The answers of a batch, or why there are none: DEVICE_MEMORY alone may pass with fewer."""
        try:
            return self._generated(images, prompts)
        except _TooLongError:
            return Reason.PROMPT_TOO_LONG
        except Exception as error:  # noqa: BLE001  (a processor or model raises almost anything)
            full = is_out_of_memory(error)
            if not full and "CUDA error" in str(error):
                # After that every call of this process fails: not the questions' fault.
                raise RunFailed(
                    f"{CONFIG_KEY}: the GPU failed; a new run goes on where this one stopped"
                ) from None
        # Only here is the error gone, and with it the frames that hold what the device still keeps.
        if full:
            free_device_memory()
        return Reason.DEVICE_MEMORY if full else Reason.ENGINE_FAILED

    def _generated(self, images: Sequence[RgbArray], prompts: Sequence[str]) -> list[Generated]:
        defence = self._settings.defence
        asked = [defence.before(prompt) for prompt in prompts]
        inputs = ask(self._loaded, asked, images, padding_side="left", system=defence.system)
        if self._reach and inputs["input_ids"].shape[1] + self._settings.new_tokens > self._reach:
            raise _TooLongError
        return generate(self._loaded, inputs, self._settings.new_tokens)

    def _try_template(self) -> None:
        """Raises ConfigError if the model's processor cannot put a question, or no system message."""
        grey: Any = np.full((_SAMPLE_SIDE, _SAMPLE_SIDE, 3), 128, np.uint8)
        try:
            ask(self._loaded, ["What?"], [grey], "left", self._settings.defence.system)
        except Exception as error:  # noqa: BLE001  (templates raise what their authors thought of)
            remedy = f"its processor cannot put a question in a chat template ({type(error).__name__})"
            if self._settings.defence.system:
                remedy += "; it may know no system message: use --defence-role user"
            raise ConfigError(CONFIG_KEY, f"transformers:{self._name}", remedy) from None


def _reply(told: Generated) -> Reply:
    return Reply(told.text.strip(), told.input_tokens, told.output_tokens, told.cut)
