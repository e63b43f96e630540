"""One message as a person sees it: its content, its events, and a link that shows its html safely."""

from datetime import datetime
from html import escape
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.commands import Call, Machinery
from rex.domain.message_links import is_signed, signed_query
from rex.errors import Rejected

_TEXT = '<!doctype html><meta charset="utf-8"><pre style="white-space:pre-wrap">{text}</pre>'


class Signed(BaseModel):
    """The query of a signed link."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expires: Annotated[int, Field(ge=0, lt=2**62)]
    """Seconds since 1970."""
    signature: Annotated[str, Field(max_length=100)]


def get_outreach(outreach_id: UUID, *, call: Call, key: bytes, now: datetime) -> dict[str, Any]:
    """The message with its events; `html_link` is a path that works for 5 minutes. Rejected 404 for another account's."""
    message: dict[str, Any] | None = call("rex_read_outreach", p_outreach_id=str(outreach_id))
    if message is None:
        raise Rejected(404, "outreach_not_found", "This account has no such message.", "Use an id of one of its missions' messages.")
    return message | {"html_link": f"/api/rex/outreach/{outreach_id}/html?{signed_query(outreach_id, now, key)}"}


def show_outreach(outreach_id: UUID, signed: Signed, *, machinery: Machinery, key: bytes, now: datetime) -> str:
    """The html of the message, or its text where it has none; Rejected 403 for a link REX did not sign or whose time is over."""
    if not is_signed(outreach_id, signed.expires, signed.signature, now, key):
        raise Rejected(403, "link_expired", "This link is not signed, or its time is over.", "Open the message again.")
    message: dict[str, Any] | None = machinery.call("rex_show_outreach", p_outreach_id=str(outreach_id))
    if message is None:
        raise Rejected(404, "outreach_not_found", "This message is not kept any more.", "Close it.")
    html: str = message["body_html"] or _TEXT.format(text=escape(message["body_text"] or ""))
    return html
