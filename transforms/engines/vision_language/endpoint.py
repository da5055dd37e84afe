"""A vision-language model behind an OpenAI-compatible chat endpoint: images travel as data URLs."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from hashlib import sha256
from threading import Event
from typing import Any, Final

from PIL import Image

from schemas.errors import ConfigError, RejectRecord, RunFailed
from schemas.reasons import Reason
from transforms.engines.chat_endpoint import (
    ANSWER_FORMS,
    ChatEndpoint,
    EndpointSettings,
    NoReplyError,
    read_reply,
)
from transforms.engines.failures import FailureStreak
from transforms.engines.protocols import EngineInfo, Reply
from transforms.engines.vision_language.meter import IMAGE_TOKENS, CostMeter
from transforms.engines.vision_language.settings import CONFIG_KEY, ModelSettings
from transforms.image.open import ImageLimits, open_image

_AS_STORED: Final = {"JPEG": "image/jpeg", "PNG": "image/png"}
_PLAIN: Final = ("RGB", "L")
_PROBE_SIDE: Final = 32
_PROBE_TOKENS: Final = 16
_PER_THREAD: Final = 4
_URLS_KEPT: Final = 4
"""Framings of one item follow one another and show the same image."""

_FILTERED: Final = "content_filter"
_CUT: Final = "length"
_DENIED: Final = (401, 403)


class EndpointModel:
    """A ``VisionLanguageModel``. ``place`` is ``BASE_URL#MODEL``. One question on a grey square is asked at
    once, which also finds out in which form the server wants to be asked: ConfigError if none gets an
    answer."""

    def __init__(self, place: str, settings: ModelSettings) -> None:
        base, _, self._model = place.partition("#")
        if not self._model or not base:
            form = "must read openai:MODEL with a base URL, or openai:BASE_URL#MODEL"
            raise ConfigError(CONFIG_KEY, f"openai:{place}", form)
        self._settings = settings
        self._endpoint = ChatEndpoint(
            base,
            EndpointSettings(
                CONFIG_KEY,
                settings.api_key_variable,
                settings.key_needed,
                settings.timeout_seconds,
                settings.attempts,
                settings.at_once,
            ),
        )
        self._meter = CostMeter(settings.prices, settings.spend_most, settings.spent, settings.new_tokens)
        self._streak = FailureStreak(CONFIG_KEY)
        self._denied = Event()
        self._form = self._find_form()
        greedy = "temperature=0" if "temperature" in ANSWER_FORMS[self._form][1] else "sampled"
        self.info = EngineInfo(
            "vision_language",
            "openai",
            self._model,
            sha256(f"{self._endpoint.url} {self._model}".encode()).hexdigest(),
            f"{greedy}; new_tokens={settings.new_tokens}",
            reproducible=False,
        )

    @property
    def batch(self) -> int:
        """Enough that no thread waits for long."""
        return _PER_THREAD * self._settings.at_once

    def answer(self, images: Sequence[bytes], prompts: Sequence[str]) -> list[Reply]:
        """Asks ``at_once`` questions at a time. What cannot be asked any more (a broken endpoint, a spending
        limit) is left out with a reason; RunFailed if that was so from the start."""
        self._check_use()
        with ThreadPoolExecutor(self._settings.at_once) as pool:
            return list(pool.map(self._reply, images, prompts))

    def _check_use(self) -> None:
        self._streak.check()
        if self._denied.is_set():
            raise RunFailed(f"{CONFIG_KEY}: the endpoint refuses the key by now; run again to go on")
        if self._meter.exhausted:
            raise RunFailed(
                f"spend_most: {self._meter.spent:.4f} are spent and the next answer may cross the limit; "
                "raise it and run again to go on"
            )

    def _reply(self, image: bytes, prompt: str) -> Reply:
        if self._streak.broken or self._denied.is_set():
            return Reply("", reason=Reason.ENDPOINT_UNAVAILABLE)
        try:
            url = data_url(image)
        except RejectRecord as reject:
            return Reply("", reason=reject.reason)
        reserved = self._meter.reserve(prompt)
        if reserved is None:
            return Reply("", reason=Reason.SPENDING_LIMIT)
        reply = Reply("", reason=Reason.ENDPOINT_UNAVAILABLE)
        try:
            reply = self._asked(url, prompt)
        finally:
            self._meter.settle(reserved, reply.input_tokens, reply.output_tokens)
        self._streak.note(failed=reply.reason is not None and reply.reason is not Reason.ANSWER_FILTERED)
        return reply

    def _asked(self, url: str, prompt: str) -> Reply:
        try:
            status, content = self._endpoint.post(
                self._body(self._form, url, prompt, self._settings.new_tokens)
            )
        except NoReplyError as error:
            late = Reason.ENDPOINT_TIMED_OUT if error.timed_out else Reason.ENDPOINT_UNAVAILABLE
            return Reply("", reason=late)
        if status in _DENIED:
            self._denied.set()
        if status != 200:
            server = status >= 500 or status in (408, 425, 429)
            return Reply("", reason=Reason.ENDPOINT_UNAVAILABLE if server else Reason.ENDPOINT_REJECTED)
        said = read_reply(content)
        if said is None:
            return Reply("", reason=Reason.ANSWER_MALFORMED)
        # An endpoint that does not count is taken for dear, so that the limit holds.
        told = said.input_tokens is not None and said.output_tokens is not None
        used = (
            (said.input_tokens or 0, said.output_tokens or 0)
            if told
            else (len(prompt.encode()) + IMAGE_TOKENS, self._settings.new_tokens)
        )
        if said.finish == _FILTERED:
            return Reply("", *used, reason=Reason.ANSWER_FILTERED)
        return Reply(said.text, *used, cut=said.finish == _CUT)

    def _body(self, form: int, url: str, prompt: str, tokens: int) -> Mapping[str, Any]:
        length, others = ANSWER_FORMS[form]
        defence = self._settings.defence
        shown = [
            {"type": "image_url", "image_url": {"url": url}},
            {"type": "text", "text": defence.before(prompt)},
        ]
        messages: list[dict[str, Any]] = [{"role": "user", "content": shown}]
        if defence.system:
            messages.insert(0, {"role": "system", "content": defence.system})
        return {"model": self._model, "messages": messages, "stream": False, length: tokens, **others}

    def _find_form(self) -> int:
        """The first form that gets an answer to a question on a grey square."""
        grey = io.BytesIO()
        Image.new("RGB", (_PROBE_SIDE, _PROBE_SIDE), (128, 128, 128)).save(grey, "PNG")
        url = data_url(grey.getvalue())
        return self._endpoint.answer_form(
            lambda form: self._body(form, url, "Which colour is this?", _PROBE_TOKENS), self._model
        )


@lru_cache(maxsize=_URLS_KEPT)
def data_url(image: bytes) -> str:
    """``image`` as a URL that holds it: the file as it is where every reader sees the same picture in it,
    else its upright pixels as PNG. Raises RejectRecord."""
    opened = open_image(image, ImageLimits())
    media = _AS_STORED.get(opened.format)
    if media is None or opened.orientation != 1 or opened.mode not in _PLAIN or opened.metadata:
        stored = io.BytesIO()
        Image.fromarray(opened.rgb).save(stored, "PNG")
        image, media = stored.getvalue(), "image/png"
    return f"data:{media};base64,{b64encode(image).decode('ascii')}"
