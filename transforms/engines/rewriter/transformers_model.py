"""A rewriter that runs an instruction model through transformers: greedy, from local files only."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError
from transforms.engines.bundled_weights import folder_sha256
from transforms.engines.failures import FailureStreak
from transforms.engines.local_model import local_folder
from transforms.engines.protocols import EngineInfo, RewriteRequest
from transforms.engines.rewriter.prompt import load_prompt, messages_for, read_answer
from transforms.engines.rewriter.settings import CONFIG_KEY, RewriterSettings

_TOKENS_EXTRA = 48
_NO_MEMORY = ("out of memory", "can't allocate memory")


class TransformersRewriter:
    """A ``Rewriter``. ``model`` is a folder, or a Hub name that is in the local cache already: nothing is
    downloaded, only safetensors are read and no code that comes with a model runs.

    Texts are generated in batches of ``requests_at_once`` in the order of the call; a batch that does not fit
    into memory is halved.
    """

    def __init__(self, model: str, settings: RewriterSettings = RewriterSettings()) -> None:  # noqa: B008
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self._folder = local_folder(model, CONFIG_KEY)
        self._name = Path(model).name
        self._settings = settings
        self._torch: Any = torch
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        where = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(self._folder, padding_side="left", **where)
            self._model: Any = AutoModelForCausalLM.from_pretrained(
                self._folder,
                use_safetensors=True,
                dtype="auto" if self._device == "cuda" else torch.float32,
                **where,
            )
        except (OSError, ValueError, KeyError, ImportError) as error:
            remedy = f"is no causal language model with safetensors weights ({type(error).__name__})"
            raise ConfigError(CONFIG_KEY, f"transformers:{model}", remedy) from None
        if not self._tokenizer.chat_template:
            remedy = "has no chat template: choose an instruction model"
            raise ConfigError(CONFIG_KEY, f"transformers:{model}", remedy)
        if self._tokenizer.pad_token_id is None:
            self._tokenizer.pad_token = self._tokenizer.eos_token
        self._model.to(self._device).eval()
        self._longest = int(getattr(self._model.config, "max_position_embeddings", 0) or 4096)
        self._streak = FailureStreak(CONFIG_KEY)

    @cached_property
    def info(self) -> EngineInfo:
        """Digests every file of the model's folder, which takes a while for large ones."""
        from transformers import __version__

        digest = f"{folder_sha256(self._folder)} {load_prompt().digest}"
        return EngineInfo(
            "rewriter",
            "transformers",
            f"{self._name}; transformers {__version__}",
            sha256(digest.encode()).hexdigest(),
            f"prompt={load_prompt().digest[:12]}; greedy; batch={self._settings.requests_at_once}; "
            f"device={self._device}; dtype={self._model.dtype}",
        )

    def propose(self, requests: Sequence[RewriteRequest]) -> list[tuple[str, ...]]:
        """One greedy proposal per text at most. RunFailed after many failures in a row."""
        size = self._settings.requests_at_once
        proposals: list[tuple[str, ...]] = []
        for start in range(0, len(requests), size):
            batch = requests[start : start + size]
            for request, reply in zip(batch, self._replies(batch), strict=True):
                self._streak.note(failed=reply is None)
                self._streak.check()
                proposals.append(() if reply is None else read_answer(reply, request))
        return proposals

    def _replies(self, batch: Sequence[RewriteRequest]) -> list[str | None]:
        try:
            return self._generated(batch)
        except RuntimeError as error:  # torch raises its memory errors as these
            if any(words in str(error) for words in _NO_MEMORY) and self._device == "cuda":
                self._torch.cuda.empty_cache()
            if len(batch) == 1:
                return [None]
        middle = len(batch) // 2
        return self._replies(batch[:middle]) + self._replies(batch[middle:])

    def _generated(self, batch: Sequence[RewriteRequest]) -> list[str | None]:
        prompts = [
            self._tokenizer.apply_chat_template(
                messages_for(request), tokenize=False, add_generation_prompt=True
            )
            for request in batch
        ]
        inputs = self._tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False)
        asked = int(inputs["input_ids"].shape[1])
        wanted = max(len(self._tokenizer(request.text)["input_ids"]) for request in batch)
        new = min(2 * wanted + _TOKENS_EXTRA, self._longest - asked)
        if new <= wanted:
            if len(batch) > 1:
                raise RuntimeError("one long text: each alone")
            return [""]
        with self._torch.inference_mode():
            generated = self._model.generate(
                input_ids=inputs["input_ids"].to(self._device),
                attention_mask=inputs["attention_mask"].to(self._device),
                generation_config=self._greedy(new),
            )
        replies: list[str | None] = self._tokenizer.batch_decode(
            generated[:, asked:], skip_special_tokens=True
        )
        return replies

    def _greedy(self, new_tokens: int) -> Any:
        """Greedy decoding whatever the model's own generation settings say: those sample."""
        from transformers import GenerationConfig

        ends = self._model.generation_config.eos_token_id
        return GenerationConfig(
            max_new_tokens=new_tokens,
            do_sample=False,
            num_beams=1,
            eos_token_id=self._tokenizer.eos_token_id if ends is None else ends,
            pad_token_id=self._tokenizer.pad_token_id,
        )
