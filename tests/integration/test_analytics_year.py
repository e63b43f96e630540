"""A year of history, with clocks that change and events that come late, twice and out of order: every figure equals a recount."""

import random
import uuid
from datetime import timedelta

import pytest

from tests.support.analytics.history import write_history
from tests.support.analytics.play import STEP, add_account, finish
from tests.support.analytics.recount import differences, window
from tests.support.analytics.rows import END, START, insert
from tests.support.database import Clock, Connection, as_person, as_service, as_superuser, call, connect, one, request_id
from tests.support.machinery import SqlMachinery

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu")


def step_badly(machinery: SqlMachinery, database: str, luck: random.Random) -> None:
    """Late, doubled, killed halfway or in small bites, as it comes."""
    draw = luck.random()
    if draw < 0.25:
        return
    if draw < 0.45:
        with connect(database) as dying:
            as_service(dying)
            dying.autocommit = False
            call(dying, STEP, p_request_id=request_id())
            dying.rollback()
    limit = luck.choice((37, 500, 5000))
    for _ in range(luck.choice((1, 2, 12))):
        machinery.command(STEP, p_limit=limit)


def play_year(db: Connection, database: str, clock: Clock, seed: int, missions: int) -> list[uuid.UUID]:
    """The accounts whose year it was."""
    luck = random.Random(seed)
    clock.set(START)
    db.execute(
        "insert into public.rex_prices values ('sms.twilio', %s, 9100000), ('compute.ms', %s, 7.25)", (START + timedelta(days=100),) * 2
    )
    histories = [add_account(db, zone, luck) for zone in ZONES]
    for history in histories:
        write_history(history, missions)
    with connect(database) as connection:
        machinery = SqlMachinery(connection)
        for parts in zip(*(history.chunks(timedelta(days=6, hours=7)) for history in histories), strict=True):
            clock.set(parts[0][0])
            insert(db, sorted((row for _, rows in parts for row in rows), key=lambda row: row.at))
            step_badly(machinery, database, luck)
        clock.set(END + timedelta(hours=2))
        finish(machinery)
    return [history.account for history in histories]


def check_year(db: Connection, database: str, clock: Clock, seed: int, missions: int) -> None:
    accounts = play_year(db, database, clock, seed, missions)
    assert one(db, "select sum(created) from public.rex_analytics where subject = 'account'") == missions * len(accounts)
    assert one(db, "select count(*) from public.rex_analytics where grain = 'day' and subject = 'account'") > 300 * len(accounts)
    found = differences(db)
    assert found == [], f"seed {seed}: {len(found)} figures differ, first {found[:5]}"

    for account in accounts:
        check_trends(db, account)


def check_trends(db: Connection, account: uuid.UUID) -> None:
    """Windows of all lengths, ending at the end of the year: as a whole, and the sum of their points."""
    for days in (1, 3, 7, 8, 30, 45, 90):
        as_person(db, account)
        trends = call(db, "rex_read_analytics", p_account=None, p_since=END - timedelta(days=days), p_until=END)["trends"]
        as_superuser(db)
        totals = trends["totals"]
        told = (
            totals["completed"],
            totals["success_rate"],
            totals["active_ms"]["p50"],
            totals["active_ms"]["p95"],
            totals["sent"],
            totals["reputation"],
        )
        assert told == window(db, account, trends["since"], trends["until"]), f"a window of {days} days"
        assert sum(point["figures"]["completed"] for point in trends["points"]) == totals["completed"]
        assert trends["step"] == ("hour" if days <= 7 else "day")


def test_every_figure_of_a_year_equals_the_recount(db: Connection, database: str, clock: Clock) -> None:
    check_year(db, database, clock, seed=20261126, missions=120)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(3))
def test_every_figure_of_full_years_equals_the_recount(db: Connection, database: str, clock: Clock, seed: int) -> None:
    check_year(db, database, clock, seed=seed, missions=1200)
