"""What no official client does, or does not show: raw frames in both framings, and clients that misbehave."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx
import pytest
from psycopg import conninfo

from local.postgres import Cluster
from tests.integration.test_live_updates import publish
from tests.support.api import PUBLISHABLE_KEY, serve_supabase, token_of
from tests.support.database import Connection, sign_up

PATIENCE = 20
VERSIONS = ["1.0.0", "2.0.0"]


@pytest.fixture
def url(database: str, cluster: Cluster) -> Iterator[str]:
    with serve_supabase(cluster.url(str(conninfo.conninfo_to_dict(database)["dbname"])), realtime=True) as served:
        yield served


@dataclass
class Raw:
    """A WebSocket without a library."""

    socket: aiohttp.ClientWebSocketResponse
    vsn: str
    refs: int = 0
    read: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, topic: str, event: str, payload: Any, join_ref: str | None = None) -> str:
        self.refs += 1
        ref = str(self.refs)
        frame = [join_ref, ref, topic, event, payload]
        names = ("join_ref", "ref", "topic", "event", "payload")
        await self.socket.send_str(json.dumps(frame if self.vsn == "2.0.0" else dict(zip(names, frame, strict=True))))
        return ref

    async def join(self, topic: str, token: str | None) -> str:
        return await self.say(f"realtime:{topic}", "phx_join", {"config": {"private": True}, "access_token": token})

    async def hear(self) -> dict[str, Any]:
        """The next frame; a binary one as the header it has."""
        message = await asyncio.wait_for(self.socket.receive(), PATIENCE)
        assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
        if message.type is aiohttp.WSMsgType.BINARY:
            kind, topic, event, meta, encoding = message.data[:5]
            parts = message.data[5 : 5 + topic + event + meta].decode()
            payload = json.loads(message.data[5 + topic + event + meta :])
            return {"kind": kind, "encoding": encoding, "topic": parts[:topic], "event": parts[topic : topic + event], "payload": payload}
        content = json.loads(message.data)
        return dict(zip(("join_ref", "ref", "topic", "event", "payload"), content, strict=True)) if self.vsn == "2.0.0" else content


def run(url: str, vsn: str, play: Callable[[Raw], Awaitable[None]]) -> None:
    async def connected() -> None:
        address = f"{url.replace('http', 'ws')}/realtime/v1/websocket"
        asked = {"apikey": PUBLISHABLE_KEY, "vsn": vsn}
        async with aiohttp.ClientSession() as session, session.ws_connect(address, params=asked, max_msg_size=0) as socket:
            await play(Raw(socket, vsn))

    asyncio.run(connected())


@pytest.mark.parametrize("vsn", VERSIONS)
def test_heartbeats_joins_and_leaves_are_answered(url: str, db: Connection, vsn: str) -> None:
    account = sign_up(db)
    topic = f"rex:{account}:missions"

    async def play(raw: Raw) -> None:
        ref = await raw.say("phoenix", "heartbeat", {})
        beat = await raw.hear()
        assert (beat["topic"], beat["event"], beat["ref"], beat["payload"]) == (
            "phoenix",
            "phx_reply",
            ref,
            {"status": "ok", "response": {}},
        )
        ref = await raw.join(topic, token_of(account))
        joined = await raw.hear()
        assert (joined["ref"], joined["payload"]) == (ref, {"status": "ok", "response": {"postgres_changes": []}})
        again = await raw.join(topic, token_of(account))
        closed, rejoined = await raw.hear(), await raw.hear()
        assert (closed["event"], closed["ref"]) == ("phx_close", ref), "a second join closes the first channel"
        assert (rejoined["event"], rejoined["ref"]) == ("phx_reply", again)
        left = await raw.say(f"realtime:{topic}", "phx_leave", {}, join_ref=again)
        reply, closed = await raw.hear(), await raw.hear()
        assert (reply["ref"], reply["payload"]["status"], closed["event"], closed["ref"]) == (left, "ok", "phx_close", again)
        await raw.say(f"realtime:{topic}", "broadcast", {"event": "x", "payload": {}})
        assert (await raw.hear())["payload"] == {"status": "error", "response": {"reason": "unmatched topic"}}
        await raw.say(f"realtime:{topic}", "phx_leave", {})
        assert (await raw.hear())["payload"]["status"] == "ok"

    run(url, vsn, play)


def test_token_that_expires_while_the_next_is_looked_at_does_not_end_a_later_join(url: str, db: Connection) -> None:
    account = sign_up(db)
    topic, other = f"rex:{account}:missions", f"rex:{account}:agents"
    soon = time.time() + 1

    async def play(raw: Raw) -> None:
        first = await raw.join(topic, token_of(account, soon))
        await raw.hear()
        with db.transaction():  # who asks the policies waits for it
            db.execute("lock table realtime.messages")
            await raw.say(f"realtime:{topic}", "access_token", {"access_token": token_of(account, soon + 1)}, join_ref=first)
            assert [(await raw.hear())["event"] for _ in range(2)] == ["system", "phx_close"]
        again = await raw.join(topic, token_of(account))
        assert (await raw.hear())["ref"] == again
        last = await raw.join(other, token_of(account, soon + 1.01))
        assert (await raw.hear())["ref"] == last
        assert (await raw.hear())["topic"] == f"realtime:{other}", "only the channel whose token has expired ends"

    run(url, "2.0.0", play)


@pytest.mark.parametrize("vsn", VERSIONS)
def test_broadcast_has_the_form_of_its_framing(url: str, db: Connection, vsn: str) -> None:
    account = sign_up(db)
    topic = f"rex:{account}:missions"

    async def play(raw: Raw) -> None:
        await raw.join(topic, token_of(account))
        await raw.hear()
        publish(db, (account, "mission.completed"))
        heard = await raw.hear()
        assert heard["topic"] == f"realtime:{topic}"
        if vsn == "2.0.0":
            assert (heard["kind"], heard["encoding"], heard["event"]) == (4, 1, "messages")
            assert heard["payload"]["last"] == 1
        else:
            assert (heard["event"], heard["ref"], heard["payload"]["type"], heard["payload"]["event"]) == (
                "broadcast",
                None,
                "broadcast",
                "messages",
            )
            assert heard["payload"]["payload"]["last"] == 1

    run(url, vsn, play)


def test_join_without_a_topic_is_refused(url: str) -> None:
    async def play(raw: Raw) -> None:
        for topic in ("", "phoenix:x", "realtime:"):
            await raw.say(topic, "phx_join", {"config": {}})
            assert (await raw.hear())["payload"]["response"]["reason"].startswith("TopicNameRequired: ")

    run(url, "2.0.0", play)


@pytest.mark.parametrize("vsn", VERSIONS)
def test_what_is_no_frame_ends_the_connection_and_no_other(url: str, vsn: str) -> None:
    frames: list[str | bytes] = ["", "{", "[]", "null", "[1,2,3,4,5]", '{"topic":1}']
    frames += [b"", b"\x03\x01", b"\x04" + bytes(6), b"\x03\xff\x00\x00\x00\x00\x01", b"\x03" + bytes(5) + b"\x01{"]

    async def still_there(raw: Raw) -> None:
        await raw.say("phoenix", "heartbeat", {})
        assert (await raw.hear())["payload"]["status"] == "ok"

    for frame in frames:

        async def play(raw: Raw, frame: str | bytes = frame) -> None:
            await (raw.socket.send_str(frame) if isinstance(frame, str) else raw.socket.send_bytes(frame))
            ended = await asyncio.wait_for(raw.socket.receive(), PATIENCE)
            assert ended.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR), frame

        run(url, vsn, play)
    run(url, vsn, still_there)


def test_client_that_reads_too_slowly_is_cut_off_and_nobody_waits_for_it(url: str, db: Connection) -> None:
    account, other = sign_up(db), sign_up(db)

    async def play(slow: Raw) -> None:
        await slow.join(f"rex:{account}:missions", token_of(account))
        await slow.hear()
        slow.socket._reader._protocol.pause_reading()
        for _ in range(900):
            publish(db, (account, "mission.progress"), data={"codes": "x" * 60_000})
        slow.socket._reader._protocol.resume_reading()
        heard = 0
        while (message := await asyncio.wait_for(slow.socket.receive(), PATIENCE)).type is aiohttp.WSMsgType.BINARY:
            heard += 1
        assert heard < 900, f"it got everything, and then {message}"

    async def quick(raw: Raw) -> None:
        await raw.join(f"rex:{other}:missions", token_of(other))
        await raw.hear()
        publish(db, (other, "mission.completed"))
        assert (await raw.hear())["payload"]["last"] == 1

    run(url, "2.0.0", play)
    run(url, "2.0.0", quick)


def test_who_brings_no_key_is_refused(url: str) -> None:
    broadcast = f"{url}/realtime/v1/api/broadcast"
    said = {"messages": [{"topic": "t", "event": "e", "payload": {}}]}
    for key in ("", "sb_secret_of_another", "a.b.c"):
        assert httpx.get(f"{url}/realtime/v1/websocket", params={"apikey": key}).status_code == 401
        assert httpx.post(broadcast, json=said, headers={"apikey": key}).status_code == 401
    assert httpx.post(broadcast, json=said, headers={"apikey": PUBLISHABLE_KEY, "Authorization": "Bearer a.b.c"}).status_code == 401


def test_http_broadcast_that_makes_no_sense_is_refused(url: str) -> None:
    headers = {"apikey": PUBLISHABLE_KEY, "content-type": "application/json"}
    broken = [
        "",
        "[]",
        "{}",
        '{"messages":1}',
        '{"messages":[1]}',
        '{"messages":[{"topic":"","event":"e"}]}',
        '{"messages":[{"topic":"t"}]}',
    ]
    answers = [httpx.post(f"{url}/realtime/v1/api/broadcast", content=content, headers=headers).status_code for content in broken]
    assert answers == [422] * len(broken)


def test_page_of_another_origin_may_broadcast_by_http(url: str) -> None:
    asked = {"Origin": "http://localhost:8787", "Access-Control-Request-Method": "POST"}
    answer = httpx.options(f"{url}/realtime/v1/api/broadcast", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
