"""Permitted hours, as far as agents need them: whether there are any. The database says when exactly a message is due."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from rex.domain.tasks import Account, Campaign, Lead

_DAYS_AHEAD = 15


class Hours(BaseModel):
    """Minutes of the day from `start` until before `end`, on these ISO days, by each of these clocks."""

    model_config = ConfigDict(frozen=True)

    zones: tuple[str, ...]
    start: int
    end: int
    days: tuple[int, ...]


def hours_of(lead: Lead, campaign: Campaign, account: Account) -> Hours:
    """The campaign's window or else the account's, in the lead's zones or else the account's."""
    return Hours(
        zones=lead.time_zones or (account.time_zone,),
        start=account.window_start if campaign.window_start is None else campaign.window_start,
        end=account.window_end if campaign.window_end is None else campaign.window_end,
        days=account.window_days if campaign.window_days is None else campaign.window_days,
    )


def why_closed_hours(hours: Hours, now: datetime) -> str | None:
    """`time_zone_unknown`, or `no_permitted_hours` when no moment of the days ahead suits every clock; None when one does."""
    try:
        clocks = [ZoneInfo(zone) for zone in hours.zones]
    except (KeyError, ValueError, OSError):  # by what is wrong with the name
        return "time_zone_unknown"
    moments = (moment for clock in clocks for moment in _openings(now, clock, hours.start))
    return None if any(_is_open(moment, clocks, hours) for moment in moments) else "no_permitted_hours"


def _openings(now: datetime, clock: ZoneInfo, start: int) -> Iterator[datetime]:
    """When the hours begin by one clock: hours that overlap begin to do so at one of these moments."""
    today: date = now.astimezone(clock).date()
    for day in range(_DAYS_AHEAD):
        wall = datetime.combine(today, time(), tzinfo=clock) + timedelta(days=day, minutes=start)
        yield from (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def _is_open(moment: datetime, clocks: list[ZoneInfo], hours: Hours) -> bool:
    local = [moment.astimezone(clock) for clock in clocks]
    return all(hours.start <= each.hour * 60 + each.minute < hours.end and each.isoweekday() in hours.days for each in local)
