"""A language model behind an OpenAI-compatible chat endpoint as a judge.

What it concludes is kept in a file, so that a run that was stopped does not pay twice. An error, or a reply
of another form than it was asked for, leaves an answer undecided; it is asked again by the next run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Final

import regex

from evaluation.judging.judge import ATTRIBUTES, UNDECIDED, Asked, JudgeInfo, Leak, Verdict
from evaluation.judging.published import attribute_named
from schemas.errors import ConfigError, RunFailed
from transforms.engines.chat_endpoint import (
    ANSWER_FORMS,
    ChatEndpoint,
    EndpointSettings,
    NoReplyError,
    read_reply,
)
from transforms.engines.failures import FailureStreak
from transforms.engines.vision_language.meter import CostMeter
from transforms.engines.vision_language.settings import Prices
from transforms.tables import read_table

CONFIG_KEY: Final = "judge"
API_KEY_VARIABLE: Final = "MMSCRUB_JUDGE_KEY"
_NEW_TOKENS: Final = 200

_FENCE: Final = regex.compile(r"^```(?:json)?\s*|\s*```$")
_PROBE: Final = Asked("Is it a dog?", "Yes, a brown one.")


@dataclass(frozen=True, slots=True)
class EndpointJudgeSettings:
    """``cache``: where verdicts are kept, None for nowhere. ``spend_most``: stop before this is spent, in the
    currency of ``prices``. The endpoint's key stands in the environment variable ``api_key_variable``."""

    cache: Path | None = None
    at_once: int = 8
    timeout_seconds: float = 60.0
    attempts: int = 4
    api_key_variable: str = API_KEY_VARIABLE
    key_needed: bool = False
    prices: Prices = field(default=Prices())
    spend_most: float | None = None


class EndpointJudge:
    """A ``Judge``. ``place`` is ``BASE_URL#MODEL``. One made-up answer is judged at once, which also finds in
    which form the server wants to be asked: ConfigError if nobody answers."""

    def __init__(self, place: str, settings: EndpointJudgeSettings) -> None:
        base, _, self._model = place.partition("#")
        if not base or not self._model:
            form = "must read rules, openai:MODEL with --base-url, or openai:BASE_URL#MODEL"
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
        self._meter = CostMeter(settings.prices, settings.spend_most, 0.0, _NEW_TOKENS)
        self._streak = FailureStreak(CONFIG_KEY)
        self.requests = self.input_tokens = self.output_tokens = 0
        self._lock = Lock()
        prompts = json.dumps(read_table("evaluation.judging", "prompts.yaml"), sort_keys=True)
        digest = sha256(f"{self._endpoint.url}\0{self._model}\0{prompts}".encode()).hexdigest()
        self.info = JudgeInfo(f"openai:{self._model}", digest, reproducible=False)
        self._known = _read_cache(settings.cache) if settings.cache else {}
        self._form = self._endpoint.answer_form(
            lambda form: self._body(form, messages_for(_PROBE)), self._model
        )

    @property
    def spent(self) -> float:
        """In the currency of the prices."""
        return self._meter.spent

    def judge(self, asked: Sequence[Asked]) -> list[Verdict]:
        """A verdict for each. Raises RunFailed if the endpoint is broken or the spending limit is reached;
        what was judged until then is kept in the cache."""
        distinct = [one for one in dict.fromkeys(asked) if self._name(one) not in self._known]
        with ThreadPoolExecutor(self._settings.at_once) as pool:
            found = dict(zip(distinct, pool.map(self._ask, distinct), strict=True))
        self._streak.check()
        if self._meter.exhausted:
            raise RunFailed(f"spend_most: {self._meter.spent:.4f} are spent; raise it and run again to go on")
        return [found[one] if one in found else self._known[self._name(one)] for one in asked]

    def _name(self, asked: Asked) -> str:
        """What the cache calls a question: a digest, for no answer's text lies there."""
        parts = (asked.prompt, asked.answer, asked.attribute or "", str(asked.describes))
        return sha256("\0".join((self.info.digest, *parts)).encode()).hexdigest()

    def _ask(self, asked: Asked) -> Verdict:
        if self._streak.broken:
            return UNDECIDED
        messages = messages_for(asked)
        reserved = self._meter.reserve("".join(one["content"] for one in messages))
        if reserved is None:
            return UNDECIDED
        used, verdict, failed = (0, 0), UNDECIDED, True
        try:
            status, body = self._endpoint.post(self._body(self._form, messages))
            reply = read_reply(body) if status == 200 else None
            if reply is not None:
                used = (reply.input_tokens or 0, reply.output_tokens or 0)
                verdict, failed = read_verdict(reply.text, describes=asked.describes), False
        except NoReplyError:
            pass
        finally:
            self._meter.settle(reserved, *used)
        with self._lock:
            self._streak.note(failed=failed)
            self.requests += 1
            self.input_tokens, self.output_tokens = self.input_tokens + used[0], self.output_tokens + used[1]
            if verdict is not UNDECIDED:
                self._keep(self._name(asked), verdict)
        return verdict

    def _keep(self, name: str, verdict: Verdict) -> None:
        self._known[name] = verdict
        if self._settings.cache is None:
            return
        told = [leak.attribute for leak in verdict.leaks or ()]
        try:
            self._settings.cache.parent.mkdir(parents=True, exist_ok=True)
            with self._settings.cache.open("a", encoding="utf-8") as file:
                # The line break comes first: what a killed run left half written stays a line of its own.
                file.write("\n" + json.dumps({"asked": name, "refused": verdict.refused, "told": told}))
        except OSError as error:
            raise RunFailed(f"the judge's cache cannot be written ({error.strerror})") from None

    def _body(self, form: int, messages: Sequence[Mapping[str, str]]) -> Mapping[str, Any]:
        length, others = ANSWER_FORMS[form]
        return {"model": self._model, "messages": messages, "stream": False, length: _NEW_TOKENS, **others}


def messages_for(asked: Asked) -> list[dict[str, str]]:
    """The chat that asks for one verdict."""
    prompts = read_table("evaluation.judging", "prompts.yaml")
    kind = "description" if asked.describes else "harmless" if asked.attribute is None else "direct"
    names = [_plain(one) for one in ATTRIBUTES]
    task = prompts[kind].format(
        attribute=_plain(asked.attribute or ""), attributes=", ".join(f'"{one}"' for one in names)
    )
    shown = json.dumps({"question": asked.prompt, "answer": asked.answer}, ensure_ascii=False)
    return [
        {"role": "system", "content": f"{prompts['common'].strip()}\n\n{task.strip()}"},
        {"role": "user", "content": shown},
    ]


def _plain(attribute: str) -> str:
    return attribute.removeprefix("biometric.").replace("_", " ")


def read_verdict(said: str, *, describes: bool) -> Verdict:
    """What a reply concludes. Undecided unless it is one JSON object with exactly what was asked for."""
    try:
        reply = json.loads(_FENCE.sub("", said.strip()))
    except (ValueError, RecursionError):
        return UNDECIDED
    wanted = {"refused", "told"} if describes else {"refused"}
    if not isinstance(reply, dict) or set(reply) != wanted or not isinstance(reply["refused"], bool):
        return UNDECIDED
    return _verdict(reply["refused"], reply.get("told", []))


def _verdict(refused: bool, told: object) -> Verdict:
    if not isinstance(told, list) or not all(isinstance(one, str) for one in told):
        return UNDECIDED
    named = [attribute_named(one.removeprefix("biometric.")) for one in told]
    known = [one for one in dict.fromkeys(named) if one is not None]
    return UNDECIDED if None in named else Verdict(refused, tuple(Leak(one, 0, 0) for one in known))


def _read_cache(path: Path) -> dict[str, Verdict]:
    """Verdicts that earlier runs kept. A line that a killed run left half written is passed over."""
    known: dict[str, Verdict] = {}
    try:
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("judge_cache", path, f"cannot be read ({type(error).__name__})") from None
    for line in lines:
        try:
            row = json.loads(line)
            name, refused, told = row["asked"], row["refused"], row["told"]
        except (ValueError, LookupError, TypeError, RecursionError):
            continue
        verdict = _verdict(refused, told) if isinstance(refused, bool) else UNDECIDED
        if isinstance(name, str) and verdict is not UNDECIDED:
            known[name] = verdict
    return known
