"""What the commands publish is what Python knows: the types, who consumes them, and what each tells."""

import uuid
from typing import Any

import psycopg
import pytest

from rex.domain.bus import DATA, Channel, Envelope, MessageType, read_as, to_agent, to_crew
from rex.usecases.bus_handlers import HANDLERS
from tests.support.bus import publish
from tests.support.database import Connection, one, request_id, sign_up
from tests.support.mission_world import World, make_world
from tests.support.sending_world import make_sending

_IN_PARTS = {
    "mission.collecting", "mission.analyzing", "mission.optimizing", "mission.completed", "mission.queued",  # lower(state)
    "mission.paused", "mission.resumed", "domain.paused", "domain.resumed", "system.paused", "system.resumed",  # scope and action
    "error.mission_harms", "error.campaign_harms",  # what is paused
}  # fmt: skip
"""Put together from parts in SQL, so that no command holds them as they are."""
_OF_PYTHON = {"system.ping", "system.pong"}
"""What Python asks and answers."""


def test_types_and_channels_are_the_same(db: Connection) -> None:
    rows = db.execute("select type, channel from rex.message_types").fetchall()
    assert dict(rows) == {type_.value: type_.channel.value for type_ in MessageType}
    assert {type_.channel for type_ in MessageType} == set(Channel)


def test_every_type_says_what_it_tells() -> None:
    assert set(DATA) == set(MessageType)


def test_commands_publish_every_type_and_no_other(db: Connection) -> None:
    families = "|".join(sorted({type_.partition(".")[0] for type_ in MessageType}))
    rows = db.execute(
        "select distinct found[1] from pg_proc p, regexp_matches(p.prosrc, %s, 'g') as found"
        " where p.pronamespace in ('public'::regnamespace, 'rex'::regnamespace)",
        (rf"'((?:{families})\.[a-z_]+)'",),
    ).fetchall()
    found = {row[0] for row in rows}
    assert found - {type_.value for type_ in MessageType} == set()
    assert {type_.value for type_ in MessageType} - found - _IN_PARTS - _OF_PYTHON == set()


def test_type_that_is_not_listed_is_an_error(db: Connection) -> None:
    with pytest.raises(psycopg.errors.NotNullViolation):
        publish(db, sign_up(db), "mission.dreamt")


def test_registry_and_database_name_the_same_consumers(db: Connection) -> None:
    rows = db.execute("select handler, type from rex.message_types cross join unnest(handlers) as handler").fetchall()
    assert {(handler, type_) for handler, type_ in rows} == {
        (name, type_.value) for name, handler in HANDLERS.items() for type_ in handler.types
    }


def test_nobody_consumes_dead_letters_that_would_breed_more(db: Connection) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("update rex.message_types set handlers = '{eager}' where type = 'dead_letter.added'")


def envelopes(db: Connection) -> list[Envelope]:
    return [Envelope.model_validate(row[0]) for row in db.execute("select to_jsonb(m) from public.rex_messages m").fetchall()]


def settings(world: World) -> None:
    """Changes by a person, and an import that is undone."""
    inbox, domain = one(world.db, "select id from public.rex_inboxes"), one(world.db, "select id from public.rex_domain_pool")
    world.ask("rex_update_account", p_changes={"company": "Rex the Second"})
    world.ask("rex_update_campaign", p_campaign_id=world.campaign, p_changes={"name": "Other"})
    world.ask("rex_create_campaign", p_fields={"name": "Third"})
    world.ask("rex_update_inbox", p_inbox_id=inbox, p_changes={"daily_cap": 7})
    world.run("rex_check_inbox", p_inbox_id=inbox, p_login_version=1, p_error="login_refused")
    for command in ("rex_pause", "rex_resume"):
        for scope, thing in (("account", None), ("campaign", world.campaign), ("domain", domain), ("inbox", inbox)):
            world.ask(command, p_scope=scope, p_id=thing)


def life(world: World) -> uuid.UUID:
    """A mission from the queue to its end, another that is cancelled, and one that is handed to a person."""
    mission = world.collecting()
    world.db.execute("update public.rex_campaigns set collecting_seconds = 1")
    for state in ("ANALYZING", "OPTIMIZING", "COMPLETED"):
        world.advance(mission, state)
    cancelled = world.create()
    world.claim()
    world.ask("rex_cancel_mission", p_mission_id=cancelled)
    lost = world.create()
    world.advance(lost, "ESCALATED", p_error_code="agent_failed")
    world.ask("rex_retry_mission", p_mission_id=lost)
    return mission


def test_what_a_life_and_settings_publish_fits_the_models(db: Connection) -> None:
    world = make_world(db)
    life(world)
    settings(world)
    said = envelopes(db)
    for message in said:
        assert read_as(DATA[message.type], message).type is message.type, message
    assert len({message.type for message in said}) >= 20, "the test's world says too little for this to prove anything"


def test_what_sending_and_its_results_publish_fits_the_models(db: Connection) -> None:
    sending = make_sending(db, leads=3)
    sending.write()
    sent = sending.send()["outreach_id"]
    sending.event(sent, "unsubscribed")
    for message in envelopes(db):
        read_as(DATA[message.type], message)
    suppressed = one(db, "select data from public.rex_messages where type = 'system.suppressed'")
    assert suppressed == {"reason": "unsubscribed", "addresses": 1}


def test_read_as_another_type_is_refused(db: Connection) -> None:
    sign_up(db)
    (opened,) = envelopes(db)
    with pytest.raises(ValueError, match=r"A system\.account_opened is no Ping"):
        read_as(DATA[MessageType.SYSTEM_PING], opened)


def recipients(db: Connection, kind: str) -> set[Any]:
    return {row[0] for row in db.execute("select recipient from public.rex_messages where type = %s", (kind,)).fetchall()}


def test_assignment_and_cancel_go_to_the_crew(db: Connection) -> None:
    world = make_world(db)
    life(world)
    assert recipients(db, "mission.assigned") == {to_crew("dead_lead_crew")}
    assert recipients(db, "mission.cancelled") == {to_crew("dead_lead_crew")}
    assert recipients(db, "mission.completed") == {None}


@pytest.mark.parametrize("recipient", ["crew:", "everyone", "agent:writer", "crew:A", "agent:dead_lead_crew/writer/x", "crew:a\ncrew:b"])
def test_recipient_is_a_crew_or_an_agent(db: Connection, recipient: str) -> None:
    account = sign_up(db)
    with pytest.raises(psycopg.errors.CheckViolation):
        db.execute("select public.rex_ask(%s, %s, 'system.ping', '{}', %s)", (request_id(), account, recipient))


def test_message_to_an_agent_is_heard_on_its_crews_topic(db: Connection) -> None:
    account = sign_up(db)
    whom = to_agent("dead_lead_crew", "writer")
    db.execute("select public.rex_ask(%s, %s, 'system.ping', '{}', %s)", (request_id(), account, whom))
    topic = f"rex:{account}:crew:dead_lead_crew"
    assert one(db, "select payload -> 'messages' -> 0 ->> 'recipient' from realtime.messages where topic = %s", topic) == whom
