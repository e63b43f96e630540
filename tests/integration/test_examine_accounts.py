"""One open anomaly a cause: opened, followed, told and closed once, whoever examines late, twice or at the same time."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from rex.domain.anomalies import Signal
from rex.domain.bus import DATA, MessageType
from rex.domain.queues import Queue
from rex.errors import Transient
from rex.usecases.examine_accounts import examine_accounts
from tests.support.anomalies.found import anomaly
from tests.support.api import CONTEXT
from tests.support.database import Clock, Connection, one
from tests.support.machinery import Nudged, SqlMachinery, all_the_time
from tests.support.mission_world import World, make_world

NOW = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)
LAST = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.fixture
def world(db: Connection, clock: Clock) -> World:
    clock.set(NOW)
    world = make_world(db)
    db.execute("select rex.open_books(array[%s::uuid])", (world.account,))
    close(world, LAST)
    return world


def close(world: World, until: datetime) -> None:
    world.db.execute("update rex.metric_accounts set closed_until = %s where user_id = %s", (until, world.account))


def sent(world: World, subject: str, key: str, bounced: int, lately: int, until: datetime = LAST) -> None:
    """Ten messages an hour for thirty days, of which so many of a hundred bounced; `lately` in the last two days."""
    world.db.execute(
        "insert into public.rex_analytics (user_id, grain, starts_at, ends_at, subject, key, sent, bounced)"
        " select %(account)s, 'hour', h, h + interval '1 hour', %(subject)s, %(key)s, 10,"
        " case when (extract(hour from h)::int %% 10) < case when h >= %(until)s - interval '2 days' then %(lately)s else %(bounced)s end then 1 else 0 end"
        " from generate_series(%(until)s - interval '30 days', %(until)s - interval '1 hour', interval '1 hour') as h"
        " on conflict (user_id, grain, subject, key, starts_at) do nothing",
        {"account": world.account, "subject": subject, "key": key, "bounced": bounced, "lately": lately, "until": until},
    )


def bouncing(world: World) -> uuid.UUID:
    domain: uuid.UUID = one(world.db, "select id from public.rex_domain_pool where user_id = %s", world.account)
    sent(world, "account", "", 1, 10)
    sent(world, "domain", str(domain), 1, 10)
    return domain


def examine(machinery: SqlMachinery) -> tuple[dict[str, Any], list[Queue]]:
    nudged = Nudged()
    return examine_accounts(machinery=machinery, nudge=nudged, seconds_left=all_the_time), nudged.queues


@dataclass(frozen=True)
class Failing:
    """What fails about one account."""

    machinery: SqlMachinery
    account: str
    failure: Exception

    def call(self, function: str, **arguments: Any) -> Any:
        return self.machinery.call(function, **arguments)

    def command(self, command: str, **arguments: Any) -> Any:
        if arguments.get("p_user_id") == self.account:
            raise self.failure
        return self.machinery.command(command, **arguments)


def anomalies(world: World, *columns: str) -> list[tuple[Any, ...]]:
    query = f"select {', '.join(columns)} from public.rex_anomalies where user_id = %s order by started_at, signal"
    return world.db.execute(query.encode(), (world.account,)).fetchall()


def test_signals_are_those_the_table_knows(db: Connection) -> None:
    known = one(db, "select pg_get_constraintdef(oid) from pg_constraint where conname = 'rex_anomalies_signal_check'")
    assert set(re.findall(r"'(\w+)'", known)) == {signal.value for signal in Signal}


def test_domain_that_bounces_is_opened_once_told_once_and_shown(world: World, machinery: SqlMachinery) -> None:
    domain = bouncing(world)
    done, nudged = examine(machinery)
    assert (done["examined"], done["opened"], done["closed"]) == (1, 1, 0)
    assert nudged == [Queue.BUS]
    ((signal, cause, key, started, found, closed),) = anomalies(
        world, "signal", "cause", "cause_key", "started_at", "found_at", "closed_at"
    )
    assert (signal, cause, key, closed) == ("bounces", "domain", str(domain), None)
    assert LAST - timedelta(days=2, hours=2) <= started < found <= LAST - timedelta(days=1)
    assert examine(machinery)[0] == {"examined": 0}, "the hours are examined already"
    told = one(world.db, "select data from public.rex_messages where user_id = %s and type = 'analytics.anomaly'", world.account)
    DATA[MessageType.ANALYTICS_ANOMALY].model_validate(told)
    assert (told["state"], told["cause_key"]) == ("open", str(domain))
    assert world.ask_read("rex_read_status")["anomalies_open"] == 1
    (shown,) = world.ask_read("rex_read_analytics")["anomalies"]
    assert (shown["signal"], shown["closed_at"]) == ("bounces", None)


def test_next_hour_follows_it_and_says_nothing_again(world: World, machinery: SqlMachinery) -> None:
    bouncing(world)
    examine(machinery)
    close(world, LAST + timedelta(hours=1))
    done, nudged = examine(machinery)
    assert (done["examined"], done["opened"], done["closed"], nudged) == (1, 0, 0, [])
    assert anomalies(world, "examined_at") == [(LAST + timedelta(hours=1),)]
    assert world.said("analytics.anomaly") == 1


def test_it_is_closed_when_it_is_over_and_may_come_again(world: World, machinery: SqlMachinery) -> None:
    bouncing(world)
    examine(machinery)
    later = LAST + timedelta(days=9)
    close(world, later)
    assert examine(machinery)[0]["closed"] == 1, "nothing was sent for a week"
    assert anomalies(world, "closed_at") == [(later,)]
    assert world.said("analytics.anomaly") == 2
    sent(world, "account", "", 1, 10, later)
    close(world, later + timedelta(hours=1))
    assert examine(machinery)[0]["opened"] == 1
    assert [closed is None for (closed,) in anomalies(world, "closed_at")] == [False, True]


def test_second_run_of_the_same_hours_changes_nothing(world: World) -> None:
    given = {"p_user_id": world.account, "p_until": LAST.isoformat(), "p_found": [anomaly()]}
    assert world.run("rex_save_anomalies", **given)["saved"]
    late = world.run("rex_save_anomalies", **(given | {"p_found": []}))
    assert (late["saved"], late["closed"]) == (False, 0)
    assert anomalies(world, "closed_at") == [(None,)]


def test_two_of_a_cause_are_not_open_at_once(world: World) -> None:
    earlier = LAST - timedelta(hours=1)
    world.run("rex_save_anomalies", p_user_id=world.account, p_until=earlier.isoformat(), p_found=[anomaly(score=9.0)])
    again = anomaly(method="alert", score=5.0, observed=0.09, started_at=LAST.isoformat())
    world.run("rex_save_anomalies", p_user_id=world.account, p_until=LAST.isoformat(), p_found=[again])
    assert anomalies(world, "method", "score", "observed") == [("cusum", 9.0, 0.09)]


def fallen(world: World, domain: uuid.UUID, to: float) -> None:
    world.db.execute(
        "insert into public.rex_domain_reputations (domain_id, at, user_id, value, sends, complaints, bounces, blocks, unsubscribes, replies)"
        " select %s, h, %s, 0.95, 500, 0, 5, 0, 0, 10 from generate_series(%s - interval '10 days', %s - interval '3 days', interval '1 hour') as h",
        (domain, world.account, LAST, LAST),
    )
    world.db.execute("update public.rex_domain_pool set reputation = %s, measured_at = %s where id = %s", (to, LAST, domain))


def test_domain_that_has_fallen_far_is_rotated_once(world: World, machinery: SqlMachinery) -> None:
    domain = bouncing(world)
    fallen(world, domain, 0.74)
    done, nudged = examine(machinery)
    assert (done["rotations"], nudged) == (1, [Queue.BUS, Queue.SCHEDULE])
    ((mission,),) = anomalies(world, "mission_id")
    assert world.mission(mission)["type"] == "domain_rotation"
    reason = "select d.rule || ' ' || d.reason from public.rex_logs l join public.rex_decisions d on d.id = l.decision_id where l.mission_id = %s"
    assert one(world.db, reason, mission) == "anomaly_response fallen_far"
    close(world, LAST + timedelta(hours=1))
    assert examine(machinery)[0]["rotations"] == 0
    assert one(world.db, "select count(*) from public.rex_missions where user_id = %s", world.account) == 1


def test_domain_that_is_still_healthy_is_left_alone(world: World, machinery: SqlMachinery) -> None:
    fallen(world, bouncing(world), 0.85)
    assert examine(machinery)[0]["rotations"] == 0
    assert anomalies(world, "mission_id") == [(None,)]


@pytest.mark.parametrize("failure", [Transient("database_failed"), ZeroDivisionError()], ids=["database", "code"])
def test_account_that_fails_holds_up_no_other(world: World, machinery: SqlMachinery, failure: Exception) -> None:
    bouncing(world)
    other = make_world(world.db)
    world.db.execute("select rex.open_books(array[%s::uuid])", (other.account,))
    close(other, LAST)
    failing = Failing(machinery, str(world.account), failure)
    with pytest.raises(type(failure)):
        examine_accounts(machinery=failing, nudge=Nudged(), seconds_left=all_the_time)
    behind = "select user_id from rex.metric_accounts where examined_until < closed_until"
    assert world.db.execute(behind).fetchall() == [(world.account,)]
    assert examine(machinery)[0]["examined"] == 1


@pytest.mark.usefixtures("deployment")
def test_function_examines_by_its_schedule(world: World) -> None:
    bouncing(world)
    import_module("functions.automation.examine_accounts").handler({}, CONTEXT)
    assert world.said("analytics.anomaly") == 1


def test_each_examined_hour_keeps_how_long_the_queue_has_waited(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    world.create()
    clock.advance(minutes=7)
    examine(machinery)
    starts_at, seconds = world.db.execute("select starts_at, seconds from rex.queue_ages where user_id = %s", (world.account,)).fetchall()[
        0
    ]
    assert starts_at == LAST - timedelta(hours=1)
    assert seconds >= 420


def test_last_day_of_the_queue_is_told_by_the_hour_with_its_gaps(world: World, machinery: SqlMachinery, clock: Clock) -> None:
    world.create()
    clock.advance(minutes=7)
    examine(machinery)
    *gaps, last = world.ask_read("rex_read_queue_ages")
    assert [hour["seconds"] for hour in gaps] == [None] * 23
    assert datetime.fromisoformat(last["starts_at"]) == LAST - timedelta(hours=1)
    assert last["seconds"] >= 420
