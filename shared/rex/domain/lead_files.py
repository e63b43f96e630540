"""Reads an uploaded file into raw rows with their line numbers, or says in one sentence why it cannot be read."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

MOST_ROWS = 10_000
_SAVE_AS_UTF8 = "Save it as UTF-8 (in a spreadsheet: CSV UTF-8)."
_MOST_CUSTOM, _LONGEST_CUSTOM = 30, 500
_ALIASES = {
    "external_id": ("id", "lead id", "external id", "contact id", "record id"),
    "first_name": ("first name", "firstname", "given name", "vorname"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname"),
    "name": ("name", "full name", "contact name"),
    "email": ("email", "e mail", "email address", "e mail address", "mail"),
    "phone": ("phone", "phone number", "mobile", "mobile phone", "telephone", "cell"),
    "whatsapp": ("whatsapp", "whatsapp number"),
    "company": ("company", "company name", "organization", "organisation", "account"),
    "title": ("title", "job title", "position", "role"),
    "country": ("country", "country code", "land"),
    "time_zone": ("timezone", "time zone", "tz"),
    "language": ("language", "locale"),
    "last_contact_at": ("last contacted", "last contact", "last contact date", "last activity", "last contact at"),
    "notes": ("notes", "note", "comments"),
    "opted_out": ("opted out", "opt out", "unsubscribed", "do not contact"),
    "consent_basis": ("consent", "consent basis", "legal basis"),
    "consent_source": ("consent source",),
    "consent_at": ("consent date", "consent at"),
}
_FIELDS = {alias: field for field, aliases in _ALIASES.items() for alias in aliases}


class FileFormat(StrEnum):
    """What an uploaded file holds."""

    CSV = "csv"
    JSON = "json"


class FileUnreadable(ValueError):
    """Nothing of the file was taken; the message says why and what to do."""

    def __init__(self, code: str, message: str, next_step: str) -> None:
        super().__init__(message)
        self.code = code
        self.next = next_step


class RawRow(BaseModel):
    """One record: known fields by REX's names, others as custom; `fault` says why the record itself is broken."""

    model_config = ConfigDict(frozen=True)

    line: int
    fields: dict[str, str] = {}
    custom: dict[str, str] = {}
    fault: str | None = None


def read_file(content: bytes, file_format: FileFormat) -> tuple[RawRow, ...]:
    """Every record of the file in order; raises FileUnreadable."""
    text = _decode(content)
    rows = tuple(_at_most(_read_csv(text) if file_format is FileFormat.CSV else _read_json(text)))
    if not rows:
        raise FileUnreadable("file_empty", "The file has no leads.", "Export the leads again, with a header line and one line for each.")
    return rows


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileUnreadable("file_utf16", "The file is UTF-16.", _SAVE_AS_UTF8)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadable(
            "file_not_utf8",
            f"The file is not UTF-8: byte {error.start + 1} cannot be read.",
            _SAVE_AS_UTF8,
        ) from error
    if "\0" in text:
        raise FileUnreadable("file_binary", "The file holds zero bytes: it is no text.", "Export it as CSV or JSON.")
    if not text.strip():
        raise FileUnreadable("file_empty", "The file is empty.", "Export the leads again, with a header line and one line for each.")
    return text


def _at_most(rows: Iterable[RawRow]) -> Iterator[RawRow]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise FileUnreadable("file_too_long", "The file has more than 10,000 leads.", "Split it and import its parts.")
        yield row


def _read_csv(text: str) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = 0
    header: list[str] | None = None
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells)
            elif len(cells) != len(header):
                yield RawRow(line=line, fault=f"The line has {len(cells)} cells, the header {len(header)}; check quotes and separators.")
            else:
                yield _row(line, zip(header, cells, strict=True))
    except csv.Error as error:
        raise FileUnreadable(
            "file_not_csv",
            f"The file cannot be read after line {before}: a quote is not closed, or a cell is too long.",
            "Export it again as CSV.",
        ) from error


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _header(cells: list[str]) -> list[str]:
    header = [_field(cell) for cell in cells]
    known = [name for name in header if name in _ALIASES]
    if not {"email", "phone", "whatsapp"} & set(known):
        raise FileUnreadable(
            "no_address_column",
            "The first line names no column for e-mail or phone.",
            'Name the columns in the first line, one of them "Email".',
        )
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise FileUnreadable("column_twice", f"Two columns mean the same: {', '.join(twice)}.", "Leave one of each.")
    return header


def _field(name: str) -> str:
    plain = re.sub(r"[\s_\-]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.strip())).lower()
    return _FIELDS.get(plain) or _FIELDS.get(plain.replace(" ", "")) or name.strip()


def _label(name: str) -> str:
    """The name of a further column: printable, and no formula when it is exported again."""
    return "".join(filter(str.isprintable, name)).lstrip("=+-@ ")[:100]


def _row(line: int, cells: Iterable[tuple[str, str]]) -> RawRow:
    fields: dict[str, str] = {}
    custom: dict[str, str] = {}
    for name, cell in cells:
        if name in _ALIASES:
            fields[name] = cell
        elif cell.strip() and (label := _label(name)) and len(custom) < _MOST_CUSTOM:
            custom[label] = cell.strip()[:_LONGEST_CUSTOM]
    return RawRow(line=line, fields=fields, custom=custom)


def _read_json(text: str) -> Iterator[RawRow]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileUnreadable("file_not_json", "The file is not JSON.", "Send an array of objects, one for each lead.") from error
    records = content.get("leads") if isinstance(content, dict) else content
    if not isinstance(records, list):
        raise FileUnreadable("file_not_a_list", "The file holds no list of leads.", 'Send an array of objects, or {"leads": [...]}.')
    for number, record in enumerate(records, start=1):
        if isinstance(record, dict):
            yield _row(number, ((_field(str(name)), _text(value)) for name, value in record.items()))
        else:
            yield RawRow(line=number, fault="This entry is no object; give each lead its fields by name.")


def _text(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | dict | list) else str(value)
