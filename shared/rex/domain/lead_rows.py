"""Turns raw rows into leads that may be written to, or says of each what is wrong and what to do."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from rex.domain.addresses import AddressInvalid
from rex.domain.lead_cells import CellWrong, clean, read_address, read_country, read_day, read_flag
from rex.domain.lead_files import RawRow
from rex.domain.states import Channel, ConsentBasis
from rex.domain.time_zones import zones_for

_BASES = {
    "consent": ConsentBasis.CONSENT, "opt-in": ConsentBasis.CONSENT, "opt in": ConsentBasis.CONSENT, "double opt-in": ConsentBasis.CONSENT,
    "contract": ConsentBasis.CONTRACT, "customer": ConsentBasis.CONTRACT, "legitimate_interest": ConsentBasis.LEGITIMATE_INTEREST,
    "legitimate interest": ConsentBasis.LEGITIMATE_INTEREST,
}  # fmt: skip
_LONGEST_NAME = 100
_CHANNELS = (("email", Channel.EMAIL), ("phone", Channel.SMS), ("whatsapp", Channel.WHATSAPP))


class FileConsent(BaseModel):
    """The consent of the rows that name none: its basis, where it comes from, and since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    basis: ConsentBasis
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"\S")]
    obtained_at: date | None = None


class LeadAddress(BaseModel):
    """One way to write to a lead, and why it is allowed."""

    model_config = ConfigDict(frozen=True)

    channel: Channel
    address: str
    consent_basis: ConsentBasis
    consent_source: str
    consent_at: date | None = None


class LeadRow(BaseModel):
    """A row as `rex_import_leads` takes it."""

    model_config = ConfigDict(frozen=True)

    line: int
    external_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    title: str | None = None
    country: str | None = None
    time_zones: tuple[str, ...] = ()
    language: str | None = None
    last_contact_at: date | None = None
    notes: str | None = None
    custom: dict[str, str] = {}
    opted_out: bool = False
    addresses: tuple[LeadAddress, ...]


class OptedOut(BaseModel):
    """An address that must not be written to, although its row is not taken."""

    model_config = ConfigDict(frozen=True)

    channel: Channel
    address: str


class BadRow(BaseModel):
    """A row that was left out, why, and what to do; that its person opted out counts all the same."""

    model_config = ConfigDict(frozen=True)

    line: int
    column: str | None = None
    code: str
    reason: str
    opted_out: tuple[OptedOut, ...] = ()


def read_leads(rows: Iterable[RawRow], consent: FileConsent | None, now: datetime) -> tuple[tuple[LeadRow, ...], tuple[BadRow, ...]]:
    """Good and bad rows; of rows with the same address the first counts, and an opt-out of a later one counts for it."""
    good: dict[int, LeadRow] = {}
    bad: list[BadRow] = []
    first_with: dict[str, int] = {}
    for row in rows:
        lead = read_lead(row, consent, now)
        if isinstance(lead, BadRow):
            bad.append(lead)
            continue
        first = next((first_with[key] for key in _keys(lead) if key in first_with), None)
        if first is None:
            good[row.line] = lead
            first_with |= dict.fromkeys(_keys(lead), row.line)
        else:
            good[first] = good[first].model_copy(update={"opted_out": good[first].opted_out or lead.opted_out})
            bad.append(_duplicate(lead, good[first]))
    return tuple(good.values()), tuple(bad)


def _duplicate(lead: LeadRow, first: LeadRow) -> BadRow:
    own = tuple(OptedOut(channel=each.channel, address=each.address) for each in lead.addresses)
    reason = f"Line {first.line} has the same address or id; that line counts."
    return BadRow(line=lead.line, code="duplicate", reason=reason, opted_out=own if first.opted_out else ())


def read_lead(row: RawRow, consent: FileConsent | None, now: datetime) -> LeadRow | BadRow:
    """One row, by itself."""
    try:
        if row.fault:
            raise CellWrong(None, "row_broken", row.fault)
        return _lead(row, consent, now)
    except CellWrong as error:
        return BadRow(line=row.line, column=error.column, code=error.code, reason=error.reason, opted_out=_opted_out(row))


def _opted_out(row: RawRow) -> tuple[OptedOut, ...]:
    """The readable addresses of a row that says, for sure, that its person opted out."""
    with suppress(CellWrong):
        if not read_flag(row.fields.get("opted_out", "").strip()):
            return ()
        country = read_country(row.fields.get("country", "").strip() or None)
        return tuple(each for column, channel in _CHANNELS if (each := _address_of(row.fields.get(column, ""), channel, country)))
    return ()


def _address_of(text: str, channel: Channel, country: str | None) -> OptedOut | None:
    try:
        return OptedOut(channel=channel, address=read_address(channel, text, country))
    except AddressInvalid:
        return None


def _keys(lead: LeadRow) -> list[str]:
    addresses = [f"{each.channel}:{each.address}" for each in lead.addresses]
    return addresses + ([f"id:{lead.external_id}"] if lead.external_id else [])


def _lead(row: RawRow, consent: FileConsent | None, now: datetime) -> LeadRow:
    fields = {name: clean(name, text) for name, text in row.fields.items()}
    country = read_country(fields.get("country"))
    first, last = _names(fields)
    return LeadRow(
        line=row.line,
        first_name=first,
        last_name=last,
        country=country,
        time_zones=zones_for(country, fields.get("time_zone"), now),
        last_contact_at=read_day("last_contact_at", fields.get("last_contact_at"), now),
        opted_out=read_flag(fields.get("opted_out")),
        custom={name: clean("custom", text) or "" for name, text in row.custom.items()},
        addresses=_addresses(fields, country, _consent(fields, consent, now)),
        **{name: fields.get(name) for name in ("external_id", "company", "title", "language", "notes")},
    )


def _names(fields: dict[str, str | None]) -> tuple[str | None, str | None]:
    first, last, whole = fields.get("first_name"), fields.get("last_name"), fields.get("name")
    if not whole or first or last:
        return first, last
    first, _, last = whole.partition(" ")
    return clean("name", first[:_LONGEST_NAME]), clean("name", last[:_LONGEST_NAME])


def _consent(fields: dict[str, str | None], consent: FileConsent | None, now: datetime) -> FileConsent:
    named = fields.get("consent_basis")
    if named is None and consent is not None:
        return consent
    basis = _BASES.get((named or "").lower())
    source = fields.get("consent_source") or (consent.source if consent else None)
    if basis is None or source is None:
        raise CellWrong(
            "consent_basis", "no_consent", "Why this person may be written to is not known; give a consent basis and its source."
        )
    return FileConsent(basis=basis, source=source[:200], obtained_at=read_day("consent_at", fields.get("consent_at"), now))


def _addresses(fields: dict[str, str | None], country: str | None, consent: FileConsent) -> tuple[LeadAddress, ...]:
    found: list[LeadAddress] = []
    for column, channel in _CHANNELS:
        text = fields.get(column)
        if text is None or (channel is not Channel.EMAIL and consent.basis is ConsentBasis.LEGITIMATE_INTEREST):
            continue
        try:
            address = read_address(channel, text, country)
        except AddressInvalid as error:
            raise CellWrong(column, error.code, str(error)) from error
        found.append(LeadAddress(
            channel=channel, address=address, consent_basis=consent.basis, consent_source=consent.source, consent_at=consent.obtained_at
        ))  # fmt: skip
    if not found:
        code = "no_consent" if fields.get("phone") or fields.get("whatsapp") else "no_address"
        raise CellWrong("email", code, "There is no address this person may be written to; add one, or a consent that covers the phone.")
    return tuple(found)
