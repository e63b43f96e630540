"""What the page of a lead is made of, read from the tables as a member may: origin, addresses, consent, messages, events, suppressions."""

import uuid
from typing import Any

import pytest

from rex import wiring
from tests.support.api import request, token_of
from tests.support.database import Connection, one, sign_up
from tests.support.mission_world import make_world
from tests.support.sending_world import Sending, make_sending

pytestmark = pytest.mark.usefixtures("deployment")

TABLES = {
    "rex_leads": "id,import_id,external_id,first_name,last_name,company,title,country,time_zones,language,last_contact_at,notes,custom,score,removed_at",
    "rex_lead_addresses": "id,channel,address,address_hash,consent_basis,consent_source,consent_at",
    "rex_import_rows": "line,change,code,reason,rex_imports(file_name,created_at,undone_at,held_at)",
    "rex_mission_leads": "mission_id,outcome,reason,angle,dormant_days,rex_missions(type,state)",
    "rex_outreach": "id,mission_id,step,state,reason,subject,due_at,begun_at,handed_over_at",
    "rex_outreach_events": "outreach_id,kind,source,occurred_at,detail",
}
"""What the page asks for, by table; every table but the first names its lead."""


@pytest.fixture
def sending(db: Connection) -> Sending:
    """An imported lead that was written to and has unsubscribed."""
    made = make_sending(db)
    lead = made.leads[0]
    made.write()
    made.event(made.send()["outreach_id"], "unsubscribed")
    imported = one(
        db, "insert into public.rex_imports (user_id, created_by, file_name, file_hash) values (%s, %s, 'leads.csv', 'h') returning id",
        made.world.account, made.world.account,
    )  # fmt: skip
    db.execute(
        "insert into public.rex_import_rows (import_id, line, user_id, lead_id, change) values (%s, 7, %s, %s, 'added')",
        (imported, made.world.account, lead),
    )
    return made


def read(person: uuid.UUID, table: str, columns: str, **equal: Any) -> list[Any]:
    client = wiring.person(token_of(person))
    query = client.client.from_(table).select(columns)
    for name, value in equal.items():
        query = query.eq(name, str(value))
    found: list[Any] = client.run(query.execute)
    return found


def whole_page(person: uuid.UUID, lead: uuid.UUID) -> dict[str, list[Any]]:
    return {table: read(person, table, columns, **{"id" if table == "rex_leads" else "lead_id": lead}) for table, columns in TABLES.items()}


@pytest.mark.parametrize("role", ["owner", "operator", "viewer"])
def test_every_member_reads_all_of_it(sending: Sending, role: str) -> None:
    member = sending.world.account
    if role != "owner":
        member = sign_up(sending.db)
        sending.db.execute(
            "insert into public.rex_members (user_id, member_id, role) values (%s, %s, %s)", (sending.world.account, member, role)
        )
    page = whole_page(member, sending.leads[0])
    assert {table: len(rows) for table, rows in page.items()} == dict.fromkeys(TABLES, 1)
    (origin,), (event,), (address,) = page["rex_import_rows"], page["rex_outreach_events"], page["rex_lead_addresses"]
    assert (origin["line"], origin["rex_imports"]["file_name"], event["kind"]) == (7, "leads.csv", "unsubscribed")
    (suppressed,) = read(member, "rex_suppressions", "reason,created_at", address_hash=address["address_hash"])
    assert suppressed["reason"] == "unsubscribed"


def test_stranger_reads_nothing_of_it(sending: Sending) -> None:
    assert whole_page(make_world(sending.db).account, sending.leads[0]) == {table: [] for table in TABLES}


NUMBERS = ("+491511234567", "00491511234567", "+49 (0)151 / 123-4567", "0151 1234567", "1234567")


@pytest.mark.parametrize("typed", NUMBERS)
def test_lead_is_found_by_its_phone_number_however_it_is_written(db: Connection, typed: str) -> None:
    world = make_world(db)
    lead, other = world.add_leads(2)
    for of, number in ((lead, "+491511234567"), (other, "+491511234568")):
        db.execute(
            "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
            " values (%s, %s, 'sms', %s, 'consent', 'test')", (world.account, of, number),
        )  # fmt: skip
    assert world.ask_read("rex_find_leads_by_phone", p_phone=typed) == [str(lead)]
    assert make_world(db).ask_read("rex_find_leads_by_phone", p_phone=typed) == []


@pytest.mark.parametrize("typed", ["12345", "+49 151 1234569", "ann", "", "2026-11-24", "+" * 40])
def test_what_is_no_number_or_nobodys_finds_nobody(db: Connection, typed: str) -> None:
    assert make_world(db).ask_read("rex_find_leads_by_phone", p_phone=typed) == []


def test_suppressing_from_the_page_needs_an_address_alone(sending: Sending) -> None:
    page = whole_page(sending.world.account, sending.leads[0])
    body = {"addresses": [page["rex_lead_addresses"][0]["address"]]}
    answer = request("api.add_suppressions", "POST", "/api/rex/suppressions", person=sending.world.account, body=body)
    assert (answer.status, answer.body["added"]) == (200, 0), "they unsubscribed before, and that stays"
