"""Permitted hours hold by the clock of every zone the lead may be in."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.database import Connection, one

WEEKDAYS = [1, 2, 3, 4, 5]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def permitted(db: Connection, moment: str, zones: list[str], *hours: str) -> Any:
    start, end = hours or ("09:00", "17:00")
    return one(db, "select rex.permitted(%s, %s, %s::time, %s::time, %s::smallint[])", at(moment), zones, start, end, WEEKDAYS)


def following(db: Connection, moment: str, zones: list[str], *hours: str) -> Any:
    start, end = hours or ("09:00", "17:00")
    return one(db, "select rex.next_permitted(%s, %s, %s::time, %s::time, %s::smallint[])", at(moment), zones, start, end, WEEKDAYS)


@pytest.mark.parametrize(
    ("moment", "zones", "expected"),
    [
        ("2026-11-24T08:00", ["Europe/Berlin"], True),
        ("2026-11-24T07:59", ["Europe/Berlin"], False),
        ("2026-11-24T16:00", ["Europe/Berlin"], False),
        ("2026-11-28T12:00", ["Europe/Berlin"], False),
        ("2026-11-24T15:00", ["America/New_York", "America/Los_Angeles"], False),
        ("2026-11-24T17:00", ["America/New_York", "America/Los_Angeles"], True),
        ("2026-11-24T12:00", [], False),
    ],
)
def test_hours_hold_in_every_zone(db: Connection, moment: str, zones: list[str], expected: bool) -> None:
    assert permitted(db, moment, zones) is expected


def test_whole_day_has_no_gap_before_midnight(db: Connection) -> None:
    assert permitted(db, "2026-11-24T23:59:59.999999", ["UTC"], "00:00", "24:00") is True


@pytest.mark.parametrize(
    ("moment", "zones", "expected"),
    [
        ("2026-11-24T12:00", ["Europe/Berlin"], "2026-11-24T12:00"),
        ("2026-11-24T16:00", ["Europe/Berlin"], "2026-11-25T08:00"),
        ("2026-11-27T20:00", ["Europe/Berlin"], "2026-11-30T08:00"),
        ("2026-11-24T12:00", ["America/New_York", "America/Los_Angeles"], "2026-11-24T17:00"),
        ("2026-03-27T17:00", ["Europe/Berlin"], "2026-03-30T07:00"),
    ],
)
def test_next_moment_is_the_first_permitted_one(db: Connection, moment: str, zones: list[str], expected: str) -> None:
    assert following(db, moment, zones) == at(expected)


def test_zones_whose_hours_never_meet_have_no_next_moment(db: Connection) -> None:
    assert following(db, "2026-11-24T12:00", ["Pacific/Auckland", "America/Los_Angeles"], "09:00", "10:00") is None
