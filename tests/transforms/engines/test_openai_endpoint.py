"""The endpoint rewriter against a server on the loopback interface: what it sends, and every way to fail."""

import json
import logging
import socket

import pytest

from schemas.errors import ConfigError, RunFailed
from schemas.finding import Kind
from tests.chat_endpoint import asked, chat_endpoint, rewritten, said, slow
from transforms.engines import chat_endpoint as chat
from transforms.engines.failures import MOST_FAILURES
from transforms.engines.protocols import HiddenSpan, RewriteRequest
from transforms.engines.registry import check_engine, load_rewriter
from transforms.engines.rewriter.openai_endpoint import OpenAiEndpoint
from transforms.engines.rewriter.settings import RewriterSettings

SECRET = "sk-loopback-only"
QUICK = RewriterSettings(timeout_seconds=0.3, attempts=2)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(chat, "_BACKOFF_SECONDS", 0.0)
    monkeypatch.delenv("MMSCRUB_REWRITER_KEY", raising=False)


def request(text="A man reads.", words="man"):
    start = text.index(words)
    return RewriteRequest(
        text, (HiddenSpan(start, start + len(words), "biometric.gender", Kind.EXPLICIT),), question=False
    )


def neutral(body):
    return rewritten(asked(body)["text"].replace("man", "person"))


def test_proposals_come_in_the_order_of_the_texts():
    with chat_endpoint(neutral) as endpoint:
        engine = OpenAiEndpoint(endpoint.place)
        texts = [f"A man reads page {page}." for page in range(9)]
        proposals = engine.propose([request(text) for text in texts])
    assert proposals == [(text.replace("man", "person"),) for text in texts]


def test_a_request_is_greedy_seeded_and_bounded():
    with chat_endpoint(neutral) as endpoint:
        OpenAiEndpoint(endpoint.place, RewriterSettings(seed=7)).propose([request()])
    (body,) = endpoint.bodies
    assert (body["temperature"], body["seed"], body["stream"], body["model"]) == (0, 7, False, "tiny")
    assert body["max_tokens"] < 1000


@pytest.mark.parametrize(
    "answer",
    [
        lambda body: said("I won't do that."),
        lambda body: said(json.dumps({"text": ""})),
        lambda body: said(None),
        lambda body: (200, b"{not json"),
        lambda body: (200, b'{"choices": []}'),
        lambda body: (200, b"[" * 5000),
        lambda body: (200, b"x" * 2**21),
        lambda body: (500, b"oops"),
        lambda body: (404, b"no such model"),
        lambda body: (302, b""),
        slow(1.0, neutral),
    ],
)
def test_an_answer_beside_the_point_proposes_nothing(answer):
    with chat_endpoint(answer) as endpoint:
        assert OpenAiEndpoint(endpoint.place, QUICK).propose([request()]) == [()]


def test_a_failed_attempt_is_tried_again():
    answers = iter([(503, b""), (429, b"")])
    with chat_endpoint(lambda body: next(answers, None) or neutral(body)) as endpoint:
        assert OpenAiEndpoint(endpoint.place).propose([request()]) == [("A person reads.",)]
    assert len(endpoint.bodies) == 3


def test_an_endpoint_that_fails_on_and_on_ends_the_run():
    with chat_endpoint(lambda body: (500, b"")) as endpoint:
        engine = OpenAiEndpoint(endpoint.place, RewriterSettings(attempts=1))
        assert engine.propose([request()] * (MOST_FAILURES - 1)) == [()] * (MOST_FAILURES - 1)
        with pytest.raises(RunFailed, match=r"engines\.rewriter"):
            engine.propose([request()])


def test_the_key_comes_from_the_environment_and_stays_out_of_logs_and_info(monkeypatch, caplog):
    monkeypatch.setenv("MMSCRUB_REWRITER_KEY", SECRET)
    with caplog.at_level(logging.DEBUG), chat_endpoint(lambda body: (500, b"")) as endpoint:
        engine = OpenAiEndpoint(endpoint.place, QUICK)
        engine.propose([request("A man called Jane Roe reads.")])
    assert endpoint.requests[0][0]["Authorization"] == f"Bearer {SECRET}"
    assert SECRET not in caplog.text + repr(engine.info)
    assert "Jane" not in caplog.text


def test_a_remote_model_is_recorded_as_not_reproducible():
    with chat_endpoint(neutral) as endpoint:
        first, second = OpenAiEndpoint(endpoint.place).info, OpenAiEndpoint(endpoint.place + "2").info
    assert not first.reproducible
    assert first.weights_sha256 != second.weights_sha256
    assert first.version == "tiny"


@pytest.mark.parametrize(
    ("place", "said_of_it"),
    [
        ("http://127.0.0.1:1/v1", "MODEL"),
        ("ftp://127.0.0.1/v1#m", "BASE_URL"),
        ("http://user:secret@127.0.0.1/v1#m", "environment"),
        ("http://127.0.0.1:port/v1#m", "BASE_URL"),
        ("nonsense", "BASE_URL"),
    ],
)
def test_a_wrong_place_is_a_config_error(place, said_of_it):
    with pytest.raises(ConfigError, match=said_of_it) as error:
        OpenAiEndpoint(place)
    assert error.value.key == "engines.rewriter"
    assert "secret" not in str(error.value)


def test_an_endpoint_that_is_not_there_is_a_config_error():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"http://127.0.0.1:{free.getsockname()[1]}/v1#m"
    with pytest.raises(ConfigError, match="does not answer"):
        OpenAiEndpoint(place, QUICK)


def test_a_key_never_travels_in_clear_text(monkeypatch):
    monkeypatch.setenv("MMSCRUB_REWRITER_KEY", SECRET)
    with pytest.raises(ConfigError, match="clear text") as error:
        OpenAiEndpoint("http://192.0.2.1/v1#m", QUICK)
    assert SECRET not in str(error.value)


def test_a_named_variable_that_is_not_set_is_a_config_error(monkeypatch):
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(ConfigError, match="MY_KEY"):
        OpenAiEndpoint("http://127.0.0.1:1/v1#m", RewriterSettings(api_key_variable="MY_KEY"))


@pytest.mark.parametrize("name", ["gpt", "transformers:", "openai:", "rules:x", ""])
def test_unknown_rewriters_are_config_errors(name):
    with pytest.raises(ConfigError, match="allowed: rules"):
        check_engine("rewriter", name)


def test_the_rules_are_no_engine():
    assert load_rewriter("rules", RewriterSettings()) is None


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_a_local_model_without_the_extra_names_what_brings_it(monkeypatch, missing):
    from transforms.engines import registry

    monkeypatch.setattr(registry, "find_spec", lambda name: None if name == missing else object())
    with pytest.raises(ConfigError, match=rf"needs {missing}: pip install 'mmscrub\[gpu\]'"):
        check_engine("rewriter", "transformers:/models/tiny")
