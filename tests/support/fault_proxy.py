"""A network between REX and its API that is slow, loses answers after they took effect, loses requests, and delivers requests twice."""

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_HEADERS = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "content-encoding"})


class Fault(StrEnum):
    """What the network does to one request."""

    NONE = "none"
    SLOW = "slow"
    LOST_REQUEST = "lost_request"
    LOST_ANSWER = "lost_answer"
    TWICE = "twice"


@dataclass
class Network:
    """Draws a fault for each new request; one that was lost arrives when it is asked again, so that two tries are enough."""

    luck: random.Random
    may_break: Callable[[str], bool] = lambda _: True
    """Of a path: else its requests are slow at most."""
    faults: Counter[Fault] = field(default_factory=Counter)
    seen: set[bytes] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self, path: str, body: bytes) -> Fault:
        with self.lock:
            known = body in self.seen
            self.seen.add(body)
            fault = Fault.NONE if known else self.luck.choice(list(Fault))
            if fault is not Fault.SLOW and not self.may_break(path):
                fault = Fault.NONE
            self.faults[fault] += 1
            return fault


def _handler(network: Network, upstream: str) -> type[BaseHTTPRequestHandler]:
    host = urlsplit(upstream).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            fault = network.draw(self.path, body)
            if fault is Fault.LOST_REQUEST:
                self._hang_up()
                return
            status, headers, answer = self._ask(body)
            if fault is Fault.TWICE:
                status, headers, answer = self._ask(body)
            elif fault is Fault.SLOW:
                time.sleep(network.luck.uniform(0.01, 0.1))
            if fault is Fault.LOST_ANSWER:
                self._hang_up()
                return
            self.send_response(status)
            for name, value in headers:
                if name.lower() not in HOP_HEADERS:
                    self.send_header(name, value)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPConnection(host, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in (*HOP_HEADERS, "accept-encoding", "host")}
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            told = answer.status, answer.getheaders(), answer.read()
            connection.close()
            return told

        def _hang_up(self) -> None:
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def run_proxy(network: Network, upstream: str) -> Iterator[str]:
    """The URL to use instead of `upstream`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(network, upstream))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
