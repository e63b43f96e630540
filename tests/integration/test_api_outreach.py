"""The routes of one message: content and events for its account, its html for a signed link, and nothing in it that runs."""

import uuid
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.api import Answer, request
from tests.support.database import Connection, sign_up
from tests.support.mission_world import make_world
from tests.support.sending_world import Sending, make_sending

pytestmark = pytest.mark.usefixtures("deployment")

HTML = '<h1 onclick="steal()">Hello</h1><script>steal()</script>'


@pytest.fixture
def sending(db: Connection) -> Sending:
    return make_sending(db)


def get(outreach: Any, person: uuid.UUID, **more: Any) -> Answer:
    return request("api.get_outreach", "GET", f"/api/rex/outreach/{outreach}", person=person, **more)


def show(link: str, **changes: str) -> Answer:
    """As a frame of the page asks: without a token."""
    parts = urlsplit(link)
    return request("api.show_outreach", "GET", parts.path, query=dict(parse_qsl(parts.query)) | changes, key=None)


def write(sending: Sending, html: str | None) -> uuid.UUID:
    (outreach,) = sending.write()
    sending.db.execute("update public.rex_outreach set body_html = %s, body_text = 'a < b' where id = %s", (html, outreach))
    return outreach


def test_message_is_told_with_its_address_and_events(sending: Sending) -> None:
    sending.write()
    outreach = sending.send()["outreach_id"]
    for kind in ("delivered", "opened"):
        sending.event(outreach, kind)
    answer = get(outreach, sending.world.account)
    assert (answer.status, answer.body["state"], answer.body["address"]) == (200, "sent", f"{sending.leads[0]}@lead.example")
    assert sorted(event["kind"] for event in answer.body["events"]) == ["delivered", "opened"]
    assert not {"fence", "lease_until", "address_hash"} & answer.body.keys()


def test_viewer_reads_it(sending: Sending) -> None:
    outreach, viewer = write(sending, None), sign_up(sending.db)
    sending.db.execute(
        "insert into public.rex_members (user_id, member_id, role) values (%s, %s, 'viewer')", (sending.world.account, viewer)
    )
    assert get(outreach, viewer, account=sending.world.account).status == 200


def test_html_is_shown_to_who_holds_the_link(sending: Sending) -> None:
    link = get(write(sending, HTML), sending.world.account).body["html_link"]
    shown = show(link)
    assert (shown.status, shown.headers["content-type"], shown.body) == (200, "text/html; charset=utf-8", HTML)


def test_nothing_in_it_runs_or_loads_and_only_the_page_may_frame_it(sending: Sending) -> None:
    shown = show(get(write(sending, HTML), sending.world.account).body["html_link"])
    policy = {
        part.strip().partition(" ")[0]: part.strip().partition(" ")[2] for part in shown.headers["content-security-policy"].split(";")
    }
    wanted = {"default-src": "'none'", "style-src": "'unsafe-inline'", "sandbox": "", "frame-ancestors": "'self'", "base-uri": "'none'"}
    assert policy == wanted
    others = {name: shown.headers[name] for name in ("x-content-type-options", "referrer-policy", "cache-control")}
    assert others == {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store"}


def test_message_without_html_is_shown_as_its_text(sending: Sending) -> None:
    assert "a &lt; b" in show(get(write(sending, None), sending.world.account).body["html_link"]).body


def test_link_opens_no_other_message(sending: Sending) -> None:
    link = get(write(sending, HTML), sending.world.account).body["html_link"]
    other = make_sending(sending.db)
    foreign = link.replace(urlsplit(link).path, f"/api/rex/outreach/{write(other, HTML)}/html")
    assert (show(foreign).status, show(foreign).body["code"]) == (403, "link_expired")


@pytest.mark.parametrize(
    ("changes", "status"), [({"signature": "x" * 43}, 403), ({"expires": "1"}, 403), ({"expires": "soon"}, 422), ({"colour": "red"}, 422)]
)
def test_changed_link_is_refused(sending: Sending, changes: dict[str, str], status: int) -> None:
    answer = show(get(write(sending, HTML), sending.world.account).body["html_link"], **changes)
    assert (answer.status, bool(answer.body["next"])) == (status, True)


def test_link_without_signature_is_refused(sending: Sending) -> None:
    assert request("api.show_outreach", "GET", f"/api/rex/outreach/{write(sending, HTML)}/html", person=sending.world.account).status == 422


def test_another_accounts_message_is_not_found(sending: Sending) -> None:
    outreach, stranger = write(sending, HTML), make_world(sending.db).account
    assert [get(asked, stranger).status for asked in (outreach, "none", uuid.uuid4())] == [404, 404, 404]
    assert get(outreach, stranger, account=sending.world.account).status in (403, 404)
