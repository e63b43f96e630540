"""Hand due messages over, one at a time: each begins with a command of its own and ends with its answer on record."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rex.domain.commands import Machinery, Nudge, SecondsLeft
from rex.domain.messages import HandOver, Inbox, Mailer, Message
from rex.domain.queues import Queue
from rex.errors import Rejected, Transient
from rex.usecases.move_missions import move_missions

BATCH = 50
LEASE_SECONDS = 60
SECONDS_FOR_A_MESSAGE = 60.0
"""A hand-over begins only when the function may run as long as this: longer than a mail server may take, and half its lease."""
SLOW_SECONDS = 10.0
"""Whose mail server takes longer, or does not answer, gets no second message in a run: others' mail would wait for it."""
MOST_ROUNDS = 3
"""For answers that the database could not take at first."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one hand-over, to be recorded."""

    outreach_id: str
    fence: int
    hand_over: HandOver


@dataclass(kw_only=True)
class Sending:
    """One run of the sender."""

    machinery: Machinery
    mailer: Mailer
    seconds_left: SecondsLeft
    counts: Counter[str] = field(default_factory=Counter)
    missions: set[UUID] = field(default_factory=set)
    unrecorded: list[Answer] = field(default_factory=list)
    refusals: list[Rejected] = field(default_factory=list)
    slow_inboxes: set[str] = field(default_factory=set)


def send_outreach(*, machinery: Machinery, mailer: Mailer, seconds_left: SecondsLeft, nudge: Nudge) -> dict[str, int]:
    """Until nothing is due or the time is up; how many messages ended how. An answer that is lost here becomes `unknown`.

    A message that the database refuses holds up no other: the first such refusal is raised at the end.
    """
    sending = Sending(machinery=machinery, mailer=mailer, seconds_left=seconds_left)
    try:
        _send_due(sending, nudge)
    finally:
        _record_again(sending)
    move_missions(sending.missions, machinery=machinery, nudge=nudge)
    if sending.refusals:
        raise sending.refusals[0]
    return dict(sending.counts)


def _send_due(sending: Sending, nudge: Nudge) -> None:
    while _has_time(sending):
        leases = sending.machinery.command(
            "rex_claim_outreach", p_limit=BATCH, p_lease_seconds=LEASE_SECONDS, p_without=sorted(sending.slow_inboxes) or None
        )["outreach"]
        for lease in leases:
            if _has_time(sending) and lease["inbox_id"] not in sending.slow_inboxes:
                _take_turn(sending, lease)
        if not leases:
            return
    nudge(Queue.SEND)


def _has_time(sending: Sending) -> bool:
    return sending.seconds_left() > SECONDS_FOR_A_MESSAGE


def _take_turn(sending: Sending, lease: dict[str, Any]) -> None:
    try:
        _send(sending, lease)
    except Rejected as error:
        if error.status == 404:  # its account was deleted meanwhile
            sending.counts["gone"] += 1
        else:
            sending.refusals.append(error)


def _send(sending: Sending, lease: dict[str, Any]) -> None:
    outreach_id, fence, at_first = lease["outreach_id"], lease["fence"], sending.seconds_left()
    begun = sending.machinery.command("rex_begin_outreach", p_outreach_id=outreach_id, p_fence=fence)
    if not begun["begun"]:
        sending.counts[begun["code"]] += 1
        return
    message, inbox = Message.model_validate(begun["message"]), Inbox.model_validate(begun["inbox"])
    hand_over = sending.mailer.hand_over(message, inbox, lambda: at_first - sending.seconds_left() < SECONDS_FOR_A_MESSAGE)
    sending.missions.add(message.mission_id)
    _record(sending, Answer(outreach_id=outreach_id, fence=fence, hand_over=hand_over))
    if hand_over.blames_inbox:
        _stop_inbox(sending, inbox, hand_over)
    if hand_over.code == "server_unreachable" or at_first - sending.seconds_left() > SLOW_SECONDS:
        sending.slow_inboxes.add(str(inbox.inbox_id))


def _record(sending: Sending, answer: Answer) -> None:
    told = answer.hand_over
    try:
        sending.machinery.command(
            "rex_finish_outreach",
            p_outreach_id=answer.outreach_id,
            p_fence=answer.fence,
            p_result=told.result.value,
            p_provider=told.provider,
            p_provider_id=told.provider_id,
            p_code=told.code,
            p_answer=told.answer,
        )
    except Transient:
        sending.unrecorded.append(answer)
    else:
        sending.counts[told.result.value] += 1


def _record_again(sending: Sending) -> None:
    for _ in range(MOST_ROUNDS):
        left, sending.unrecorded = sending.unrecorded, []
        for answer in left:
            _record(sending, answer)
    if sending.unrecorded:
        sending.counts["unrecorded"] = len(sending.unrecorded)


def _stop_inbox(sending: Sending, inbox: Inbox, hand_over: HandOver) -> None:
    sending.machinery.command(
        "rex_check_inbox", p_inbox_id=str(inbox.inbox_id), p_login_version=inbox.login_version, p_error=hand_over.code
    )
