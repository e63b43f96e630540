"""Missions: queued, listed, read, cancelled, retried and reviewed."""

from uuid import UUID

from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.domain.states import MissionState, MissionType
from rex.usecases.create_mission import Imported, NewMission


class MissionQueued(Answered):
    """The new mission, and how many leads it was frozen with."""

    mission_id: UUID
    state: MissionState
    leads: int


class MissionCancelled(Answered):
    """`cancelled` is false for a mission that was cancelled before; `in_flight` messages had begun to be handed over."""

    mission_id: UUID
    state: MissionState
    cancelled: bool
    in_flight: int


ROUTES = (
    Route(
        handler="create_mission",
        sends=NewMission(type=MissionType.LEAD_REACTIVATION, audience=Imported(import_id=ANOTHER_ID)),
        answers={201: MissionQueued(mission_id=AN_ID, state=MissionState.QUEUED, leads=800)},
        refuses=(404, 409),
    ),
    Route(
        handler="cancel_mission",
        answers={200: MissionCancelled(mission_id=AN_ID, state=MissionState.FAILED, cancelled=True, in_flight=0)},
        refuses=(409,),
    ),
)
