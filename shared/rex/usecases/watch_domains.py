"""Keep the reputation of every domain by the hour, and do something about the ones that do harm."""

from typing import Any

from rex.domain.commands import Machinery, Nudge
from rex.domain.queues import Queue
from rex.usecases.rotate_domains import rotate_domains

BATCH = 10
"""A domain that sends the most it can takes half a second, and a statement may take eight."""
MOST_BATCHES = 5


def watch_domains(*, machinery: Machinery, nudge: Nudge) -> dict[str, Any]:
    """Those that have no value of this hour yet, then those that are sick."""
    measured = 0
    for _ in range(MOST_BATCHES):
        batch: int = machinery.command("rex_measure_domains", p_limit=BATCH)["measured"]
        measured += batch
        if batch < BATCH:
            break
    if measured:
        nudge(Queue.BUS)
    return {"measured": measured} | rotate_domains(machinery=machinery, nudge=nudge)
