"""Pause and resume an account, a campaign, a mission, a domain or an inbox."""

from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


class PauseScope(StrEnum):
    """What a pause stops; the database's enum `pause_scope`."""

    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    MISSION = "mission"
    DOMAIN = "domain"
    INBOX = "inbox"


class Scope(BaseModel):
    """What is meant; an account needs no id."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scope: PauseScope
    id: UUID | None = None


def pause(scope: Scope, call: Call) -> dict[str, Any]:
    """When it answers, nothing begins any more in this scope."""
    return _set("rex_pause", scope, call)


def resume(scope: Scope, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """Let it go on, at once."""
    answer = _set("rex_resume", scope, call)
    nudge(Queue.SCHEDULE)
    nudge(Queue.BUS)
    return answer


def _set(command: Literal["rex_pause", "rex_resume"], scope: Scope, call: Call) -> dict[str, Any]:
    answer: dict[str, Any] = call(
        command,
        p_scope=scope.scope.value,
        p_id=scope.id and str(scope.id),
    )
    return answer
