"""Keep the reputation of every domain by the hour, and do something about the ones that do harm."""

from typing import Any

from rex.domain import harm
from rex.domain.commands import Machinery, Nudge
from rex.domain.queues import Queue
from rex.usecases.rotate_domains import rotate_domains

BATCH = 10
"""A domain that sends the most it can takes half a second, and a statement may take eight."""
MOST_BATCHES = 5


def watch_domains(*, machinery: Machinery, nudge: Nudge) -> dict[str, Any]:
    """Those that plainly do harm, those that have no value of this hour yet, then those that are sick."""
    paused = machinery.command(
        "rex_pause_harmful_domains", p_least_sends=harm.LEAST_SENDS, p_least_events=harm.LEAST_EVENTS,
        p_bounce_rate=harm.BOUNCE_RATE, p_complaint_rate=harm.COMPLAINT_RATE,
    )["paused"]  # fmt: skip
    measured = 0
    for _ in range(MOST_BATCHES):
        batch: int = machinery.command("rex_measure_domains", p_limit=BATCH)["measured"]
        measured += batch
        if batch < BATCH:
            break
    if measured:
        nudge(Queue.BUS)
    return {"paused": len(paused), "measured": measured} | rotate_domains(machinery=machinery, nudge=nudge)
