"""How long a mission would take and how much of the caps it would use, as things are now, if nobody replied and every message went out."""

from datetime import date, timedelta
from enum import StrEnum
from math import ceil
from typing import Literal

from rex.domain.estimate_scenes import EstimatedCost, EstimateScene, Frozen
from rex.domain.hours import Hours, why_closed_hours
from rex.domain.sending_days import SendingDay, sending_days

SECONDS_PER_LEAD = 0.1
"""Of the agents, before an account has missions of its own to tell."""
_DAY = 86_400


class Basis(StrEnum):
    """Where a figure comes from."""

    OWN_MISSIONS = "own_missions"
    DEFAULT = "default"


class EstimatedTime(Frozen):
    """Dates are by the account's clock, None when not everything can go out; `missions_ahead` start first in its crew."""

    agents_seconds: float
    basis: Basis
    missions_ahead: int
    first_send_on: date | None
    last_send_on: date | None
    completes_on: date | None


class CapUse(Frozen):
    """Domains and inboxes that would send, what goes out before it, the days it sends on, and what finds no place on them."""

    domains: int
    inboxes: int
    messages_ahead: int
    unplaced: int
    days: tuple[SendingDay, ...]


class Estimate(Frozen):
    """Of a mission that is not made yet; `messages` when all that are reachable get every step; none goes out while it is `paused`."""

    leads: int
    reachable: int
    messages: int
    paused: Literal["account", "campaign"] | None
    time: EstimatedTime
    caps: CapUse
    cost: EstimatedCost | None


def estimate(told: EstimateScene) -> Estimate:
    """Follow-ups go before what is ahead of the mission, first touches after it, as the sender takes them."""
    open_ = {zones for zones in {group.zones for group in told.groups} if _have_hours(zones, told)}
    scene = told.model_copy(update={"groups": tuple(group for group in told.groups if group.zones in open_)})
    own, reachable = scene.seconds_per_lead, sum(group.leads for group in scene.groups)
    messages = reachable * len(scene.delays_hours)
    days = tuple(sending_days(scene))
    unplaced = messages - sum(day.messages for day in days)
    ends = days[-1].on if days and not unplaced else None
    return Estimate(
        leads=scene.leads,
        reachable=reachable,
        messages=messages,
        paused=scene.paused,
        time=EstimatedTime(
            agents_seconds=round((SECONDS_PER_LEAD if own is None else own) * scene.leads, 1),
            basis=Basis.DEFAULT if own is None else Basis.OWN_MISSIONS,
            missions_ahead=scene.missions_ahead,
            first_send_on=days[0].on if days else None,
            last_send_on=ends,
            completes_on=ends and ends + timedelta(days=ceil(scene.collecting_seconds / _DAY)),
        ),
        caps=CapUse(
            domains=len(scene.domains),
            inboxes=sum(len(domain.inboxes) for domain in scene.domains),
            messages_ahead=scene.messages_ahead,
            unplaced=unplaced,
            days=days,
        ),
        cost=scene.cost,
    )


def _have_hours(zones: tuple[str, ...], scene: EstimateScene) -> bool:
    """Compliance rejects the others."""
    hours = Hours(zones=zones, start=scene.opens // 60, end=scene.closes // 60, days=scene.days)
    return why_closed_hours(hours, scene.starts_at) is None
