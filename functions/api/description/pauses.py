"""Pauses, of whatever scope."""

from uuid import UUID

from functions.api.description.route import AN_ID, Answered, Route
from rex.usecases.pause import PauseScope, Scope


class Switched(Answered):
    """What was paused or resumed."""

    scope: PauseScope
    id: UUID
    paused: bool


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
)
