"""Links to a message's html: an iframe sends no bearer token, so the link itself says who may look, at one message, for 5 minutes."""

import hmac
from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from uuid import UUID

LASTS_SECONDS = 300
_PURPOSE = b"outreach-html:"


def signed_query(outreach_id: UUID, now: datetime, key: bytes) -> str:
    """The query string of a link that works until 5 minutes from now."""
    expires = int(now.timestamp()) + LASTS_SECONDS
    return f"expires={expires}&signature={_sign(outreach_id, expires, key)}"


def is_signed(outreach_id: UUID, expires: int, signature: str, now: datetime, key: bytes) -> bool:
    """Whether REX signed this link for this message, and its time is not over."""
    return hmac.compare_digest(_sign(outreach_id, expires, key).encode(), signature.encode()) and now.timestamp() < expires


def _sign(outreach_id: UUID, expires: int, key: bytes) -> str:
    """43 characters fit for a URL."""
    signed = hmac.digest(key, _PURPOSE + outreach_id.bytes + expires.to_bytes(8), sha256)
    return urlsafe_b64encode(signed).decode().rstrip("=")
