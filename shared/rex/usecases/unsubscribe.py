"""Unsubscribe the person whose mail held this link."""

from datetime import datetime

from rex.domain.commands import Machinery
from rex.domain.unsubscribe_links import read_token
from rex.errors import Rejected


def unsubscribe(token: str, *, key: bytes, now: datetime, machinery: Machinery) -> bool:
    """Suppress all the person's addresses; False for a link that REX did not make. Asking twice is no error."""
    outreach_id = read_token(token, key)
    if outreach_id is None:
        return False
    try:
        machinery.command(
            "rex_record_event",
            p_outreach_id=str(outreach_id),
            p_kind="unsubscribed",
            p_source="link",
            p_source_id=str(outreach_id),
            p_occurred_at=now.isoformat(),
        )
    except Rejected as error:
        if error.status != 404:  # the account was deleted with all it had: nothing can be sent any more
            raise
    return True
