"""An anomaly as the pure part finds it, for what keeps it."""

from datetime import UTC, datetime
from typing import Any


def anomaly(**changes: Any) -> dict[str, Any]:
    at = datetime(2026, 11, 24, 9, tzinfo=UTC).isoformat()
    usual = {
        "signal": "bounces", "subject": "account", "key": "", "cause": "account", "cause_key": "", "share": None, "is_new": False,
        "method": "cusum", "observed": 0.06, "expected": 0.02, "score": 5.4, "limit": 5.0, "samples": 200, "started_at": at, "found_at": at,
    }  # fmt: skip
    return usual | changes
