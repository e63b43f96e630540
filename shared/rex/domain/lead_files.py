"""Reads an uploaded file into raw rows with their line numbers, or says in one sentence why it cannot be read."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from rex.domain.lead_columns import FileColumn, Mapped, have_address, meant_twice, read_column

MOST_ROWS = 10_000
_SAVE_AS_UTF8 = "Save it as UTF-8 (in a spreadsheet: CSV UTF-8)."
_MOST_CUSTOM, _LONGEST_CUSTOM = 30, 500
_NONE: Mapped = MappingProxyType({})


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


def read_file(content: bytes, file_format: FileFormat, mapped: Mapped = _NONE) -> tuple[RawRow, ...]:
    """Every record of the file in order; raises FileUnreadable."""
    text = _decode(content)
    rows = tuple(_at_most(_read_csv(text, mapped) if file_format is FileFormat.CSV else _read_json(text, mapped)))
    if not rows:
        raise FileUnreadable("file_empty", "The file has no leads.", "Export the leads again, with a header line and one line for each.")
    return rows


def read_columns(content: bytes, file_format: FileFormat, mapped: Mapped = _NONE) -> tuple[FileColumn, ...]:
    """The columns in the order of the file, and what each is read as, also where that makes no leads; raises FileUnreadable."""
    text = _decode(content)
    if file_format is FileFormat.JSON:
        names = dict.fromkeys(str(name) for record in _records(text)[:MOST_ROWS] if isinstance(record, dict) for name in record)
        return tuple(read_column(name, mapped) for name in names)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = next((cells for cells in lines if any(cell.strip() for cell in cells)), [])
    except csv.Error as error:
        raise _no_csv(0) from error
    return tuple(read_column(cell, mapped) for cell in header)


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


def _read_csv(text: str, mapped: Mapped) -> Iterator[RawRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = 0
    header: list[FileColumn] | None = None
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells, mapped)
            elif len(cells) != len(header):
                yield RawRow(line=line, fault=f"The line has {len(cells)} cells, the header {len(header)}; check quotes and separators.")
            else:
                yield _row(line, zip(header, cells, strict=True))
    except csv.Error as error:
        raise _no_csv(before) from error


def _no_csv(after: int) -> FileUnreadable:
    reason = f"The file cannot be read after line {after}: a quote is not closed, or a cell is too long."
    return FileUnreadable("file_not_csv", reason, "Export it again as CSV.")


def _delimiter(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _header(cells: list[str], mapped: Mapped) -> list[FileColumn]:
    header = [read_column(cell, mapped) for cell in cells]
    if not have_address(header):
        raise FileUnreadable(
            "no_address_column",
            "The first line names no column for e-mail or phone.",
            'Name the columns in the first line, one of them "Email", or say in columns which one holds it.',
        )
    if twice := meant_twice(header):
        raise FileUnreadable("column_twice", f"Two columns mean the same: {', '.join(twice)}.", "Leave one of each.")
    return header


def _label(name: str) -> str:
    """The name of a further column: printable, and no formula when it is exported again."""
    return "".join(filter(str.isprintable, name)).lstrip("=+-@ ")[:100]


def _row(line: int, cells: Iterable[tuple[FileColumn, str]]) -> RawRow:
    fields: dict[str, str] = {}
    custom: dict[str, str] = {}
    for column, cell in cells:
        if column.field:
            fields[column.field.value] = cell
        elif cell.strip() and (label := _label(column.name)) and len(custom) < _MOST_CUSTOM:
            custom[label] = cell.strip()[:_LONGEST_CUSTOM]
    return RawRow(line=line, fields=fields, custom=custom)


def _records(text: str) -> list[object]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileUnreadable("file_not_json", "The file is not JSON.", "Send an array of objects, one for each lead.") from error
    records = content.get("leads") if isinstance(content, dict) else content
    if not isinstance(records, list):
        raise FileUnreadable("file_not_a_list", "The file holds no list of leads.", 'Send an array of objects, or {"leads": [...]}.')
    return records


def _read_json(text: str, mapped: Mapped) -> Iterator[RawRow]:
    for number, record in enumerate(_records(text), start=1):
        if isinstance(record, dict):
            yield _row(number, ((read_column(str(name), mapped), _text(value)) for name, value in record.items()))
        else:
            yield RawRow(line=number, fault="This entry is no object; give each lead its fields by name.")


def _text(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | dict | list) else str(value)
