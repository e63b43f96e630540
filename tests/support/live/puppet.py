"""supabase-py as a puppet: `python -m tests.support.live.puppet`."""

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from realtime import AsyncRealtimeChannel

from rex.gateways.live import Arrived, follow
from supabase import AsyncClient, AsyncClientOptions, acreate_client

CLIENTS: dict[str, AsyncClient] = {}
CHANNELS: dict[tuple[str, str], AsyncRealtimeChannel] = {}
FOLLOWERS: list["FollowedAccount"] = []


def tell(said: dict[str, Any]) -> None:
    print(json.dumps(said), flush=True)


async def open_client(client: str, url: str, key: str, token: str | None, **_options: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    options = AsyncClientOptions(headers=headers, auto_refresh_token=False, realtime={"max_retries": 1_000, "initial_backoff": 0.1})
    CLIENTS[client] = await acreate_client(url, key, options)
    if token:
        await CLIENTS[client].realtime.set_auth(token)


async def sign_up(client: str, email: str, password: str) -> dict[str, Any]:
    answer = await CLIENTS[client].auth.sign_up({"email": email, "password": password})
    assert answer.user
    return {"id": answer.user.id}


async def sign_in(client: str, email: str, password: str) -> dict[str, Any]:
    answer = await CLIENTS[client].auth.sign_in_with_password({"email": email, "password": password})
    assert answer.user
    assert answer.session
    await CLIENTS[client].realtime.set_auth(answer.session.access_token)
    return {"id": answer.user.id}


async def select(client: str, table: str, columns: str) -> Any:
    return (await CLIENTS[client].table(table).select(columns).execute()).data


async def rpc(client: str, name: str, arguments: dict[str, Any]) -> Any:
    return (await CLIENTS[client].rpc(name, arguments).execute()).data


async def set_auth(client: str, token: str) -> None:
    await CLIENTS[client].realtime.set_auth(token)


async def join(client: str, topic: str, private: bool, **broadcast: Any) -> str:
    channel = _channel(client, topic, private, {"ack": False, "self": False} | broadcast)
    first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def notice(state: Any, error: Exception | None) -> None:
        if not first.done():
            first.set_result(state.value)
        tell({"client": client, "event": "state", "topic": topic, "state": state.value, "error": str(error or "")})

    channel.on_broadcast(
        "*", lambda said: tell({"client": client, "event": "broadcast", "topic": topic, "at": time.time(), "said": dict(said)})
    )
    await channel.subscribe(notice)
    return await first


async def leave(client: str, topic: str) -> None:
    await CHANNELS.pop((client, topic)).unsubscribe()


async def send(client: str, topic: str, event: str, payload: Any) -> None:
    await CHANNELS[client, topic].send_broadcast(event, payload)


async def post(client: str, topic: str, private: bool, event: str, payload: Any) -> None:
    await _channel(client, topic, private, {}).http_send(event, payload)


def _channel(client: str, topic: str, private: bool, broadcast: Any) -> AsyncRealtimeChannel:
    CHANNELS[client, topic] = CLIENTS[client].channel(topic, {"config": {"private": private, "broadcast": broadcast, "presence": None}})
    return CHANNELS[client, topic]


class FollowedAccount:
    """What the helper hands to one application, as a digest of all it saw in the order in which it came."""

    def __init__(self, client: str, account: str, channels: list[str]) -> None:
        self.client, self.account, self.channels = client, account, channels
        self.seen = dict.fromkeys(channels, 0)
        self.digests = {channel: hashlib.sha256() for channel in channels}
        self.wrong: list[str] = []
        self.came = asyncio.Event()
        self.task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        async with follow(CLIENTS[self.client], self.account, dict.fromkeys(self.channels, 0)) as updates:
            async for update in updates:
                if isinstance(update, Arrived):
                    for message in update.messages:
                        self.digests[update.channel].update(f"{message['user_id']}:{message['seq']}:{message['id']}\n".encode())
                    self.seen[update.channel] += len(update.messages)
                else:
                    self.wrong.append(f"told to start {update.channel} afresh")
                self.came.set()

    async def until(self, targets: dict[str, int], at: float) -> dict[str, Any]:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(at):
                while any(self.seen[channel] < target for channel, target in targets.items()) and not self.task.done():
                    self.came.clear()
                    await self.came.wait()
        if self.task.done():
            self.wrong.append(repr(self.task.exception()))
        return {
            "seen": self.seen,
            "digests": {channel: digest.hexdigest() for channel, digest in self.digests.items()},
            "wrong": self.wrong,
        }


async def follow_account(client: str, account: str, channels: list[str]) -> None:
    FOLLOWERS.append(FollowedAccount(client, account, channels))


async def finish(targets: dict[str, dict[str, int]], seconds: float) -> list[dict[str, Any]]:
    at = asyncio.get_running_loop().time() + seconds
    return [{"account": one.account} | await one.until(targets[one.account], at) for one in FOLLOWERS]


ACTIONS: dict[str, Callable[..., Awaitable[Any]]] = {
    "open": open_client, "sign_up": sign_up, "sign_in": sign_in, "select": select, "rpc": rpc, "set_auth": set_auth, "join": join,
    "leave": leave, "send": send, "post": post, "follow": follow_account, "finish": finish,
}  # fmt: skip


async def main() -> None:
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        asked = json.loads(line)
        try:
            tell({"ok": await ACTIONS[asked.pop("do")](**asked)})
        except Exception as error:  # whatever it is, the test says it
            tell({"error": repr(error)})


if __name__ == "__main__":
    asyncio.run(main())
