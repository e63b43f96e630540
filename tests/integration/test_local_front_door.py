"""The front door passes requests on unchanged but for the host, and says what to do when nobody answers."""

import asyncio
import io
from collections.abc import Awaitable, Callable

from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer
from yarl import URL

from local.front_door import Upstream, make_app
from local.ports import free_port

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Use = Callable[[ClientSession, URL], Awaitable[None]]


def through_the_door(handler: Handler, use: Use) -> None:
    """Run `use` against a front door whose upstream answers with `handler`."""

    async def run() -> None:
        behind = web.Application(client_max_size=10_000_000)
        behind.router.add_route("*", "/{path:.*}", handler)
        async with TestServer(behind) as upstream, door_to(upstream.make_url("/")) as door, ClientSession() as client:
            await use(client, door.make_url("/"))

    asyncio.run(run())


def door_to(url: URL) -> TestServer:
    return TestServer(make_app(Upstream(url=url, host="rex.execute-api.localhost:4566")))


async def echo(request: web.Request) -> web.Response:
    seen = {"host": request.host, "path": request.raw_path, "method": request.method, "length": len(await request.read())}
    return web.json_response(seen, status=202, headers=[("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Rex-Mark", "kept")])


def test_request_arrives_as_sent_under_the_name_of_the_api() -> None:
    path, size = "/api/rex/missions/a%2Fb?state=QUEUED&q=%C3%BC", 3_000_000

    async def use(client: ClientSession, door: URL) -> None:
        async with client.post(door.join(URL(path, encoded=True)), data=io.BytesIO(b"x" * size)) as answer:
            assert await answer.json() == {"host": "rex.execute-api.localhost:4566", "path": path, "method": "POST", "length": size}
            assert (answer.status, answer.headers["Rex-Mark"]) == (202, "kept")
            assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]

    through_the_door(echo, use)


def test_answer_is_passed_back_while_it_is_written() -> None:
    more = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        reply = web.StreamResponse()
        await reply.prepare(request)
        await reply.write(b"first")
        await more.wait()
        await reply.write(b"second")
        return reply

    async def use(client: ClientSession, door: URL) -> None:
        async with client.get(door) as answer:
            assert await answer.content.read(5) == b"first"
            more.set()
            assert await answer.content.read() == b"second"

    through_the_door(drip, use)


def test_redirects_and_errors_are_the_callers_business() -> None:
    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/there"}) if request.path == "/" else web.Response(status=500)

    async def use(client: ClientSession, door: URL) -> None:
        async with client.get(door, allow_redirects=False) as moved:
            assert (moved.status, moved.headers["Location"]) == (302, "/there")
        async with client.get(door / "there") as failed:
            assert failed.status == 500

    through_the_door(elsewhere, use)


def test_door_leads_nowhere_else() -> None:
    async def use(client: ClientSession, door: URL) -> None:
        async with client.get(f"{door.origin()}//elsewhere.example/x") as answer:
            assert (await answer.json())["path"] == "//elsewhere.example/x"
        reader, writer = await asyncio.open_connection(door.host, door.port)
        writer.write(b"GET http://elsewhere.example/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()

    through_the_door(echo, use)


def test_nobody_behind_the_door_is_a_problem_with_a_next_step() -> None:
    async def run() -> ClientResponse:
        nobody = URL(f"http://127.0.0.1:{free_port()}/")
        async with door_to(nobody) as door, ClientSession() as client, client.get(door.make_url("/api/rex/status")) as answer:
            problem = await answer.json()
            assert "make run" in problem["next"]
            return answer

    answer = asyncio.run(run())
    assert (answer.status, answer.content_type) == (502, "application/problem+json")
