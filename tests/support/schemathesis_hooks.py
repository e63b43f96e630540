"""What schemathesis cannot know of the API by its description."""

import os
import re
from itertools import count
from typing import Any

import schemathesis

_KEYS = count()
_UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@schemathesis.hook
def before_call(_: Any, case: Any, __: dict[str, Any]) -> None:
    """A key belongs to one request, so each usable one becomes a new one; for others' accounts nothing would be done; cursors are lists' own."""
    headers = case.headers or {}
    if re.fullmatch("[!-~]{1,200}", str(headers.get("Idempotency-Key", ""))):
        headers["Idempotency-Key"] = f"{headers['Idempotency-Key'][:100]}-{next(_KEYS)}"
    if _UUID.fullmatch(str(headers.get("Rex-Account", ""))):
        headers["Rex-Account"] = os.environ["REX_ACCOUNT"]
    if is_allowed(case) and case.query:
        case.query.pop("cursor", None)


def is_allowed(case: Any) -> bool:
    """Whether the description allows all of it."""
    return case.meta is not None and bool(case.meta.generation.mode.is_positive)


@schemathesis.check
def described_fields_are_taken(_: Any, response: Any, case: Any) -> None:
    """What the description allows of each field, and of fields together, is not refused for its form."""
    if is_allowed(case) and response.status_code == 422:
        assert response.json()["code"] != "input_invalid", f"the description allows what is refused: {response.text}"
