"""Keep the reputation of every domain by the hour, and do something about the ones that do harm."""

from typing import Any

from rex.domain.commands import Machinery, Nudge
from rex.usecases.rotate_domains import rotate_domains

BATCH = 50


def watch_domains(*, machinery: Machinery, nudge: Nudge) -> dict[str, Any]:
    """One batch of those that have no value of this hour yet, then those that are sick."""
    measured: int = machinery.command("rex_measure_domains", p_limit=BATCH)["measured"]
    return {"measured": measured} | rotate_domains(machinery=machinery, nudge=nudge)
