"""Add what a run decided to the counts of each account, day, layer and rule."""

from rex.domain.commands import Machinery
from rex.domain.tallies import Tally


def count_decisions(tally: Tally, *, machinery: Machinery) -> None:
    """Once a run, at its end; nothing when it decided nothing."""
    if tally:
        machinery.command("rex_count_decisions", p_counts=tally.as_argument())
        tally.clear()
