"""The routes that import leads and change settings: what they do, what they refuse, and that no password is ever told."""

import base64
import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from rex import settings
from rex.usecases.import_leads import MOST_TOLD
from tests.support.api import Answer, request
from tests.support.database import Connection, one, sign_up
from tests.support.mission_world import World, make_world

pytestmark = pytest.mark.usefixtures("deployment")

SAMPLE = Path(__file__).parents[2] / "local" / "samples" / "leads.csv"
CONSENT = {"basis": "consent", "source": "web form"}
PASSWORD = "correct horse battery staple"


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def import_file(world: World, content: str | bytes, /, **changes: Any) -> Answer:
    text = {"content": content} if isinstance(content, str) else {"content_base64": base64.b64encode(content).decode()}
    body = {"file_name": "leads.csv", "consent": CONSENT} | text | changes
    return request("api.import_leads", "POST", "/api/rex/leads/import", person=world.account, body=body)


def saved(world: World) -> tuple[int, int, int]:
    """Imports, leads and suppressions."""
    tables = ("rex_imports", "rex_leads", "rex_suppressions")
    first, second, third = (one(world.db, f"select count(*) from public.{table}") for table in tables)
    return first, second, third


def test_sample_is_imported_once(world: World) -> None:
    answer = import_file(world, SAMPLE.read_bytes())
    assert answer.status == 201, answer.body
    found = {name: answer.body[name] for name in ("added", "updated", "unchanged", "rejected", "opted_out", "repeated")}
    assert found == {"added": 184, "updated": 0, "unchanged": 0, "rejected": 16, "opted_out": 6, "repeated": False}
    assert len(answer.body["bad_rows"]) == 16
    before = saved(world)
    again = import_file(world, SAMPLE.read_bytes())
    assert (again.status, again.body) == (200, answer.body | {"repeated": True})
    assert saved(world) == before


def test_dry_run_of_the_sample_saves_nothing(world: World) -> None:
    answer = import_file(world, SAMPLE.read_bytes(), dry_run=True)
    assert (answer.status, answer.body["added"], answer.body["import_id"]) == (200, 184, None)
    assert saved(world) == (0, 0, 0)


def test_columns_are_named_after_a_dry_run_told_that_none_is_known(world: World) -> None:
    content = "Kontakt,Vorname\na@x.example,Ann\n"
    seen = import_file(world, content, dry_run=True)
    assert (seen.status, seen.body["added"]) == (200, 0), seen.body
    assert seen.body["columns"] == [{"name": "Kontakt", "field": None}, {"name": "Vorname", "field": "first_name"}]
    saved_now = import_file(world, content, columns={"Kontakt": "email"})
    assert (saved_now.status, saved_now.body["added"], saved_now.body["columns"][0]["field"]) == (201, 1, "email")


def test_dry_run_without_a_good_row_tells_the_bad_ones(world: World) -> None:
    seen = import_file(world, "Email\nnobody\n", dry_run=True)
    assert (seen.status, seen.body["rejected"], seen.body["bad_rows"][0]["code"]) == (200, 1, "email_invalid")


def test_import_is_undone(world: World) -> None:
    imported = import_file(world, SAMPLE.read_bytes()).body["import_id"]
    answers = [request("api.undo_import", "POST", f"/api/rex/leads/imports/{imported}/undo", person=world.account) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 409]
    assert answers[0].body["deleted"] == 184
    assert one(world.db, "select count(*) from public.rex_leads") == 0


def test_formula_in_a_cell_rejects_its_row(world: World) -> None:
    answer = import_file(world, 'Email,First Name\na@x.example,"=HYPERLINK(""https://evil.example"")"\nb@x.example,Ann\n')
    assert (answer.status, answer.body["added"], answer.body["bad_rows"][0]["code"]) == (201, 1, "formula")


def test_row_the_database_refuses_is_reported_with_the_others(world: World) -> None:
    import_file(world, "Lead ID,Email\n1,a@x.example\n2,b@x.example\n")
    answer = import_file(world, "Lead ID,Email\n2,a@x.example\n3,nobody\n4,d@x.example\n")
    told = [(bad["line"], bad["code"], bool(bad["reason"])) for bad in answer.body["bad_rows"]]
    assert (answer.body["rejected"], told) == (2, [(2, "two_leads", True), (3, "email_invalid", True)])


TOO_LONG = "Email\n" + "".join(f"a{n}@x.example\n" for n in range(10_001))


@pytest.mark.parametrize(
    ("content", "changes", "status"),
    [
        ("", {}, 422),
        ("Email\n", {}, 422),
        ("Name\nAnn\n", {}, 422),
        ("Email\nnobody\n", {}, 422),
        (TOO_LONG, {}, 422),
        ("Email\nj\u00f6rg@x.example\n".encode("latin-1"), {}, 422),
        (b"\xff\xfeE\x00", {}, 422),
        (b"Email\na@x.example\0\n", {}, 422),
        ("Email\na@x.example\n", {"consent": {"basis": "hope", "source": "x"}}, 422),
        ("Email\na@x.example\n", {"consent": None}, 422),
        ("Email\na@x.example\n", {"colour": "red"}, 422),
        ("Email\na@x.example\n", {"file_name": ""}, 422),
        ("Email\na@x.example\n", {"file_name": 5}, 422),
        ("Email\na@x.example\n", {"dry_run": "maybe"}, 422),
        ("Email\na@x.example\n", {"content": 5}, 422),
        ("Email\na@x.example\n", {"content": ["Email"]}, 422),
        ("Email\na@x.example\n", {"content_base64": "eA=="}, 422),
        ("Email\na@x.example\n", {"content": None, "content_base64": "&"}, 422),
        ("Email\na@x.example\n", {"format": "xlsx"}, 422),
        ("[1", {"format": "json"}, 422),
        ("Email\na@x.example\n", {"columns": {"Email": "colour"}}, 422),
        ("Email\na@x.example\n", {"columns": {"Kontakt": "email"}}, 422),
        ("Email,Kontakt\na@x.example,b@x.example\n", {"columns": {"Kontakt": "email"}}, 422),
    ],
    ids=[str(n) for n in range(23)],
)
def test_bad_file_is_refused_with_what_to_do(world: World, content: str | bytes, changes: dict[str, Any], status: int) -> None:
    answer = import_file(world, content, **changes)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert answer.body["next"]
    assert saved(world) == (0, 0, 0)


def test_only_so_many_bad_rows_are_told(world: World) -> None:
    answer = import_file(world, "Email\n" + "nobody\n" * (MOST_TOLD + 1) + "a@x.example\n")
    assert (answer.status, answer.body["rejected"], len(answer.body["bad_rows"])) == (201, MOST_TOLD + 1, MOST_TOLD)


def test_account_is_changed_and_read_back(world: World) -> None:
    changed = request(
        "api.update_account", "PATCH", "/api/rex/account", person=world.account, body={"company": "Acme", "window_end": "24:00"}
    )
    assert (changed.status, changed.body) == (200, {"user_id": str(world.account)})
    read = request("api.get_account", "GET", "/api/rex/account", person=world.account).body
    assert (read["company"], read["window_end"]) == ("Acme", "24:00:00")


def test_campaign_is_made_changed_and_read_back(world: World) -> None:
    steps = [{"delay_hours": 0, "templates": {"default": {"subject": "Hi", "text": "Hello"}}}]
    made = request("api.create_campaign", "POST", "/api/rex/campaigns", person=world.account, body={"name": "Spring", "review": "all"})
    assert (made.status, made.body["template_version"]) == (201, 1)
    path = f"/api/rex/campaigns/{made.body['campaign_id']}"
    changed = request("api.update_campaign", "PATCH", path, person=world.account, body={"steps": steps})
    assert (changed.status, changed.body["template_version"]) == (200, 2)
    read = request("api.list_campaigns", "GET", "/api/rex/campaigns", person=world.account).body["items"]
    assert steps in [campaign["steps"] for campaign in read]


@pytest.mark.parametrize(
    ("part", "source", "told"),
    [
        ("subject", "Hi {{ lead.first_nam }}", "There is no variable lead.first_nam"),
        ("text", "{% if lead.company %}never closed", "endif"),
        ("html", "{% for i in offer %}{{ i }}{% endfor %}", "For is not available"),
        ("text", "{{ 'Dr ' + lead.last_name }}", "lead.last_name"),
    ],
)
def test_template_that_cannot_be_rendered_is_refused_when_it_is_saved(world: World, part: str, source: str, told: str) -> None:
    good, bad = {"subject": "Hi", "text": "Hello"}, {"subject": "Hi", "text": "Hello", part: source}
    steps = [{"templates": {"default": good}}, {"templates": {"default": good, "recent": bad}}]
    before = request("api.list_campaigns", "GET", "/api/rex/campaigns", person=world.account).body
    for method, path, fields in [("POST", "", {"name": "Spring"}), ("PATCH", f"/{world.campaign}", {})]:
        function = "api.create_campaign" if method == "POST" else "api.update_campaign"
        answer = request(function, method, f"/api/rex/campaigns{path}", person=world.account, body=fields | {"steps": steps})
        assert (answer.status, answer.body["code"]) == (422, "template_broken"), answer.body
        assert f'step 2, template "recent": {part}: ' in answer.body["detail"]
        assert told in answer.body["detail"]
    assert request("api.list_campaigns", "GET", "/api/rex/campaigns", person=world.account).body == before


def inbox_body(world: World, **changes: Any) -> dict[str, Any]:
    domain = one(world.db, "select domain from public.rex_domain_pool where user_id = %s", world.account)
    return {"domain": domain, "address": f"ann@{domain}", "host": "smtp.rex.example", "username": "ann", "password": PASSWORD} | changes


def assert_password_is_nowhere(world: World, *answers: Answer) -> None:
    for answer in answers:
        assert PASSWORD not in str(answer.body)
    for (table,) in world.db.execute(
        "select format('%I.%I', table_schema, table_name) from information_schema.tables where table_schema in ('public', 'rex', 'auth')"
    ).fetchall():
        assert not world.db.execute(f"select from {table} as t where t::text like %s", (f"%{PASSWORD}%",)).fetchone(), table


def test_inbox_password_is_a_secret_and_told_nobody(world: World) -> None:
    made = request("api.create_inbox", "POST", "/api/rex/inboxes", person=world.account, body=inbox_body(world))
    assert (made.status, made.body["login_version"]) == (201, 1)
    secrets = [secret["Name"] for secret in boto3.client("secretsmanager").list_secrets()["SecretList"]]
    assert [name for name in secrets if made.body["inbox_id"] in name]
    assert boto3.client("sqs").receive_message(QueueUrl=settings.settings().inboxes_queue_url)["Messages"]
    path = f"/api/rex/inboxes/{made.body['inbox_id']}"
    refused = request("api.update_inbox", "PATCH", path, person=world.account, body={"host": "smtp.evil.example"})
    assert (refused.status, refused.body["code"]) == (422, "password_needed")
    changed = request("api.update_inbox", "PATCH", path, person=world.account, body={"host": "smtp.other.example", "password": PASSWORD})
    assert (changed.status, changed.body["login_version"]) == (200, 2)
    listed = request("api.list_inboxes", "GET", "/api/rex/inboxes", person=world.account)
    assert_password_is_nowhere(world, made, refused, changed, listed)


def kept_passwords(inbox_id: str) -> list[Any]:
    client = boto3.client("secretsmanager")
    names = [secret["Name"] for secret in client.list_secrets()["SecretList"] if inbox_id in secret["Name"]]
    return [json.loads(client.get_secret_value(SecretId=name)["SecretString"])["password"] for name in names]


def test_repeat_brings_no_other_password_and_a_removed_member_none(world: World) -> None:
    operator = sign_up(world.db)
    world.db.execute("insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'operator')", (world.account, operator))

    def create(password: str) -> Answer:
        body = inbox_body(world, password=password)
        return request("api.create_inbox", "POST", "/api/rex/inboxes", person=operator, account=world.account, body=body, key="k")

    made = create("first-password")
    assert (create("first-password").status, create("other-password").status) == (201, 422)
    path = f"/api/rex/inboxes/{made.body['inbox_id']}"
    request("api.update_inbox", "PATCH", path, person=world.account, body={"password": "newer-password"})
    assert create("first-password").status == 201
    world.db.execute("delete from public.rex_members where member_id = %s and user_id = %s", (operator, world.account))
    assert create("first-password").status == 403
    assert kept_passwords(made.body["inbox_id"]) == ["newer-password"]


def test_refused_inbox_leaves_no_secret(world: World) -> None:
    answer = request("api.create_inbox", "POST", "/api/rex/inboxes", person=world.account, body=inbox_body(world, port=0))
    assert (answer.status, answer.body["code"]) == (422, "field_invalid")
    assert [secret["Name"] for secret in boto3.client("secretsmanager").list_secrets()["SecretList"]] == ["rex", "rex-signing"]
    assert_password_is_nowhere(world, answer)


NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    ("function", "method", "path", "body", "status"),
    [
        ("update_account", "PATCH", "/account", {"paused_at": None}, 422),
        ("update_account", "PATCH", "/account", {"time_zone": 5}, 422),
        ("update_account", "PATCH", "/account", [], 400),
        ("create_campaign", "POST", "/campaigns", {}, 422),
        ("create_campaign", "POST", "/campaigns", {"name": "x", "colour": "red"}, 422),
        ("create_campaign", "POST", "/campaigns", {"name": "default"}, 409),
        ("update_campaign", "PATCH", f"/campaigns/{NOWHERE}", {"offer": "x"}, 404),
        ("update_campaign", "PATCH", "/campaigns/none", {"offer": "x"}, 404),
        ("create_inbox", "POST", "/inboxes", {}, 422),
        ("create_inbox", "POST", "/inboxes", {"domain": "x.example", "address": "a@x.example", "host": "h", "username": "u"}, 404),
        ("update_inbox", "PATCH", f"/inboxes/{NOWHERE}", {"port": 25}, 404),
        ("update_inbox", "PATCH", f"/inboxes/{NOWHERE}", {"password": ""}, 422),
        ("undo_import", "POST", f"/leads/imports/{NOWHERE}/undo", None, 404),
        ("undo_import", "POST", "/leads/imports/none/undo", None, 404),
    ],
)
def test_bad_request_is_refused_with_what_to_do(world: World, function: str, method: str, path: str, body: Any, status: int) -> None:
    answer = request(f"api.{function}", method, f"/api/rex{path}", person=world.account, body=body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert answer.body["next"]


def test_stranger_changes_nothing(world: World) -> None:
    stranger = make_world(world.db).account
    for function, method, path, body in [
        ("update_account", "PATCH", "/account", {"company": "Mine"}),
        ("create_campaign", "POST", "/campaigns", {"name": "Mine"}),
        ("import_leads", "POST", "/leads/import", {"file_name": "f", "content": "Email\na@x.example\n", "consent": CONSENT}),
    ]:
        answer = request(f"api.{function}", method, f"/api/rex{path}", person=stranger, body=body, account=world.account)
        assert (answer.status, answer.body["code"]) == (403, "not_a_member"), function
