"""Import leads from a file."""

import base64
import hashlib
import json
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rex.domain.commands import Call
from rex.domain.given_fields import exactly_one
from rex.domain.lead_columns import FileColumn, LeadField, have_address
from rex.domain.lead_files import FileFormat, FileUnreadable, read_columns, read_file
from rex.domain.lead_rows import BadRow, FileConsent, LeadRow, read_leads
from rex.errors import Rejected

MOST_TOLD = 1_000
"""Bad rows listed in an answer; the import keeps them all."""
MOST_COLUMNS = 200
"""Columns told in an answer, and named in a request."""

type ColumnName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"\S")]


class Upload(BaseModel):
    """A file as text or in base64, the consent of the rows that name none, and what columns hold whose names do not tell it."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=exactly_one("content", "content_base64"))

    file_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=r"\S")]
    content: str | None = None
    content_base64: str | None = None
    format: FileFormat | None = None
    consent: FileConsent | None = None
    columns: Annotated[dict[ColumnName, LeadField | None], Field(max_length=MOST_COLUMNS)] = {}
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.content is None) == (self.content_base64 is None):
            raise ValueError("give the file as content (text) or as content_base64, not both")
        return self

    def data(self) -> bytes:
        """The file as it was uploaded; raises Rejected."""
        if self.content is not None:
            return self.content.encode()
        try:
            return base64.b64decode(self.content_base64 or "", validate=True)
        except ValueError as error:
            raise Rejected(422, "base64_invalid", "content_base64 is not base64.", "Encode the file again, without line breaks.") from error

    def file_format(self) -> FileFormat:
        """As named, or by the file's name."""
        return self.format or (FileFormat.JSON if self.file_name.lower().endswith(".json") else FileFormat.CSV)

    def hash(self) -> str:
        """SHA-256 of all that decides what the import does."""
        consent = self.consent.model_dump_json() if self.consent else ""
        columns = json.dumps(self.columns, sort_keys=True) if self.columns else ""
        return hashlib.sha256(b"\0".join((self.file_format().value.encode(), (consent + columns).encode(), self.data()))).hexdigest()


def import_leads(upload: Upload, *, now: datetime, call: Call) -> dict[str, Any]:
    """
    Save the good rows and tell the bad ones, and what each column was read as; the same file twice changes nothing. A dry run tells that
    also where no row is good, so that a person can say what the columns hold. Raises Rejected with nothing saved.
    """
    columns = _columns(upload)
    told = {"columns": [column.model_dump(mode="json") for column in columns[:MOST_COLUMNS]]}
    if upload.dry_run and not have_address(columns):
        return _told(_nothing(0), ()) | told
    leads, bad = _read(upload, now)
    if leads:
        return _told(_save(upload, leads, bad, call), bad) | told
    if upload.dry_run:
        return _told(_nothing(len(bad)), bad) | told
    raise Rejected(422, "no_good_row", f"None of the {len(bad)} rows can be imported; the first: {bad[0].reason}", "Mend the file.")


def _save(upload: Upload, leads: tuple[LeadRow, ...], bad: tuple[BadRow, ...], call: Call) -> dict[str, Any]:
    answer: dict[str, Any] = call(
        "rex_import_leads",
        p_file_name=upload.file_name,
        p_file_hash=upload.hash(),
        p_rows=[lead.model_dump(mode="json") for lead in leads],
        p_rejected=[row.model_dump(mode="json") for row in bad],
        p_dry_run=upload.dry_run,
    )
    return answer


def _nothing(rejected: int) -> dict[str, Any]:
    """A dry run's answer when there is nothing to ask the database."""
    counts = dict.fromkeys(("added", "updated", "unchanged", "opted_out"), 0)
    return {"import_id": None, **counts, "rejected": rejected, "repeated": False, "dry_run": True, "refused": []}


def _columns(upload: Upload) -> tuple[FileColumn, ...]:
    try:
        columns = read_columns(upload.data(), upload.file_format(), upload.columns)
    except FileUnreadable as error:
        raise Rejected(422, error.code, str(error), error.next) from error
    missing = sorted(set(upload.columns) - {column.name for column in columns})
    if missing:
        raise Rejected(422, "column_missing", f"The file has no column {missing[0]!r}.", "Name columns as the file does.")
    return columns


def _told(answer: dict[str, Any], bad: tuple[BadRow, ...]) -> dict[str, Any]:
    """The answer with every bad row in the order of the file: what could not be read, and what the database refused beside that."""
    refused = (BadRow.model_validate(row) for row in answer.pop("refused"))
    rows = sorted((*bad, *refused), key=lambda row: row.line)
    return answer | {"bad_rows": [row.model_dump(mode="json") for row in rows[:MOST_TOLD]]}


def _read(upload: Upload, now: datetime) -> tuple[tuple[LeadRow, ...], tuple[BadRow, ...]]:
    try:
        return read_leads(read_file(upload.data(), upload.file_format(), upload.columns), upload.consent, now)
    except FileUnreadable as error:
        raise Rejected(422, error.code, str(error), error.next) from error
