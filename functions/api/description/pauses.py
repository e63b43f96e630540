"""Pauses, and a domain rotated by hand."""

from uuid import UUID

from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.domain.states import MissionState
from rex.usecases.pause import PauseScope, Scope
from rex.usecases.rotate_domain import Rotation


class Switched(Answered):
    """What was paused or resumed."""

    scope: PauseScope
    id: UUID
    paused: bool


class RotationQueued(Answered):
    """The mission that replaces the domain."""

    domain_id: UUID
    mission_id: UUID
    state: MissionState


ONE_MISSION = Scope(scope=PauseScope.MISSION, id=AN_ID)

ROUTES = (
    Route(
        handler="pause",
        sends=ONE_MISSION,
        answers={200: Switched(scope=PauseScope.MISSION, id=AN_ID, paused=True)},
        refuses=(404, 409),
    ),
    Route(
        handler="resume",
        sends=ONE_MISSION,
        answers={200: Switched(scope=PauseScope.MISSION, id=AN_ID, paused=False)},
        refuses=(404, 409),
    ),
    Route(
        handler="rotate_domain",
        sends=Rotation(domain_id=AN_ID),
        answers={201: RotationQueued(domain_id=AN_ID, mission_id=ANOTHER_ID, state=MissionState.QUEUED)},
        refuses=(404, 409),
    ),
)
