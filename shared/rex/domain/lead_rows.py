"""Turns raw rows into leads that may be written to, or says of each what is wrong and what to do."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated

import pycountry
from pydantic import BaseModel, ConfigDict, StringConstraints

from rex.domain.addresses import AddressInvalid, normalise_email, normalise_phone
from rex.domain.lead_files import RawRow
from rex.domain.missions import Channel, ConsentBasis
from rex.domain.time_zones import zones_for

_EMPTY = {"", "-", "--", "n/a", "na", "none", "null", "unknown", "?"}
_YES = {"yes", "y", "true", "1", "x", "ja", "oui", "opted out", "unsubscribed"}
_NO = _EMPTY | {"no", "n", "false", "0", "nein", "non"}
_COUNTRIES = {
    "usa": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "deutschland": "DE",
    "españa": "ES",
    "brasil": "BR",
    "holland": "NL",
}
_BASES = {
    "consent": ConsentBasis.CONSENT, "opt-in": ConsentBasis.CONSENT, "opt in": ConsentBasis.CONSENT, "double opt-in": ConsentBasis.CONSENT,
    "contract": ConsentBasis.CONTRACT, "customer": ConsentBasis.CONTRACT, "legitimate_interest": ConsentBasis.LEGITIMATE_INTEREST,
    "legitimate interest": ConsentBasis.LEGITIMATE_INTEREST,
}  # fmt: skip
_LONGEST = {"first_name": 100, "last_name": 100, "company": 200, "title": 200, "external_id": 200, "notes": 2000, "language": 35}
_FORMULA = tuple("=+-@")


class FileConsent(BaseModel):
    """The consent of the rows that name none: its basis, where it comes from, and since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    basis: ConsentBasis
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
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


class BadRow(BaseModel):
    """A row that was left out, why, and what to do."""

    model_config = ConfigDict(frozen=True)

    line: int
    column: str | None = None
    code: str
    reason: str


class _Bad(ValueError):
    def __init__(self, column: str | None, code: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.code, self.reason = column, code, reason


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
            bad.append(BadRow(line=row.line, code="duplicate", reason=f"Line {first} has the same address or id; that line counts."))
            if lead.opted_out:
                good[first] = good[first].model_copy(update={"opted_out": True})
    return tuple(good.values()), tuple(bad)


def read_lead(row: RawRow, consent: FileConsent | None, now: datetime) -> LeadRow | BadRow:
    """One row, by itself."""
    try:
        if row.fault:
            raise _Bad(None, "row_broken", row.fault)
        return _lead(row, consent, now)
    except _Bad as error:
        return BadRow(line=row.line, column=error.column, code=error.code, reason=error.reason)


def _keys(lead: LeadRow) -> list[str]:
    addresses = [f"{each.channel}:{each.address}" for each in lead.addresses]
    return addresses + ([f"id:{lead.external_id}"] if lead.external_id else [])


def _lead(row: RawRow, consent: FileConsent | None, now: datetime) -> LeadRow:
    fields = {name: _clean(name, text) for name, text in row.fields.items()}
    country = _country(fields.get("country"))
    first, last = _names(fields)
    return LeadRow(
        line=row.line,
        first_name=first,
        last_name=last,
        country=country,
        time_zones=zones_for(country, fields.get("time_zone"), now),
        last_contact_at=_day("last_contact_at", fields.get("last_contact_at"), now),
        opted_out=_flag(fields.get("opted_out")),
        custom={name: _clean("custom", text) or "" for name, text in row.custom.items()},
        addresses=_addresses(fields, country, _consent(fields, consent, now)),
        **{name: fields.get(name) for name in ("external_id", "company", "title", "language", "notes")},
    )


def _clean(name: str, text: str) -> str | None:
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    plain = kept.strip() if name == "notes" else " ".join(kept.split())
    if plain.lower() in _EMPTY:
        return None
    if plain.startswith(_FORMULA) and not re.fullmatch(r"[+-]?[\d\s()./-]+", plain):
        raise _Bad(name, "formula", "The cell begins like a spreadsheet formula (= + - @); remove its first character.")
    if len(plain) > _LONGEST.get(name, 500):
        raise _Bad(name, "too_long", f"The cell has more than {_LONGEST.get(name, 500)} characters; shorten it.")
    return plain


def _names(fields: dict[str, str | None]) -> tuple[str | None, str | None]:
    first, last, whole = fields.get("first_name"), fields.get("last_name"), fields.get("name")
    if whole and not first and not last:
        first, _, last = whole.partition(" ")
    return (first or None) and first[:100] if first else None, (last or None) and last[:100] if last else None


def _consent(fields: dict[str, str | None], consent: FileConsent | None, now: datetime) -> FileConsent:
    named = fields.get("consent_basis")
    if named is None and consent is not None:
        return consent
    basis = _BASES.get((named or "").lower())
    source = fields.get("consent_source") or (consent.source if consent else None)
    if basis is None or source is None:
        raise _Bad("consent_basis", "no_consent", "Why this person may be written to is not known; give a consent basis and its source.")
    return FileConsent(basis=basis, source=source[:200], obtained_at=_day("consent_at", fields.get("consent_at"), now))


def _addresses(fields: dict[str, str | None], country: str | None, consent: FileConsent) -> tuple[LeadAddress, ...]:
    found: list[LeadAddress] = []
    for column, channel in (("email", Channel.EMAIL), ("phone", Channel.SMS), ("whatsapp", Channel.WHATSAPP)):
        text = fields.get(column)
        if text is None or (channel is not Channel.EMAIL and consent.basis is ConsentBasis.LEGITIMATE_INTEREST):
            continue
        try:
            address = normalise_email(text) if channel is Channel.EMAIL else normalise_phone(text, country)
        except AddressInvalid as error:
            raise _Bad(column, error.code, str(error)) from error
        found.append(LeadAddress(
            channel=channel, address=address, consent_basis=consent.basis, consent_source=consent.source, consent_at=consent.obtained_at
        ))  # fmt: skip
    if not found:
        code = "no_consent" if fields.get("phone") or fields.get("whatsapp") else "no_address"
        raise _Bad("email", code, "There is no address this person may be written to; add one, or a consent that covers the phone.")
    return tuple(found)


def _flag(text: str | None) -> bool:
    plain = (text or "").lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise _Bad("opted_out", "opt_out_unclear", "Whether this person opted out is not clear; write yes or no.")


def _day(column: str, text: str | None, now: datetime) -> date | None:
    if text is None:
        return None
    day = _read_day(text)
    if day is None:
        raise _Bad(column, "date_unclear", "The date cannot be read for sure; write it as 2026-03-31.")
    if day > now.astimezone(UTC).date():
        raise _Bad(column, "date_in_future", "The date lies in the future; correct it.")
    return day


def _read_day(text: str) -> date | None:
    """ISO (a time after it is left out), 31.03.2026, and with slashes only where no month could be the day."""
    for pattern in (r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)(?:[T ].*)?", r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})"):
        match = re.fullmatch(pattern, text)
        if match:
            return _date(int(match["y"]), int(match["m"]), int(match["d"]))
    match = re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", text)
    if not match:
        return None
    first, second, year = map(int, match.groups())
    if first > 12 or first == second:
        return _date(year, second, first)
    return _date(year, first, second) if second > 12 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _country(text: str | None) -> str | None:
    """ISO 3166 alpha-2 of a code or name; an unknown one is no reason to leave a lead out."""
    if text is None:
        return None
    if text.lower() in _COUNTRIES:
        return _COUNTRIES[text.lower()]
    try:
        return str(pycountry.countries.lookup(text).alpha_2)
    except LookupError:
        return None
