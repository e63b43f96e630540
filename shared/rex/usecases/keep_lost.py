"""Keep what the queues of last resort hold as dead letters."""

from collections.abc import Sequence

from rex.domain.commands import Machinery
from rex.domain.lost import LOST, Lost


def keep_lost(lost: Sequence[Lost], *, machinery: Machinery) -> dict[str, int]:
    """Each once, by its id at the provider; how many."""
    for one in lost:
        machinery.call(
            "rex_keep_lost",
            p_request_id=one.message_id,
            p_handler=LOST,
            p_type=one.type,
            p_message=one.message,
            p_error_code=one.error_code,
            p_attempts=one.attempts,
            p_first_at=one.first_at.isoformat(),
            p_last_at=one.last_at.isoformat(),
        )
    return {"kept": len(lost)}
