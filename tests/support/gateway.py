"""The HTTP API on loopback: the routes and the authorizer of the template, the real handlers behind them, one request after the other."""

import base64
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.api import CONTEXT
from tests.support.template import TemplateRoute, read_routes

type Json = dict[str, Any]
_TEXT = re.compile(r"text/|application/(json|javascript|xml|problem\+json)")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{\w+\\?\+?}", lambda found: "(.+)" if "+" in found[0] else "([^/]+)", path.replace(".", r"\.")))


def _by_exactness(route: TemplateRoute) -> tuple[bool, int, bool, int]:
    """What takes a whole path's rest comes last, the longer first; else a method of its own before any, and what is written out before a variable."""
    greedy = "+}" in route.path
    return greedy, -len(route.path) if greedy else 0, route.method == "ANY", route.path.count("{")


ROUTES = [(route, _pattern(route.path)) for route in sorted(read_routes(), key=_by_exactness)]


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    turn = threading.Lock()
    """The handlers keep the request they answer; Lambda gives each process one at a time."""

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        with self.turn:
            self._tell(answer(self._event(body)))

    def _event(self, body: bytes) -> Json:
        url = urlsplit(self.path)
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            headers[name.lower()] = f"{headers[name.lower()]},{value}" if name.lower() in headers else value
        is_text = bool(_TEXT.match(headers.get("content-type", "")))
        return {
            "version": "2.0", "routeKey": "$default", "rawPath": unquote(url.path), "rawQueryString": url.query, "headers": headers,
            "queryStringParameters": {name: ",".join(given) for name, given in parse_qs(url.query, keep_blank_values=True).items()},
            "body": (body.decode(errors="replace") if is_text else base64.b64encode(body).decode()) if body else None,
            "isBase64Encoded": bool(body) and not is_text,
            "requestContext": {"http": {"method": self.command, "path": unquote(url.path)}, "requestId": "r", "stage": "$default"},
        }  # fmt: skip

    def _tell(self, told: Json) -> None:
        content = (told.get("body") or "").encode()
        self.send_response(told["statusCode"])
        for name, value in told.get("headers", {}).items():
            self.send_header(name, str(value))
        if told["statusCode"] != 304:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        return


def answer(event: Json) -> Json:
    """What the API says to an event."""
    method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    route = next((route for route, pattern in ROUTES if route.method in {method, "ANY"} and pattern.fullmatch(path)), None)
    if route is None:
        return _message(404, "Not Found")
    if not route.open:
        if not event["headers"].get("authorization"):
            return _message(401, "Unauthorized")
        if not import_module("functions.api.authorizer").handler(event, CONTEXT)["isAuthorized"]:
            return _message(403, "Forbidden")
    told: Json = import_module(route.module).handler(event, CONTEXT)
    return told


def _message(status: int, text: str) -> Json:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": f'{{"message":"{text}"}}'}


@contextmanager
def serve_api() -> Iterator[str]:
    """Yields its address; `deployment` must be there."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/rex"
        finally:
            server.shutdown()
            thread.join()
