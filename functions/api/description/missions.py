"""Missions: queued, cancelled, retried and reviewed."""

from uuid import UUID

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.domain.estimate_scenes import EstimatedCost, EstimateScene, LeadGroup, SendingDomain, SendingInbox
from rex.domain.estimates import estimate
from rex.domain.states import MissionState, MissionType
from rex.usecases.change_missions import MissionFilter, Selection
from rex.usecases.create_mission import Imported, NewMission
from rex.usecases.release_outreach import Review, ReviewAction


class MissionQueued(Answered):
    """The new mission, and with how many leads it was frozen."""

    mission_id: UUID
    state: MissionState
    leads: int


class MissionCancelled(Answered):
    """How many of its messages were cancelled, and how many had begun to be handed over."""

    mission_id: UUID
    state: MissionState
    cancelled: int
    in_flight: int


class MissionRetried(Answered):
    """The mission in its new round."""

    mission_id: UUID
    state: MissionState
    round: int


class MissionsCancelled(Answered):
    """Which missions were cancelled, and how many of their messages had begun to be handed over."""

    missions: int
    mission_ids: tuple[UUID, ...]
    in_flight: int


class MissionsRetried(Answered):
    """Which missions were queued again."""

    missions: int
    mission_ids: tuple[UUID, ...]


class OutreachReviewed(Answered):
    """How many messages were changed, are still held, of these because their import does harm, and are being checked after an edit."""

    mission_id: UUID
    action: ReviewAction
    changed: int
    held: int
    held_by_import: int
    being_checked: int


WARM = SendingInbox(daily_cap=40, warming_days=None, best=40, sent=10, spacing_seconds=300)
COST = EstimatedCost(
    basis="own_missions", missions=12, messages=100, message_nanos=39_900_000, llm_nanos=12_000_000, compute_nanos=40_000, nanos=51_940_000,
    least_nanos=45_000_000, most_nanos=60_000_000, per_lead=519_400, per_reply=17_313_333, per_meeting=None,
)  # fmt: skip
BERLIN, LONDON = (LeadGroup(zones=(zone,), sent_on=(), leads=leads) for zone, leads in (("Europe/Berlin", 60), ("Europe/London", 38)))
SCENE = EstimateScene(
    starts_at=AT, zone="Europe/Berlin", paused=None, leads=100, groups=(BERLIN, LONDON), cap_messages=4, cap_days=30, opens=9 * 3600,
    closes=17 * 3600, days=(1, 2, 3, 4, 5), delays_hours=(0,), collecting_seconds=259_200,
    domains=(SendingDomain(daily_cap=None, sent=10, inboxes=(WARM,)),),
    messages_ahead=0, missions_ahead=1, seconds_per_lead=0.2, cost=COST,
)  # fmt: skip
FAILED_ONES = Selection(filter=MissionFilter(states=(MissionState.FAILED, MissionState.ESCALATED)), expected_count=1)

ROUTES = (
    Route(
        handler="create_mission",
        sends=NewMission(type=MissionType.LEAD_REACTIVATION, audience=Imported(import_id=ANOTHER_ID)),
        answers={201: MissionQueued(mission_id=AN_ID, state=MissionState.QUEUED, leads=800)},
        refuses=(404,),
    ),
    Route(
        handler="estimate_mission",
        sends=NewMission(type=MissionType.LEAD_REACTIVATION, audience=Imported(import_id=ANOTHER_ID)),
        answers={200: estimate(SCENE)},
        refuses=(404,),
    ),
    Route(
        handler="cancel_mission",
        answers={200: MissionCancelled(mission_id=AN_ID, state=MissionState.FAILED, cancelled=640, in_flight=1)},
        refuses=(409,),
    ),
    Route(
        handler="retry_mission",
        answers={200: MissionRetried(mission_id=AN_ID, state=MissionState.QUEUED, round=2)},
        refuses=(409,),
    ),
    Route(
        handler="cancel_missions",
        sends=Selection(ids=(AN_ID, ANOTHER_ID), expected_count=2),
        answers={200: MissionsCancelled(missions=2, mission_ids=(AN_ID, ANOTHER_ID), in_flight=0)},
        refuses=(404, 409),
    ),
    Route(
        handler="retry_missions",
        sends=FAILED_ONES,
        answers={200: MissionsRetried(missions=1, mission_ids=(AN_ID,))},
        refuses=(404, 409),
    ),
    Route(
        handler="release_outreach",
        sends=Review(action=ReviewAction.REFUSE, outreach_ids=(ANOTHER_ID,), reason="wrong_tone"),
        answers={200: OutreachReviewed(mission_id=AN_ID, action=ReviewAction.REFUSE, changed=1, held=9, held_by_import=0, being_checked=0)},
        refuses=(409,),
    ),
)
