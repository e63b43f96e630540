"""Rotate a domain by hand."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


class Rotation(BaseModel):
    """Which domain is meant."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain_id: UUID


def rotate_domain(rotation: Rotation, *, call: Call, nudge: Nudge) -> dict[str, Any]:
    """Queue a mission that replaces it, whatever its reputation, and tell the scheduler."""
    answer: dict[str, Any] = call("rex_rotate_domain", p_domain_id=str(rotation.domain_id))
    nudge(Queue.SCHEDULE)
    return answer
