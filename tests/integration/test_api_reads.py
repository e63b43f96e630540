"""The routes that show how an account is doing: status, agents, domains, and missions one and many."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from rex import VERSION
from rex.domain.crews import CREWS
from tests.support.api import Answer, request
from tests.support.database import Clock, Connection, as_person, as_superuser, call, one
from tests.support.mission_world import World, make_world
from tests.support.sending_world import make_sending

pytestmark = pytest.mark.usefixtures("deployment")


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def get(world: World, function: str, path: str, **sent: Any) -> Answer:
    query = {name: str(value) for name, value in sent.pop("query", {}).items()}
    return request(f"api.{function}", "GET", f"/api/rex{path}", **({"person": world.account, "key": None, "query": query} | sent))


def read(world: World, function: str, path: str, **query: Any) -> Any:
    answer = get(world, function, path, query=query)
    assert answer.status == 200, answer.body
    return answer.body


def all_pages(world: World, function: str, path: str, **query: Any) -> list[Any]:
    """Every row of a list, read two at a time."""
    found: list[Any] = []
    page = {"next": None}
    while not found or page["next"]:
        page = read(world, function, path, limit=2, **query, **({"cursor": page["next"]} if page["next"] else {}))
        assert len(page["items"]) == 2 or page["next"] is None
        found += page["items"]
    return found


def test_status_tells_missions_crews_domains_quotas_and_versions(world: World) -> None:
    world.create()
    world.claim()
    world.create()
    world.run("rex_measure_metrics")
    status = read(world, "get_status", "/status")
    assert status["missions"] == {"ASSIGNED": 1, "QUEUED": 1}
    assert {crew["crew"]: (crew["held"], crew["waiting"]) for crew in status["crews"]}["dead_lead_crew"] == (1, 1)
    assert (status["domains"]["states"], status["domains"]["cap_today"], status["domains"]["sent_today"]) == ({"active": 1}, 1000, 0)
    assert {quota["provider"]: quota["limit"] for quota in status["quotas"]} == {"openai": 10000, "sendgrid": 100, "twilio": 50}
    assert all(quota["resets_at"] > status["now"] for quota in status["quotas"])
    assert status["versions"]["rex"] == VERSION
    assert status["versions"]["schema"] == one(world.db, "select max(version) from supabase_migrations.schema_migrations")


def test_status_tells_what_a_day_brought(db: Connection) -> None:
    sending = make_sending(db, leads=3)
    sending.write()
    sent = [sending.send()["outreach_id"] for _ in range(2)]
    sending.event(sent[0], "replied")
    sending.world.run("rex_measure_metrics")
    told = read(sending.world, "get_status", "/status")["last_24_hours"]
    assert (told["sent"], told["replied"], told["replies"], told["bounced"]) == (2, 1, 1, 0)


def test_status_and_analytics_read_the_same_row(db: Connection) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    sending.send()
    sending.world.run("rex_measure_metrics")
    sending.world.create()
    status, live = read(sending.world, "get_status", "/status"), read(sending.world, "get_analytics", "/analytics")["current"]
    same = ("version", "changed_at", "missions", "last_24_hours", "domains")
    assert {name: status[name] for name in same} == {name: live[name] for name in same}
    assert {crew.pop("crew"): crew for crew in status["crews"]} == live["crews"]
    assert (live["missions"], live["domains"]["sent_today"]) == ({"EXECUTING": 1}, 1), "what came after it was measured comes with the next"


def test_status_of_an_account_that_was_not_measured_yet(world: World) -> None:
    status = read(world, "get_status", "/status")
    assert (status["version"], status["changed_at"], status["missions"], status["last_24_hours"]) == (0, None, {}, None)
    assert (len(status["crews"]), status["domains"]["states"]) == (5, {"active": 1})


def test_status_tells_how_long_the_oldest_mission_has_waited(world: World) -> None:
    first = world.create()
    world.create()
    world.create(p_not_before="2099-01-01T00:00:00Z")
    world.db.execute("update public.rex_missions set stage_at = stage_at - interval '1 hour' where id = %s", (first,))
    world.run("rex_measure_metrics")
    status = read(world, "get_status", "/status")
    assert (status["oldest_waiting"]["mission_id"], status["queue_age_seconds"] // 60) == (str(first), 60)


def test_status_is_not_told_again_until_something_happens(world: World) -> None:
    told = get(world, "get_status", "/status")
    tag = told.headers["etag"]
    again = get(world, "get_status", "/status", headers={"if-none-match": tag})
    assert (again.status, again.body, again.headers["etag"]) == (304, "", tag)
    world.create()
    assert get(world, "get_status", "/status", headers={"if-none-match": tag}).status == 200


def agents(world: World) -> dict[tuple[str, str], Any]:
    found = read(world, "get_agents", "/agents/status")
    return {(crew["crew"], agent["agent"]): agent for crew in found["crews"] for agent in crew["agents"]}


def test_all_agents_are_told_by_crew_although_none_has_worked(world: World) -> None:
    found = agents(world)
    assert list(found) == [(crew.name, seat.agent) for crew in CREWS for seat in crew.seats]
    assert found["dead_lead_crew", "writer"]["status"] == "idle"
    assert found["campaign_crew", "writer"]["status"] == "unavailable"
    assert found["dead_lead_crew", "writer"]["success_rate"] is None


def test_agent_tells_its_task_and_how_it_has_done(world: World) -> None:
    mission = world.create()
    world.claim()
    world.plan(mission, agents=2)
    (task,) = world.run("rex_claim_tasks", p_worker="w")["tasks"]
    working = agents(world)["dead_lead_crew", "researcher"]
    assert (working["status"], working["current"]["task_id"]) == ("working", task["task_id"])
    world.run("rex_complete_task", p_task_id=task["task_id"], p_fence=task["fence"], p_result={})
    waiting = agents(world)["dead_lead_crew", "researcher"]
    assert (waiting["status"], waiting["waiting"], waiting["completed"], waiting["success_rate"]) == ("waiting", 1, 1, 1)
    (task,) = world.run("rex_claim_tasks", p_worker="w")["tasks"]
    world.run("rex_fail_task", p_task_id=task["task_id"], p_fence=task["fence"], p_error_code="broken", p_error="x")
    failed = agents(world)["dead_lead_crew", "researcher"]
    assert (failed["status"], failed["success_rate"], failed["last_error_code"]) == ("idle", 0.5, "broken")


def test_agents_of_a_paused_account_say_so(world: World) -> None:
    world.ask("rex_pause", p_scope="account")
    assert agents(world)["dead_lead_crew", "writer"]["status"] == "paused"


def test_reasoners_cost_is_the_diagnosticians(world: World) -> None:
    world.run("rex_take_llm_budget", p_user_id=world.account, p_tokens=700, p_micros=40)
    told = {place: agent["tokens_today"] for place, agent in agents(world).items() if agent["tokens_today"]}
    assert told == {("special_forces_coordinator", "error_diagnostician"): 700}


def test_domain_tells_caps_inboxes_campaign_and_history(db: Connection, clock: Clock) -> None:
    clock.set(datetime(2026, 11, 24, 10, 5, tzinfo=UTC))
    sending = make_sending(db, leads=2)
    sending.write()
    sending.send()
    clock.advance(hours=1)
    sending.world.run("rex_measure_domains")
    (domain,) = read(sending.world, "list_domains", "/domains")["items"]
    assert (domain["status"], domain["cap_today"], domain["sent_today"], domain["health"]) == ("active", 1000, 1, "unproven")
    assert [(inbox["login"], inbox["cap_today"], inbox["sent_today"]) for inbox in domain["inboxes"]] == [("checked", 1000, 1)]
    assert (domain["campaign"]["id"], domain["campaign"]["open_missions"]) == (str(sending.world.campaign), 1)
    assert [entry["action"] for entry in domain["history"]] == ["assign_domain"]
    assert domain["interval"]["low"] <= domain["reputation"] <= domain["interval"]["high"]
    assert domain["evidence"]["sends"] == pytest.approx(1, abs=0.1)
    assert [value["value"] for value in domain["reputations"]] == [domain["reputation"]]


def inboxes_today(db: Connection, person: uuid.UUID) -> list[dict[str, Any]]:
    """Of every inbox there is, what this person may read."""
    inboxes = list(one(db, "select array_agg(id) from public.rex_inboxes"))
    as_person(db, person)
    try:
        return list(call(db, "rex_read_inboxes_today", p_inbox_ids=inboxes))
    finally:
        as_superuser(db)


def test_inboxes_tell_their_day_and_whom_they_serve_to_their_own_account_alone(db: Connection) -> None:
    sending = make_sending(db, leads=2)
    sending.write()
    sending.send()
    stranger = make_world(db)

    (inbox,) = inboxes_today(db, sending.world.account)
    assert (inbox["cap_today"], inbox["sent_today"]) == (1000, 1)
    assert (inbox["domain"]["status"], inbox["domain"]["campaign"]["id"]) == ("active", str(sending.world.campaign))
    assert [told["sent_today"] for told in inboxes_today(db, stranger.account)] == [0]


def test_domain_under_rotation_says_so(world: World) -> None:
    domain = one(world.db, "select id from public.rex_domain_pool")
    mission = world.ask("rex_rotate_domain", p_domain_id=domain)["mission_id"]
    assert read(world, "list_domains", "/domains")["items"][0]["rotation"]["mission_id"] == mission


@pytest.mark.parametrize("sort", ["domain", "-domain", "reputation", "-reputation", "created_at", "-created_at"])
def test_domains_are_paged_in_every_order(world: World, sort: str) -> None:
    for number in range(4):
        world.add_domain(reputation=0.9 - number % 2 / 10, inboxes=0, name=f"{'badc'[number]}.example")
    found = all_pages(world, "list_domains", "/domains", sort=sort)
    name = sort.removeprefix("-")
    assert len({row["id"] for row in found}) == 5
    assert [row[name] for row in found] == sorted((row[name] for row in found), reverse=sort.startswith("-"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "rotated"}, ["b.example"]),
        ({"status": "active,warming", "q": ".EXAMPLE"}, ["a.example"]),
        ({"tier": "prewarmed"}, ["a.example"]),
        ({"q": "b.ex"}, ["b.example"]),
        ({"campaign_id": uuid.uuid4()}, []),
    ],
)
def test_domains_are_filtered(db: Connection, query: dict[str, Any], found: list[str]) -> None:
    world = make_world(db, domain=False)
    world.add_domain(name="a.example")
    world.add_domain(name="b.example")
    db.execute("update public.rex_domain_pool set status = 'rotated', rotated_at = rex.now() where domain = 'b.example'")
    db.execute("update public.rex_domain_pool set tier = 'prewarmed' where domain = 'a.example'")
    assert [row["domain"] for row in read(world, "list_domains", "/domains", **query)["items"]] == found


@pytest.mark.parametrize(("function", "path", "sort"), [("list_domains", "/domains", "domain"), ("list_missions", "/missions", "stage_at")])
def test_cursor_of_another_order_is_refused(world: World, function: str, path: str, sort: str) -> None:
    for _ in range(2):
        world.add_domain()
        world.create()
    page = read(world, function, path, sort=sort, limit=1)
    cursor = page["next"]
    for other in (f"-{sort}", "created_at"):
        answer = get(world, function, path, query={"sort": other, "cursor": cursor})
        assert (answer.status, answer.body["code"]) == (422, "cursor_invalid")
    rest = read(world, function, path, sort=sort, cursor=cursor)["items"]
    assert rest
    assert page["items"][0]["id"] not in {row["id"] for row in rest}


@pytest.mark.parametrize("sort", ["created_at", "-created_at", "stage_at", "-stage_at", "priority", "-priority"])
def test_missions_are_paged_in_every_order(world: World, sort: str) -> None:
    missions = [world.create(p_priority=50 + number % 2) for number in range(5)]
    found = all_pages(world, "list_missions", "/missions", sort=sort)
    name = sort.removeprefix("-")
    assert {row["id"] for row in found} == {str(mission) for mission in missions}
    assert [row[name] for row in found] == sorted((row[name] for row in found), reverse=sort.startswith("-"))


def searched(world: World, **query: Any) -> list[str]:
    return [row["id"] for row in read(world, "list_missions", "/missions", **query)["items"]]


def test_missions_are_filtered_by_state_type_campaign_and_time(world: World) -> None:
    second = world.add_campaign()
    old, new = world.create(), world.create(p_campaign_id=second)
    rotation = world.ask("rex_rotate_domain", p_domain_id=one(world.db, "select id from public.rex_domain_pool"))["mission_id"]
    world.ask("rex_cancel_mission", p_mission_id=old)
    world.db.execute("update public.rex_missions set created_at = '2026-01-01T12:00Z' where id = %s", (old,))
    assert searched(world, state="FAILED") == [str(old)]
    assert searched(world, state="FAILED,QUEUED") == [rotation, str(new), str(old)]
    assert searched(world, type="domain_rotation") == [rotation]
    assert searched(world, campaign_id=second) == [str(new)]
    assert searched(world, created_until="2026-01-01T12:00:01Z") == [str(old)]
    assert searched(world, created_until="2026-01-01T12:00:00Z") == []
    assert searched(world, created_from="2026-01-01T12:00:00Z", state="FAILED") == [str(old)]


def test_mission_is_found_by_what_people_know_of_it(world: World) -> None:
    lead = world.add_leads(1)[0]
    world.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " values (%(of)s, %(lead)s, 'email', 'ann@lead.example', 'consent', 'test'), (%(of)s, %(lead)s, 'sms', '+49301234567', 'consent', 'test')",
        {"of": world.account, "lead": lead},
    )
    mission = world.create([lead])
    other = world.create(p_campaign_id=world.add_campaign("Winter sale"))
    for text in (mission, str(mission)[:8], "Ann@lead.example", "+49 (0)30 1234567"):
        assert searched(world, q=text) == [str(mission)], text
    assert searched(world, q="winter") == [str(other)]
    assert searched(world, q="lead_reactivation") == [str(other), str(mission)]
    assert searched(world, q="nobody@lead.example") == searched(world, q="+49 30 7654321") == []


def test_missions_of_a_domain_are_those_it_serves_and_those_about_it(world: World) -> None:
    domain, name = world.db.execute("select id, domain from public.rex_domain_pool").fetchone() or (None, "")
    serves, other = world.create(), world.create(p_campaign_id=world.add_campaign())
    rotation = world.ask("rex_rotate_domain", p_domain_id=domain)["mission_id"]
    world.db.execute(
        "update public.rex_domain_pool set campaign_id = (select campaign_id from public.rex_missions where id = %s) where id = %s",
        (serves, domain),
    )
    assert set(searched(world, domain=name.upper())) == {rotation, str(serves)}
    assert searched(world, domain="nowhere.example") == []
    assert str(other) in searched(world)


def test_missions_are_counted_as_they_are_listed(world: World) -> None:
    missions = [world.create() for _ in range(3)]
    world.ask("rex_cancel_mission", p_mission_id=missions[0])
    as_person(world.db, world.account)
    of = {"p_account": world.account}

    assert call(world.db, "rex_count_missions", **of)["missions"] == 3
    assert call(world.db, "rex_count_missions", **of, p_most=2)["missions"] == 2
    counted = call(world.db, "rex_count_missions", **of, p_takes="cancel")
    assert (counted["missions"], counted["taken"]) == (3, 2)
    meant = call(world.db, "rex_list_missions", **of, p_takes="cancel", p_until=counted["at"])["items"]
    assert {row["id"] for row in meant} == {str(mission) for mission in missions[1:]}
    assert [row["id"] for row in call(world.db, "rex_list_missions", **of, p_ids=missions[:1])["items"]] == [str(missions[0])]
    assert call(world.db, "rex_list_missions", **of, p_states=["QUEUED"], p_ids=missions[:1])["items"] == []
    as_superuser(world.db)


def test_missions_that_hold_messages_say_so_whatever_else_they_wait_for(world: World) -> None:
    holding, ended, other = (world.create() for _ in range(3))
    for mission in (holding, ended):
        world.add_outreach(mission, "held")
        world.add_outreach(mission, "scheduled", step=2)
    world.db.execute(
        "update public.rex_missions set finished_at = rex.now(), state = 'FAILED', error_code = 'x', ready = false where id = %s", (ended,)
    )
    world.db.execute("update public.rex_missions set waiting_for = 'domain', ready = false where id = %s", (holding,))

    listed = {row["id"]: (row["has_held"], row["waiting_for"]) for row in read(world, "list_missions", "/missions")["items"]}
    assert listed == {str(holding): (True, "domain"), str(ended): (False, None), str(other): (False, None)}
    assert read(world, "get_mission", f"/missions/{holding}")["has_held"]
    taken = {"p_takes": "release"}
    assert [row["id"] for row in world.ask_read("rex_list_missions", **taken)["items"]] == [str(holding)]
    assert world.ask_read("rex_count_missions", **taken)["taken"] == 1


def test_mission_tells_its_stages_and_a_page_of_each_part(db: Connection) -> None:
    sending = make_sending(db, leads=3)
    sending.write()
    sending.send()
    world = sending.world
    mission = read(world, "get_mission", f"/missions/{sending.mission}", limit=2)
    assert [stage["to_state"] for stage in mission["stages"]] == ["QUEUED", "ASSIGNED", "EXECUTING"]
    assert (mission["campaign"]["name"], len(mission["domains"])) == ("Default", 1)
    assert {name: (len(part["items"]), bool(part["next"])) for name, part in mission["parts"].items() if name in ("leads", "messages", "held")} == {
        "leads": (2, True), "messages": (2, True), "held": (0, False),
    }  # fmt: skip


def test_tries_of_a_task_are_told_in_order(world: World) -> None:
    mission = world.create()
    world.claim()
    world.plan(mission, agents=2)
    (first,) = world.run("rex_claim_tasks", p_worker="w")["tasks"]
    failed = {"p_error_code": "timeout", "p_error": "", "p_retry_in_seconds": 0}
    world.run("rex_fail_task", p_task_id=first["task_id"], p_fence=first["fence"], **failed)
    (second,) = world.run("rex_claim_tasks", p_worker="w")["tasks"]
    as_person(world.db, world.account)

    steps = call(world.db, "rex_read_attempts", p_mission_id=mission)

    assert second["task_id"] == first["task_id"]
    assert {step["task_id"] for step in steps} == {first["task_id"]}
    assert [(step["to_state"], step["reason"]) for step in steps] == [("RUNNING", None), ("READY", "timeout"), ("RUNNING", None)]
    as_person(world.db, uuid.uuid4())
    assert call(world.db, "rex_read_attempts", p_mission_id=mission) == []
    as_superuser(world.db)


@pytest.mark.parametrize("part", ["tasks", "logs", "leads", "messages", "held"])
def test_long_part_of_a_mission_is_paged_whole(db: Connection, part: str) -> None:
    sending = make_sending(db, leads=5)
    sending.write()
    world, path = sending.world, f"/missions/{sending.mission}"
    if part == "held":
        db.execute("update public.rex_outreach set state = 'held', held_at = rex.now()")
    if part == "tasks":
        db.execute(
            "insert into public.rex_tasks (user_id, mission_id, agent, batch, position, state) select user_id, id, 'writer', 9, n, 'BLOCKED'"
            " from public.rex_missions, generate_series(1, 4) as n where id = %s",
            (sending.mission,),
        )
    whole = read(world, "get_mission", path, part=part, limit=200)["items"]
    assert all_pages(world, "get_mission", path, part=part) == whole
    assert len(whole) >= 4
    assert whole[:50] == read(world, "get_mission", path)["parts"][part]["items"]


def test_decisions_of_a_mission_are_told_with_why(world: World) -> None:
    mission = world.create()
    world.db.execute("update public.rex_missions set created_at = created_at - interval '2 days'")
    decision = {"layer": 2, "rule": "priority_boost", "rule_version": 1, "action": "boost", "params": {}, "reason": "waited_a_day", "confidence": 1,
                "context": {}, "alternatives": []}  # fmt: skip
    boosts = [{"user_id": str(world.account), "missions": [{"mission_id": str(mission), "priority": 70}], "decision": decision}]
    world.run("rex_boost_missions", p_boosts=boosts)
    (told,) = read(world, "get_mission", f"/missions/{mission}", part="decisions")["items"]
    assert (told["layer"], told["rule"], told["reason"]) == (2, "priority_boost", "waited_a_day")


def test_held_messages_are_shown_with_their_text(db: Connection) -> None:
    sending = make_sending(db, leads=1)
    (message,) = sending.write()
    db.execute("update public.rex_outreach set state = 'held', held_at = rex.now()")
    (held,) = read(sending.world, "get_mission", f"/missions/{sending.mission}", part="held")["items"]
    assert (held["id"], held["subject"], held["body_text"]) == (str(message), "s", "t")


READS = [
    ("get_status", "/status"), ("get_agents", "/agents/status"), ("list_domains", "/domains"), ("list_missions", "/missions"),
]  # fmt: skip


def test_viewer_reads_everything_of_the_account(world: World) -> None:
    mission, viewer = world.create(), make_world(world.db).account
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (world.account, viewer))
    for function, path in [*READS, ("get_mission", f"/missions/{mission}")]:
        assert get(world, function, path, person=viewer, account=world.account).status == 200, path
    assert get(world, "get_mission", f"/missions/{mission}", person=viewer).status == 404, "it is not of the viewer's own account"


def test_stranger_reads_nothing(world: World) -> None:
    mission, stranger = world.create(), make_world(world.db).account
    for function, path in [*READS, ("get_mission", f"/missions/{mission}")]:
        assert get(world, function, path, person=stranger, account=world.account).status == 403, path
    assert get(world, "get_mission", f"/missions/{mission}", person=stranger).status == 404
    assert str(mission) not in str([get(world, function, path, person=stranger).body for function, path in READS])


@pytest.mark.parametrize(
    ("function", "path", "query"),
    [
        ("list_domains", "/domains", {"status": "asleep"}),
        ("list_domains", "/domains", {"sort": "colour"}),
        ("list_domains", "/domains", {"cursor": "zzz"}),
        ("list_domains", "/domains", {"limit": 0}),
        ("list_missions", "/missions", {"type": "world_domination"}),
        ("list_missions", "/missions", {"created_from": "yesterday"}),
        ("list_missions", "/missions", {"sort": "id"}),
        ("list_missions", "/missions", {"q": ""}),
        ("get_mission", f"/missions/{uuid.UUID(int=1)}", {"part": "soul"}),
        ("get_mission", f"/missions/{uuid.UUID(int=1)}", {"part": "tasks", "cursor": "WzFd"}),
        ("get_mission", f"/missions/{uuid.UUID(int=1)}", {"cursor": "WzFd"}),
    ],
)
def test_bad_question_is_refused_with_what_to_do(world: World, function: str, path: str, query: dict[str, Any]) -> None:
    answer = get(world, function, path, query=query)
    assert (answer.status, answer.headers["content-type"]) == (422, "application/problem+json"), answer.body
    assert answer.body["next"]
