"""A chat endpoint on the loopback interface that answers as a test tells it to."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

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


class Endpoint:
    """``place`` is what stands after ``openai:``; ``bodies`` are the requests but for probes."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                probe = asked(body)["text"] == PROBE
                endpoint.requests.append((dict(self.headers), body))
                status, content = rewritten("A person waits at the door.") if probe else answer(body)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                except OSError:
                    pass  # the client gave up

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"http://127.0.0.1:{self.server.server_port}/v1#tiny"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [body for _, body in self.requests if asked(body)["text"] != PROBE]


@contextmanager
def chat_endpoint(answer: Answer) -> Iterator[Endpoint]:
    """Serves until the block ends."""
    endpoint = Endpoint(answer)
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
