"""Change an account, its campaigns and its inboxes; which fields there are, the database says."""

from typing import Any
from uuid import UUID

from rex.domain.commands import Call

type Fields = dict[str, Any]


def update_account(changes: Fields, call: Call) -> Fields:
    """Change settings of the account; its owner only."""
    answer: Fields = call("rex_update_account", p_changes=changes)
    return answer


def create_campaign(fields: Fields, call: Call) -> Fields:
    """Make a campaign."""
    answer: Fields = call("rex_create_campaign", p_fields=fields)
    return answer


def update_campaign(campaign_id: UUID, changes: Fields, call: Call) -> Fields:
    """Change a campaign; changed steps are a new version of its templates."""
    answer: Fields = call(
        "rex_update_campaign",
        p_campaign_id=str(campaign_id),
        p_changes=changes,
    )
    return answer
