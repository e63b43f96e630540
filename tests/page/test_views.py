"""Every view as its people meet it: with nothing, with 10,000 missions, refused by the server; in both themes, on a phone, by keyboard alone."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.bench.worlds import add_history
from tests.support.browser import PHONE, Complaints, Person, Visits, find_barriers, is_too_wide
from tests.support.database import Connection, as_person, call, connect, one, request_id

VIEWS = {
    "/": "Overview",
    "/missions": "Missions",
    "/feed": "Mission feed",
    "/resources": "Resources",
    "/agents": "Agents",
    "/domains": "Domain health",
    "/inboxes": "Inbox pool",
    "/settings": "Settings",
    "/settings?section=campaigns": "Settings",
    "/settings?section=members": "Settings",
    "/settings?section=suppressions": "Settings",
    "/settings?section=leads": "Settings",
    "/settings?section=dead_letters": "Settings",
}
HOSTILE = "<img src=x onerror=alert(1)>" + "W" * 60


@dataclass(frozen=True, kw_only=True)
class Busy:
    """Somebody whose account has worked for a month."""

    person: Person
    mission: str
    lead: str
    domain: str

    @property
    def views(self) -> dict[str, str]:
        own = {
            "/missions?state=FAILED%2CESCALATED": "Missions",
            f"/feed/{self.mission}": "Lead reactivation",
            f"/leads/{self.lead}": HOSTILE,
            f"/domains?domain={self.domain}": "Domain health",
        }
        return VIEWS | own


@pytest.fixture(scope="session")
def busy(switch: Any) -> Busy:
    """10,000 missions, and people whose names try to be more than names."""
    stack = switch.laptop.described()
    person = Person.sign_up(stack)
    with person.api(stack) as api:
        assert api.get("/account").status_code == 200
    mission = add_history(stack["database_url"], person.id, missions=10_000, tasks_each=4, domains=3)
    with connect(stack["database_url"]) as db:
        db.execute("update public.rex_campaigns set name = %s where user_id = %s", (HOSTILE, person.id))
        db.execute("update public.rex_leads set first_name = %s, last_name = null, company = %s, notes = %s where user_id = %s",
                   (HOSTILE, HOSTILE, HOSTILE, person.id))  # fmt: skip
        db.execute("update public.rex_outreach set subject = %s, body_text = %s, body_html = %s where mission_id = %s",
                   (HOSTILE, HOSTILE, f"<script>alert(1)</script>{HOSTILE}", mission))  # fmt: skip
        lead = one(db, "select lead_id from public.rex_outreach where mission_id = %s limit 1", mission)
        domain = one(db, "select id from public.rex_domain_pool where user_id = %s limit 1", person.id)
    return Busy(person=person, mission=mission, lead=str(lead), domain=str(domain))


def check_all(visits: Visits, person: Person, views: dict[str, str], kind: str) -> None:
    """Without barriers in either theme, and no wider than the screen, on a phone too; pictures of all are kept."""
    page = visits.blank(person)
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    for number, (path, title) in enumerate(views.items()):
        page.set_viewport_size({"width": 1440, "height": 900})
        visits.go(page, path, title)
        visits.settle(page, title)
        visits.keep(page, f"{kind}-{number}")
        assert find_barriers(page) == {}, path
        assert not is_too_wide(page), path
        page.set_viewport_size({"width": PHONE, "height": 800})
        visits.keep(page, f"{kind}-{number}-phone")
        assert not is_too_wide(page), f"{path} on a phone"


def test_views_without_data(visits: Visits, person: Person) -> None:
    check_all(visits, person, VIEWS | {"/settings?section=browser": "Settings"}, "empty")


def test_views_with_ten_thousand_missions_and_hostile_names(visits: Visits, busy: Busy) -> None:
    check_all(visits, busy.person, busy.views, "busy")


def test_all_missions_can_be_reached(visits: Visits, busy: Busy) -> None:
    page = visits.open("/missions", busy.person)
    expect(page.get_by_text("100 shown of 10,000+, more as you scroll")).to_be_visible()

    page.get_by_role("row").nth(10).hover()
    deadline = time.monotonic() + 20
    while not page.get_by_text("500 shown").is_visible():
        assert time.monotonic() < deadline, page.get_by_text("shown").inner_text()
        page.mouse.wheel(0, 4_000)

    assert page.get_by_role("row").count() < 100, "rows that nobody sees are drawn"


def test_part_of_a_timeline_is_chosen_by_keys_and_kept_in_the_address(visits: Visits, busy: Busy) -> None:
    page = visits.open(f"/feed/{busy.mission}", busy.person)
    visits.settle(page, "Lead reactivation")
    page.get_by_role("slider").press("ArrowUp")
    page.wait_for_url("**from=*")
    part = page.get_by_role("slider").get_attribute("aria-valuetext") or ""

    page.reload()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", part)
    page.get_by_role("button", name="Show all of the time").click()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "all of it")


def hold_messages(db: Connection, account: str) -> None:
    """Two missions of which everything waits for a person, and for a day that is neither today nor tomorrow."""
    day = (one(db, "select extract(isodow from rex.now())::int") + 2) % 7 + 1
    db.execute("update public.rex_campaigns set window_days = %s where user_id = %s", ([day], account))
    for statement in (
        "insert into public.rex_missions (user_id, type, crew, campaign_id, sends, leads, created_by, state, ready, assigned_at, started_at, collecting_at)"
        " select user_id, 'lead_reactivation', 'dead_lead_crew', id, true, 2, user_id, 'COLLECTING', false, rex.now(), rex.now(), rex.now()"
        " from public.rex_campaigns, generate_series(1, 2) where user_id = %(account)s and is_default",
        "insert into public.rex_mission_leads (mission_id, lead_id, user_id, batch, outcome) select m.id, l.id, m.user_id, 1, 'held'"
        " from public.rex_missions m, (select id from public.rex_leads where user_id = %(account)s limit 2) as l"
        " where m.user_id = %(account)s and m.state = 'COLLECTING'",
        "insert into public.rex_outreach (user_id, mission_id, campaign_id, lead_id, step, channel, address_hash, state, held_at, subject, body_text, template_version)"
        " select l.user_id, l.mission_id, m.campaign_id, l.lead_id, 1, 'email', md5(l.lead_id::text), 'held', rex.now(), 'Held', 't', 1"
        " from public.rex_mission_leads l join public.rex_missions m on m.id = l.mission_id where m.user_id = %(account)s and l.outcome = 'held'",
    ):
        db.execute(statement, {"account": account})


def test_many_are_counted_before_they_are_changed_and_told_after(visits: Visits, busy: Busy, stack: dict[str, Any]) -> None:
    page = visits.open("/missions?state=ESCALATED", busy.person)
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Choose all 300 that match").click()
    page.get_by_role("region", name="Chosen missions").get_by_role("button", name="Retry").click()

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("300 missions will be queued again; 0 of the chosen cannot be")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)

    with connect(stack["database_url"]) as db:
        hold_messages(db, busy.person.id)
    page.goto("/missions?state=COLLECTING")
    for row in range(2):
        page.get_by_role("checkbox").nth(row).check()
    page.get_by_role("region", name="Chosen missions").get_by_role("button", name="Approve").click()
    page.get_by_role("dialog").get_by_role("button", name="Approve 2 missions").click()
    expect(page.get_by_text("2 missions approved: 4 messages released.")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("table").get_by_text("Waits for review")).to_have_count(0)
    with connect(stack["database_url"]) as db:
        states = one(db, "select array_agg(state::text) from public.rex_outreach where subject = 'Held' and user_id = %s", busy.person.id)
    assert states == ["scheduled"] * 4


def test_chart_tells_each_hour_to_keys(visits: Visits, busy: Busy) -> None:
    page = visits.open(f"/domains?domain={busy.domain}", busy.person)
    line = page.get_by_role("slider")

    line.press("Home")
    first = line.get_attribute("aria-valuetext")
    line.press("ArrowRight")

    expect(line).to_have_attribute("aria-valuenow", "1")
    expect(page.get_by_text("Messages that count").first).to_be_visible()
    assert "0.850, Messages that count 300, Complaints 0.0, Hard bounces 4.0" in str(first)


def test_server_that_refuses_is_told_with_what_to_do(visits: Visits, person: Person, complaints: Complaints) -> None:
    complaints.expect_refusals()
    page = visits.open("/", person)
    page.evaluate("localStorage.setItem('rex-account', '00000000-0000-4000-8000-000000000000')")
    for path in VIEWS:
        page.goto(path)
        expect(page.get_by_role("alert").first).to_contain_text("You are not a member of this account.")
        expect(page.get_by_role("alert").first.get_by_role("button", name="Try again")).to_be_visible()


def test_viewer_sees_no_button_that_would_be_refused_and_nothing_once_removed(
    visits: Visits, person: Person, stack: dict[str, Any], busy: Busy, complaints: Complaints
) -> None:
    with connect(stack["database_url"]) as db:
        db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (busy.person.id, person.id))
    page = visits.open("/", person)
    page.evaluate("account => localStorage.setItem('rex-account', account)", busy.person.id)
    page.goto("/missions")
    refused = "Stop|Resume|Pause|Cancel|Retry|Rotate|Add|New|Import|Edit|Suppress|Undo|Remove"
    for path, title in busy.views.items():
        visits.go(page, path, title)
        visits.settle(page, title)
        names = [*page.get_by_role("button").all_inner_texts(), *page.get_by_role("link").all_inner_texts()]
        assert [name for name in names if name.split(" ")[0] in refused.split("|")] == [], path

    expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
    assert complaints.unexpected() == []
    complaints.expect_refusals()
    with connect(stack["database_url"]) as db:
        as_person(db, uuid.UUID(busy.person.id))
        call(db, "rex_remove_member", p_request_id=request_id(), p_member_id=person.id)
    expect(page.get_by_text("You are not a member of the account you chose")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(0)
    expect(page.get_by_role("banner").get_by_role("status")).to_have_count(0)
    page.get_by_role("button", name="Go to your own account").click()
    expect(page.get_by_role("heading", level=1, name="Domain health")).to_be_visible()
    expect(page.get_by_text("No domains yet")).to_be_visible()


def test_cut_connection_is_told_and_nothing_is_missing_after_it(
    visits: Visits, person: Person, stack: dict[str, Any], complaints: Complaints
) -> None:
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    page = visits.open("/settings?section=campaigns", person)
    connection = page.get_by_role("banner").get_by_role("status")
    expect(connection).to_have_text("Live")

    page.context.set_offline(True)
    with connect(stack["database_url"]) as db:
        as_person(db, uuid.UUID(person.id))
        for name in ("While it was cut", "And another"):
            call(db, "rex_create_campaign", p_request_id=request_id(), p_fields={"name": name})
        call(db, "rex_pause", p_request_id=request_id(), p_scope="account")
    expect(connection).to_have_text("Offline")
    expect(page.get_by_text("While it was cut")).to_have_count(0)

    page.context.set_offline(False)
    expect(connection).to_have_text("Live")
    expect(page.get_by_text("While it was cut")).to_be_visible()
    expect(page.get_by_text("And another")).to_be_visible()
    expect(page.get_by_text("Everything of this account is stopped")).to_be_visible()


def test_keyboard_alone_starts_a_mission_form_and_comes_back(visits: Visits, person: Person, complaints: Complaints) -> None:
    complaints.expect_refusals()
    page = visits.open("/missions", person)
    visits.settle(page, "Missions")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the view")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="New mission")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Lead reactivation")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
