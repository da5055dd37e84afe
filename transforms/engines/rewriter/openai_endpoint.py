"""A rewriter behind an OpenAI-compatible chat endpoint (``POST {base}/chat/completions``).

Form: https://platform.openai.com/docs/api-reference/chat, as vLLM, llama.cpp, Ollama and others serve it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from ipaddress import ip_address
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from schemas.errors import ConfigError
from schemas.finding import Kind
from transforms.engines.protocols import EngineInfo, HiddenSpan, RewriteRequest
from transforms.engines.rewriter.prompt import load_prompt, messages_for, read_answer
from transforms.engines.rewriter.settings import API_KEY_VARIABLE, CONFIG_KEY, FailureStreak, RewriterSettings

_MOST_BYTES = 2**20
_RETRIED = (408, 425, 429, 500, 502, 503, 504)
_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 20.0
_CONNECT_SECONDS = 10.0
_TOKENS_EXTRA = 128
_PROBE = RewriteRequest(
    "A man waits at the door.", (HiddenSpan(2, 5, "biometric.gender", Kind.EXPLICIT),), question=False
)


class OpenAiEndpoint:
    """A ``Rewriter``. ``place`` is ``BASE_URL#MODEL``. One question with a made-up text is asked at once:
    ConfigError if nobody answers it. Redirects are not followed; proxies of the environment are not used."""

    def __init__(self, place: str, settings: RewriterSettings = RewriterSettings()) -> None:  # noqa: B008
        import urllib3

        base, _, self._model = place.partition("#")
        self._settings = settings
        self._url = f"{_checked_base(base, place, self._model)}/chat/completions"
        self._headers = {"Content-Type": "application/json", **_authorisation(base, settings)}
        retries = urllib3.Retry(
            total=settings.attempts - 1,
            redirect=False,
            status_forcelist=_RETRIED,
            allowed_methods=None,
            backoff_factor=_BACKOFF_SECONDS,
            backoff_max=_LONGEST_BACKOFF_SECONDS,
            respect_retry_after_header=False,
            raise_on_status=False,
        )
        connect = min(_CONNECT_SECONDS, settings.timeout_seconds)
        self._pool: Any = urllib3.PoolManager(
            retries=retries,
            timeout=urllib3.Timeout(connect=connect, read=settings.timeout_seconds),
            maxsize=settings.requests_at_once,
        )
        self._transport_error: type[Exception] = urllib3.exceptions.HTTPError
        self._streak = FailureStreak()
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
        return [
            () if reply is None else read_answer(reply, request)
            for request, reply in zip(requests, replies, strict=True)
        ]

    def _reply(self, request: RewriteRequest) -> str | None:
        """The model's words; None if the endpoint failed, was too slow or answered in another form."""
        try:
            status, body = self._post(request)
            if status != 200:
                return None
            content = json.loads(body)["choices"][0]["message"]["content"]
        except (self._transport_error, OSError, ValueError, LookupError, TypeError, RecursionError):
            return None
        return content if isinstance(content, str) else None

    def _post(self, request: RewriteRequest) -> tuple[int, bytes]:
        body: Mapping[str, Any] = {
            "model": self._model,
            "messages": messages_for(request),
            "temperature": 0,
            "seed": self._settings.seed,
            "max_tokens": len(request.text) + _TOKENS_EXTRA,
            "stream": False,
        }
        end = monotonic() + self._settings.timeout_seconds * self._settings.attempts
        response = self._pool.request(
            "POST", self._url, body=json.dumps(body).encode(), headers=self._headers, preload_content=False
        )
        try:
            read = bytearray()
            while part := response.read1(65536):
                read += part
                if len(read) > _MOST_BYTES or monotonic() > end:
                    raise ValueError("too long an answer")
            return int(response.status), bytes(read)
        finally:
            response.close()

    def _probe(self) -> None:
        try:
            status, _ = self._post(_PROBE)
        except (self._transport_error, OSError, ValueError) as error:
            raise ConfigError(CONFIG_KEY, self._url, f"does not answer ({type(error).__name__})") from None
        if status in (401, 403):
            remedy = f"refuses the key: set the environment variable {self._settings.api_key_variable}"
            raise ConfigError(CONFIG_KEY, self._url, f"{remedy} (HTTP {status})")
        if status != 200:
            raise ConfigError(
                CONFIG_KEY, self._url, f"answers HTTP {status}: check BASE_URL and the model {self._model!r}"
            )


def _checked_base(base: str, place: str, model: str) -> str:
    """The base URL without a slash at its end. ConfigError unless it is http or https and has a model."""
    form = "must read openai:BASE_URL#MODEL, for example openai:http://127.0.0.1:8000/v1#my-model"
    try:
        parts = urlsplit(base)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(CONFIG_KEY, f"openai:{place}", form) from None
    if parts.username or parts.password:
        raise ConfigError(CONFIG_KEY, "openai:…", "no password in the URL: keys come from the environment")
    if parts.scheme not in ("http", "https") or not host or parts.query or not model:
        raise ConfigError(CONFIG_KEY, f"openai:{place}", form)
    return base.rstrip("/")


def _authorisation(base: str, settings: RewriterSettings) -> dict[str, str]:
    """The header with the key, if the variable is set. ConfigError if it would travel in clear text."""
    key = os.environ.get(settings.api_key_variable, "").strip()
    if not key:
        if settings.api_key_variable != API_KEY_VARIABLE:
            raise ConfigError("rewriter.api_key_variable", settings.api_key_variable, "is not set or empty")
        return {}
    parts = urlsplit(base)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ConfigError(CONFIG_KEY, base, "would send the key in clear text: use https, or unset the key")
    return {"Authorization": f"Bearer {key}"}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
