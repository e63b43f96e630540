"""The routes as people call them: the real handlers, events of an HTTP API, and the real PostgREST-compatible server behind them."""

import base64
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt

from local.database import NODE
from local.ports import free_port
from tests.support.described import assert_described

JWT_SECRET = "a-secret-that-only-these-tests-know"
PUBLISHABLE_KEY, SECRET_KEY = "sb_publishable_tests", "sb_secret_tests"
ROOT = Path(__file__).parents[2]
SERVE = ROOT / "local" / "supabase" / "serve.mjs"
CONTEXT = SimpleNamespace(
    function_name="test", memory_limit_in_mb=128, invoked_function_arn="arn:aws:lambda:us-east-1:1:function:test", aws_request_id="1",
    get_remaining_time_in_millis=lambda: 30_000,
)  # fmt: skip


@contextmanager
def serve_supabase(owner_url: str, *, realtime: bool = False) -> Iterator[str]:
    """PostgREST and Auth over a database, and Realtime where it is asked for; yields their URL."""
    port, realtime_port = free_port(), free_port() if realtime else None
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "REX_DATABASE_URL": owner_url, "REX_SUPABASE_PORT": str(port),
        "REX_JWT_SECRET": JWT_SECRET, "REX_PUBLISHABLE_KEY": PUBLISHABLE_KEY, "REX_SECRET_KEY": SECRET_KEY,
        "REX_SITE_URL": "http://127.0.0.1", "REX_REALTIME_PORT": str(realtime_port or ""),
    }  # fmt: skip
    with ExitStack() as parts:
        if realtime:
            parts.enter_context(_served([sys.executable, "-m", "local.realtime"], environment))
        parts.enter_context(_served([str(NODE), str(SERVE)], environment))
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _served(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            assert "serving" in line, f"the server ended before it served: {line}"
            yield
        finally:
            server.terminate()
            server.communicate(timeout=10)


def token_of(person: uuid.UUID, expires_at: float | None = None) -> str:
    expiry = expires_at or datetime.now(UTC) + timedelta(hours=1)
    claims = {"sub": str(person), "role": "authenticated", "aud": "authenticated", "exp": expiry}
    return jwt.encode(claims, JWT_SECRET, algorithm="HS256")


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def request(
    function: str, method: str, path: str, *, person: uuid.UUID | None = None, body: Any = None, raw: str | None = None,
    key: str | None = "new", query: dict[str, str] | None = None, account: uuid.UUID | None = None, base64_body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:  # fmt: skip
    """The answer of one handler; `key` "new" draws a new Idempotency-Key, None sends none. API Gateway sends what is no text in base64."""
    headers = {"content-type": "application/json"} | (headers or {})
    if person is not None:
        headers["authorization"] = f"Bearer {token_of(person)}"
    if key is not None:
        headers["idempotency-key"] = uuid.uuid4().hex if key == "new" else key
    if account is not None:
        headers["rex-account"] = str(account)
    event = {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "queryStringParameters": query or {}, "body": raw if raw is not None else (None if body is None else json.dumps(body)),
        "isBase64Encoded": base64_body is not None,
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "r", "stage": "$default"},
    }  # fmt: skip
    if base64_body is not None:
        event["body"] = base64.b64encode(base64_body).decode()
    answer = import_module(f"functions.{function}").handler(event, CONTEXT)
    text = answer.get("body") or ""
    about = {"content-type": ""} | {name.lower(): str(value) for name, value in answer.get("headers", {}).items()}
    told = Answer(answer["statusCode"], json.loads(text) if "json" in about["content-type"] else text, about)
    if function.startswith("api.") and function != "api.refuse_route":
        assert_described(function.removeprefix("api."), told.status, about["content-type"], told.body)
    return told
