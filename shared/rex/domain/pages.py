"""Pages of lists: commands answer one row more than was asked for when there are more."""

from collections.abc import Sequence
from typing import Any

from rex.domain.cursors import write_cursor


def page_of(rows: Sequence[dict[str, Any]], limit: int, *keys: str) -> dict[str, Any]:
    """The page, and under `next` the cursor of the page after it, None on the last; the keys are those the list is sorted by."""
    items = rows[:limit]
    return {"items": items, "next": write_cursor([items[-1][key] for key in keys] if len(rows) > len(items) else None)}
