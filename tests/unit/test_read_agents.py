"""What is told of agents that do nothing: the reason, as the account and the missions are."""

from typing import Any

import pytest

from rex.domain.crews import CREWS
from rex.usecases.read_agents import AgentStatus, read_agents


def read(*, paused: bool) -> dict[str, dict[str, Any]]:
    crews = [{"crew": crew.name, "slots": 3, "held": 0, "waiting": 0, "paused": paused, "exhausted_at": None} for crew in CREWS]
    found = {
        "now": "2026-01-01T00:00:00Z",
        "crews": crews,
        "running": [],
        "ready": [],
        "ended": [],
        "reasoner": {"tokens": 0, "cost_micros": 0},
    }
    return {crew["crew"]: {agent["agent"]: agent for agent in crew["agents"]} for crew in read_agents(lambda *_, **__: found)["crews"]}


@pytest.mark.parametrize(
    ("paused", "crew", "agent", "status", "reason"),
    [
        (False, "dead_lead_crew", "writer", AgentStatus.IDLE, None),
        (True, "dead_lead_crew", "writer", AgentStatus.PAUSED, "The account is paused: nothing begins until it is resumed."),
        (False, "auto_icp_crew", "researcher", AgentStatus.UNAVAILABLE, "Missions of the type icp_extraction cannot run yet."),
    ],
)
def test_agent_says_why_it_does_nothing(paused: bool, crew: str, agent: str, status: AgentStatus, reason: str | None) -> None:
    told = read(paused=paused)[crew][agent]

    assert (told["status"], told["reason"]) == (status, reason)
