"""Add and change inboxes; a password is taken once, kept as a secret, and never returned.

The row changes first, so that nobody's password is replaced by who may not; until the secret follows, the login cannot be checked.
"""

from typing import Annotated, Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from rex.domain.commands import Call, Nudge
from rex.domain.queues import Queue


class InboxFields(BaseModel):
    """Fields of an inbox, which the database checks, and its password where it is new."""

    model_config = ConfigDict(frozen=True, extra="allow")

    password: Annotated[SecretStr, Field(min_length=1, max_length=500)] | None = None

    def stored(self) -> dict[str, Any]:
        """All but the password."""
        return dict(self.model_extra or {})


class KeepPassword(Protocol):
    """Keeps an inbox's password as a secret that serves one mail server, and one version of the password; raises Transient."""

    def __call__(self, user_id: UUID, inbox_id: UUID, host: str, version: int, password: str) -> None: ...


def create_inbox(inbox: InboxFields, *, call: Call, keep_password: KeepPassword, nudge: Nudge) -> dict[str, Any]:
    """Add it unchecked, keep its password, and have the login checked."""
    answer: dict[str, Any] = call("rex_create_inbox", p_fields=inbox.stored())
    return _keep(answer, inbox, keep_password, nudge)


def update_inbox(inbox_id: UUID, inbox: InboxFields, *, call: Call, keep_password: KeepPassword, nudge: Nudge) -> dict[str, Any]:
    """Change it; a new host without a new password is refused, so that no password goes to a server it was not given for."""
    answer: dict[str, Any] = call(
        "rex_update_inbox", p_inbox_id=str(inbox_id), p_changes=inbox.stored(), p_new_password=inbox.password is not None
    )
    return _keep(answer, inbox, keep_password, nudge)


def _keep(answer: dict[str, Any], inbox: InboxFields, keep_password: KeepPassword, nudge: Nudge) -> dict[str, Any]:
    version = answer.pop("password_version")
    if inbox.password is not None:
        keep_password(UUID(answer["user_id"]), UUID(answer["inbox_id"]), answer["host"], version, inbox.password.get_secret_value())
    nudge(Queue.INBOXES)
    return answer
