"""Who may act for an account, and as what: list, add, change and remove members."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from rex.domain.addresses import AddressInvalid, normalise_email
from rex.domain.commands import Call
from rex.domain.cursors import read_cursor
from rex.domain.pages import page_of
from rex.errors import Rejected

_KEYS = TypeAdapter(tuple[AwareDatetime, UUID])


class GivenRole(StrEnum):
    """What a member can be made; the owner is who opened the account."""

    OPERATOR = "operator"
    VIEWER = "viewer"


class MemberQuery(BaseModel):
    """Which page of the members, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NewMember(BaseModel):
    """Somebody who has signed up, by the address they confirmed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Annotated[str, Field(min_length=3, max_length=320)]
    role: GivenRole


class MemberChange(BaseModel):
    """What a member becomes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: GivenRole


def list_members(query: MemberQuery, call: Call) -> dict[str, Any]:
    """One page, for every member to see."""
    after, after_id = read_cursor(query.cursor, _KEYS) or (None, None)
    rows: list[dict[str, Any]] = call(
        "rex_list_members", p_after=after and after.isoformat(), p_after_id=after_id and str(after_id), p_limit=query.limit
    )
    return page_of(rows, query.limit, "created_at", "member_id")


def add_member(new: NewMember, call: Call) -> dict[str, Any]:
    """Let this person act for the account; Rejected 404 when nobody has confirmed the address."""
    try:
        email = normalise_email(new.email)
    except AddressInvalid as error:
        raise Rejected(422, error.code, "email: this is no e-mail address.", "Correct the address and send the request again.") from error
    answer: dict[str, Any] = call("rex_add_member", p_email=email, p_role=new.role)
    if answer["member_id"] is None:
        raise Rejected(
            404,
            "person_unknown",
            "Nobody with this address has signed up.",
            "Ask them to sign up and to confirm the address, then add them.",
        )
    return answer


def update_member(member_id: UUID, change: MemberChange, call: Call) -> dict[str, Any]:
    """Give a member another role; the owner's stays."""
    answer: dict[str, Any] = call("rex_update_member", p_member_id=str(member_id), p_role=change.role)
    return answer


def remove_member(member_id: UUID, call: Call) -> dict[str, Any]:
    """They can do nothing for the account any more; a member may remove themselves, nobody the owner."""
    answer: dict[str, Any] = call("rex_remove_member", p_member_id=str(member_id))
    return answer
