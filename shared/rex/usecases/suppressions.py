"""Whom an account never writes to: list, add and remove suppressions. Addresses leave as hashes; only lists name those of known leads."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from rex.domain.addresses import AddressInvalid, address_hash, normalise_email, normalise_phone
from rex.domain.commands import Call
from rex.domain.cursors import read_cursor
from rex.domain.given_fields import exactly_one
from rex.domain.pages import page_of
from rex.domain.states import Channel, SuppressionReason
from rex.errors import Rejected

MOST_ADDRESSES = 1000
_KEYS = TypeAdapter(tuple[AwareDatetime, Channel, str])

type Given = Annotated[str, Field(min_length=1, max_length=400)]
type Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class SuppressionQuery(BaseModel):
    """Which suppressions, newest first. `search` is a whole address, or how the address of a known lead begins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Channel | None = None
    reason: SuppressionReason | None = None
    search: Annotated[str, Field(min_length=2, max_length=320)] | None = None
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class NewSuppressions(BaseModel):
    """At most 1,000 addresses of a channel; every reason but a bounce counts for all addresses of the person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Channel = Channel.EMAIL
    addresses: Annotated[tuple[Given, ...], Field(min_length=1, max_length=MOST_ADDRESSES)]
    reason: SuppressionReason = SuppressionReason.MANUAL


class LiftedSuppressions(BaseModel):
    """At most 1,000 of a channel: by their addresses, or by the hashes that a list gave."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=exactly_one("addresses", "address_hashes"))

    channel: Channel = Channel.EMAIL
    addresses: Annotated[tuple[Given, ...], Field(min_length=1, max_length=MOST_ADDRESSES)] | None = None
    address_hashes: Annotated[tuple[Hash, ...], Field(min_length=1, max_length=MOST_ADDRESSES)] | None = None

    @model_validator(mode="after")
    def _named_one_way(self) -> Self:
        if (self.addresses is None) == (self.address_hashes is None):
            raise ValueError("Send either addresses or address_hashes.")
        return self


def list_suppressions(query: SuppressionQuery, call: Call) -> dict[str, Any]:
    """One page; `address` and `lead_id` are those of a known lead, else None."""
    before, channel, hashed = read_cursor(query.cursor, _KEYS) or (None, None, None)
    rows: list[dict[str, Any]] = call(
        "rex_list_suppressions",
        p_channel=query.channel,
        p_reason=query.reason,
        p_hashes=None if query.search is None else list(_hashes_of(query.search)),
        p_prefix=None if query.search is None else query.search.strip().lower(),
        p_before=before and before.isoformat(),
        p_before_channel=channel,
        p_before_hash=hashed,
        p_limit=query.limit,
    )
    return page_of(rows, query.limit, "created_at", "channel", "address_hash")


def add_suppressions(new: NewSuppressions, call: Call) -> dict[str, Any]:
    """Suppress and cancel what is unsent. A bad address is reported and holds up no other; Rejected 422 when all are bad."""
    hashes, bad = _read_all(new.channel, new.addresses)
    if not hashes:
        raise Rejected(422, "addresses_invalid", "None of these is an address of this channel.", bad[0]["reason"])
    answer: dict[str, Any] = call("rex_add_suppressions", p_channel=new.channel, p_hashes=hashes, p_reason=new.reason)
    return answer | {"rejected": bad}


def remove_suppressions(lifted: LiftedSuppressions, call: Call) -> dict[str, Any]:
    """All or none; Rejected 409 when one unsubscribed, complained or opted out, 422 when one is no address."""
    hashes, bad = _read_all(lifted.channel, lifted.addresses or ())
    if bad:
        raise Rejected(422, "addresses_invalid", f"Address {bad[0]['index']} (counted from 0) is none of this channel.", bad[0]["reason"])
    answer: dict[str, Any] = call("rex_remove_suppressions", p_channel=lifted.channel, p_hashes=list(lifted.address_hashes or hashes))
    return answer


def _read_all(channel: Channel, addresses: Sequence[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """The hashes of the good ones, and which are bad and why."""
    hashes: dict[str, None] = {}
    bad = []
    for index, address in enumerate(addresses):
        try:
            hashes[_hash(channel, address)] = None
        except AddressInvalid as error:
            bad.append({"index": index, "code": error.code, "reason": str(error)})
    return list(hashes), bad


def _hash(channel: Channel, address: str) -> str:
    return address_hash(channel, normalise_email(address) if channel is Channel.EMAIL else normalise_phone(address, None))


def _hashes_of(text: str) -> Iterator[str]:
    """Of a text that is a whole address."""
    for channel in Channel if text.strip().startswith("+") else (Channel.EMAIL,):
        yield from _read_all(channel, (text,))[0]
