"""An undo takes back what an import did, as far as nobody was written to and nothing was changed since."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.database import Connection, as_person, as_superuser, call, connect, one, refused, request_id, sign_up
from tests.support.import_world import Imports, address, row
from tests.support.invariants import assert_invariants
from tests.support.mission_world import make_world
from tests.support.sending_world import add_mission, make_sending, open_all_hours


@pytest.fixture
def imports(db: Connection) -> Imports:
    return Imports(make_world(db))


def counts(answer: Any) -> tuple[int, int, int, int, int]:
    """Deleted, removed, restored, kept, cancelled."""
    return (answer["deleted"], answer["removed"], answer["restored"], answer["kept"], answer["cancelled"])


def test_lead_in_no_mission_is_deleted(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example"), row(3, "b@x.example"))
    undone = imports.undo(answer["import_id"])
    assert (undone["import_id"], counts(undone)) == (answer["import_id"], (2, 0, 0, 0, 0))
    assert one(imports.db, "select count(*) from public.rex_leads") == 0
    assert one(imports.db, "select count(*) from public.rex_import_rows") == 2
    assert_invariants(imports.db)


def test_undo_is_on_record_and_announced(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example"))
    imports.undo(answer["import_id"])
    expected = {"deleted": 1, "removed": 0, "restored": 0, "kept": 0, "cancelled": 0}
    assert one(imports.db, "select data from public.rex_logs where action = 'undo_import'") == expected
    assert imports.world.said("system.import_undone") == 1


def test_lead_in_a_mission_is_removed_and_gets_nothing_more(db: Connection) -> None:
    imports = Imports(make_world(db))
    open_all_hours(imports.world)
    answer = imports.take(row(2, "a@x.example"), row(3, "b@x.example"))
    lead = imports.lead_id("a@x.example")
    sending = add_mission(imports.world, [lead])
    message, later = sending.write()[0], sending.write(step=2)[0]
    (lease,) = sending.claim()
    assert counts(imports.undo(answer["import_id"])) == (1, 1, 0, 0, 2)
    assert [sending.row(each)["state"] for each in (message, later)] == ["cancelled", "cancelled"]
    assert (sending.outcome(lead), sending.begin(lease)["begun"]) == ("cancelled", False)
    assert imports.lead("a@x.example")["removed_at"] is not None
    assert imports.lead("b@x.example") is None


def test_lead_that_was_written_to_stays_with_its_sequence(db: Connection) -> None:
    imports = Imports(make_world(db))
    open_all_hours(imports.world)
    answer = imports.take(row(2, "a@x.example"), row(3, "b@x.example"))
    written, unwritten = imports.lead_id("a@x.example"), imports.lead_id("b@x.example")
    sending = add_mission(imports.world, [written])
    sending.write()
    (later,) = sending.write(step=2)
    sending.send()
    other = add_mission(imports.world, [unwritten])
    other.write()
    assert counts(imports.undo(answer["import_id"])) == (0, 1, 0, 1, 1)
    assert (imports.lead("a@x.example")["removed_at"], imports.lead("b@x.example")["removed_at"] is None) == (None, False)
    assert (sending.outcome(written), sending.row(later)["state"], other.outcome(unwritten)) == ("sent", "scheduled", "cancelled")
    assert_invariants(db)


def test_refused_message_is_none_that_was_written(db: Connection) -> None:
    imports = Imports(make_world(db))
    open_all_hours(imports.world)
    answer = imports.take(row(2, "a@x.example"))
    sending = add_mission(imports.world, [imports.lead_id("a@x.example")])
    sending.write()
    (lease,) = sending.claim()
    assert sending.begin(lease)["begun"]
    sending.finish(lease, "refused", p_code="content_refused")
    assert counts(imports.undo(answer["import_id"])) == (0, 1, 0, 0, 0)


def test_message_in_flight_is_answered_after_the_undo(db: Connection) -> None:
    imports = Imports(make_world(db))
    open_all_hours(imports.world)
    answer = imports.take(row(2, "a@x.example"))
    lead = imports.lead_id("a@x.example")
    sending = add_mission(imports.world, [lead])
    sending.write()
    (lease,) = sending.claim()
    assert sending.begin(lease)["begun"]
    assert counts(imports.undo(answer["import_id"])) == (0, 0, 0, 1, 0)
    sending.finish(lease)
    assert (sending.row(lease["outreach_id"])["state"], sending.outcome(lead)) == ("sent", "sent")


def test_removed_lead_is_in_no_later_audience(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example"))
    lead = imports.lead_id("a@x.example")
    imports.world.create([lead])
    imports.undo(answer["import_id"])
    with refused(422, "audience_empty"):
        imports.world.create([lead])
    with refused(422, "import_undone"):
        imports.world.ask("rex_create_mission", p_type="lead_reactivation", p_audience={"import_id": answer["import_id"]})


def test_pending_lead_of_a_removed_person_is_settled(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example"))
    mission = imports.world.create([imports.lead_id("a@x.example")])
    imports.undo(answer["import_id"])
    settled = imports.db.execute("select outcome::text, reason from public.rex_mission_leads where mission_id = %s", (mission,)).fetchall()
    assert settled == [("cancelled", "removed")]
    assert_invariants(imports.db)


def test_updated_lead_gets_its_fields_back(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", company="Old", external_id="1"))
    answer = imports.take(row(2, "a@x.example", company="New", title="CEO", external_id="2"))
    assert counts(imports.undo(answer["import_id"])) == (0, 0, 1, 0, 0)
    lead = imports.lead("a@x.example")
    assert (lead["company"], lead["title"], lead["external_id"]) == ("Old", None, "1")


def test_field_changed_since_is_kept(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", company="Old", title="CEO"))
    answer = imports.take(row(2, "a@x.example", company="New", title="CTO"))
    imports.take(row(2, "a@x.example", company="Newest"))
    assert counts(imports.undo(answer["import_id"])) == (0, 0, 1, 1, 0)
    lead = imports.lead("a@x.example")
    assert (lead["company"], lead["title"]) == ("Newest", "CEO")


def test_external_id_that_another_lead_has_by_now_is_not_given_back(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", external_id="1"))
    answer = imports.take(row(2, "a@x.example", external_id="2"))
    imports.take(row(2, "b@x.example", external_id="1"))
    assert counts(imports.undo(answer["import_id"])) == (0, 0, 0, 1, 0)
    assert (imports.lead("a@x.example")["external_id"], imports.lead("b@x.example")["external_id"]) == ("2", "1")


def test_address_that_came_with_the_import_goes_and_what_is_unsent_to_it(db: Connection) -> None:
    sending = make_sending(db)
    imports = Imports(sending.world)
    (lead,) = sending.leads
    db.execute("update public.rex_leads set external_id = '1' where id = %s", (lead,))
    answer = imports.take(row(2, "new@x.example", external_id="1"))
    db.execute("delete from public.rex_lead_addresses where address <> 'new@x.example'")
    (message,) = sending.write()
    assert counts(imports.undo(answer["import_id"])) == (0, 0, 1, 0, 1)
    assert (imports.lead("new@x.example"), sending.row(message)["state"]) == (None, "cancelled")
    assert one(db, "select count(*) from public.rex_leads where removed_at is null") == 1


def test_lead_that_another_import_names_is_kept_until_that_is_undone_too(imports: Imports) -> None:
    first = imports.take(row(2, "a@x.example"))
    second = imports.take(row(2, "a@x.example"), name="again.csv")
    assert counts(imports.undo(first["import_id"])) == (0, 0, 0, 1, 0)
    assert imports.lead("a@x.example")["removed_at"] is None
    assert counts(imports.undo(second["import_id"])) == (1, 0, 0, 0, 0)
    assert imports.lead("a@x.example") is None


def test_revived_lead_is_removed_again(imports: Imports) -> None:
    first = imports.take(row(2, "a@x.example"))
    imports.world.create([imports.lead_id("a@x.example")])
    imports.undo(first["import_id"])
    second = imports.take(row(2, "a@x.example"))
    assert counts(imports.undo(second["import_id"])) == (0, 1, 0, 0, 0)
    assert imports.lead("a@x.example")["removed_at"] is not None


def test_suppression_stays(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example", address("+49301234567", "sms"), opted_out=True))
    imports.undo(answer["import_id"])
    assert (imports.suppressed("a@x.example"), imports.suppressed("+49301234567", "sms")) == ("opted_out", "opted_out")


def test_second_undo_is_refused_and_the_file_may_be_imported_again(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example"))
    imports.undo(answer["import_id"])
    with refused(409, "import_undone"):
        imports.undo(answer["import_id"])
    again = imports.take(row(2, "a@x.example"))
    assert (again["added"], again["repeated"]) == (1, False)


def test_repeated_request_is_answered_as_the_first(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example"))
    assert imports.undo(answer["import_id"], p_request_id="k") == imports.undo(answer["import_id"], p_request_id="k")
    with refused(422, "request_id_reused"):
        imports.undo(uuid.uuid4(), p_request_id="k")


def test_only_the_account_itself_may_undo(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example"))
    other = Imports(make_world(imports.db))
    viewer = sign_up(imports.db)
    imports.db.execute(
        "insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (imports.world.account, viewer)
    )
    for refusal, person, account in [
        ((404, "import_unknown"), other.world.account, None),
        ((403, "not_a_member"), other.world.account, imports.world.account),
        ((403, "role_too_low"), viewer, imports.world.account),
    ]:
        as_person(imports.db, person)
        with refused(*refusal):
            call(imports.db, "rex_undo_import", p_account=account, p_request_id=request_id(), p_import_id=answer["import_id"])
        as_superuser(imports.db)
    assert imports.lead("a@x.example") is not None


def test_imports_undos_missions_and_the_sender_at_once_break_nothing(database: str, db: Connection) -> None:
    imports = Imports(make_world(db))
    people = [row(line, f"p{line}@x.example", external_id=str(line)) for line in range(1, 60)]
    first = imports.take(*people, name="first")["import_id"]
    start = threading.Barrier(6)

    def compete(number: int) -> str:
        with connect(database) as connection:
            as_person(connection, imports.world.account)
            start.wait()
            commands: list[tuple[str, dict[str, Any]]] = [
                ("rex_undo_import", {"p_import_id": first}),
                ("rex_create_mission", {"p_type": "lead_reactivation", "p_audience": {"filter": {"min_score": 0}}}),
                *[
                    (
                        "rex_import_leads",
                        {"p_file_name": "f", "p_file_hash": str(nth) * 64, "p_rows": list(reversed(people))[nth:], "p_rejected": []},
                    )
                    for nth in range(4)
                ],
            ]
            command, arguments = commands[number]
            try:
                call(connection, command, p_request_id=request_id(), **arguments)
            except Exception as error:
                return str(getattr(error, "sqlstate", error))
            return "done"

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(compete, range(6)))
    assert set(told) <= {"done", "PT422"}, told
    assert one(db, "select count(*) from (select from public.rex_lead_addresses group by address having count(*) > 1) as twice") == 0
    assert_invariants(db)
