"""Messages of a mission, and what became of them: late, several times, and out of order."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.support.analytics.rows import END, Row, log

if TYPE_CHECKING:
    from tests.support.analytics.history import History

KINDS = (
    "delivered", "delivered", "delivered", "replied", "hard_bounced", "soft_bounced", "blocked", "deferred", "complained", "unsubscribed",
    "auto_replied", "opened", "clicked",
)  # fmt: skip
PROVIDERS = (("email", "smtp"), ("email", "sendgrid"), ("sms", "twilio"))


def add_messages(history: "History", mission: uuid.UUID, campaign: uuid.UUID, start: datetime) -> None:
    """A few, some of them second steps, hours apart."""
    for number in range(history.luck.randint(0, 4)):
        begun = start + timedelta(milliseconds=history.luck.randint(0, 40_000_000))
        if begun < END:
            _add_message(history, mission, campaign, 1 + number % 2, begun)


def _add_message(history: "History", mission: uuid.UUID, campaign: uuid.UUID, step: int, begun: datetime) -> None:
    luck, message = history.luck, uuid.UUID(int=history.luck.getrandbits(128))
    answers = luck.choice([("sent",), ("sent",), ("sent",), ("unknown",), ("unknown", "sent"), ("unknown", "refused"), ("refused",)])
    told = _answer(history, mission, message, begun, answers)
    channel, provider = luck.choice(PROVIDERS)
    history.rows.append(Row("rex_outreach", begun, {
        "id": message, "user_id": history.account, "mission_id": mission, "campaign_id": campaign, "lead_id": uuid.UUID(int=luck.getrandbits(128)),
        "step": step, "channel": channel, "address_hash": "x", "state": told, "template_version": 1, "domain_id": luck.choice(history.domains),
        "inbox_id": message, "begun_at": begun, "handed_over_at": begun, "provider": provider, "created_at": begun,
    }))  # fmt: skip
    for _ in range(luck.choice((0, 1, 2, 4))):
        _add_event(history, mission, message, begun)


def _answer(history: "History", mission: uuid.UUID, message: uuid.UUID, begun: datetime, answers: tuple[str, ...]) -> str:
    """The last answer that came before the end of the year."""
    at, before, told = begun, "sending", "unknown"
    for number, after in enumerate(answers):
        at += timedelta(milliseconds=history.luck.randint(100, 200_000_000 if number else 9000))
        if at < END or not number:
            history.rows.append(log(history.account, min(at, END), "outreach", message, mission, "finish_outreach", before, after, fence=1))
            before = told = after
    return told


def _add_event(history: "History", mission: uuid.UUID, message: uuid.UUID, begun: datetime) -> None:
    """It is told up to ten days after it happened, and by two sources now and then."""
    luck, kind = history.luck, history.luck.choice(KINDS)
    occurred = begun + timedelta(milliseconds=luck.randint(0, 400_000_000))
    for _ in range(luck.choice((1, 1, 2, 3))):
        recorded = occurred + timedelta(milliseconds=luck.choice((500, 60_000, 900_000_000)) + luck.randint(0, 1000))
        if recorded >= END:
            continue
        event = uuid.UUID(int=luck.getrandbits(128))
        history.rows.append(Row("rex_outreach_events", recorded, {
            "id": event, "user_id": history.account, "outreach_id": message, "mission_id": mission, "lead_id": message, "kind": kind,
            "source": "test", "source_id": str(event), "occurred_at": occurred + timedelta(seconds=luck.randint(-3000, 3000)), "recorded_at": recorded,
        }))  # fmt: skip
        told = {"event_id": str(event), "source": "test"}
        history.rows.append(
            log(history.account, recorded, "outreach", message, mission, "record_event", None, None, reason=kind, data=told)
        )
