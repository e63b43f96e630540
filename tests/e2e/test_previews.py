"""A campaign looked at on the running stack: a test mail reaches who asked, and a frame shows a message without a token."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from local.outbox import Outbox
from local.sample_mission import Api
from tests.support.database import connect, one
from tests.support.laptop import Laptop
from tests.support.waiting import wait

_SECONDS = 60
_LEAD = """
select l.id from public.rex_leads l where l.removed_at is null
  and exists (select from public.rex_lead_addresses where lead_id = l.id and channel = 'email')
  and not exists (select from public.rex_lead_addresses a join public.rex_suppressions s using (user_id, channel, address_hash) where a.lead_id = l.id)
order by l.id limit 1
"""


@pytest.fixture
def client(stack: dict[str, Any]) -> Iterator[httpx.Client]:
    with closing(Api.sign_in(stack).client) as signed_in:
        yield signed_in


def post(client: httpx.Client, path: str, **body: Any) -> httpx.Response:
    return client.post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})


def written(stack: dict[str, Any], mission: str) -> str:
    """The message that the agents have written and hold, once they have."""
    query = "select id::text from public.rex_outreach where mission_id = %s and state = 'held' and step = 1"
    with connect(stack["database_url"]) as database:
        wait(lambda: bool(database.execute(query, (mission,)).fetchall()), _SECONDS, "a held message")
        return str(one(database, query, mission))


@pytest.fixture
def lead(stack: dict[str, Any], client: httpx.Client) -> str:
    """One that may be written to."""
    Api(client).import_leads()
    with connect(stack["database_url"]) as database:
        return str(one(database, _LEAD))


def test_test_mail_reaches_the_mailbox_of_who_asked(laptop: Laptop, stack: dict[str, Any], client: httpx.Client, lead: str) -> None:
    (campaign,) = client.get("/campaigns", params={"limit": 1}).json()["items"]
    answer = post(client, f"/campaigns/{campaign['id']}/preview", lead_id=lead, send_step=1)
    assert (answer.status_code, answer.json().get("test_mail", {}).get("state")) == (200, "queued"), answer.text

    def received() -> list[str]:
        return [mail.message_id for mail in Outbox(folder=laptop.home.outbox).log() if mail.recipients == [stack["user"]["email"]]]

    wait(lambda: bool(received()), _SECONDS, "the mailbox")
    assert [answer.json()["test_mail"]["test_mail_id"] in message_id for message_id in received()] == [True]


def test_frame_shows_a_message_without_a_token_for_the_signed_link_alone(stack: dict[str, Any], client: httpx.Client, lead: str) -> None:
    mission = post(client, "/missions", type="lead_reactivation", audience={"lead_ids": [lead]}, review="all").json()["mission_id"]
    outreach = written(stack, mission)
    post(client, f"/missions/{mission}/cancel")
    link = client.get(f"/outreach/{outreach}").json()["html_link"]
    front = stack["api_url"].removesuffix("/api/rex")
    shown = httpx.get(front + link)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert httpx.get(front + link.partition("?")[0]).status_code == 422
    assert httpx.get(front + link.partition("/html")[0]).status_code == 401
