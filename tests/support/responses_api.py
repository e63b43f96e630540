"""A server on loopback that speaks OpenAI's Responses API, and answers as a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

USED = {
    "input_tokens": 900, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 100,
    "output_tokens_details": {"reasoning_tokens": 40}, "total_tokens": 1000,
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What goes over the wire; an answer that `hangs` comes when the server ends, one that `drips` byte by byte."""

    body: bytes
    status: int = 200
    hangs: bool = False
    drips: bool = False
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


def response(content: list[dict[str, Any]], status: str = "completed", **changes: Any) -> Answer:
    """A response object with one message."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "status": status, "content": content}
    reasoning = {"id": "rs_1", "type": "reasoning", "summary": []}
    usual = {
        "id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": "m", "output": [reasoning, message],
        "parallel_tool_calls": True, "tool_choice": "auto", "tools": [], "usage": USED, "error": None, "incomplete_details": None,
    }  # fmt: skip
    return Answer(json.dumps(usual | changes).encode())


def says(text: str, **changes: Any) -> Answer:
    """A completed response with this text."""
    return response([{"type": "output_text", "text": text, "annotations": []}], **changes)


def chooses(**answer: Any) -> Answer:
    """A completed response whose text is this choice."""
    usual = {"action": "retry", "retry_in_seconds": 60, "cause": "overload", "confidence": 0.9}
    return says(json.dumps(usual | answer))


def refuses() -> Answer:
    return response([{"type": "refusal", "refusal": "I cannot help with that."}])


def cut_off() -> Answer:
    text = '{"action": "retry", "retry_in_sec'
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return response(content, "incomplete", incomplete_details={"reason": "max_output_tokens"})


def error(status: int) -> Answer:
    return Answer(json.dumps({"error": {"message": "no", "type": "error", "code": "no", "param": None}}).encode(), status)


def hangs() -> Answer:
    return Answer(b"", hangs=True)


@dataclass
class ResponsesApi:
    """What came in, and what goes out; `answer` may look at the request."""

    url: str = ""
    answer: Callable[[dict[str, Any]], Answer] = lambda _: chooses()
    requests: list[dict[str, Any]] = field(default_factory=list, repr=False)
    keys: list[str] = field(default_factory=list, repr=False)
    ended: threading.Event = field(default_factory=threading.Event)

    def always(self, answer: Answer) -> None:
        self.answer = lambda _: answer


@contextmanager
def serve_responses_api() -> Iterator[ResponsesApi]:
    api = ResponsesApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/responses", self.path
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            api.requests.append(request)
            api.keys.append(self.headers["Authorization"])
            answer = api.answer(request)
            if answer.hangs:
                api.ended.wait()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            with suppress(OSError):  # a client that waits no longer
                for piece in [answer.body[n : n + 1] for n in range(len(answer.body))] if answer.drips else [answer.body]:
                    self.wfile.write(piece)
                    if answer.drips and api.ended.wait(0.02):
                        return

        def log_message(self, *_: Any) -> None:
            """Tests read `requests`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield api
    finally:
        api.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
