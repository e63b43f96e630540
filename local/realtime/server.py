"""The bridge on its port: WebSockets, broadcasts by HTTP, and word from the database."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from local.realtime.client import Bridge, Client
from local.realtime.frames import Broadcast, FrameWrong, Version, broadcast_of
from local.realtime.store import Batches
from local.realtime.tokens import Caller, TokenRefused, is_key

_BRIDGE = web.AppKey("bridge", Bridge)
_PRUNE_SECONDS = 3600
_LARGEST = 4 * 1024 * 1024
_CORS = {
    "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "authorization, apikey, content-type, x-client-info",
}  # fmt: skip

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(bridge: Bridge) -> web.Application:
    """What is served; `pump` and `prune` run beside it."""
    app = web.Application(middlewares=[_allow_other_origins], client_max_size=_LARGEST)
    app[_BRIDGE] = bridge
    app.router.add_get("/realtime/v1/websocket", _connect)
    app.router.add_post("/realtime/v1/api/broadcast", _broadcast_many)
    app.router.add_post("/realtime/v1/api/broadcast/{topic}/events/{event}", _broadcast_one)
    app.router.add_options("/realtime/v1/{path:.*}", _allow)
    return app


async def pump(bridge: Bridge) -> None:
    """Deliver what the database sends, in commit order, for ever; raises when the database has gone."""
    batches = Batches()
    async with asyncio.TaskGroup() as both:
        both.create_task(bridge.store.hear(batches))
        both.create_task(_deliver(bridge, batches))


async def _deliver(bridge: Bridge, batches: Batches) -> None:
    while True:
        for sent in await bridge.store.fetch(await batches.take()):
            bridge.hub.send(sent.topic, sent.said, private=sent.private)


async def prune(bridge: Bridge) -> None:
    """Forget old broadcasts, for ever."""
    while True:
        await bridge.store.prune()
        await asyncio.sleep(_PRUNE_SECONDS)


async def _connect(request: web.Request) -> web.StreamResponse:
    bridge = request.app[_BRIDGE]
    try:
        opener = bridge.keys.caller_of_key(request.query.get("apikey", request.headers.get("apikey", "")))
        version = Version(request.query.get("vsn", Version.OBJECTS))
    except TokenRefused as refusal:
        return _refused(401, str(refusal))
    except ValueError:
        return _refused(400, "UnsupportedVersion: vsn is 1.0.0 or 2.0.0")
    socket = web.WebSocketResponse(compress=False, max_msg_size=_LARGEST)
    await socket.prepare(request)
    await Client(bridge=bridge, socket=socket, version=version, opener=opener, cut=lambda: _cut(request)).serve()
    return socket


def _cut(request: web.Request) -> None:
    if request.transport:
        request.transport.abort()


async def _broadcast_many(request: web.Request) -> web.Response:
    try:
        caller, content = _caller(request), await request.json()
        sent = [(_topic(said), broadcast_of(said), said.get("private") is True) for said in content["messages"]]
    except TokenRefused as refusal:
        return _refused(401, str(refusal))
    except (FrameWrong, ValueError, TypeError, KeyError, AttributeError) as error:
        return _refused(422, f"messages is a list of {{topic, event, payload, private}}: {error}")
    for topic, said, private in sent:
        await _send(request.app[_BRIDGE], caller, topic, said, private=private)
    return web.Response(status=202)


async def _broadcast_one(request: web.Request) -> web.Response:
    try:
        caller, content = _caller(request), await request.read()
        is_json = request.content_type == "application/json"
        payload = json.dumps(json.loads(content or b"{}")).encode() if is_json else content
    except TokenRefused as refusal:
        return _refused(401, str(refusal))
    except ValueError as error:
        return _refused(422, f"the payload is no JSON: {error}")
    said = Broadcast(event=request.match_info["event"], payload=payload, binary=not is_json)
    await _send(request.app[_BRIDGE], caller, request.match_info["topic"], said, private=request.query.get("private") == "true")
    return web.Response(status=202)


async def _send(bridge: Bridge, caller: Caller, topic: str, said: Broadcast, *, private: bool) -> None:
    """What policies forbid is dropped; the answer does not say so."""
    if not private or await bridge.store.may_send(caller, topic):
        bridge.hub.send(topic, said, private=private)


def _caller(request: web.Request) -> Caller:
    keys, key = request.app[_BRIDGE].keys, request.headers.get("apikey", "")
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and not is_key(token):
        return keys.caller_of_token(token)
    return keys.caller_of_key(key or token)


def _topic(said: Any) -> str:
    topic = said["topic"]
    if not isinstance(topic, str) or not topic:
        raise FrameWrong("a topic is a text")
    return topic


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)


async def _allow(_request: web.Request) -> web.Response:
    return web.Response(status=204)


@web.middleware
async def _allow_other_origins(request: web.Request, handler: Handler) -> web.StreamResponse:
    answer = await handler(request)
    if not answer.prepared:
        answer.headers.update(_CORS)
    return answer
