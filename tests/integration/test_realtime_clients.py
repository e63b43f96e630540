"""The official clients on the laptop's Supabase: they sign up and in, call tables and RPCs, listen, and hear nothing that is not theirs."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from psycopg import sql

from local.postgres import Cluster
from tests.conftest import TEMPLATE
from tests.integration.test_live_updates import CHANNELS, CREWS, publish
from tests.support.api import JWT_SECRET, PUBLISHABLE_KEY, SECRET_KEY, serve_supabase, token_of
from tests.support.database import Connection, connect, sign_up
from tests.support.live import Client, Puppet, puppet

KINDS = {"python": ("python", "1.0.0"), "javascript": ("javascript", "2.0.0"), "javascript with vsn 1.0.0": ("javascript", "1.0.0")}


@dataclass(frozen=True)
class Place:
    """One Supabase, and a puppet of each library."""

    url: str
    db: Connection
    puppets: dict[str, Puppet]


@pytest.fixture(scope="module")
def place(cluster: Cluster) -> Iterator[Place]:
    name = f"rex_{uuid.uuid4().hex}"
    with ExitStack() as parts:
        admin = parts.enter_context(psycopg.connect(cluster.url(), autocommit=True))
        admin.execute(sql.SQL("create database {} template {} owner postgres").format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        parts.callback(admin.execute, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        url = parts.enter_context(serve_supabase(cluster.url(name), realtime=True))
        puppets = {kind: parts.enter_context(puppet(kind)) for kind in ("python", "javascript")}
        yield Place(url, parts.enter_context(connect(cluster.url(name))), puppets)


type Open = Callable[..., Client]


@pytest.fixture(params=KINDS)
def opened(place: Place, request: pytest.FixtureRequest) -> Open:
    """Opens a client of the kind under test, as nobody or as whose token it gets."""
    return partial(open_client, place, request.param)


def open_client(place: Place, name: str, token: str | None = None, key: str = PUBLISHABLE_KEY) -> Client:
    kind, vsn = KINDS[name]
    return place.puppets[kind].open(place.url, key, token, vsn)


def expiring(person: uuid.UUID, seconds: float) -> str:
    claims = {"sub": str(person), "role": "authenticated", "aud": "authenticated", "exp": datetime.now(UTC).timestamp() + seconds}
    return jwt.encode(claims, JWT_SECRET, algorithm="HS256")


def types_in(event: dict[str, Any]) -> list[str]:
    return [message["type"] for message in event["said"]["payload"]["messages"]]


def test_signs_up_and_in_calls_and_listens(opened: Open) -> None:
    account = {"email": f"{uuid.uuid4().hex}@rex.example", "password": "a long enough password"}
    person = opened().do("sign_up", **account)["id"]
    client = opened()
    assert client.do("sign_in", **account)["id"] == person

    assert client.do("select", table="rex_accounts", columns="user_id") == [{"user_id": person}]
    assert client.do("rpc", name="rex_read_account", arguments={"p_account": None})["user_id"] == person
    assert client.join(f"rex:{person}:system") == "SUBSCRIBED"
    pause = {"p_account": None, "p_request_id": uuid.uuid4().hex, "p_scope": "account"}
    assert client.do("rpc", name="rex_pause", arguments=pause)["paused"] is True
    heard = client.hears_broadcast()
    assert heard["said"]["event"] == "messages"
    assert heard["said"]["payload"]["messages"][0]["user_id"] == person
    assert heard["said"]["meta"].keys() == {"id"}


def test_joins_every_topic_of_its_account(opened: Open, place: Place) -> None:
    account = sign_up(place.db)
    client = opened(token_of(account))
    topics = [f"rex:{account}:{topic}" for topic in (*CHANNELS, *(f"crew:{crew}" for crew in CREWS))]
    assert {topic: client.join(topic) for topic in topics} == dict.fromkeys(topics, "SUBSCRIBED")


def test_strangers_and_anon_join_no_topic(opened: Open, place: Place) -> None:
    account, stranger = sign_up(place.db), sign_up(place.db)
    for client in (opened(token_of(stranger)), opened()):
        for topic in (f"rex:{account}:missions", f"rex:{account}:crew:campaign_crew"):
            assert client.join(topic) == "CHANNEL_ERROR"
            assert (
                f"Unauthorized: You do not have permissions to read from this Channel topic: {topic}"
                in client.hears_state("CHANNEL_ERROR")["error"]
            )


def test_hears_its_own_account_and_no_other(opened: Open, place: Place) -> None:
    account, other = sign_up(place.db), sign_up(place.db)
    client, neighbour = opened(token_of(account)), opened(token_of(other))
    assert client.join(f"rex:{account}:missions") == neighbour.join(f"rex:{other}:missions") == "SUBSCRIBED"

    publish(place.db, (other, "mission.failed"))
    publish(place.db, (account, "mission.completed"))

    assert types_in(client.hears_broadcast()) == ["mission.completed"]
    assert types_in(neighbour.hears_broadcast()) == ["mission.failed"]


def test_client_cannot_broadcast_into_a_private_topic(opened: Open, place: Place) -> None:
    account = sign_up(place.db)
    topic, token = f"rex:{account}:missions", token_of(account)
    client, listener = opened(token), opened(token)
    assert client.join(topic) == listener.join(topic) == "SUBSCRIBED"

    client.do("send", topic=topic, event="messages", payload={"forged": True})
    opened(token).do("post", topic=topic, private=True, event="messages", payload={"forged": True})
    forged = {"topic": topic, "event": "messages", "payload": {"forged": True}, "private": True}
    for headers in ({"Authorization": f"Bearer {token}"}, {}):
        answer = httpx.post(
            f"{place.url}/realtime/v1/api/broadcast", json={"messages": [forged]}, headers={"apikey": PUBLISHABLE_KEY} | headers
        )
        assert answer.status_code == 202
    publish(place.db, (account, "mission.completed"))

    assert types_in(listener.hears_broadcast()) == ["mission.completed"]


def test_public_broadcasts_reach_public_listeners_alone(opened: Open, place: Place) -> None:
    account = sign_up(place.db)
    topic, token = f"rex:{account}:missions", token_of(account)
    private, public, sender = opened(token), opened(), opened()
    assert private.join(topic) == public.join(topic, private=False) == sender.join(topic, private=False) == "SUBSCRIBED"

    sender.do("send", topic=topic, event="cursor", payload={"x": "ü"})
    heard = public.hears_broadcast()["said"]
    assert (heard["event"], heard["payload"]) == ("cursor", {"x": "ü"})
    opened().do("post", topic=topic, private=False, event="cursor", payload={"x": 2})
    assert public.hears_broadcast()["said"]["payload"] == {"x": 2}
    said = {"topic": topic, "event": "cursor", "payload": {"x": 3}}
    assert (
        httpx.post(f"{place.url}/realtime/v1/api/broadcast", json={"messages": [said]}, headers={"apikey": SECRET_KEY}).status_code == 202
    )
    assert public.hears_broadcast()["said"]["payload"] == {"x": 3}

    publish(place.db, (account, "mission.completed"))
    assert types_in(private.hears_broadcast()) == ["mission.completed"]
    sender.do("send", topic=topic, event="cursor", payload={"x": 4})
    assert public.hears_broadcast()["said"]["payload"] == {"x": 4}, "what is private reached a public listener"


def test_token_that_expires_closes_the_channel_and_one_that_is_refreshed_does_not(place: Place) -> None:
    """Clients of every kind wait for it together."""
    account = sign_up(place.db)
    topic = f"rex:{account}:missions"
    pairs = [(kind, *refresh_the_first_of_two(partial(open_client, place, kind), account, topic)) for kind in KINDS]
    for _, _, expired in pairs:
        expired.hears_state("CLOSED")
    publish(place.db, (account, "mission.completed"))

    for kind, refreshed, _ in pairs:
        assert types_in(refreshed.hears_broadcast()) == ["mission.completed"], kind
        late = open_client(place, kind, expiring(account, -5))
        assert late.join(topic) == "CHANNEL_ERROR", kind
        assert "Token has expired" in late.hears_state("CHANNEL_ERROR")["error"], kind


def refresh_the_first_of_two(open_with: Open, account: uuid.UUID, topic: str) -> tuple[Client, Client]:
    """Both joined with a token of five seconds."""
    short = expiring(account, 5)
    refreshed, expired = open_with(short), open_with(short)
    assert refreshed.join(topic) == expired.join(topic) == "SUBSCRIBED"
    refreshed.do("set_auth", token=token_of(account))
    return refreshed, expired


@pytest.mark.parametrize("why", ["forged", "malformed", "no member any more"])
def test_new_token_is_asked_for_its_rights(opened: Open, place: Place, why: str) -> None:
    account, person = sign_up(place.db), sign_up(place.db)
    place.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (account, person))
    client = opened(token_of(person))
    assert client.join(f"rex:{account}:missions") == "SUBSCRIBED"

    if why == "no member any more":
        place.db.execute("delete from public.rex_members where user_id = %s and member_id = %s", (account, person))
    far = {"sub": str(person), "role": "authenticated", "exp": int(time.time()) + 9_999}
    forged = jwt.encode(far, "another secret, also of some length", algorithm="HS256")
    client.do("set_auth", token={"forged": forged, "malformed": "a.b.c", "no member any more": expiring(person, 7_200)}[why])

    client.hears_state("CLOSED")


def test_replays_the_last_broadcasts_and_goes_on(opened: Open, place: Place) -> None:
    account = sign_up(place.db)
    early, client = opened(token_of(account)), opened(token_of(account))
    assert early.join(f"rex:{account}:missions") == "SUBSCRIBED"
    for type_ in ("mission.assigned", "mission.started", "mission.progress"):
        publish(place.db, (account, type_))
        early.hears_broadcast()  # it is over, so nobody who joins now hears it
    assert client.join(f"rex:{account}:missions", replay={"since": 0, "limit": 2}) == "SUBSCRIBED"
    publish(place.db, (account, "mission.completed"))

    heard = [client.hears_broadcast() for _ in range(3)]
    assert [types_in(event) for event in heard] == [["mission.started"], ["mission.progress"], ["mission.completed"]]
    assert [event["said"]["meta"].get("replayed", False) for event in heard] == [True, True, False]


def test_leaves_and_comes_back(opened: Open, place: Place) -> None:
    account = sign_up(place.db)
    client, other, topic = opened(token_of(account)), opened(token_of(account)), f"rex:{account}:missions"
    assert client.join(topic) == other.join(topic) == "SUBSCRIBED"
    client.do("leave", topic=topic)
    client.hears_state("CLOSED")
    publish(place.db, (account, "mission.started"))
    other.hears_broadcast()  # it is over, so nobody who joins now hears it
    assert client.join(topic) == "SUBSCRIBED"
    publish(place.db, (account, "mission.completed"))
    assert types_in(client.hears_broadcast()) == ["mission.completed"]


def test_large_broadcast_arrives_whole(opened: Open, place: Place) -> None:
    account = sign_up(place.db)
    client = opened(token_of(account))
    assert client.join(f"rex:{account}:missions") == "SUBSCRIBED"
    publish(place.db, (account, "mission.progress"), data={"codes": "é" * 30_000})
    assert json.dumps(client.hears_broadcast()).count("\\u00e9") == 30_000


def test_secret_key_listens_as_the_machinery(opened: Open, place: Place) -> None:
    account = sign_up(place.db)
    assert opened(key=SECRET_KEY).join(f"rex:{account}:missions") == "SUBSCRIBED"
