"""The route that releases, refuses and edits what is held."""

import uuid
from typing import Any

import boto3
import pytest

from rex import settings
from tests.support.api import Answer, request
from tests.support.database import Connection
from tests.support.mission_world import make_world
from tests.support.sending_world import Sending, make_sending

pytestmark = pytest.mark.usefixtures("deployment")
ONE = str(uuid.uuid4())


@pytest.fixture
def held(db: Connection) -> Sending:
    sending = make_sending(db, leads=2)
    sending.write()
    db.execute("update public.rex_outreach set state = 'held', held_at = rex.now()")
    db.execute("update public.rex_mission_leads set outcome = 'held'")
    return sending


def review(held: Sending, body: Any, **sent: Any) -> Answer:
    given = {"person": held.world.account, "body": body} | sent
    return request("api.release_outreach", "POST", f"/api/rex/missions/{held.mission}/release", **given)


def told(queue_url: str) -> bool:
    return bool(boto3.client("sqs").receive_message(QueueUrl=queue_url).get("Messages"))


def test_held_messages_are_edited_refused_and_released(held: Sending) -> None:
    first, second = (str(row[0]) for row in held.db.execute("select id from public.rex_outreach order by lead_id").fetchall())
    edited = review(held, {"action": "edit", "outreach_ids": [first], "subject": "s", "body_text": "Hello", "body_html": "<p>Hello</p>"})
    assert (edited.status, edited.body["being_checked"], edited.body["held"]) == (200, 1, 1)
    assert told(settings.settings().tasks_queue_url)
    refused = review(held, {"action": "refuse", "outreach_ids": [second], "reason": "wrong_tone"})
    assert (refused.status, refused.body["changed"]) == (200, 1)
    released = review(held, {"action": "release"}, key="k")
    assert (released.status, released.body["changed"]) == (200, 0)
    assert review(held, {"action": "release"}, key="k") == released
    assert told(settings.settings().send_queue_url)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"action": "approve"}, 422),
        ({"action": "release", "outreach_ids": []}, 422),
        ({"action": "release", "outreach_ids": [ONE], "subject": "s"}, 422),
        ({"action": "release", "reason": "why"}, 422),
        ({"action": "refuse", "reason": "He said no!"}, 422),
        ({"action": "edit", "outreach_ids": [ONE]}, 422),
        ({"action": "edit", "body_text": "t"}, 422),
        ({"action": "edit", "outreach_ids": [ONE, ONE], "body_text": "t"}, 422),
        ({"action": "edit", "outreach_ids": [ONE], "body_text": "t", "subject": "a\r\nBcc: x@y.example"}, 422),
        ({"action": "release", "colour": "red"}, 422),
        ({"action": "release", "outreach_ids": [ONE]}, 404),
    ],
)
def test_bad_review_is_refused_with_what_to_do(held: Sending, body: Any, status: int) -> None:
    answer = review(held, body)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json"), answer.body
    assert answer.body["next"]


def test_strangers_release_nothing(held: Sending) -> None:
    assert review(held, {"action": "release"}, person=make_world(held.db).account).status == 404
