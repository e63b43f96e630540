"""A mission in whose middle the stack is stopped, or crashes, goes on when it starts again, and nobody gets a second message."""

from tests.support.laptop import Switch
from tests.support.laptop_mission import LaptopMission, Progress


def test_mission_goes_on_after_a_stop_and_after_a_crash(switch: Switch) -> None:
    mission = LaptopMission.queue(switch.laptop)

    mission.wait(lambda now: now.works(completed=1))
    switch.stop()
    assert switch.laptop.nothing_left(), switch.laptop.left()
    switch.start()
    assert not mission.progress().completed()

    mission.wait(lambda now: now.sends(sent=20))
    switch.crash()
    switch.start()
    assert not mission.progress().completed()

    mission.wait(Progress.completed)
    mission.assert_ended_well()
