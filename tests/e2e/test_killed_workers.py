"""A worker process may die at any point of the main job: the mission still completes, and nobody gets a second message."""

from tests.support.laptop import EVERY_MINUTE, Laptop
from tests.support.laptop_mission import LaptopMission, Progress


def test_killed_workers_lose_no_mission_and_write_to_nobody_twice(laptop: Laptop) -> None:
    mission = LaptopMission.queue(laptop)

    mission.kill_workers(lambda now: now.works(completed=0), "RunTasks")
    mission.kill_workers(lambda now: now.works(completed=5), "RunTasks")
    mission.kill_workers(lambda now: now.sends(sent=10), "SendOutreach")
    mission.kill_workers(lambda now: now.sends(sent=100), *EVERY_MINUTE)

    mission.wait(Progress.completed)
    assert mission.recovered_tasks() > 0, "no worker died with a task in its hands"
    mission.assert_ended_well()
