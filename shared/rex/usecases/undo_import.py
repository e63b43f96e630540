"""Undo an import."""

from typing import Any
from uuid import UUID

from rex.domain.commands import Call


def undo_import(import_id: UUID, call: Call) -> dict[str, Any]:
    """Take back what an import did, as far as nobody was written to."""
    answer: dict[str, Any] = call("rex_undo_import", p_import_id=str(import_id))
    return answer
