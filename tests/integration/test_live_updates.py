"""What a message becomes in `realtime.messages`, who may receive it, and what a client reads that missed it."""

import uuid
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.database import Connection, as_anon, as_person, as_service, as_superuser, call, one, refused, sign_up

CHANNELS = ("missions", "agents", "domains", "analytics", "errors", "system")
CREWS = ("dead_lead_crew", "campaign_crew", "auto_icp_crew", "domain_health_monitor", "special_forces_coordinator")
TYPES = ("mission.progress", "agent.status", "domain.health", "analytics.snapshot", "error.escalation", "resource.allocated")


def publish(db: Connection, *said: tuple[uuid.UUID, str], data: Any = None) -> None:
    """One call of the helper, as a command makes it."""
    rows = ", ".join(["row(%s, %s, null, %s)::rex.announcement"] * len(said))
    given = [value for account, type_ in said for value in (account, type_, Jsonb(data or {}))]
    db.execute(f"select rex.publish(array[{rows}], 'test')", given)


def broadcasts(db: Connection) -> list[tuple[str, dict[str, Any]]]:
    """Topic and payload of what was sent since the last look."""
    rows = db.execute("delete from realtime.messages returning topic, event, extension, private, payload").fetchall()
    assert {tuple(row[1:4]) for row in rows} <= {("messages", "broadcast", True)}
    return sorted(((row[0], row[4]) for row in rows), key=lambda row: row[0])


def may_receive(db: Connection, topic: str) -> bool:
    """As Realtime asks: a probe row that is never kept, selected back as the person whose claims are set."""
    role, claims = db.execute("select current_user::text, current_setting('request.jwt.claims', true)").fetchone() or ("", "")
    with db.transaction(force_rollback=True):
        db.execute("reset role")
        db.execute("insert into realtime.messages (topic, extension, private) values (%s, 'broadcast', null)", (topic,))
        db.execute("select set_config('realtime.topic', %s, true), set_config('role', %s, true)", (topic, role))
        assert one(db, "select current_setting('request.jwt.claims', true)") == claims
        return bool(one(db, "select count(*) from realtime.messages where topic = %s", topic))


def test_statement_sends_one_broadcast_per_topic(db: Connection) -> None:
    one_account, other = sign_up(db), sign_up(db)
    broadcasts(db)

    publish(
        db,
        (one_account, "mission.progress"),
        (other, "mission.progress"),
        (one_account, "mission.completed"),
        (one_account, "error.escalation"),
    )

    sent = dict(broadcasts(db))
    assert sorted(sent) == sorted([f"rex:{one_account}:missions", f"rex:{other}:missions", f"rex:{one_account}:errors"])
    payload = sent[f"rex:{one_account}:missions"]
    assert (payload["first"], payload["last"]) == (1, 2)
    assert [message["type"] for message in payload["messages"]] == ["mission.progress", "mission.completed"]
    assert set(payload["messages"][0]) == {
        "user_id", "channel", "seq", "id", "type", "timestamp", "sender", "recipient", "mission_id", "data", "correlation_id", "reply_to",
    }  # fmt: skip


def test_message_to_a_crew_goes_to_its_topic_too(db: Connection) -> None:
    account = sign_up(db)
    broadcasts(db)

    db.execute(
        "insert into public.rex_messages (user_id, channel, seq, type, sender, recipient) values"
        " (%(a)s, 'missions', 1, 'mission.assigned', 's', 'crew:campaign_crew'), (%(a)s, 'agents', 1, 'agent.status', 's', 'agent:dead_lead_crew/writer')",
        {"a": account},
    )

    sent = dict(broadcasts(db))
    assert sorted(sent) == sorted(
        f"rex:{account}:{topic}" for topic in ("agents", "missions", "crew:campaign_crew", "crew:dead_lead_crew")
    ), "an agent hears on the topic of its crew"
    assert [message["type"] for message in sent[f"rex:{account}:crew:campaign_crew"]["messages"]] == ["mission.assigned"]


def test_broadcast_past_64_kb_leaves_its_messages_out(db: Connection) -> None:
    account = sign_up(db)
    broadcasts(db)

    publish(db, (account, "mission.progress"), data={"codes": "x" * 60_000})
    publish(db, (account, "mission.progress"), data={"codes": "x" * 66_000})

    (_, small), (_, large) = sorted(broadcasts(db), key=lambda sent: sent[1]["first"])
    assert len(small["messages"]) == 1
    assert large == {"first": 2, "last": 2}


@pytest.mark.parametrize("fault", ["alter table realtime.messages rename to gone", "revoke insert on realtime.messages from postgres"])
def test_command_succeeds_although_its_broadcast_fails(db: Connection, fault: str) -> None:
    account = sign_up(db)
    db.execute(fault)

    publish(db, (account, "mission.progress"))

    assert one(db, "select count(*) from public.rex_messages where user_id = %s and channel = 'missions'", account) == 1


def test_rolled_back_command_sends_nothing(db: Connection) -> None:
    account = sign_up(db)
    broadcasts(db)

    with db.transaction(force_rollback=True):
        publish(db, (account, "mission.progress"))

    assert broadcasts(db) == []


@pytest.mark.parametrize("role", ["owner", "operator", "viewer"])
def test_member_receives_every_topic_of_the_account_and_nothing_else(db: Connection, role: str) -> None:
    account, person, third = sign_up(db), sign_up(db), sign_up(db)
    if role == "owner":
        account = person
    else:
        db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, %s)", (account, person, role))
    as_person(db, person)

    assert all(may_receive(db, f"rex:{account}:{channel}") for channel in CHANNELS)
    assert all(may_receive(db, f"rex:{account}:crew:{crew}") for crew in CREWS)
    strange = [
        f"rex:{third}:missions",
        f"rex:{third}:crew:campaign_crew",
        f"rex:{account}",
        f"rex:{account}:secrets",
        f"rex:{account}:missions:x",
    ]
    strange += [
        f"x:{account}:missions",
        f"rex:{str(account).upper()}:missions",
        f"rex:{account}:missions\nrex:{third}:missions",
        "",
        "rex::missions",
    ]
    assert [topic for topic in strange if may_receive(db, topic)] == []


def test_neither_a_stranger_nor_anon_receives_anything(db: Connection) -> None:
    account, stranger = sign_up(db), sign_up(db)
    for act in (partial(as_person, user_id=stranger), as_anon):
        act(db)
        assert not any(may_receive(db, f"rex:{account}:{topic}") for topic in (*CHANNELS, *(f"crew:{crew}" for crew in CREWS)))
        as_superuser(db)


def test_removed_member_receives_nothing_any_more(db: Connection) -> None:
    account, person = sign_up(db), sign_up(db)
    db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (account, person))
    as_person(db, person)
    assert may_receive(db, f"rex:{account}:missions")
    as_superuser(db)
    db.execute("delete from public.rex_members where user_id = %s and member_id = %s", (account, person))
    as_person(db, person)
    assert not may_receive(db, f"rex:{account}:missions")


def test_nobody_broadcasts_into_a_topic(db: Connection) -> None:
    account = sign_up(db)
    topic = f"rex:{account}:missions"
    for act in (partial(as_person, user_id=account), as_anon):
        act(db)
        db.execute("select set_config('realtime.topic', %s, false)", (topic,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(
                "insert into realtime.messages (topic, extension, event, payload, private) values (%s, 'broadcast', 'messages', '{}', true)",
                (topic,),
            )
        as_superuser(db)


def read(db: Connection, account: uuid.UUID, after: dict[str, int | None], **more: Any) -> Any:
    as_person(db, account)
    try:
        return call(db, "rex_read_messages", p_account=account, p_after=after, **more)
    finally:
        as_superuser(db)


def test_reading_answers_what_is_newer_and_the_number_given_last(db: Connection) -> None:
    account = sign_up(db)
    for _ in range(5):
        publish(db, (account, "mission.progress"))

    answer = read(db, account, {"missions": 2, "agents": 0, "system": None}, p_limit=2)

    assert [message["seq"] for message in answer["missions"]["messages"]] == [3, 4]
    assert answer["missions"]["last"] == 5
    assert answer["agents"] == {"last": 0, "messages": []}
    assert answer["system"] == {"last": 1, "messages": []}, "null asks for the number alone"
    assert answer["missions"]["messages"][0]["user_id"] == str(account)


def test_reading_refuses_strangers_and_the_machinery(db: Connection) -> None:
    account, stranger = sign_up(db), sign_up(db)
    as_person(db, stranger)
    with refused(403, "not_a_member"):
        call(db, "rex_read_messages", p_account=account, p_after={"missions": 0})
    as_service(db)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        call(db, "rex_read_messages", p_account=account, p_after={"missions": 0})


def test_every_channel_has_a_topic(db: Connection) -> None:
    account = sign_up(db)
    broadcasts(db)
    publish(db, *((account, type_) for type_ in TYPES))
    as_person(db, account)
    topics = [f"rex:{account}:{channel}" for channel in CHANNELS]
    assert all(may_receive(db, topic) for topic in topics)
    as_superuser(db)
    assert [topic for topic, _ in broadcasts(db)] == sorted(topics)
