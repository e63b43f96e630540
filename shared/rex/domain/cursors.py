"""Cursors: where a page of a list ended, as text that only the list itself reads."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rex.errors import Rejected


def write_cursor(key: Sequence[Any] | None) -> str | None:
    """The key of a page's last row as text; None stays None, for the last page."""
    return None if key is None else base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def read_cursor[Key](text: str | None, key: TypeAdapter[Key]) -> Key | None:
    """The key that `write_cursor` wrote; raises Rejected for anything else."""
    if text is None:
        return None
    try:
        return key.validate_json(base64.urlsafe_b64decode(text))
    except (binascii.Error, ValidationError, ValueError) as error:
        raise Rejected(
            422, "cursor_invalid", "The cursor is not one that this list gave.", "Leave it out to start at the first page."
        ) from error
