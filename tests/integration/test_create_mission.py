"""A mission is made whole, with its frozen audience, or refused with what is missing."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from tests.support.database import Clock, Connection, as_person, as_superuser, call, one, refused, request_id, sign_up
from tests.support.invariants import assert_invariants
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def create(world: World, audience: Any, **arguments: Any) -> Any:
    return world.ask("rex_create_mission", **({"p_type": "lead_reactivation", "p_audience": audience} | arguments))


def batches(world: World, mission: str) -> list[int]:
    rows = world.db.execute("select count(*) from public.rex_mission_leads where mission_id = %s group by batch order by batch", (mission,))
    return [row[0] for row in rows.fetchall()]


def test_audience_is_frozen_in_batches_of_fifty(world: World) -> None:
    leads = world.add_leads(120)
    answer = create(world, {"lead_ids": [str(lead) for lead in leads]})
    assert answer == {"mission_id": answer["mission_id"], "state": "QUEUED", "leads": 120}
    assert batches(world, answer["mission_id"]) == [50, 50, 20]
    assert_invariants(world.db)


def test_creating_is_logged_announced_and_counted(world: World) -> None:
    mission = world.create()
    log = one(world.db, "select to_jsonb(l) from public.rex_logs l where mission_id = %s", mission)
    assert (log["to_state"], log["version"], log["actor"]) == ("QUEUED", 1, str(world.account))
    assert world.said("mission.created") == 1
    assert one(world.db, "select waiting from public.rex_crews where user_id = %s and crew = 'dead_lead_crew'", world.account) == 1


def test_removed_leads_are_left_out(world: World) -> None:
    leads = world.add_leads(3)
    world.db.execute("update public.rex_leads set removed_at = rex.now() where id = %s", (leads[0],))
    assert create(world, {"lead_ids": [str(lead) for lead in leads]})["leads"] == 2


def test_import_brings_the_leads_its_file_names(world: World) -> None:
    known, new = world.add_leads(2)
    world.add_leads(3)
    found = one(
        world.db, "insert into public.rex_imports (user_id, created_by, file_name, file_hash) values (%s, %s, 'f', 'h') returning id",
        world.account, world.account,
    )  # fmt: skip
    world.db.execute("update public.rex_leads set import_id = %s where id = %s", (found, new))
    world.db.execute(
        "insert into public.rex_import_rows (import_id, line, user_id, lead_id, change) values (%s, 1, %s, %s, 'unchanged')",
        (found, world.account, known),
    )
    assert create(world, {"import_id": str(found)})["leads"] == 2
    world.db.execute("update public.rex_imports set undone_at = rex.now()")
    with refused(422, "import_undone"):
        create(world, {"import_id": str(found)})


def test_filter_takes_the_dormant_of_a_country(world: World) -> None:
    leads = world.add_leads(3)
    world.db.execute("update public.rex_leads set country = 'DE', last_contact_at = rex.now()::date - 100 where id = %s", (leads[0],))
    world.db.execute("update public.rex_leads set country = 'DE', last_contact_at = rex.now()::date - 10 where id = %s", (leads[1],))
    assert create(world, {"filter": {"country": "DE", "dormant_days": 90, "min_score": 0.5}})["leads"] == 1


@pytest.mark.parametrize(
    "audience",
    [
        None, {}, [], "all", 7, {"filter": {}}, {"filter": None}, {"filter": {"colour": "red"}}, {"filter": {"country": "Germany"}},
        {"filter": {"country": ["DE"]}}, {"filter": {"dormant_days": -1}}, {"filter": {"dormant_days": "x"}}, {"filter": {"min_score": 2}},
        {"filter": {"import_id": "x"}}, {"lead_ids": "x"}, {"lead_ids": ["x"]}, {"lead_ids": [None]}, {"lead_ids": [1]},
        {"import_id": None}, {"lead_ids": [], "filter": {"country": "DE"}}, {"leads": []},
    ],
)  # fmt: skip
def test_audience_that_is_none_is_refused(world: World, audience: Any) -> None:
    given = json.dumps(audience)
    as_person(world.db, world.account)
    with refused(422, "audience_invalid"):
        world.db.execute(
            "select public.rex_create_mission(p_request_id => 'r', p_type => 'lead_reactivation', p_audience => %s::jsonb)", (given,)
        )


def test_empty_audience_is_refused(world: World) -> None:
    with refused(422, "audience_empty"):
        create(world, {"lead_ids": []})
    with refused(422, "audience_empty"):
        create(world, {"filter": {"country": "DE"}})


def test_more_than_ten_thousand_leads_are_refused(world: World) -> None:
    with refused(422, "audience_too_large"):
        create(world, {"lead_ids": [str(uuid.uuid4()) for _ in range(10_001)]})
    world.add_leads(10_001)
    with refused(422, "audience_too_large"):
        create(world, {"filter": {"min_score": 0.1}})


def test_leads_imports_and_campaigns_of_others_are_unknown(world: World, db: Connection) -> None:
    other = make_world(db)
    with refused(404, "lead_unknown"):
        create(world, {"lead_ids": [str(other.add_leads(1)[0]), str(world.add_leads(1)[0])]})
    with refused(404, "import_unknown"):
        create(world, {"import_id": str(uuid.uuid4())})
    with refused(404, "campaign_unknown"):
        world.create(p_campaign_id=other.campaign)
    assert one(db, "select count(*) from public.rex_missions") == 0


def test_everything_that_is_missing_is_named(world: World) -> None:
    world.db.execute("update public.rex_accounts set postal_address = null where user_id = %s", (world.account,))
    world.db.execute("update public.rex_campaigns set link = null, steps = '[{}]' where id = %s", (world.campaign,))
    with refused(422, "campaign_incomplete"):
        world.create()
    with pytest.raises(Exception, match=r"lacks postal_address; the campaign lacks link, template \"default\" of step 1"):
        world.create()


def test_account_without_company_is_incomplete(world: World) -> None:
    world.db.execute("update public.rex_accounts set company = null where user_id = %s", (world.account,))
    with refused(422, "account_incomplete"):
        world.create()


def test_bad_type_priority_and_review_are_refused(world: World) -> None:
    leads = {"lead_ids": [str(lead) for lead in world.add_leads(1)]}
    wrong: dict[str, dict[str, Any]] = {
        "domain_missing": {"p_type": "domain_rotation"}, "type_unknown": {"p_type": "x"},
        "priority_invalid": {"p_priority": 101}, "review_invalid": {"p_review": "x"},
    }  # fmt: skip
    for code, arguments in wrong.items():
        with refused(422, code):
            create(world, leads, **arguments)


def test_later_start_waits_for_its_time(world: World, clock: Clock) -> None:
    mission = world.create(p_not_before=clock.now() + timedelta(hours=1))
    row = world.mission(mission)
    assert (row["ready"], row["waiting_for"]) == (False, "not_before")
    assert world.claim() == []
    clock.advance(hours=2)
    assert world.run("rex_wake_missions")["woken"] == 1
    assert [claimed["mission_id"] for claimed in world.claim()] == [str(mission)]
    assert_invariants(world.db)


def test_paused_campaign_makes_it_wait(world: World) -> None:
    world.ask("rex_pause", p_scope="campaign", p_id=world.campaign)
    mission = world.create()
    assert world.claim() == []
    world.ask("rex_resume", p_scope="campaign", p_id=world.campaign)
    assert [claimed["mission_id"] for claimed in world.claim()] == [str(mission)]


def test_repeat_makes_no_second_mission(world: World) -> None:
    given: dict[str, Any] = {"p_request_id": request_id(), "leads": world.add_leads(2)}
    assert world.create(**given) == world.create(**given)
    assert one(world.db, "select count(*) from public.rex_missions") == 1
    assert world.said("mission.created") == 1
    with refused(422, "request_id_reused"):
        world.create(**given, p_priority=60)


def test_only_owner_and_operator_may_create(world: World, db: Connection) -> None:
    viewer, stranger = sign_up(db), sign_up(db)
    db.execute("insert into public.rex_members values (%s, %s, 'viewer')", (world.account, viewer))
    for person, code in ((viewer, "role_too_low"), (stranger, "not_a_member")):
        as_person(db, person)
        with refused(403, code):
            call(
                db, "rex_create_mission", p_account=world.account, p_request_id="r", p_type="lead_reactivation", p_audience={"lead_ids": []}
            )
    as_superuser(db)
