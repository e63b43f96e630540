"""The preview of a campaign: as any lead of the account, and as a mail to nobody but who asks."""

import uuid
from typing import Any

import boto3
import pytest

from rex import settings
from tests.support.api import Answer, request
from tests.support.database import Connection, one, sign_up
from tests.support.mission_world import make_world
from tests.support.sending_world import Sending, make_sending

pytestmark = pytest.mark.usefixtures("deployment")

NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def sending(db: Connection) -> Sending:
    made = make_sending(db)
    confirm(db, made.world.account)
    return made


def confirm(db: Connection, person: uuid.UUID) -> None:
    db.execute("update auth.users set email_confirmed_at = now() where id = %s", (person,))


def preview(
    sending: Sending, *, campaign: Any = None, key: str = "new", person: uuid.UUID | None = None, as_member: bool = False, **body: Any
) -> Answer:
    return request(
        "api.preview_campaign", "POST", f"/api/rex/campaigns/{campaign or sending.world.campaign}/preview", key=key,
        person=person or sending.world.account, body={"lead_id": str(sending.leads[0])} | body, account=sending.world.account if as_member else None,
    )  # fmt: skip


def queued(db: Connection) -> int:
    count: int = one(db, "select count(*) from public.rex_test_mails")
    return count


def test_steps_are_shown_as_the_lead_would_get_them(sending: Sending) -> None:
    sending.db.execute(
        "update public.rex_campaigns set steps = jsonb_set(steps, '{0,templates,default,subject}', '\"For {{ lead.first_name }}\"') where id = %s",
        (sending.world.campaign,),
    )
    answer = preview(sending)
    assert (answer.status, answer.body["left_out"], answer.body["test_mail"]) == (200, None, None)
    assert [(message["step"], message["subject"]) for message in answer.body["messages"]] == [(1, "For Ann")]
    assert queued(sending.db) == 0


def test_test_mail_is_queued_once_and_the_sender_told(sending: Sending) -> None:
    answers = [preview(sending, send_step=1, key="k") for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0].status, answers[0].body["test_mail"]["state"], queued(sending.db)) == (200, "queued", 1)
    assert boto3.client("sqs").receive_message(QueueUrl=settings.settings().send_queue_url)["Messages"]


@pytest.mark.parametrize(("role", "step", "status"), [("viewer", None, 200), ("viewer", 1, 403), ("operator", 1, 200)])
def test_viewer_looks_and_sends_nothing(sending: Sending, role: str, step: int | None, status: int) -> None:
    member = sign_up(sending.db)
    confirm(sending.db, member)
    sending.db.execute(
        "insert into public.rex_members (user_id, member_id, role) values (%s, %s, %s)", (sending.world.account, member, role)
    )
    answer = preview(sending, person=member, as_member=True, send_step=step)
    assert (answer.status, queued(sending.db)) == (status, int(status == 200 and step is not None)), answer.body


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("update auth.users set email_confirmed_at = null", "address_unconfirmed"),
        ("update public.rex_accounts set postal_address = null", "details_missing"),
        ("update public.rex_campaigns set reply_to = null", "details_missing"),
        ("update public.rex_accounts set paused_at = rex.now()", "paused"),
        ("update public.rex_campaigns set paused_at = rex.now()", "paused"),
        ("update public.rex_inboxes set paused_at = rex.now()", "no_inbox"),
        ("update public.rex_inboxes set login_version = 2", "no_inbox"),
        (
            "insert into public.rex_suppressions (user_id, channel, address_hash, reason)"
            " select id, 'email', rex.address_hash('email', email), 'manual' from auth.users",
            "address_suppressed",
        ),
        ("""update public.rex_campaigns set steps = '[{"templates": {"recent": {"subject": "s", "text": "t"}}}]'""", "template_missing"),
    ],
)
def test_what_cannot_go_out_is_refused_with_what_to_do(sending: Sending, change: str, code: str) -> None:
    sending.db.execute(change)
    answer = preview(sending, send_step=1)
    assert (answer.status, answer.body["code"], bool(answer.body["next"])) == (409, code, True)
    assert queued(sending.db) == 0


def test_ten_in_an_hour_are_enough(sending: Sending) -> None:
    assert [preview(sending, send_step=1).status for _ in range(11)] == [200] * 10 + [429]
    sending.db.execute("update public.rex_test_mails set created_at = created_at - interval '61 minutes'")
    assert preview(sending, send_step=1).status == 200


def test_thirty_in_a_day_are_enough(sending: Sending) -> None:
    sending.db.execute(
        "insert into public.rex_test_mails (user_id, person, campaign_id, lead_id, step, created_at)"
        " select %(account)s, %(account)s, %(campaign)s, %(lead)s, 1, rex.now() - interval '2 hours' from generate_series(1, 30)",
        {"account": sending.world.account, "campaign": sending.world.campaign, "lead": sending.leads[0]},
    )
    assert preview(sending, send_step=1).status == 429


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"lead_id": None}, 422), ({"lead_id": "none"}, 422), ({"lead_id": NOWHERE}, 404), ({"send_step": 0}, 422), ({"send_step": 2}, 422),
        ({"to": "a@x.example"}, 422), ({"campaign": NOWHERE}, 404), ({"campaign": "none"}, 404),
    ],
)  # fmt: skip
def test_bad_request_is_refused(sending: Sending, body: dict[str, Any], status: int) -> None:
    answer = preview(sending, **body)
    assert (answer.status, bool(answer.body["next"])) == (status, True), answer.body


def test_strangers_ids_are_not_found(sending: Sending) -> None:
    stranger = make_world(sending.db)
    own_lead = stranger.add_leads(1)[0]
    confirm(sending.db, stranger.account)
    asked = [
        preview(sending, person=stranger.account), preview(sending, person=stranger.account, lead_id=str(own_lead)),
        preview(sending, person=stranger.account, campaign=stranger.campaign, send_step=1),
    ]  # fmt: skip
    assert [answer.status for answer in asked] == [404] * 3
    assert queued(sending.db) == 0
