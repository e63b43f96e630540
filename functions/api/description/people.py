"""Whom an account never writes to, and who may act for it."""

from uuid import UUID

from pydantic import AwareDatetime

from functions.api.description.fields import AT
from functions.api.description.route import AN_ID, ANOTHER_ID, Answered, Role, Route
from rex.domain.states import Channel, SuppressionReason
from rex.usecases.members import GivenRole, MemberChange, MemberQuery, NewMember
from rex.usecases.suppressions import LiftedSuppressions, NewSuppressions, SuppressionQuery

HASH = "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"


class Suppression(Answered):
    """An address by its hash; the address itself only where it is a known lead's."""

    channel: Channel
    address_hash: str
    reason: SuppressionReason
    created_at: AwareDatetime
    can_be_lifted: bool
    address: str | None
    lead_id: UUID | None


class Suppressions(Answered):
    """A page of suppressions, newest first; `next` is the cursor of the page after it."""

    items: tuple[Suppression, ...]
    next: str | None


class BadAddress(Answered):
    """An address that was left out: its place in the request, counted from 0, and why."""

    index: int
    code: str
    reason: str


class SuppressionsAdded(Answered):
    """How many are new, how many messages were cancelled, how many had begun to be handed over, and which addresses are none."""

    added: int
    cancelled: int
    in_flight: int
    rejected: tuple[BadAddress, ...]


class SuppressionsRemoved(Answered):
    """How many were removed."""

    removed: int


class Member(Answered):
    """Somebody who may act for the account."""

    member_id: UUID
    email: str | None
    role: Role
    created_at: AwareDatetime
    is_you: bool


class Members(Answered):
    """A page of members, oldest first; `next` is the cursor of the page after it."""

    items: tuple[Member, ...]
    next: str | None


class MemberSaved(Answered):
    """The member, and what they may do."""

    member_id: UUID
    role: GivenRole


class MemberRemoved(Answered):
    """Who may do nothing for the account any more."""

    member_id: UUID


SUPPRESSION = Suppression(
    channel=Channel.EMAIL,
    address_hash=HASH,
    reason=SuppressionReason.MANUAL,
    created_at=AT,
    can_be_lifted=True,
    address="ann@example.com",
    lead_id=AN_ID,
)
SAVED = MemberSaved(member_id=AN_ID, role=GivenRole.OPERATOR)

ROUTES = (
    Route(
        handler="list_suppressions",
        asks=SuppressionQuery(reason=SuppressionReason.MANUAL, limit=50),
        answers={200: Suppressions(items=(SUPPRESSION,), next=None)},
    ),
    Route(
        handler="add_suppressions",
        sends=NewSuppressions(addresses=("ann@example.com", "nobody")),
        answers={
            200: SuppressionsAdded(
                added=1,
                cancelled=2,
                in_flight=0,
                rejected=(BadAddress(index=1, code="email_invalid", reason="This is no e-mail address."),),
            )
        },
    ),
    Route(
        handler="remove_suppressions",
        sends=LiftedSuppressions(address_hashes=(HASH,)),
        answers={200: SuppressionsRemoved(removed=1)},
        refuses=(409,),
    ),
    Route(
        handler="list_members",
        asks=MemberQuery(limit=50),
        answers={
            200: Members(
                items=(Member(member_id=ANOTHER_ID, email="ann@example.com", role="owner", created_at=AT, is_you=True),), next=None
            )
        },
    ),
    Route(
        handler="add_member",
        sends=NewMember(email="bob@example.com", role=GivenRole.OPERATOR),
        answers={201: SAVED},
        refuses=(404, 409),
    ),
    Route(handler="update_member", sends=MemberChange(role=GivenRole.OPERATOR), answers={200: SAVED}, refuses=(409,)),
    Route(handler="remove_member", answers={200: MemberRemoved(member_id=AN_ID)}, refuses=(409,)),
)
