"""The routes of suppressions: whom nobody may write to, found again by address, and what no person can lift."""

import uuid
from typing import Any

import pytest

from rex.domain.addresses import address_hash
from rex.domain.states import Channel
from tests.support.api import Answer, request
from tests.support.database import Connection, one, sign_up
from tests.support.mission_world import World, make_world
from tests.support.sending_world import Sending, make_sending

pytestmark = pytest.mark.usefixtures("deployment")

PATH = "/api/rex/suppressions"


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


@pytest.fixture
def sending(db: Connection) -> Sending:
    made = make_sending(db, leads=2)
    made.write()
    return made


def add(person: uuid.UUID, *addresses: str, **more: Any) -> Answer:
    asked = {name: more.pop(name) for name in ("key", "account") if name in more}
    return request("api.add_suppressions", "POST", PATH, person=person, body={"addresses": addresses} | more, **asked)


def remove(person: uuid.UUID, **body: Any) -> Answer:
    return request("api.remove_suppressions", "DELETE", PATH, person=person, body=body)


def found(person: uuid.UUID, **query: str) -> list[Any]:
    answer = request("api.list_suppressions", "GET", PATH, person=person, query=query)
    assert answer.status == 200, answer.body
    items: list[Any] = answer.body["items"]
    return items


def add_phone(sending: Sending, lead: uuid.UUID) -> str:
    phone = "+4915112345678"
    sending.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source) values (%s, %s, 'sms', %s, 'consent', 'form')",
        (sending.world.account, lead, phone),
    )
    return phone


def member(world: World, role: str) -> uuid.UUID:
    person = sign_up(world.db)
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, %s)", (world.account, person, role))
    return person


def test_address_is_suppressed_in_one_form_and_stored_as_its_hash(world: World) -> None:
    answer = add(world.account, " Ann@Lead.EXAMPLE ", "ann@lead.example")
    assert (answer.status, answer.body) == (200, {"added": 1, "cancelled": 0, "in_flight": 0, "rejected": []})
    row = world.db.execute("select to_jsonb(s) from public.rex_suppressions s").fetchall()
    assert [each[0]["address_hash"] for each in row] == [address_hash(Channel.EMAIL, "ann@lead.example")]
    for table in ("rex_suppressions", "rex_logs", "rex_messages", "rex_requests"):
        assert one(world.db, f"select count(*) from public.{table} t where t::text ilike '%%ann@lead%%'") == 0, table


def test_what_is_unsent_to_the_person_is_cancelled_and_nobody_elses(sending: Sending) -> None:
    first, second = sending.leads
    answer = add(sending.world.account, f"{first}@lead.example")
    assert (answer.body["added"], answer.body["cancelled"]) == (1, 1)
    assert (sending.outcome(first), sending.outcome(second)) == ("suppressed", "scheduled")
    assert [lease["outreach_id"] for lease in sending.claim()] == [
        str(one(sending.db, "select id from public.rex_outreach where lead_id = %s", second))
    ]
    assert sending.world.said("system.suppressed") == 1


def test_every_address_of_the_person_is_suppressed(sending: Sending) -> None:
    lead = sending.leads[0]
    phone = add_phone(sending, lead)
    assert add(sending.world.account, f"{lead}@lead.example").body["added"] == 2
    assert [row["address"] for row in found(sending.world.account, channel="sms")] == [phone]


def test_bounce_is_the_addresss_fault_alone(sending: Sending) -> None:
    lead = sending.leads[0]
    add_phone(sending, lead)
    assert add(sending.world.account, f"{lead}@lead.example", reason="hard_bounced").body["added"] == 1
    assert found(sending.world.account, channel="sms") == []


def test_bad_addresses_are_reported_and_hold_up_no_other(world: World) -> None:
    answer = add(world.account, "nobody", "ann@lead.example")
    assert (answer.status, answer.body["added"]) == (200, 1)
    assert [(bad["index"], bad["code"]) for bad in answer.body["rejected"]] == [(0, "email_invalid")]


def test_repeated_request_is_answered_as_the_first(world: World) -> None:
    assert add(world.account, "ann@lead.example", key="k") == add(world.account, "ann@lead.example", key="k")
    assert world.said("system.suppressed") == 1


@pytest.mark.parametrize("search", ["Ann@Lead.example", "ann@", "AN"])
def test_known_leads_address_is_found_whole_and_by_how_it_begins(world: World, search: str) -> None:
    lead = world.add_leads(1)[0]
    world.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " values (%s, %s, 'email', 'ann@lead.example', 'consent', 'form')",
        (world.account, lead),
    )
    add(world.account, "ann@lead.example", "bob@lead.example")
    (row,) = found(world.account, search=search)
    assert (row["address"], row["lead_id"], row["reason"], row["can_be_lifted"]) == ("ann@lead.example", str(lead), "manual", True)


def test_address_of_nobody_known_is_found_whole_and_not_told(world: World) -> None:
    add(world.account, "ann@lead.example", "bob@lead.example")
    (row,) = found(world.account, search="bob@lead.example")
    assert (row["address_hash"], row["address"]) == (address_hash(Channel.EMAIL, "bob@lead.example"), None)
    assert found(world.account, search="bob@") == []


def test_phone_number_is_found_whole(world: World) -> None:
    add(world.account, "+49 151 12345678", channel="whatsapp")
    assert [row["channel"] for row in found(world.account, search="+4915112345678")] == ["whatsapp"]


def test_list_is_paged_newest_first(world: World) -> None:
    for name in "abc":
        add(world.account, f"{name}@lead.example")
    add(world.account, *(f"{name}@lead.example" for name in "de"))
    seen: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = request("api.list_suppressions", "GET", PATH, person=world.account, query=query)
        seen += [row["address_hash"] for row in page.body["items"]]
        if page.body["next"] is None:
            break
        query["cursor"] = page.body["next"]
    hashes = [address_hash(Channel.EMAIL, f"{name}@lead.example") for name in "abcde"]
    assert (sorted(seen[:2]), seen[2:]) == (sorted(hashes[3:]), hashes[2::-1])


def test_filter_by_reason(world: World) -> None:
    add(world.account, "ann@lead.example")
    add(world.account, "bob@lead.example", reason="opted_out")
    assert [row["reason"] for row in found(world.account, reason="opted_out")] == ["opted_out"]


@pytest.mark.parametrize("by_hash", [True, False])
@pytest.mark.parametrize("reason", ["manual", "hard_bounced"])
def test_what_the_account_noted_itself_is_lifted(world: World, reason: str, by_hash: bool) -> None:
    add(world.account, "ann@lead.example", reason=reason)
    named = {"address_hashes": [found(world.account)[0]["address_hash"]]} if by_hash else {"addresses": ["Ann@lead.example"]}
    answer = remove(world.account, **named)
    assert (answer.status, answer.body, found(world.account)) == (200, {"removed": 1}, [])
    assert world.said("system.suppression_removed") == 1


@pytest.mark.parametrize("reason", ["unsubscribed", "complained", "opted_out"])
def test_what_people_asked_for_is_lifted_by_nobody(world: World, reason: str) -> None:
    add(world.account, "ann@lead.example")
    add(world.account, "bob@lead.example", reason=reason)
    answer = remove(world.account, addresses=["ann@lead.example", "bob@lead.example"])
    assert (answer.status, answer.body["code"]) == (409, "suppression_stays")
    assert len(found(world.account)) == 2


def test_unsubscribe_outweighs_what_was_noted_before(sending: Sending) -> None:
    outreach = sending.send()["outreach_id"]
    lead = one(sending.db, "select lead_id from public.rex_outreach where id = %s", outreach)
    add(sending.world.account, f"{lead}@lead.example")
    sending.event(outreach, "unsubscribed")
    assert [row["reason"] for row in found(sending.world.account)] == ["unsubscribed"]
    assert remove(sending.world.account, addresses=[f"{lead}@lead.example"]).status == 409


def test_opt_out_of_an_import_outweighs_what_was_noted_before(world: World) -> None:
    add(world.account, "ann@lead.example")
    body = {
        "file_name": "leads.csv",
        "content": "Email,Opted Out\nann@lead.example,yes\n",
        "consent": {"basis": "consent", "source": "form"},
    }
    answer = request("api.import_leads", "POST", "/api/rex/leads/import", person=world.account, body=body)
    assert (answer.status, answer.body["opted_out"]) == (201, 1)
    assert [row["reason"] for row in found(world.account)] == ["opted_out"]


def test_viewer_reads_and_changes_nothing(world: World) -> None:
    viewer = member(world, "viewer")
    add(world.account, "ann@lead.example")
    listed = request("api.list_suppressions", "GET", PATH, person=viewer, account=world.account)
    assert (listed.status, len(listed.body["items"])) == (200, 1)
    added = add(viewer, "bob@lead.example", account=world.account)
    removed = request(
        "api.remove_suppressions", "DELETE", PATH, person=viewer, account=world.account, body={"addresses": ["ann@lead.example"]}
    )
    assert [(answer.status, answer.body["code"]) for answer in (added, removed)] == [(403, "role_too_low")] * 2
    assert len(found(world.account)) == 1


@pytest.mark.parametrize(
    ("function", "method", "body", "status"),
    [
        ("add_suppressions", "POST", {}, 422),
        ("add_suppressions", "POST", {"addresses": []}, 422),
        ("add_suppressions", "POST", {"addresses": ["nobody"]}, 422),
        ("add_suppressions", "POST", {"addresses": ["ann@lead.example"], "channel": "sms"}, 422),
        ("add_suppressions", "POST", {"addresses": ["ann@lead.example"], "reason": "dislike"}, 422),
        ("add_suppressions", "POST", {"addresses": ["ann@lead.example"], "colour": "red"}, 422),
        ("add_suppressions", "POST", {"addresses": [f"a{n}@lead.example" for n in range(1001)]}, 422),
        ("remove_suppressions", "DELETE", {}, 422),
        ("remove_suppressions", "DELETE", {"addresses": ["a@x.example"], "address_hashes": ["a" * 64]}, 422),
        ("remove_suppressions", "DELETE", {"address_hashes": ["a@x.example"]}, 422),
        ("remove_suppressions", "DELETE", {"addresses": ["nobody"]}, 422),
    ],
)
def test_bad_request_is_refused_with_what_to_do(world: World, function: str, method: str, body: Any, status: int) -> None:
    answer = request(f"api.{function}", method, PATH, person=world.account, body=body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert answer.body["next"]


@pytest.mark.parametrize("query", [{"cursor": "zzz"}, {"limit": "0"}, {"channel": "fax"}, {"colour": "red"}, {"search": "a"}])
def test_bad_query_is_refused(world: World, query: dict[str, str]) -> None:
    assert request("api.list_suppressions", "GET", PATH, person=world.account, query=query).status == 422


def test_people_with_too_many_addresses_together_are_refused(world: World) -> None:
    lead = world.add_leads(1)[0]
    world.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " select %s, %s, 'email', 'a' || n || '@lead.example', 'consent', 'form' from generate_series(1, 1001) as n",
        (world.account, lead),
    )
    answer = add(world.account, "a1@lead.example")
    assert (answer.status, answer.body["code"], found(world.account)) == (422, "addresses_invalid", [])
