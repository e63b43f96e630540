"""Change an account; which fields there are, the database says."""

from typing import Any

from rex.domain.commands import Call


def update_account(changes: dict[str, Any], call: Call) -> dict[str, Any]:
    """Change settings of the account; its owner only."""
    answer: dict[str, Any] = call("rex_update_account", p_changes=changes)
    return answer
