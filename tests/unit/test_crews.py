"""The table of crews is the design's."""

import pytest

from rex.domain.crews import CREWS, crew_of
from rex.domain.states import MissionType


def test_crews_have_28_seats() -> None:
    assert [len(crew.seats) for crew in CREWS] == [4, 8, 4, 3, 9]
    assert sum(len(crew.seats) for crew in CREWS) == 28


def test_no_crew_has_an_agent_twice() -> None:
    for crew in CREWS:
        assert len({seat.agent for seat in crew.seats}) == len(crew.seats), crew.name


@pytest.mark.parametrize("mission", MissionType)
def test_every_type_of_mission_has_one_crew(mission: MissionType) -> None:
    assert [crew for crew in CREWS if mission in crew.missions] == [crew_of(mission)]


def test_every_seat_says_in_one_sentence_what_it_does() -> None:
    for seat in (seat for crew in CREWS for seat in crew.seats):
        assert seat.does.endswith("."), seat
        assert seat.does.count(".") == 1, seat
