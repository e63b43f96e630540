"""Inboxes: how an account sends."""

from typing import Annotated, Literal, TypedDict
from uuid import UUID

from pydantic import AwareDatetime, Field, RootModel, with_config

from functions.api.description.fields import AT, DomainName, Host, InboxAddress, Line320
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.usecases.read_account import InboxQuery, Login

Password = Annotated[
    str, Field(min_length=1, max_length=500, json_schema_extra={"writeOnly": True}, description="Kept as a secret, never returned.")
]


@with_config(extra="forbid")
class InboxFields(TypedDict, total=False):
    """Fields of an inbox that can be changed; a changed host needs the password again."""

    host: Host
    port: Annotated[int, Field(ge=1, le=65535)]
    username: Line320
    password: Password | None
    daily_cap: Annotated[int, Field(ge=1, le=2000)]
    spacing_seconds: Annotated[int, Field(ge=0, le=86_400)]


@with_config(extra="forbid")
class InboxOfDomainId(InboxFields):
    """An inbox of the domain with this id."""

    domain_id: UUID
    address: InboxAddress
    host: Host  # type: ignore[misc]
    username: Line320  # type: ignore[misc]


@with_config(extra="forbid")
class InboxOfDomain(InboxFields):
    """An inbox of the domain with this name."""

    domain: DomainName
    address: InboxAddress
    host: Host  # type: ignore[misc]
    username: Line320  # type: ignore[misc]


class NewInbox(RootModel[InboxOfDomainId | InboxOfDomain]):
    """An inbox, by the id or the name of its domain; its address is one of that domain."""


class InboxChanges(RootModel[InboxFields]):
    """What to change."""


class InboxSaved(Answered):
    """The inbox, and the version of its login, which is checked before it sends."""

    inbox_id: UUID
    user_id: UUID
    host: str
    login_version: int


class Inbox(Answered):
    """An inbox, and whether its login was checked."""

    id: UUID
    user_id: UUID
    domain_id: UUID
    domain: str
    address: str
    host: str
    port: int
    username: str
    login: Login
    login_version: int
    checked_version: int | None
    login_checked_at: AwareDatetime | None
    login_error: str | None
    daily_cap: int
    spacing_seconds: int
    warmup_started_at: AwareDatetime | None
    warmed_at: AwareDatetime | None
    next_send_at: AwareDatetime | None
    provider: Literal["sendgrid"] | None
    paused_at: AwareDatetime | None
    created_at: AwareDatetime
    updated_at: AwareDatetime


class Inboxes(Answered):
    """A page of inboxes; `next` is the cursor of the page after it."""

    items: tuple[Inbox, ...]
    next: str | None


INBOX = Inbox(
    id=AN_ID, user_id=ANOTHER_ID, domain_id=ANOTHER_ID, domain="mail.example.com", address="ann@mail.example.com", host="smtp.example.com",
    port=587, username="ann", login=Login.CHECKED, login_version=1, checked_version=1, login_checked_at=AT, login_error=None, daily_cap=40,
    spacing_seconds=300, warmup_started_at=AT, warmed_at=None, next_send_at=AT, provider=None, paused_at=None, created_at=AT, updated_at=AT,
)  # fmt: skip
SAVED = InboxSaved(inbox_id=AN_ID, user_id=ANOTHER_ID, host="smtp.example.com", login_version=1)

NEW = NewInbox({
    "domain": "mail.example.com", "address": "ann@mail.example.com", "host": "smtp.example.com", "port": 587, "username": "ann",
    "password": "correct horse battery staple",
})  # fmt: skip

ROUTES = (
    Route(handler="list_inboxes", asks=InboxQuery(login=Login.FAILED), answers={200: Inboxes(items=(INBOX,), next=None)}),
    Route(handler="create_inbox", sends=NEW, answers={201: SAVED}, refuses=(404, 409)),
    Route(handler="update_inbox", sends=InboxChanges({"daily_cap": 60}), answers={200: SAVED}),
)
