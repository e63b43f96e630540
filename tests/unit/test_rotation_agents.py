"""The agents of a rotation go by what they see of its domain, and leave what it takes to commands."""

from typing import Any

import pytest

from rex.domain.tasks import Domain, TaskCommand, TaskResult
from tests.support.contexts import make_context, work


def run(agent: str, **changes: Any) -> TaskResult:
    usual = {"domain_id": "00000000-0000-0000-0000-000000000001", "status": "active", "reputation": 0.6, "values": (0.6, 0.65)}
    return work(make_context(domain=Domain.model_validate(usual | changes)), agent)


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({}, True),
        ({"values": (0.7, 0.6)}, False),
        ({"values": (0.6, 0.7)}, False),
        ({"values": (0.6,)}, False),
        ({"values": (), "by_hand": True}, True),
        ({"values": (0.9, 0.9), "by_hand": True}, True),
    ],
)
def test_domain_is_replaced_while_it_is_low_or_a_person_asked(changes: dict[str, Any], needed: bool) -> None:
    assert run("reputation_tracker", **changes).output["needed"] is needed
    replaced = run("rotation_coordinator", **changes)
    assert replaced.commands == ((TaskCommand.REPLACE_DOMAIN,) if needed else ())
    assert replaced.output == {"replaced": needed}


def test_ramp_begins_where_a_domain_took_over() -> None:
    assert run("warmup_manager").commands == ()
    assert run("warmup_manager", replacements=("00000000-0000-0000-0000-000000000002",)).commands == (TaskCommand.START_WARMUP,)


@pytest.mark.parametrize("agent", ["reputation_tracker", "rotation_coordinator", "warmup_manager"])
def test_domain_that_is_gone_needs_nothing(agent: str) -> None:
    assert work(make_context(), agent).commands == ()


def test_commands_are_no_part_of_the_result() -> None:
    assert "commands" not in run("rotation_coordinator").as_argument()
