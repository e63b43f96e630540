"""Who works on what: the one table of crews, the missions they take and the agents in their seats."""

from pydantic import BaseModel, ConfigDict

from rex.domain.states import MissionType


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Seat(_Frozen):
    """One agent of a crew and what it does there; the same agent may sit in several crews."""

    agent: str
    does: str


class Crew(_Frozen):
    """A group of agents, and the types of missions that wait for it."""

    name: str
    missions: tuple[MissionType, ...]
    seats: tuple[Seat, ...]


def _crew(name: str, *missions: MissionType, **seats: str) -> Crew:
    return Crew(name=name, missions=missions, seats=tuple(Seat(agent=agent, does=does) for agent, does in seats.items()))


_RESEARCHER = "Finds out what is known of each lead, how long it has been dormant, and from where to speak to it."
_WRITER = "Writes each message of the sequence from the campaign's templates."
_COMPLIANCE = "Lets pass only what suppressions, consent, permitted hours and the frequency cap allow."
_QUALITY_CONTROL = "Schedules what reads well, and sends the rest back to be written once more."
_LEAD_SCORER = "Scores how likely each lead is to answer."

CREWS = (
    _crew(
        "dead_lead_crew",
        MissionType.LEAD_REACTIVATION,
        researcher=_RESEARCHER,
        writer=_WRITER,
        compliance=_COMPLIANCE,
        quality_control=_QUALITY_CONTROL,
    ),
    _crew(
        "campaign_crew",
        MissionType.CAMPAIGN_EXECUTION,
        researcher=_RESEARCHER,
        lead_scorer=_LEAD_SCORER,
        writer=_WRITER,
        subject_optimizer="Chooses the subject line that has done best with leads like these.",
        compliance=_COMPLIANCE,
        quality_control=_QUALITY_CONTROL,
        meeting_booker="Offers a time to those who answer with interest.",
        billing="Counts what a campaign cost and what it brought.",
    ),
    _crew(
        "auto_icp_crew",
        MissionType.ICP_EXTRACTION,
        icp_analyzer="Learns from won customers what the ideal one looks like.",
        lead_sourcer="Picks the leads that look like it.",
        researcher=_RESEARCHER,
        lead_scorer=_LEAD_SCORER,
    ),
    _crew(
        "domain_health_monitor",
        MissionType.DOMAIN_ROTATION,
        reputation_tracker="Reckons the reputation of each sending domain.",
        rotation_coordinator="Takes a harmed domain out of service and puts a healthy one in its place.",
        warmup_manager="Raises what a new or rested domain may send, day by day.",
    ),
    _crew(
        "special_forces_coordinator",
        MissionType.PERFORMANCE_OPTIMIZATION,
        MissionType.ERROR_RECOVERY,
        coordinator="Decides which of the specialists a mission needs.",
        priority_queue="Puts waiting missions into the order they should start in.",
        resource_allocator="Spreads slots and quota over crews.",
        bottleneck_analyst="Finds the stage that holds the others up.",
        copy_optimizer="Finds the wording that is answered most.",
        timing_optimizer="Finds the hours in which messages are answered most.",
        channel_optimizer="Finds the channel on which leads answer.",
        cost_optimizer="Finds where the same result costs less.",
        error_diagnostician="Finds out why a mission failed and what would mend it.",
    ),
)  # fmt: skip
"""In the order of the design; 28 seats together."""

_BY_MISSION = {mission: crew for crew in CREWS for mission in crew.missions}


def crew_of(mission: MissionType) -> Crew:
    """The crew that takes missions of this type."""
    return _BY_MISSION[mission]
