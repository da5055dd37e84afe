"""A chat endpoint on the loopback interface that answers as a test tells it to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

ProbeReply = Callable[[dict[str, Any]], "tuple[int, bytes] | None"]
PROBE = "A man waits at the door."
Answer = Callable[[dict[str, Any]], "tuple[int, bytes]"]


def said(content: Any, status: int = 200) -> tuple[int, bytes]:
    """A chat completion that says ``content``."""
    return status, json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def asked(body: dict[str, Any]) -> dict[str, Any]:
    """The text to be rewritten and what is to be hidden in it: the JSON at the end of the last message."""
    return json.loads(body["messages"][-1]["content"].rpartition("\n\n")[2])


def rewritten(text: str) -> tuple[int, bytes]:
    """A completion with ``text`` in the form that the prompt asks for."""
    return said(json.dumps({"text": text}))


def rewriter_probe(body: dict[str, Any]) -> tuple[int, bytes] | None:
    """What a rewriter's first request is answered with; None for any other request."""
    return rewritten("A person waits at the door.") if asked(body)["text"] == PROBE else None


class Endpoint:
    """``place`` is what stands after ``openai:``; ``bodies`` are the requests but for probes."""

    def __init__(self, answer: Answer, probe: ProbeReply) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.requests.append((dict(self.headers), body))
                probed = probe(body)
                if probed is None:
                    endpoint.bodies.append(body)
                status, content, *headers = answer(body) if probed is None else probed
                try:
                    self.send_response(status)
                    for name, value in headers:
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # the client gave up

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"http://127.0.0.1:{self.server.server_port}/v1#tiny"


@contextmanager
def chat_endpoint(answer: Answer, probe: ProbeReply = rewriter_probe) -> Iterator[Endpoint]:
    """Serves until the block ends."""
    endpoint = Endpoint(answer, probe)
    thread = Thread(target=endpoint.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.server.shutdown()
        endpoint.server.server_close()


def slow(seconds: float, answer: Answer) -> Answer:
    """``answer``, after a while."""

    def wait(body: dict[str, Any]) -> tuple[int, bytes]:
        time.sleep(seconds)
        return answer(body)

    return wait
