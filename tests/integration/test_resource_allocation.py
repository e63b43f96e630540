"""The claim carries out what the rule of resource allocation says: from 80 at once, from 50 in turn, below only when nothing else can start."""

from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rex.domain.decisions import decide
from rex.domain.subjects import CrewQueue, QueuedMission
from tests.support.database import Clock, Connection
from tests.support.mission_world import World, make_world


def queue(world: World, clock: Clock, priorities: list[int]) -> CrewQueue:
    """As many missions, each a second older than the next."""
    missions = []
    for age, priority in enumerate(reversed(priorities)):
        clock.advance(seconds=1)
        missions.append((world.create(leads=world.add_leads(1), p_priority=priority), priority, age))
    queued = tuple(QueuedMission(mission_id=mission, priority=priority, queued_seconds=-age) for mission, priority, age in missions)
    return CrewQueue(user_id=world.account, free_slots=3, missions=queued)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(priorities=st.lists(st.sampled_from([0, 10, 49, 50, 70, 79, 80, 95, 100]), min_size=1, max_size=7))
def test_claim_takes_whom_the_rule_names_in_its_order(db: Connection, clock: Clock, priorities: list[int]) -> None:
    world = make_world(db)
    waiting = queue(world, clock, priorities)
    claimed = [UUID(mission["mission_id"]) for mission in world.claim() if mission["user_id"] == str(world.account)]
    assert tuple(map(str, claimed)) == decide(waiting).params["missions"]
