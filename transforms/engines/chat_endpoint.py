"""An OpenAI-compatible chat endpoint (``POST {base}/chat/completions``), whatever it is asked for.

Form: https://platform.openai.com/docs/api-reference/chat, as vLLM, llama.cpp, Ollama and others serve it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError, TimeoutError

from schemas.errors import ConfigError

ANSWER_FORMS: Final[tuple[tuple[str, dict[str, int]], ...]] = (
    ("max_tokens", {"temperature": 0, "seed": 0}),
    ("max_completion_tokens", {"temperature": 0, "seed": 0}),
    ("max_completion_tokens", {}),
)
"""How servers want to be told of a short, greedy answer; some models take no temperature but their own."""

_MOST_BYTES = 2**20
_RETRIED = (408, 425, 429, 500, 502, 503, 504)
_BACKOFF_SECONDS = 0.5
_LONGEST_BACKOFF_SECONDS = 20.0
_LONGEST_RETRY_AFTER_SECONDS = 120.0
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class EndpointSettings:
    """``key``: the config key that errors name. ``timeout_seconds`` and ``attempts`` per request. The key of
    the endpoint stands in the environment variable ``api_key_variable``, which must be set if
    ``key_needed``. ``at_once``: requests that are open at a time."""

    key: str
    api_key_variable: str
    key_needed: bool = False
    timeout_seconds: float = 60.0
    attempts: int = 3
    at_once: int = 4


class NoReplyError(Exception):
    """No whole HTTP response came in time. ``timed_out``: it was too slow."""

    def __init__(self, *, timed_out: bool, cause: str) -> None:
        super().__init__(cause)
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What a model said. ``finish`` is the endpoint's own word (``stop``, ``length``, ``content_filter``);
    tokens are None where the endpoint does not tell."""

    text: str
    finish: str
    input_tokens: int | None
    output_tokens: int | None


class _PatientRetry(Retry):
    """Waits as long as a server asks for, but not for ever."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            seconds = super().get_retry_after(response)
        except InvalidHeader:
            return None
        return None if seconds is None else min(seconds, _LONGEST_RETRY_AFTER_SECONDS)


class ChatEndpoint:
    """Sends chat requests; safe to use from several threads. Redirects are not followed, proxies of the
    environment are not used. ConfigError for a base that is no URL, or a key that would travel in clear."""

    def __init__(self, base: str, settings: EndpointSettings) -> None:
        self.url = f"{checked_base(base, settings.key)}/chat/completions"
        self._settings = settings
        self._headers = {"Content-Type": "application/json", **_authorisation(base, settings)}
        retries = _PatientRetry(
            total=settings.attempts - 1,
            redirect=False,
            status_forcelist=_RETRIED,
            allowed_methods=None,
            backoff_factor=_BACKOFF_SECONDS,
            backoff_max=_LONGEST_BACKOFF_SECONDS,
            respect_retry_after_header=True,
            raise_on_status=False,
        )
        connect = min(_CONNECT_SECONDS, settings.timeout_seconds)
        self._pool = PoolManager(
            retries=retries,
            timeout=Timeout(connect=connect, read=settings.timeout_seconds),
            maxsize=settings.at_once,
        )

    def post(self, body: Mapping[str, Any]) -> tuple[int, bytes]:
        """Status and content of the last attempt. Raises NoReplyError."""
        try:
            return self._post(json.dumps(body).encode())
        except MaxRetryError as error:
            cause = error.reason if error.reason is not None else error
            raise NoReplyError(
                timed_out=isinstance(cause, TimeoutError), cause=type(cause).__name__
            ) from None
        except (HTTPError, OSError, ValueError) as error:
            timed_out = isinstance(error, TimeoutError | _TooSlowError)
            raise NoReplyError(timed_out=timed_out, cause=type(error).__name__) from None

    def _post(self, body: bytes) -> tuple[int, bytes]:
        response = self._pool.request(
            "POST", self.url, body=body, headers=self._headers, preload_content=False
        )
        # Each piece may take as long as the time limit: a server that drips must end, too.
        end = monotonic() + self._settings.timeout_seconds
        try:
            read = bytearray()
            while part := response.read1(65536):
                read += part
                if len(read) > _MOST_BYTES:
                    raise ValueError("too long an answer")
                if monotonic() > end:
                    raise _TooSlowError("too slow an answer")
            return int(response.status), bytes(read)
        finally:
            response.close()

    def check_answers(self, status: int, model: str) -> None:
        """Raises ConfigError that says what is wrong with an endpoint whose first answer has ``status``."""
        settings = self._settings
        if status in (401, 403):
            remedy = f"refuses the key: set the environment variable {settings.api_key_variable}"
            raise ConfigError(settings.key, self.url, f"{remedy} (HTTP {status})")
        if status != 200:
            raise ConfigError(
                settings.key, self.url, f"answers HTTP {status}: check BASE_URL and the model {model!r}"
            )

    def does_not_answer(self, error: NoReplyError) -> ConfigError:
        """What to raise where not even the first request got an answer."""
        return ConfigError(self._settings.key, self.url, f"does not answer ({error})")

    def answer_form(self, body: Callable[[int], Mapping[str, Any]], model: str) -> int:
        """The first of ``ANSWER_FORMS`` in which the server answers ``body(form)``. ConfigError if it answers
        in none."""
        status = 0
        for form in range(len(ANSWER_FORMS)):
            try:
                status, _ = self.post(body(form))
            except NoReplyError as error:
                raise self.does_not_answer(error) from None
            if status == 200:
                return form
            if status not in (400, 422):
                break
        self.check_answers(status, model)
        raise AssertionError


class _TooSlowError(ValueError):
    """The answer came piece by piece and did not end."""


def read_reply(body: bytes) -> ChatReply | None:
    """What a chat completion says; None for content of another form. A model that declines through the field
    ``refusal`` has said that."""
    try:
        content = json.loads(body)
        choice = content["choices"][0]
        message = choice["message"]
        text = message["content"]
        if not isinstance(text, str):
            text = message["refusal"]
        finish = choice.get("finish_reason")
        usage = content.get("usage")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    if not isinstance(text, str):
        return None
    used = usage if isinstance(usage, dict) else {}
    return ChatReply(
        text,
        finish if isinstance(finish, str) else "",
        _count(used.get("prompt_tokens")),
        _count(used.get("completion_tokens")),
    )


def _count(told: object) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**40 else None


def checked_base(base: str, key: str) -> str:
    """The base URL without a slash at its end. ConfigError unless it is http or https with a host."""
    form = "BASE_URL must read like http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(base)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(key, base, form) from None
    if parts.username or parts.password:
        raise ConfigError(key, "openai:…", "no password in the URL: keys come from the environment")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise ConfigError(key, base, form)
    return base.rstrip("/")


def _authorisation(base: str, settings: EndpointSettings) -> dict[str, str]:
    """The header with the key, if the variable is set. ConfigError if it would travel in clear text."""
    key = os.environ.get(settings.api_key_variable, "").strip()
    if not key:
        if settings.key_needed:
            raise ConfigError(settings.key, settings.api_key_variable, "is not set or empty")
        return {}
    parts = urlsplit(base)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise ConfigError(settings.key, base, "would send the key in clear text: use https, or unset the key")
    if not (key.isascii() and key.isprintable()):
        raise ConfigError(settings.key, settings.api_key_variable, "holds what no key is written in")
    return {"Authorization": f"Bearer {key}"}


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
