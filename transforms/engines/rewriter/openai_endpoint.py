"""A rewriter behind an OpenAI-compatible chat endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

from schemas.errors import ConfigError
from schemas.finding import Kind
from transforms.engines.chat_endpoint import ChatEndpoint, EndpointSettings, NoReplyError, read_reply
from transforms.engines.failures import FailureStreak
from transforms.engines.protocols import EngineInfo, HiddenSpan, RewriteRequest
from transforms.engines.rewriter.prompt import load_prompt, messages_for, read_answer
from transforms.engines.rewriter.settings import API_KEY_VARIABLE, CONFIG_KEY, RewriterSettings

_TOKENS_EXTRA = 128
_PROBE = RewriteRequest(
    "A man waits at the door.", (HiddenSpan(2, 5, "biometric.gender", Kind.EXPLICIT),), question=False
)


class OpenAiEndpoint:
    """A ``Rewriter``. ``place`` is ``BASE_URL#MODEL``. One question with a made-up text is asked at once:
    ConfigError if nobody answers it."""

    def __init__(self, place: str, settings: RewriterSettings = RewriterSettings()) -> None:  # noqa: B008
        base, _, self._model = place.partition("#")
        if not self._model:
            form = "must read openai:BASE_URL#MODEL, for example openai:http://127.0.0.1:8000/v1#my-model"
            raise ConfigError(CONFIG_KEY, f"openai:{place}", form)
        self._settings = settings
        self._endpoint = ChatEndpoint(
            base,
            EndpointSettings(
                CONFIG_KEY,
                settings.api_key_variable,
                key_needed=settings.api_key_variable != API_KEY_VARIABLE,
                timeout_seconds=settings.timeout_seconds,
                attempts=settings.attempts,
                at_once=settings.requests_at_once,
            ),
        )
        self._streak = FailureStreak(CONFIG_KEY)
        asked = f"{load_prompt().digest} {self._model}"
        shown = f"attempts={settings.attempts}; seed={settings.seed}; temperature=0"
        self.info = EngineInfo(
            "rewriter",
            "openai",
            self._model,
            sha256(asked.encode()).hexdigest(),
            f"prompt={load_prompt().digest[:12]}; {shown}",
            reproducible=False,
        )
        self._probe()

    def propose(self, requests: Sequence[RewriteRequest]) -> list[tuple[str, ...]]:
        """Asks for each text; a request that fails proposes nothing. RunFailed after many in a row."""
        with ThreadPoolExecutor(self._settings.requests_at_once) as pool:
            replies = list(pool.map(self._reply, requests))
        for reply in replies:
            self._streak.note(failed=reply is None)
            self._streak.check()
        return [
            () if reply is None else read_answer(reply, request)
            for request, reply in zip(requests, replies, strict=True)
        ]

    def _reply(self, request: RewriteRequest) -> str | None:
        """The model's words; None if the endpoint failed, was too slow or answered in another form."""
        try:
            status, body = self._endpoint.post(self._body(request))
        except NoReplyError:
            return None
        reply = read_reply(body) if status == 200 else None
        return None if reply is None else reply.text

    def _body(self, request: RewriteRequest) -> Mapping[str, Any]:
        return {
            "model": self._model,
            "messages": messages_for(request),
            "temperature": 0,
            "seed": self._settings.seed,
            "max_tokens": len(request.text) + _TOKENS_EXTRA,
            "stream": False,
        }

    def _probe(self) -> None:
        try:
            status, _ = self._endpoint.post(self._body(_PROBE))
        except NoReplyError as error:
            raise self._endpoint.does_not_answer(error) from None
        self._endpoint.check_answers(status, self._model)
