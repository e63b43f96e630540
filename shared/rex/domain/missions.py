"""Missions as commands tell of them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from rex.domain.states import MissionState, MissionType


class ClaimedMission(BaseModel):
    """A mission as `rex_claim_missions` hands it over to be planned."""

    model_config = ConfigDict(frozen=True)

    mission_id: UUID
    user_id: UUID
    type: MissionType
    crew: str
    fence: int
    round: int
    leads: int
    batch_size: int
    batches: int


class MissionToMove(ClaimedMission):
    """How far a mission's stage is, as `rex_missions_to_move` tells it; it may have to be planned still."""

    state: MissionState
    version: int
    stage_at: datetime
    paused: bool
    planned: bool
    active_seconds: float
    open_tasks: int
    failed_leads: int
    failed_tasks: int = 0
    unsent: int
    awaiting: int
    collecting_ends_at: datetime | None = None
    to_optimize: bool = False
