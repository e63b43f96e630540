"""The Python helper over the real client: where to begin, whom it refuses, and what it does when it fell behind or was thrown out."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx
import pytest
from psycopg import conninfo

from local.postgres import Cluster
from rex.errors import Rejected
from rex.gateways.live import Arrived, StartAfresh, Update, follow
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from tests.integration.test_live_updates import publish
from tests.integration.test_realtime_clients import expiring
from tests.support.api import PUBLISHABLE_KEY, serve_supabase, token_of
from tests.support.database import Connection, sign_up

PATIENCE = 30

type Play = Callable[[AsyncClient], Awaitable[None]]


@pytest.fixture
def url(database: str, cluster: Cluster) -> Iterator[str]:
    with serve_supabase(cluster.url(str(conninfo.conninfo_to_dict(database)["dbname"])), realtime=True) as served:
        yield served


def run(url: str, token: str, play: Play) -> None:
    async def connected() -> None:
        http = httpx.AsyncClient()
        options = AsyncClientOptions(headers={"Authorization": f"Bearer {token}"}, auto_refresh_token=False, httpx_client=http)
        client = await acreate_client(url, PUBLISHABLE_KEY, options)
        await client.realtime.set_auth(token)
        async with asyncio.timeout(PATIENCE):
            await play(client)
        await client.realtime.close()
        await http.aclose()

    asyncio.run(connected())


async def next_seqs(updates: AsyncIterator[Update], count: int) -> list[int]:
    seqs: list[int] = []
    while len(seqs) < count:
        update = await anext(updates)
        assert isinstance(update, Arrived), update
        seqs += [message["seq"] for message in update.messages]
    return seqs


def test_begins_where_it_was_told_to(url: str, db: Connection) -> None:
    account = sign_up(db)
    publish(db, *[(account, "mission.progress")] * 3, (account, "error.escalation"))

    async def play(client: AsyncClient) -> None:
        async with follow(client, account, {"missions": 1, "errors": None}) as updates:
            assert await next_seqs(updates, 2) == [2, 3]
            publish(db, (account, "error.escalation"))
            update = await anext(updates)
            assert isinstance(update, Arrived)
            assert (update.channel, [message["seq"] for message in update.messages]) == ("errors", [2])

    run(url, token_of(account), play)


def test_who_fell_behind_pruning_is_told_to_start_afresh(url: str, db: Connection) -> None:
    account = sign_up(db)
    publish(db, *[(account, "mission.progress")] * 5)
    db.execute("delete from public.rex_messages where user_id = %s and channel = 'missions' and seq <= 3", (account,))

    async def play(client: AsyncClient) -> None:
        async with follow(client, account, {"missions": 1}) as updates:
            assert await anext(updates) == StartAfresh(channel="missions", last=5)
            publish(db, (account, "mission.progress"))
            assert await next_seqs(updates, 1) == [6]

    run(url, token_of(account), play)


def test_reads_page_by_page_what_came_before(url: str, db: Connection) -> None:
    account = sign_up(db)
    publish(db, *[(account, "mission.progress")] * 1_234)

    async def play(client: AsyncClient) -> None:
        async with follow(client, account, {"missions": 0}) as updates:
            assert await next_seqs(updates, 1_234) == list(range(1, 1_235))

    run(url, token_of(account), play)


def test_application_that_is_busy_reads_again_what_did_not_fit(url: str, db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rex.gateways.live._MOST_WAITING", 10)
    account = sign_up(db)

    async def play(client: AsyncClient) -> None:
        async with follow(client, account, {"missions": 0}) as updates:
            publish(db, (account, "mission.progress"))
            assert await next_seqs(updates, 1) == [1]
            for _ in range(100):
                publish(db, (account, "mission.progress"))
                await asyncio.sleep(0)  # broadcasts arrive while nobody asks for updates
            assert await next_seqs(updates, 100) == list(range(2, 102))

    run(url, token_of(account), play)


def test_stranger_is_refused(url: str, db: Connection) -> None:
    account, stranger = sign_up(db), sign_up(db)

    async def play(client: AsyncClient) -> None:
        async with follow(client, account, {"missions": 0}) as updates:
            with pytest.raises(Rejected) as refusal:
                await anext(updates)
            assert (refusal.value.status, refusal.value.code) == (403, "not_a_member")

    run(url, token_of(stranger), play)


def test_comes_back_with_a_new_token_after_the_old_one_expired(url: str, db: Connection) -> None:
    account = sign_up(db)

    async def play(client: AsyncClient) -> None:
        async with follow(client, account, {"missions": 0}) as updates:
            publish(db, (account, "mission.progress"))
            assert await next_seqs(updates, 1) == [1]
            await thrown_out(client, account)
            publish(db, (account, "mission.progress"))
            fresh = token_of(account)
            client.postgrest.auth(fresh)
            await client.realtime.set_auth(fresh)
            assert await next_seqs(updates, 1) == [2]

    run(url, expiring(account, 5), play)


async def thrown_out(client: AsyncClient, account: uuid.UUID) -> None:
    """Until the server has closed the channel."""
    before = client.realtime.channels[f"realtime:rex:{account}:missions"]
    while not before.is_closed:
        await asyncio.sleep(0.05)
