"""Pause domains that plainly do harm, and keep the reputation of every domain by the hour."""

from rex.domain import harm
from rex.domain.commands import Machinery, Nudge
from rex.domain.queues import Queue

BATCH = 10
"""A domain that sends the most it can takes half a second, and a statement may take eight."""
MOST_BATCHES = 5


def pause_harmful_domains(*, machinery: Machinery) -> dict[str, int]:
    """Of those with harm of the last hour, as many as there is time for, drawn by chance."""
    paused = 0
    for _ in range(MOST_BATCHES):
        answer = machinery.command(
            "rex_pause_harmful_domains", p_least_sends=harm.LEAST_SENDS, p_least_events=harm.LEAST_EVENTS,
            p_bounce_rate=harm.BOUNCE_RATE, p_complaint_rate=harm.COMPLAINT_RATE, p_limit=BATCH,
        )  # fmt: skip
        paused += len(answer["paused"])
        if answer["looked"] < BATCH:
            break
    return {"paused": paused}


def measure_domains(*, machinery: Machinery, nudge: Nudge) -> dict[str, int]:
    """Those that have no value of this hour yet."""
    measured = 0
    for _ in range(MOST_BATCHES):
        batch: int = machinery.command("rex_measure_domains", p_limit=BATCH)["measured"]
        measured += batch
        if batch < BATCH:
            break
    if measured:
        nudge(Queue.BUS)
    return {"measured": measured}
