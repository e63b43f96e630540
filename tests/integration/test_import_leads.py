"""An import takes a file whole or not at all, twice changes nothing, and lifts no suppression."""

import uuid
from typing import Any

import pytest

from tests.support.database import Connection, as_anon, as_person, as_service, as_superuser, call, one, refused, request_id, sign_up
from tests.support.import_world import Imports, address, counts, row
from tests.support.invariants import assert_invariants
from tests.support.mission_world import make_world
from tests.support.sending_world import make_sending


@pytest.fixture
def imports(db: Connection) -> Imports:
    return Imports(make_world(db))


def test_new_lead_is_saved_as_the_file_says(imports: Imports) -> None:
    phone = address("+49301234567", "sms")
    answer = imports.take(
        row(2, "a@x.example", phone, external_id="7", first_name="Ann", time_zones=["Europe/Berlin"], custom={"Plan": "Team"})
    )
    assert (counts(answer), answer["repeated"], answer["dry_run"]) == ((1, 0, 0, 0, 0), False, False)
    lead = imports.lead("a@x.example")
    assert (lead["external_id"], lead["first_name"], lead["time_zones"], lead["custom"]) == (
        "7",
        "Ann",
        ["Europe/Berlin"],
        {"Plan": "Team"},
    )
    assert (lead["import_id"], imports.addresses("a@x.example")) == (answer["import_id"], ["+49301234567", "a@x.example"])
    assert_invariants(imports.db)


def test_import_is_on_record_and_announced_by_counts_alone(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example", first_name="Ann"))
    expected = {"added": 1, "updated": 0, "unchanged": 0, "rejected": 0, "opted_out": 0}
    assert one(imports.db, "select data from public.rex_logs where action = 'import_leads'") == expected
    said = one(imports.db, "select data from public.rex_messages where type = 'system.leads_imported'")
    assert said == expected | {"import_id": answer["import_id"]}


def test_same_file_twice_changes_nothing(imports: Imports) -> None:
    first = imports.take(row(2, "a@x.example"), rejected=[{"line": 3, "column": None, "code": "no_address", "reason": "None."}])
    before = imports.counted()
    again = imports.take(row(2, "a@x.example"))
    assert again == first | {"repeated": True}
    assert imports.counted() == before | {"rex_requests": before["rex_requests"] + 1}


def test_known_lead_is_updated_by_what_the_file_knows(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", first_name="Ann", company="Old", custom={"Plan": "Team", "Seats": "3"}))
    answer = imports.take(row(2, "a@x.example", first_name=None, company="New", title="CEO", custom={"Plan": "Free"}))
    assert counts(answer) == (0, 1, 0, 0, 0)
    lead = imports.lead("a@x.example")
    assert (lead["first_name"], lead["company"], lead["title"]) == ("Ann", "New", "CEO")
    assert lead["custom"] == {"Plan": "Free", "Seats": "3"}
    kept = imports.db.execute("select before, after from public.rex_import_rows where import_id = %s", (answer["import_id"],)).fetchall()
    assert kept[0][0] == {"company": "Old", "title": None, "custom": {"Plan": "Team", "Seats": "3"}}
    assert kept[0][1] == {"company": "New", "title": "CEO", "custom": {"Plan": "Free", "Seats": "3"}}


def test_same_lead_in_another_file_is_unchanged(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", first_name="Ann"))
    assert counts(imports.take(row(5, "a@x.example", first_name="Ann"), name="other.csv")) == (0, 0, 1, 0, 0)


def test_lead_is_known_by_its_external_id_and_gets_the_new_address(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", external_id="7"))
    assert counts(imports.take(row(2, "b@x.example", external_id="7"))) == (0, 1, 0, 0, 0)
    assert imports.addresses("a@x.example") == ["a@x.example", "b@x.example"]


def test_row_of_two_leads_is_rejected(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", external_id="1"), row(3, "b@x.example"))
    answer = imports.take(row(2, "b@x.example", external_id="1", first_name="Who"), row(3, "c@x.example"))
    assert counts(answer) == (1, 0, 0, 1, 0)
    assert imports.rows(answer["import_id"]) == [(2, "rejected", "two_leads"), (3, "added", None)]
    assert imports.lead("a@x.example")["first_name"] is None


def test_two_rows_of_one_lead_are_one(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", "b@x.example"))
    answer = imports.take(row(2, "a@x.example", company="First"), row(3, "b@x.example", company="Second", opted_out=True))
    assert imports.rows(answer["import_id"]) == [(2, "updated", None), (3, "rejected", "duplicate")]
    assert imports.lead("a@x.example")["company"] == "First"
    assert (imports.suppressed("a@x.example"), imports.suppressed("b@x.example")) == ("opted_out", "opted_out")


def test_unknown_time_zone_rejects_its_row_only(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example", time_zones=["Mars/Olympus"]), row(3, "b@x.example"))
    assert imports.rows(answer["import_id"]) == [(2, "rejected", "time_zone_unknown"), (3, "added", None)]


def test_consent_known_before_stays(imports: Imports) -> None:
    imports.take(row(2, address("a@x.example", basis="legitimate_interest", source="fair")))
    assert counts(imports.take(row(2, address("a@x.example", basis="consent", source="bought list")))) == (0, 0, 1, 0, 0)
    consent = imports.db.execute("select consent_basis::text, consent_source from public.rex_lead_addresses").fetchall()
    assert consent == [("legitimate_interest", "fair")]


def test_opt_out_suppresses_every_address_of_the_person(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", "b@x.example"), row(3, "c@x.example"))
    answer = imports.take(row(2, "a@x.example", address("+49301234567", "sms"), opted_out=True), row(3, "c@x.example"))
    assert answer["opted_out"] == 1
    reasons = [imports.suppressed("a@x.example"), imports.suppressed("b@x.example"), imports.suppressed("+49301234567", "sms")]
    assert (reasons, imports.suppressed("c@x.example")) == (["opted_out"] * 3, None)


def test_opt_out_counts_even_where_its_row_is_not_taken(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", external_id="1"), row(3, "b@x.example"))
    imports.take(row(2, "b@x.example", external_id="1", opted_out=True))
    assert (imports.suppressed("a@x.example"), imports.suppressed("b@x.example")) == ("opted_out", "opted_out")


def test_suppressed_address_stays_suppressed_whatever_a_file_says(imports: Imports) -> None:
    imports.db.execute(
        "insert into public.rex_suppressions (user_id, channel, address_hash, reason)"
        " values (%s, 'email', rex.address_hash('email', 'a@x.example'), 'complained')", (imports.world.account,),
    )  # fmt: skip
    imports.take(row(2, "a@x.example", opted_out=False))
    assert imports.suppressed("a@x.example") == "complained"
    imports.take(row(2, "a@x.example", opted_out=True))
    assert imports.suppressed("a@x.example") == "complained"


def test_opt_out_cancels_what_is_unsent(db: Connection) -> None:
    sending = make_sending(db, leads=2)
    imports = Imports(sending.world)
    first, _ = sending.write()
    later, _ = sending.write(step=2)
    email = f"{sending.row(first)['lead_id']}@lead.example"
    imports.take(row(2, email, opted_out=True))
    assert [sending.row(message)["reason"] for message in (first, later)] == ["opted_out", "opted_out"]
    assert sending.outcome(sending.row(first)["lead_id"]) == "suppressed"
    assert str(first) not in [lease["outreach_id"] for lease in sending.claim()]


def test_more_opt_outs_than_addresses_may_be_locked_are_all_suppressed(imports: Imports) -> None:
    people = [row(line, f"p{line}@x.example", opted_out=True) for line in range(1, 1202)]
    assert counts(imports.take(*people)) == (1201, 0, 0, 0, 1201)
    assert one(imports.db, "select count(*) from public.rex_suppressions") == 1201


def test_dry_run_counts_the_same_and_saves_nothing(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", first_name="Ann"))
    before = imports.counted()
    rows = [row(2, "a@x.example", first_name="Bea"), row(3, "b@x.example", opted_out=True)]
    told = imports.take(*rows, p_dry_run=True, p_request_id="k")
    assert imports.counted() == before
    assert (counts(told), told["import_id"], told["dry_run"]) == ((1, 1, 0, 0, 1), None, True)
    assert counts(imports.take(*rows, p_request_id="k")) == counts(told)


def test_repeated_request_is_answered_as_the_first(imports: Imports) -> None:
    answers = [imports.take(row(2, "a@x.example"), p_request_id="k") for _ in range(2)]
    assert answers[0] == answers[1]
    with refused(422, "request_id_reused"):
        imports.take(row(2, "b@x.example"), p_request_id="k")


def test_lead_of_an_undone_import_lives_again(imports: Imports) -> None:
    first = imports.take(row(2, "a@x.example"))
    mission = imports.world.create([imports.lead_id("a@x.example")])
    imports.undo(first["import_id"])
    assert imports.lead("a@x.example")["removed_at"] is not None
    again = imports.take(row(2, "a@x.example"))
    assert (counts(again), imports.lead("a@x.example")["removed_at"]) == ((0, 1, 0, 0, 0), None)
    assert imports.world.mission(mission)["leads"] == 1


def test_accounts_know_nothing_of_each_other(imports: Imports) -> None:
    other = Imports(make_world(imports.db))
    other.take(row(2, "a@x.example", external_id="1", first_name="Theirs"))
    assert counts(imports.take(row(2, "a@x.example", external_id="1", first_name="Ours"))) == (1, 0, 0, 0, 0)
    assert (other.lead("a@x.example")["first_name"], imports.lead("a@x.example")["first_name"]) == ("Theirs", "Ours")
    with refused(403, "not_a_member"):
        imports.take(row(2, "b@x.example"), p_account=other.world.account)
    assert_invariants(imports.db)


def test_viewer_and_stranger_are_refused(imports: Imports) -> None:
    viewer = sign_up(imports.db)
    imports.db.execute(
        "insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (imports.world.account, viewer)
    )
    arguments = {"p_file_name": "f", "p_file_hash": "0" * 64, "p_rows": [row(2, "a@x.example")], "p_rejected": []}
    with refused(403, "role_too_low"):
        call(as_person(imports.db, viewer), "rex_import_leads", p_account=imports.world.account, p_request_id=request_id(), **arguments)
    for actor in (as_anon, as_service):
        with pytest.raises(Exception, match="permission denied"):
            call(actor(imports.db), "rex_import_leads", p_request_id=request_id(), **arguments)
    as_superuser(imports.db)
    assert one(imports.db, "select count(*) from public.rex_leads") == 0


HOSTILE: list[Any] = [
    {"p_rows": []}, {"p_rows": {}}, {"p_rows": [row(0, "a@x.example")]}, {"p_rows": [row(2)]},
    {"p_rows": [row(2, *[f"a{n}@x.example" for n in range(11)])]}, {"p_rows": [row(2, "A@x.example")]}, {"p_rows": [row(2, "a@x")]},
    {"p_rows": [row(2, "a b@x.example")]}, {"p_rows": [row(2, address("030 1234", "sms"))]},
    {"p_rows": [row(2, address("+49301234567", "sms", basis="legitimate_interest"))]}, {"p_rows": [row(2, address("a@x.example", "pigeon"))]},
    {"p_rows": [row(2, address("a@x.example", basis="hope"))]}, {"p_rows": [row(2, address("a@x.example", source=""))]},
    {"p_rows": [row(2, address("a@x.example") | {"consent_at": "2999-01-01"})]}, {"p_rows": [row(2, address("a@x.example") | {"lead_id": "1"})]},
    {"p_rows": [row(2, "a@x.example", first_name="=cmd()")]}, {"p_rows": [row(2, "a@x.example", first_name={"a": 1})]},
    {"p_rows": [row(2, "a@x.example", first_name="x" * 101)]}, {"p_rows": [row(2, "a@x.example", country="Germany")]},
    {"p_rows": [row(2, "a@x.example", last_contact_at="2024-02-31")]}, {"p_rows": [row(2, "a@x.example", last_contact_at=20240101)]},
    {"p_rows": [row(2, "a@x.example", time_zones=["UTC"] * 3)]}, {"p_rows": [row(2, "a@x.example", time_zones="UTC")]},
    {"p_rows": [row(2, "a@x.example", custom=["x"])]}, {"p_rows": [row(2, "a@x.example", custom={"x": "@SUM(1)"})]},
    {"p_rows": [row(2, "a@x.example", custom={str(n): "x" for n in range(31)})]}, {"p_rows": [row(2, "a@x.example", opted_out="no")]},
    {"p_rows": [row(2, "a@x.example", user_id=str(uuid.uuid4()))]}, {"p_rows": [row(2, "a@x.example"), row(2, "b@x.example")]},
    {"p_rows": [row(2, "a@x.example"), row(3, "a@x.example")]},
    {"p_rows": [row(2, "a@x.example", external_id="1"), row(3, "b@x.example", external_id="1")]},
    {"p_rows": [row(line, f"a{line}@x.example") for line in range(1, 10_002)]}, {"p_rejected": [{"line": 2, "code": "no_address", "reason": "x"}]},
    {"p_rejected": [{"line": 3, "code": "Not A Code", "reason": "x"}]}, {"p_rejected": {"line": 3}}, {"p_rejected": [{"line": 3, "code": "x"}]},
    {"p_file_hash": "short"}, {"p_file_hash": None}, {"p_file_name": ""}, {"p_file_name": "x" * 256}, {"p_request_id": ""},
]  # fmt: skip


@pytest.mark.parametrize("changes", HOSTILE, ids=[f"{n}" for n in range(len(HOSTILE))])
def test_what_no_reader_of_files_would_send_is_refused_whole(imports: Imports, changes: dict[str, Any]) -> None:
    before = imports.counted()
    with refused(422):
        imports.take(row(2, "first@x.example"), **changes)
    assert imports.counted() == before


def test_ten_thousand_leads_are_imported_changed_and_taken_back(imports: Imports) -> None:
    people = [row(line, f"p{line}@x.example", external_id=str(line), first_name="Ann") for line in range(1, 10_001)]
    imports.db.execute("set statement_timeout = '30s'")  # a person has 8 s; a plan that compares each row with each takes minutes
    assert counts(imports.take(*people)) == (10_000, 0, 0, 0, 0)
    answer = imports.take(*(person | {"first_name": "Bea", "opted_out": True} for person in people))
    assert counts(answer) == (0, 10_000, 0, 0, 10_000)
    assert imports.undo(answer["import_id"])["restored"] == 10_000


def test_opt_out_of_a_row_that_is_not_taken_suppresses_the_person(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", address("+49301234567", "sms")))
    rejected = {
        "line": 3,
        "column": "consent_basis",
        "code": "no_consent",
        "reason": "None.",
        "opted_out": [{"channel": "email", "address": "a@x.example"}],
    }
    answer = imports.take(row(2, "b@x.example"), rejected=[rejected], name="other.csv")
    assert (answer["rejected"], answer["opted_out"]) == (1, 1)
    assert [imports.suppressed("a@x.example"), imports.suppressed("b@x.example")] == ["opted_out", None]
    assert one(imports.db, "select count(*) from public.rex_suppressions") == 2, "the phone of the same person too"


@pytest.mark.parametrize(
    "opted_out", ["yes", [{"channel": "email"}], [{"channel": "fax", "address": "1"}], [{"channel": "email", "address": "A@x.example"}]]
)
def test_opt_out_that_cannot_be_read_refuses_the_import(imports: Imports, opted_out: Any) -> None:
    rejected = {"line": 3, "column": None, "code": "no_consent", "reason": "None.", "opted_out": opted_out}
    with refused(422, "rows_invalid"):
        imports.take(row(2, "b@x.example"), rejected=[rejected])


@pytest.mark.parametrize(
    "spelling", ["ann(1)@x.example", '"ann"@x.example', "a,ann@x.example", "<ann@x.example", "ann;b@x.example", "a\x01@x.example"]
)
def test_one_mailbox_has_one_spelling(imports: Imports, spelling: str) -> None:
    with refused(422, "rows_invalid"):
        imports.take(row(2, spelling))
    opted_out = {
        "line": 3,
        "column": None,
        "code": "no_consent",
        "reason": "None.",
        "opted_out": [{"channel": "email", "address": spelling}],
    }
    with refused(422, "rows_invalid"):
        imports.take(row(2, "b@x.example"), rejected=[opted_out])


def test_rows_the_database_refuses_are_told_with_line_and_reason(imports: Imports) -> None:
    imports.take(row(2, "a@x.example", external_id="1"), row(3, "b@x.example", external_id="2"))
    rows = [row(2, "a@x.example", external_id="2"), row(3, "c@x.example"), row(4, "d@x.example", time_zones=["Mars/Olympus"])]
    unread = [{"line": 5, "column": None, "code": "no_address", "reason": "None."}]
    answer = imports.take(*rows, name="again.csv", rejected=unread, p_request_id="k")
    assert [(each["line"], each["code"]) for each in answer["refused"]] == [(2, "two_leads"), (4, "time_zone_unknown")]
    assert all(each["reason"] for each in answer["refused"])
    assert imports.take(*rows, name="again.csv", rejected=unread, p_request_id="k") == answer
    assert imports.take(*rows, name="again.csv", rejected=unread)["refused"] == answer["refused"]
    assert "leave out what" not in str(one(imports.db, "select answer from public.rex_requests where request_id = 'k'"))


def test_dry_run_tells_what_would_be_refused(imports: Imports) -> None:
    answer = imports.take(row(2, "a@x.example", time_zones=["Mars/Olympus"]), row(3, "b@x.example"), p_dry_run=True)
    assert [(each["line"], each["code"]) for each in answer["refused"]] == [(2, "time_zone_unknown")]
