"""One message, and its html by a signed link."""

from uuid import UUID

from pydantic import AwareDatetime

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Html, Route
from rex.domain.states import Channel, EventKind, OutreachState
from rex.usecases.read_outreach import Signed


class OutreachEvent(Answered):
    """What happened to the message after its hand-over."""

    id: UUID
    kind: EventKind
    source: str
    occurred_at: AwareDatetime
    recorded_at: AwareDatetime
    detail: str | None


class Outreach(Answered):
    """A message with its content and events; `html_link` works for 5 minutes."""

    id: UUID
    mission_id: UUID
    campaign_id: UUID
    lead_id: UUID
    step: int
    follows_id: UUID | None
    channel: Channel
    address_id: UUID | None
    state: OutreachState
    reason: str | None
    delay_hours: int
    due_at: AwareDatetime | None
    subject: str | None
    body_text: str | None
    body_html: str | None
    template_version: int
    domain_id: UUID | None
    inbox_id: UUID | None
    attempts: int
    message_id: str | None
    provider: str | None
    provider_id: str | None
    provider_answer: str | None
    held_at: AwareDatetime | None
    edited_at: AwareDatetime | None
    begun_at: AwareDatetime | None
    handed_over_at: AwareDatetime | None
    sendable_at: AwareDatetime | None
    created_at: AwareDatetime
    address: str | None
    inbox: str | None
    events: tuple[OutreachEvent, ...]
    html_link: str


MESSAGE = Outreach(
    id=AN_ID, mission_id=ANOTHER_ID, campaign_id=ANOTHER_ID, lead_id=ANOTHER_ID, step=1, follows_id=None, channel=Channel.EMAIL,
    address_id=ANOTHER_ID, state=OutreachState.SENT, reason=None, delay_hours=0, due_at=AT, subject="Hi Ann",
    body_text="Shall we talk again?",
    body_html="<p>Shall we talk again?</p>", template_version=1, domain_id=ANOTHER_ID, inbox_id=ANOTHER_ID, attempts=1,
    message_id="<1@mail.example.com>", provider="smtp", provider_id=None, provider_answer="250 OK", held_at=None, edited_at=None,
    begun_at=AT, handed_over_at=AT, sendable_at=None, created_at=AT, address="ann@example.org", inbox="sales@mail.example.com",
    events=(OutreachEvent(id=ANOTHER_ID, kind=EventKind.DELIVERED, source="smtp", occurred_at=AT, recorded_at=AT, detail=None),),
    html_link=f"/api/rex/outreach/{AN_ID}/html?expires=1795512900&signature=Qm9",
)  # fmt: skip

ROUTES = (
    Route(handler="get_outreach", answers={200: MESSAGE}),
    Route(
        handler="show_outreach",
        asks=Signed(expires=1_795_512_900, signature="Qm9"),
        answers={200: Html("<p>Shall we talk again?</p>")},
        refuses=(403,),
        open=True,
    ),
)
