"""The one address of the laptop stack: passes every request to the local AWS's HTTP API as if it had come to that address."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import ClientConnectionResetError, ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, web
from multidict import CIMultiDict
from yarl import URL

from local.parent import end_with_parent

_TIMEOUT = ClientTimeout(total=60, sock_connect=3)
_HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip
_ANSWERS_WITHOUT_BODY = {204, 304}


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """Where the HTTP API is, and the host name by which it knows itself."""

    url: URL
    host: str


_UPSTREAM = web.AppKey("upstream", Upstream)
_SESSION = web.AppKey("session", ClientSession)


def make_app(upstream: Upstream) -> web.Application:
    """The proxy as an application."""
    app = web.Application()
    app[_UPSTREAM] = upstream
    app.cleanup_ctx.append(_open_session)
    app.router.add_route("*", "/{path:.*}", _pass_on)
    return app


async def _open_session(app: web.Application) -> AsyncIterator[None]:
    async with ClientSession(timeout=_TIMEOUT, auto_decompress=False, cookie_jar=DummyCookieJar()) as session:
        app[_SESSION] = session
        yield


async def _pass_on(request: web.Request) -> web.StreamResponse:
    if not request.raw_path.startswith("/"):
        return _problem(400, "The front door leads to REX alone.", "Ask for a path.")
    try:
        answer = await _ask(request)
    except TimeoutError:
        return _problem(504, "REX did not answer in time.", "Try again; if it stays so, read aws.log in the logs of the stack.")
    except ClientError:
        return _problem(502, "REX cannot be reached.", "Read aws.log in the logs of the stack, then make stop and make run.")
    async with answer:
        return await _pass_back(request, answer)


async def _ask(request: web.Request) -> ClientResponse:
    upstream = request.app[_UPSTREAM]
    headers = _end_to_end(request.headers)
    headers["Host"] = upstream.host
    target = URL(f"{upstream.url.origin()}{request.raw_path}", encoded=True)
    body = request.content if request.body_exists else None
    return await request.app[_SESSION].request(request.method, target, headers=headers, data=body, allow_redirects=False)


async def _pass_back(request: web.Request, answer: ClientResponse) -> web.StreamResponse:
    reply = web.StreamResponse(status=answer.status, reason=answer.reason, headers=_end_to_end(answer.headers))
    if request.method == "HEAD" or answer.status in _ANSWERS_WITHOUT_BODY:
        reply.content_length = None
    with suppress(ClientConnectionResetError):  # whoever asked has gone
        await reply.prepare(request)
        async for chunk in answer.content.iter_any():
            await reply.write(chunk)
        await reply.write_eof()
    return reply


def _end_to_end(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """The headers that are meant for the other end, repeated ones kept."""
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP | named)


def _problem(status: int, title: str, next_step: str) -> web.Response:
    text = json.dumps({"type": "about:blank", "status": status, "title": title, "next": next_step})
    return web.Response(status=status, text=text, content_type="application/problem+json")


async def _run(environ: Mapping[str, str]) -> None:
    upstream = Upstream(url=URL(environ["REX_UPSTREAM_URL"]), host=environ["REX_UPSTREAM_HOST"])
    runner = web.AppRunner(make_app(upstream), access_log=None, shutdown_timeout=2)
    await runner.setup()
    port = int(environ["REX_PORT"])
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"open at http://localhost:{port}", flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    end_with_parent()
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_run(os.environ))
