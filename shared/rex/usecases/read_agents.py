"""What each of the 28 agents does now, and how it has done of late."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from rex.domain.chains import CHAINS, has_plan
from rex.domain.commands import Call
from rex.domain.crews import CREWS, Crew, Seat

REASONS_FOR = ("special_forces_coordinator", "error_diagnostician")
"""The seat whose work the reasoner does: it finds out why a mission failed. Nobody else asks a model."""
PASSING = ("now",)
_AGENTS = sorted({seat.agent for crew in CREWS for seat in crew.seats})

type Row = Mapping[str, Any]
type Place = tuple[str, str]


class AgentStatus(StrEnum):
    """What an agent is doing."""

    WORKING = "working"
    WAITING = "waiting"
    """Tasks are there for it and no worker has taken one yet."""
    IDLE = "idle"
    PAUSED = "paused"
    """Its account is."""
    UNAVAILABLE = "unavailable"
    """No type of mission it works on can run yet."""


def read_agents(call: Call) -> dict[str, Any]:
    """All crews in the order of the design, each with its slots and its agents."""
    found: dict[str, Any] = call("rex_read_agents", p_agents=_AGENTS)
    parts = {name: _placed(found[name]) for name in ("running", "ready", "ended")}
    crews = {row["crew"]: row for row in found["crews"]}
    return {"now": found["now"], "crews": [_crew(crew, crews[crew.name], parts, found["reasoner"]) for crew in CREWS]}


def list_agents(told: Mapping[str, Any]) -> list[Row]:
    """A row for each agent with its crew, of what `read_agents` told."""
    return [{"crew": crew["crew"], **agent} for crew in told["crews"] for agent in crew["agents"]]


def _placed(rows: list[Row]) -> dict[Place, Row]:
    return {(row["crew"], row["agent"]): row for row in rows}


def _crew(crew: Crew, row: Row, parts: Mapping[str, Mapping[Place, Row]], reasoner: Row) -> dict[str, Any]:
    return {**row, "missions": crew.missions, "agents": [_agent(crew, seat, row, parts, reasoner) for seat in crew.seats]}


def _agent(crew: Crew, seat: Seat, row: Row, parts: Mapping[str, Mapping[Place, Row]], reasoner: Row) -> dict[str, Any]:
    place = (crew.name, seat.agent)
    running, ready, ended = (parts[name].get(place, {}) for name in ("running", "ready", "ended"))
    completed, failed = ended.get("completed", 0), ended.get("failed", 0)
    status = _status(crew, seat, paused=row["paused"], running=bool(running), ready=bool(ready))
    costs = place == REASONS_FOR
    return {
        "agent": seat.agent,
        "does": seat.does,
        "status": status,
        "reason": _reason(crew, status),
        "running": running.get("running", 0),
        "waiting": ready.get("waiting", 0),
        "current": running.get("current"),
        "completed": completed,
        "failed": failed,
        "success_rate": round(completed / (completed + failed), 4) if completed + failed else None,
        "average_seconds": ended.get("average_seconds"),
        "last_error_code": ended.get("last_error_code"),
        "last_error_at": ended.get("last_error_at"),
        "tokens_today": reasoner["tokens"] if costs else 0,
        "cost_micros_today": reasoner["cost_micros"] if costs else 0,
    }


def _status(crew: Crew, seat: Seat, *, paused: bool, running: bool, ready: bool) -> AgentStatus:
    """A task that runs is told even of a paused account: it is let end."""
    if running:
        return AgentStatus.WORKING
    if not any(seat.agent in CHAINS.get(mission, ()) for mission in crew.missions) and (crew.name, seat.agent) != REASONS_FOR:
        return AgentStatus.UNAVAILABLE
    if paused:
        return AgentStatus.PAUSED
    return AgentStatus.WAITING if ready else AgentStatus.IDLE


def _reason(crew: Crew, status: AgentStatus) -> str | None:
    """Why it does nothing although there may be something to do; None where that needs no reason."""
    if status is AgentStatus.PAUSED:
        return "The account is paused: nothing begins until it is resumed."
    if status is AgentStatus.UNAVAILABLE:
        idle = [mission.value for mission in crew.missions if not has_plan(mission)]
        return f"Missions of the type {' or '.join(idle)} cannot run yet." if idle else "No mission needs it yet."
    return None
