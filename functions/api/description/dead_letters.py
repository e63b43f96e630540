"""What no handler of the bus could do."""

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Route
from rex.usecases.dead_letters import DeadLetterFilter, DeadLetterQuery, LetterSelection


class Message(Answered):
    """A message of the bus; what it tells are ids, numbers and codes."""

    user_id: UUID
    channel: Literal["missions", "agents", "domains", "analytics", "errors", "system"]
    seq: int
    id: UUID
    type: str
    timestamp: AwareDatetime
    sender: str
    recipient: str | None
    mission_id: UUID | None
    data: dict[str, Any]
    correlation_id: UUID | None
    reply_to: UUID | None


class DeadLetter(Answered):
    """A message that a handler gave up, as it was; `replay_at` is when it was asked to be tried again, null while it rests."""

    id: UUID
    handler: str
    type: str
    mission_id: UUID | None
    message: Message
    error_code: str
    attempts: int
    first_at: AwareDatetime
    last_at: AwareDatetime
    replay_at: AwareDatetime | None


class DeadLetters(Answered):
    """A page of dead letters, the one that failed last first; `next` is the cursor of the page after it."""

    items: tuple[DeadLetter, ...]
    next: str | None


class LettersChanged(Answered):
    """Which dead letters will be tried again, or are gone."""

    dead_letters: int
    dead_letter_ids: tuple[UUID, ...]


LETTER = DeadLetter(
    id=AN_ID,
    handler="judge_domain",
    type="domain.health",
    mission_id=None,
    message=Message(
        user_id=ANOTHER_ID, channel="domains", seq=7, id=ANOTHER_ID, type="domain.health", timestamp=AT, sender="measure_domains",
        recipient=None, mission_id=None, data={"domain_id": str(ANOTHER_ID), "reputation": 0.64}, correlation_id=None, reply_to=None,
    ),
    error_code="database_unavailable",
    attempts=4,
    first_at=AT,
    last_at=AT,
    replay_at=None,
)  # fmt: skip
CHANGED = LettersChanged(dead_letters=1, dead_letter_ids=(AN_ID,))

ROUTES = (
    Route(
        handler="list_dead_letters",
        asks=DeadLetterQuery(handler="judge_domain", limit=50),
        answers={200: DeadLetters(items=(LETTER,), next=None)},
    ),
    Route(
        handler="replay_dead_letters",
        sends=LetterSelection(filter=DeadLetterFilter(error_code="database_unavailable"), expected_count=1),
        answers={200: CHANGED},
        refuses=(404, 409),
    ),
    Route(
        handler="discard_dead_letters",
        sends=LetterSelection(ids=(AN_ID,), expected_count=1),
        answers={200: CHANGED},
        refuses=(404, 409),
    ),
)
