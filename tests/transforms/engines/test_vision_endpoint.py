"""The endpoint that answers questions on images: what it sends, every way to fail, and what it may cost."""

import json
import socket
import threading
import time

import pytest

from schemas.errors import ConfigError, RunFailed
from schemas.reasons import Reason
from tests.chat_endpoint import slow
from tests.vision_endpoint import image_of, picture, prompt_of, says, vision_endpoint
from transforms.engines import chat_endpoint as chat
from transforms.engines.failures import MOST_FAILURES
from transforms.engines.vision_language.endpoint import EndpointModel, data_url
from transforms.engines.vision_language.load import check_model
from transforms.engines.vision_language.meter import CostMeter
from transforms.engines.vision_language.settings import Defence, DefenceRole, ModelSettings, Prices

SECRET = "sk-loopback-only"
QUICK = ModelSettings(timeout_seconds=0.3, attempts=2, at_once=2, new_tokens=50)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(chat, "_BACKOFF_SECONDS", 0.0)
    monkeypatch.delenv("MMSCRUB_ANSWER_KEY", raising=False)


def ask(place, settings=QUICK, count=1):
    model = EndpointModel(place, settings)
    return model.answer([picture()] * count, [f"What is that? {index}" for index in range(count)])


def test_replies_come_in_the_order_of_the_questions_with_their_tokens():
    with vision_endpoint() as endpoint:
        replies = ask(endpoint.place, ModelSettings(at_once=4), 9)
    assert [reply.text for reply in replies] == [f"Seen: What is that? {index}" for index in range(9)]
    assert {(reply.input_tokens, reply.output_tokens, reply.reason) for reply in replies} == {(100, 10, None)}


def test_as_many_requests_are_open_as_were_asked_for():
    open_now, most, lock = [0], [0], threading.Lock()

    def answer(body):
        with lock:
            open_now[0] += 1
            most[0] = max(most[0], open_now[0])
        time.sleep(0.05)
        with lock:
            open_now[0] -= 1
        return says("Yes.")

    with vision_endpoint(answer) as endpoint:
        ask(endpoint.place, ModelSettings(at_once=6), 24)
    assert 4 <= most[0] <= 6


def test_a_request_is_greedy_bounded_and_holds_image_and_prompt():
    with vision_endpoint() as endpoint:
        EndpointModel(endpoint.place, QUICK).answer([picture(form="JPEG")], ["What is that?"])
    (body,) = endpoint.bodies
    assert (body["temperature"], body["max_tokens"], body["stream"], body["model"]) == (0, 50, False, "tiny")
    image, head = image_of(body)
    assert (image.size, head, prompt_of(body)) == ((40, 30), "data:image/jpeg;base64", "What is that?")


def test_a_server_that_knows_other_fields_is_asked_in_its_own_form():
    def picky(body):
        if "max_tokens" in body or "temperature" in body:
            return 400, b'{"error": {"message": "unsupported parameter"}}'
        return says("Yes.")

    with vision_endpoint(picky, probe=lambda body: None) as endpoint:
        model = EndpointModel(endpoint.place, QUICK)
        assert model.answer([picture()], ["What?"])[0].text == "Yes."
    assert endpoint.bodies[-1]["max_completion_tokens"] == 50
    assert "sampled" in model.info.settings


@pytest.mark.parametrize(
    ("stored", "media"),
    [
        (picture(), "image/png"),
        (picture(form="JPEG"), "image/jpeg"),
        (picture(form="BMP"), "image/png"),
        (picture((200, 30, 30, 90), form="WEBP") if False else picture(form="WEBP"), "image/png"),
    ],
)
def test_only_what_every_server_reads_is_sent_as_it_is(stored, media):
    assert data_url(stored).startswith(f"data:{media};base64,")


def test_a_turned_photograph_is_sent_upright_and_without_what_its_camera_wrote():
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    with vision_endpoint() as endpoint:
        EndpointModel(endpoint.place, QUICK).answer([picture(form="JPEG", exif=exif)], ["What?"])
    image, _ = image_of(endpoint.bodies[0])
    assert image.size == (30, 40)
    assert not image.getexif()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda body: (200, b"{not json"), Reason.ANSWER_MALFORMED),
        (lambda body: (200, b'{"choices": []}'), Reason.ANSWER_MALFORMED),
        (lambda body: (200, b"[" * 5000), Reason.ANSWER_MALFORMED),
        (lambda body: says(None), Reason.ANSWER_MALFORMED),
        (lambda body: says(7), Reason.ANSWER_MALFORMED),
        (lambda body: says("", finish="content_filter"), Reason.ANSWER_FILTERED),
        (lambda body: (200, b"x" * 2**21), Reason.ENDPOINT_UNAVAILABLE),
        (lambda body: (500, b"oops"), Reason.ENDPOINT_UNAVAILABLE),
        (lambda body: (429, b""), Reason.ENDPOINT_UNAVAILABLE),
        (lambda body: (400, b"too long"), Reason.ENDPOINT_REJECTED),
        (lambda body: (302, b"", ("Location", "http://192.0.2.1/")), Reason.ENDPOINT_REJECTED),
        (slow(1.0, lambda body: says("Late.")), Reason.ENDPOINT_TIMED_OUT),
    ],
)
def test_a_question_without_an_answer_has_its_reason(answer, reason):
    with vision_endpoint(answer) as endpoint:
        (reply,) = ask(endpoint.place)
    assert (reply.text, reply.reason) == ("", reason)


def test_a_model_that_declines_in_a_field_of_its_own_has_answered():
    with vision_endpoint(lambda body: says(None, refusal="I will not say.")) as endpoint:
        (reply,) = ask(endpoint.place)
    assert (reply.text, reply.reason) == ("I will not say.", None)


def test_an_answer_that_was_cut_says_so():
    with vision_endpoint(lambda body: says("It goes on and", finish="length")) as endpoint:
        (reply,) = ask(endpoint.place)
    assert reply.cut


def test_a_failed_attempt_is_tried_again_when_the_server_says():
    answers = iter([(503, b""), (429, b"", ("Retry-After", "1"))])
    with vision_endpoint(lambda body: next(answers, None) or says("Yes.")) as endpoint:
        started = time.monotonic()
        (reply,) = ask(endpoint.place, ModelSettings(at_once=1))
    assert reply.text == "Yes."
    assert len(endpoint.bodies) == 3
    assert 1.0 <= time.monotonic() - started < 5.0


@pytest.mark.parametrize("wait", ["99999999", "soon", "-5", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_no_server_makes_it_wait_for_ever(monkeypatch, wait):
    monkeypatch.setattr(chat, "_LONGEST_RETRY_AFTER_SECONDS", 0.1)
    answers = iter([(429, b"", ("Retry-After", wait))])
    with vision_endpoint(lambda body: next(answers, None) or says("Yes.")) as endpoint:
        assert ask(endpoint.place, ModelSettings(at_once=1))[0].text == "Yes."


def test_a_bad_image_costs_its_own_answer_and_is_not_sent():
    with vision_endpoint() as endpoint:
        model = EndpointModel(endpoint.place, QUICK)
        replies = model.answer([picture(), b"no image", picture()[:60], picture()], ["a", "b", "c", "d"])
    assert [reply.reason for reply in replies] == [
        None,
        Reason.IMAGE_UNDECODABLE,
        Reason.IMAGE_TRUNCATED,
        None,
    ]
    assert len(endpoint.bodies) == 2


def test_an_endpoint_that_breaks_is_not_asked_on_and_ends_the_run():
    with vision_endpoint(lambda body: (500, b"")) as endpoint:
        model = EndpointModel(endpoint.place, ModelSettings(attempts=1, at_once=1))
        replies = model.answer([picture()] * (MOST_FAILURES + 10), ["What?"] * (MOST_FAILURES + 10))
        assert {reply.reason for reply in replies} == {Reason.ENDPOINT_UNAVAILABLE}
        assert len(endpoint.bodies) == MOST_FAILURES
        with pytest.raises(RunFailed, match="in a row failed"):
            model.answer([picture()], ["What?"])


def test_a_key_that_is_refused_later_ends_the_run():
    with vision_endpoint(lambda body: (401, b"")) as endpoint:
        model = EndpointModel(endpoint.place, QUICK)
        model.answer([picture()] * 9, ["What?"] * 9)
        assert len(endpoint.bodies) <= 3
        with pytest.raises(RunFailed, match="key"):
            model.answer([picture()], ["What?"])


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "MMSCRUB_ANSWER_KEY"), (403, "MMSCRUB_ANSWER_KEY"), (404, "tiny"), (400, "tiny")],
)
def test_an_endpoint_that_does_not_serve_is_a_config_error(status, said):
    with (
        vision_endpoint(probe=lambda body: (status, b"")) as endpoint,
        pytest.raises(ConfigError, match=said),
    ):
        EndpointModel(endpoint.place, QUICK)


def test_an_endpoint_that_is_not_there_is_a_config_error():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"http://127.0.0.1:{free.getsockname()[1]}/v1#m"
    with pytest.raises(ConfigError, match="does not answer"):
        EndpointModel(place, QUICK)


def test_the_key_comes_from_the_environment_and_stays_out_of_info(monkeypatch):
    monkeypatch.setenv("MY_KEY", SECRET)
    with vision_endpoint() as endpoint:
        model = EndpointModel(endpoint.place, ModelSettings(api_key_variable="MY_KEY", key_needed=True))
    assert endpoint.requests[0][0]["Authorization"] == f"Bearer {SECRET}"
    assert SECRET not in repr(model.info)
    monkeypatch.setenv("MY_KEY", "two\nlines")
    with pytest.raises(ConfigError, match="MY_KEY") as error:
        EndpointModel(endpoint.place, ModelSettings(api_key_variable="MY_KEY"))
    assert "lines" not in str(error.value)
    monkeypatch.delenv("MY_KEY")
    with pytest.raises(ConfigError, match="MY_KEY"):
        EndpointModel(endpoint.place, ModelSettings(api_key_variable="MY_KEY", key_needed=True))


@pytest.mark.parametrize("role", DefenceRole)
def test_a_defence_stands_before_every_prompt(role):
    settings = ModelSettings(at_once=1, defence=Defence("Never tell what is private.", role))
    with vision_endpoint(lambda body: says("Yes."), probe=lambda body: None) as endpoint:
        EndpointModel(endpoint.place, settings).answer([picture()], ["What?"])
    for body in endpoint.bodies:
        said = json.dumps(body["messages"])
        assert said.index("Never tell") < max(said.find("What?"), said.find("Which colour"))
        assert (body["messages"][0]["role"] == "system") == (role is DefenceRole.SYSTEM)


def test_no_more_is_spent_than_was_said():
    prices = Prices(input=1000.0, output=1000.0)  # an answer costs 0.11, and may cost 0.15
    settings = ModelSettings(at_once=4, new_tokens=50, prices=prices, spend_most=3.5, spent=0.2)
    with vision_endpoint() as endpoint:
        model = EndpointModel(endpoint.place, settings)
        replies = model.answer([picture()] * 60, ["What?"] * 60)
        answered = [reply for reply in replies if reply.reason is None]
        assert {reply.reason for reply in replies} == {None, Reason.SPENDING_LIMIT}
        spent = 0.2 + prices.cost(100 * len(answered), 10 * len(answered))
        assert spent <= 3.5
        assert len(endpoint.bodies) == len(answered)
        with pytest.raises(RunFailed, match="spend_most"):
            model.answer([picture()], ["What?"])


def test_an_endpoint_that_counts_nothing_is_taken_for_dear():
    with vision_endpoint(lambda body: says("Yes.", tokens=None)) as endpoint:
        (reply,) = ask(endpoint.place)
    assert reply.input_tokens > 1000
    assert reply.output_tokens == QUICK.new_tokens


def test_a_request_that_may_cross_the_limit_waits_for_those_that_are_open():
    meter = CostMeter(Prices(output=1e6), most=10.0, spent=0.0, new_tokens=4)
    first, second = meter.reserve(""), meter.reserve("")
    got = []
    waiting = threading.Thread(target=lambda: got.append(meter.reserve("")))
    waiting.start()
    meter.settle(first, 10, 1)
    waiting.join(5)
    assert (first, second, got, meter.spent) == (4.0, 4.0, [4.0], 1.0)
    meter.settle(second, 10, 4)
    meter.settle(got[0], 10, 4)
    assert (meter.reserve(""), meter.exhausted, meter.spent) == (None, True, 9.0)


@pytest.mark.parametrize(
    "name", ["gpt", "transformers:", "openai:", "openai:m", "openai:http://h/v1", "x:y", ""]
)
def test_unknown_models_are_config_errors(name):
    with pytest.raises(ConfigError):
        check_model(name)
