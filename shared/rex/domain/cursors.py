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
        raise _invalid() from error


def write_cursor_of(sort: str, key: Sequence[Any] | None) -> str | None:
    """As `write_cursor`, for a list that can be sorted in several ways."""
    return write_cursor(key and [sort, key])


def read_cursor_of[Key](sort: str, text: str | None, key: TypeAdapter[tuple[str, Key]]) -> Key | None:
    """The key that `write_cursor_of` wrote for the same order; another order would skip rows or repeat them."""
    found = read_cursor(text, key)
    if found and found[0] != sort:
        raise _invalid()
    return found and found[1]


def _invalid() -> Rejected:
    return Rejected(
        422, "cursor_invalid", "The cursor is not one that this list gave in this order.", "Leave it out to start at the first page."
    )
