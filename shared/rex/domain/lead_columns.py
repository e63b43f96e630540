"""Which column of a file holds what: known by the usual names, or as a person says."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class LeadField(StrEnum):
    """What a column may hold that REX knows."""

    EXTERNAL_ID = "external_id"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    WHATSAPP = "whatsapp"
    COMPANY = "company"
    TITLE = "title"
    COUNTRY = "country"
    TIME_ZONE = "time_zone"
    LANGUAGE = "language"
    LAST_CONTACT_AT = "last_contact_at"
    NOTES = "notes"
    OPTED_OUT = "opted_out"
    CONSENT_BASIS = "consent_basis"
    CONSENT_SOURCE = "consent_source"
    CONSENT_AT = "consent_at"


_ALIASES: Mapping[LeadField, tuple[str, ...]] = {
    LeadField.EXTERNAL_ID: ("id", "lead id", "external id", "contact id", "record id"),
    LeadField.FIRST_NAME: ("first name", "firstname", "given name", "vorname"),
    LeadField.LAST_NAME: ("last name", "lastname", "surname", "family name", "nachname"),
    LeadField.NAME: ("name", "full name", "contact name"),
    LeadField.EMAIL: ("email", "e mail", "email address", "e mail address", "mail"),
    LeadField.PHONE: ("phone", "phone number", "mobile", "mobile phone", "telephone", "cell"),
    LeadField.WHATSAPP: ("whatsapp", "whatsapp number"),
    LeadField.COMPANY: ("company", "company name", "organization", "organisation", "account"),
    LeadField.TITLE: ("title", "job title", "position", "role"),
    LeadField.COUNTRY: ("country", "country code", "land"),
    LeadField.TIME_ZONE: ("timezone", "time zone", "tz"),
    LeadField.LANGUAGE: ("language", "locale"),
    LeadField.LAST_CONTACT_AT: ("last contacted", "last contact", "last contact date", "last activity", "last contact at"),
    LeadField.NOTES: ("notes", "note", "comments"),
    LeadField.OPTED_OUT: ("opted out", "opt out", "unsubscribed", "do not contact"),
    LeadField.CONSENT_BASIS: ("consent", "consent basis", "legal basis"),
    LeadField.CONSENT_SOURCE: ("consent source",),
    LeadField.CONSENT_AT: ("consent date", "consent at"),
}
_FIELDS = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}
_ADDRESSES = {LeadField.EMAIL, LeadField.PHONE, LeadField.WHATSAPP}

type Mapped = Mapping[str, LeadField | None]
"""By the names of columns what a person says they hold; None: nothing that REX knows."""


class FileColumn(BaseModel):
    """A column as the file names it, and what it is read as; None: kept beside the lead under its own name."""

    model_config = ConfigDict(frozen=True)

    name: str
    field: LeadField | None


def read_column(name: str, mapped: Mapped) -> FileColumn:
    """As a person says, else by its name."""
    own = name.strip()
    if own in mapped:
        return FileColumn(name=own, field=mapped[own])
    plain = re.sub(r"[\s_\-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", own)).lower()
    return FileColumn(name=own, field=_FIELDS.get(plain) or _FIELDS.get(plain.replace(" ", "")))


def have_address(columns: Iterable[FileColumn]) -> bool:
    """Whether anybody of the file could be written to."""
    return any(column.field in _ADDRESSES for column in columns)


def meant_twice(columns: Iterable[FileColumn]) -> list[str]:
    """What more than one column is read as."""
    fields = [column.field for column in columns if column.field]
    return sorted({field.value for field in fields if fields.count(field) > 1})
