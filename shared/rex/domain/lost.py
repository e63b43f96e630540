"""What a queue of last resort holds, as a dead letter: which nudge or tick failed for good, when and why; nothing anybody wrote."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from rex.domain.queues import Queue

LOST = "lost"
"""The handler of these dead letters: trying one again is nudging its queue again."""
_OBJECT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class Lost(BaseModel):
    """A message of LostNudges or LostTicks."""

    model_config = ConfigDict(frozen=True)

    message_id: str
    type: str
    message: dict[str, str | None]
    error_code: str
    attempts: int
    first_at: datetime
    last_at: datetime


def read_lost(record: Mapping[str, Any], queues: Mapping[str, Queue]) -> Lost:
    """An SQS record as Lambda hands it over; `queues` says which queue has which name at the provider."""
    source = str(record["attributes"].get("DeadLetterQueueSourceArn", ""))
    told = _nudge(source, queues) if source else _tick(record)
    return Lost(
        message_id=record["messageId"],
        attempts=told.pop("attempts", None) or int(record["attributes"].get("ApproximateReceiveCount", 1)),
        first_at=_moment(record["attributes"]["SentTimestamp"]),
        last_at=_moment(record["attributes"]["ApproximateFirstReceiveTimestamp"]),
        **told,
    )


def _nudge(source: str, queues: Mapping[str, Queue]) -> dict[str, Any]:
    queue = queues.get(source.rpartition(":")[2])
    return {"type": "nudge", "message": {"queue": queue and queue.value}, "error_code": "nudge_failed"}


def _tick(record: Mapping[str, Any]) -> dict[str, Any]:
    """By an invocation that failed (a destination's JSON), or by a schedule that could not start one (attributes)."""
    body = _object(record["body"])
    context, payload = body.get("requestContext") or {}, body.get("responsePayload") or {}
    attributes = {name: value.get("stringValue") for name, value in record.get("messageAttributes", {}).items()}
    function = re.search(r":function:([A-Za-z0-9_-]+)", str(context.get("functionArn") or attributes.get("TARGET_ARN") or ""))
    return {
        "type": "tick",
        "message": {"function": function and function[1]},
        "error_code": as_code(payload.get("errorType") or attributes.get("ERROR_CODE") or context.get("condition")),
        "attempts": context.get("approximateInvokeCount"),
    }


def as_code(name: Any) -> str:
    """The name of an error class as a code: `ReadTimeout` is read_timeout."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name or "")).lower()
    return re.sub(r"[^a-z0-9_.]+", "_", words)[:100].strip("_") or "unknown"


def _object(body: str) -> dict[str, Any]:
    try:
        return _OBJECT.validate_json(body)
    except ValidationError:
        return {}


def _moment(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, tz=UTC)
