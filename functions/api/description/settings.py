"""Settings: the account, its campaigns and its inboxes. What may be left out is left out, not null, so bodies are TypedDicts."""

from typing import Annotated, Any, NotRequired, TypedDict
from uuid import UUID

from pydantic import AwareDatetime, Field, RootModel, with_config

from functions.api.description.fields import (
    AT,
    Address,
    Days,
    Line100,
    Line200,
    Line500,
    Link,
    Postal,
    Text500,
    Text2000,
    Text50000,
    Text100000,
    TimeOfDay,
)  # fmt: skip
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Role, Route
from rex.domain.states import ReviewMode
from rex.domain.tasks import Angle
from rex.usecases.read_account import CampaignQuery


def up_to(least: int, most: int) -> Any:
    """The range of a whole number."""
    return Field(ge=least, le=most)


@with_config(extra="forbid")
class AccountFields(TypedDict, total=False):
    """Settings of the account."""

    company: Line200 | None
    postal_address: Postal | None
    time_zone: Annotated[
        Line100,
        Field(
            description="By its IANA name, as Europe/Berlin, or UTC. Caps count in it once the day that runs has ended.",
            examples=["Europe/Berlin"],
        ),
    ]
    window_start: TimeOfDay
    window_end: TimeOfDay
    window_days: Days
    frequency_cap_messages: Annotated[int, up_to(1, 1000)] | None
    frequency_cap_days: Annotated[int, up_to(1, 365)]
    send_without_replies: bool
    analytics_hour_days: Annotated[int, up_to(7, 90)]
    analytics_day_days: Annotated[int, up_to(90, 3650)]
    target_success: Annotated[int, up_to(1, 100)]
    target_active_seconds: Annotated[int, up_to(1, 7200)]
    target_reputation: Annotated[int, up_to(1, 100)]
    target_utilisation: Annotated[int, up_to(1, 100)]
    target_replies: Annotated[int, up_to(1, 100)]
    target_meetings: Annotated[int, up_to(1, 100)]
    daily_report: bool
    daily_report_hour: Annotated[int, up_to(0, 23)]


class AccountChanges(RootModel[AccountFields]):
    """What to change; null takes a value away."""


class AccountOfCaller(Answered):
    """An account the caller may act for, and as what."""

    user_id: UUID
    company: str | None
    role: Role


class Account(Answered):
    """The account's settings, what the caller may do in it, and for which others they may act."""

    user_id: UUID
    company: str | None
    postal_address: str | None
    time_zone: str
    window_start: str
    window_end: str
    window_days: tuple[int, ...]
    frequency_cap_messages: int | None
    frequency_cap_days: int
    send_without_replies: bool
    analytics_hour_days: int
    analytics_day_days: int
    target_success: Annotated[int, Field(description="Targets are in percent, that of reputation in hundredths.")]
    target_active_seconds: int
    target_reputation: int
    target_utilisation: int
    target_replies: int
    target_meetings: int
    daily_report: bool
    daily_report_hour: int
    llm_daily_tokens: int
    llm_daily_micros: int
    settings: dict[str, Any]
    paused_at: AwareDatetime | None
    created_at: AwareDatetime
    updated_at: AwareDatetime
    role: Role
    accounts: tuple[AccountOfCaller, ...]


class AccountChanged(Answered):
    """Whose settings were changed."""

    user_id: UUID


@with_config(extra="forbid")
class WrittenTemplate(TypedDict):
    """A message before its variables are filled in; the html may be left out."""

    subject: Line500
    text: Text50000
    html: NotRequired[Text100000 | None]


@with_config(extra="forbid")
class Templates(TypedDict):
    """By angle; `default` serves where there is no other."""

    default: WrittenTemplate
    returning_customer: NotRequired[WrittenTemplate]
    decision_maker: NotRequired[WrittenTemplate]
    long_dormant: NotRequired[WrittenTemplate]
    recent: NotRequired[WrittenTemplate]


@with_config(extra="forbid")
class WrittenStep(TypedDict):
    """One message of the sequence, and how long after the one before."""

    delay_hours: NotRequired[Annotated[int, up_to(0, 2160)]]
    templates: Templates


@with_config(extra="forbid")
class CampaignFields(TypedDict, total=False):
    """Fields of a campaign."""

    name: Line200
    offer: Text2000 | None
    sender_name: Line100 | None
    reply_to: Address | None
    call_to_action: Text500 | None
    link: Link | None
    steps: Annotated[tuple[WrittenStep, ...], Field(min_length=1, max_length=5)]
    window_start: TimeOfDay | None
    window_end: TimeOfDay | None
    window_days: Days | None
    collecting_seconds: Annotated[int, up_to(1, 2_592_000)]
    expire_days: Annotated[int, up_to(1, 90)]
    review: ReviewMode


@with_config(extra="forbid")
class NewCampaignFields(CampaignFields):
    """Fields of a new campaign, which needs a name."""

    name: Line200  # type: ignore[misc]


class NewCampaign(RootModel[NewCampaignFields]):
    """A campaign; what is left out can be filled in later, before its first mission."""


class CampaignChanges(RootModel[CampaignFields]):
    """What to change; null takes a value away."""


class CampaignSaved(Answered):
    """The campaign, and the version of its templates."""

    campaign_id: UUID
    template_version: int


class Template(Answered):
    """A message before its variables are filled in."""

    subject: str
    text: str
    html: str | None = None


class Step(Answered):
    """One message of the sequence."""

    delay_hours: int = 0
    templates: dict[Angle, Template]


class Campaign(Answered):
    """A campaign."""

    id: UUID
    user_id: UUID
    name: str
    is_default: bool
    offer: str | None
    sender_name: str | None
    reply_to: str | None
    call_to_action: str | None
    link: str | None
    steps: tuple[Step, ...]
    template_version: int
    window_start: str | None
    window_end: str | None
    window_days: tuple[int, ...] | None
    collecting_seconds: int
    expire_days: int
    review: ReviewMode
    paused_at: AwareDatetime | None
    created_at: AwareDatetime
    updated_at: AwareDatetime


class Campaigns(Answered):
    """A page of campaigns, the default one first; `next` is the cursor of the page after it."""

    items: tuple[Campaign, ...]
    next: str | None


STEP = WrittenStep(templates=Templates(default=WrittenTemplate(subject="Hi {{ lead.first_name }}", text="Shall we talk again?")))
CAMPAIGN = Campaign(
    id=AN_ID, user_id=ANOTHER_ID, name="Spring", is_default=False, offer="A free month", sender_name="Ann Ames", reply_to="ann@example.com",
    call_to_action="Answer this message", link="https://example.com/spring",
    steps=(Step(templates={Angle.DEFAULT: Template(subject="Hi {{ lead.first_name }}", text="Shall we talk again?")}),), template_version=1,
    window_start=None, window_end=None, window_days=None, collecting_seconds=259_200, expire_days=14, review=ReviewMode.SAMPLES,
    paused_at=None, created_at=AT, updated_at=AT,
)  # fmt: skip
ACCOUNT = Account(
    user_id=AN_ID, company="Acme", postal_address="1 Main Street, Springfield", time_zone="Europe/Berlin", window_start="09:00:00",
    window_end="17:00:00", window_days=(1, 2, 3, 4, 5), frequency_cap_messages=4, frequency_cap_days=30, send_without_replies=False,
    analytics_hour_days=30, analytics_day_days=730, target_success=95, target_active_seconds=300, target_reputation=85,
    target_utilisation=70, target_replies=30, target_meetings=10, daily_report=True, daily_report_hour=8,
    llm_daily_tokens=200_000, llm_daily_micros=1_000_000, settings={},
    paused_at=None, created_at=AT, updated_at=AT, role="owner", accounts=(AccountOfCaller(user_id=AN_ID, company="Acme", role="owner"),),
)  # fmt: skip

ROUTES = (
    Route(handler="get_account", answers={200: ACCOUNT}),
    Route(
        handler="update_account",
        sends=AccountChanges({"company": "Acme", "window_end": "24:00"}),
        answers={200: AccountChanged(user_id=AN_ID)},
    ),
    Route(handler="list_campaigns", asks=CampaignQuery(q="spring", paused=False), answers={200: Campaigns(items=(CAMPAIGN,), next=None)}),
    Route(
        handler="create_campaign",
        sends=NewCampaign({"name": "Spring", "offer": "A free month", "steps": (STEP,), "review": ReviewMode.SAMPLES}),
        answers={201: CampaignSaved(campaign_id=AN_ID, template_version=1)},
        refuses=(409,),
    ),
    Route(
        handler="update_campaign",
        sends=CampaignChanges({"offer": None, "expire_days": 30}),
        answers={200: CampaignSaved(campaign_id=AN_ID, template_version=1)},
        refuses=(409,),
    ),
)
