"""Unsubscribe links: the token in one names one message and cannot be made up; it never expires, as mail does not either."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

_SIGNATURE_BYTES = 16
_PURPOSE = b"unsubscribe:"


def unsubscribe_url(public_url: str, outreach_id: UUID, key: bytes) -> str:
    """Where the person a message went to unsubscribes."""
    return f"{public_url}/webhooks/unsubscribe/{make_token(outreach_id, key)}"


def make_token(outreach_id: UUID, key: bytes) -> str:
    """43 characters fit for a URL."""
    return urlsafe_b64encode(outreach_id.bytes + _sign(outreach_id, key)).decode().rstrip("=")


def read_token(token: str, key: bytes) -> UUID | None:
    """The message a token names; None for one that REX did not make."""
    if len(token) != len(make_token(UUID(int=0), key)):
        return None
    try:
        outreach_id = UUID(bytes=urlsafe_b64decode(token + "=" * (-len(token) % 4))[:16])
    except ValueError:
        return None
    return outreach_id if hmac.compare_digest(make_token(outreach_id, key), token) else None


def _sign(outreach_id: UUID, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + outreach_id.bytes, sha256)[:_SIGNATURE_BYTES]
