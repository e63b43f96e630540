"""A closed set has the same members in Python and in the database."""

import re
from enum import StrEnum

import pytest

from rex.domain import states
from rex.domain.crews import CREWS
from rex.usecases.pause import PauseScope
from tests.support.database import Connection, one

ENUMS: list[tuple[str, type[StrEnum]]] = [
    ("mission_type", states.MissionType),
    ("mission_state", states.MissionState),
    ("task_state", states.TaskState),
    ("domain_status", states.DomainStatus),
    ("domain_tier", states.DomainTier),
    ("lead_outcome", states.LeadOutcome),
    ("outreach_state", states.OutreachState),
    ("channel", states.Channel),
    ("consent_basis", states.ConsentBasis),
    ("suppression_reason", states.SuppressionReason),
    ("review_mode", states.ReviewMode),
    ("event_kind", states.EventKind),
    ("pause_scope", PauseScope),
]


@pytest.mark.parametrize(("name", "enum"), ENUMS, ids=[name for name, _ in ENUMS])
def test_enum_has_the_same_members(db: Connection, name: str, enum: type[StrEnum]) -> None:
    labels = one(db, "select array_agg(enumlabel::text) from pg_enum where enumtypid = %s::regtype", f"public.{name}")
    assert {member.value for member in enum} == set(labels)


def test_transitions_are_the_same(db: Connection) -> None:
    stored = {(row[0], row[1]) for row in db.execute("select from_state::text, to_state::text from rex.transitions")}
    assert stored == {(before.value, after.value) for before, after in states.TRANSITIONS}


def test_active_stages_are_the_same(db: Connection) -> None:
    stored = one(db, "select array_agg(s::text) from unnest(enum_range(null::public.mission_state)) as s where rex.is_active(s)")
    assert set(stored) == {state.value for state in states.ACTIVE}


def test_crews_are_the_same(db: Connection) -> None:
    check = one(db, "select pg_get_constraintdef(oid) from pg_constraint where conname = 'rex_crews_crew_check'")
    assert set(re.findall(r"'(\w+)'", check)) == {crew.name for crew in CREWS}
