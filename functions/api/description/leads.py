"""Leads: imported from a file, and an import undone."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from functions.api.description.route import AN_ID, Answered, Route
from rex.domain.lead_columns import FileColumn, LeadField
from rex.domain.lead_rows import BadRow, FileConsent
from rex.domain.states import ConsentBasis
from rex.usecases.import_leads import MOST_COLUMNS, MOST_TOLD, Upload


class LeadsImported(Answered):
    """What became of the rows; a dry run, and a file that was imported before, saved nothing."""

    import_id: UUID | None
    added: int
    updated: int
    unchanged: int
    rejected: int
    opted_out: int
    repeated: bool
    dry_run: bool
    bad_rows: Annotated[tuple[BadRow, ...], Field(max_length=MOST_TOLD)]
    columns: Annotated[tuple[FileColumn, ...], Field(max_length=MOST_COLUMNS)]


class ImportUndone(Answered):
    """How many leads were deleted, removed from lists, restored or kept, and how many messages were cancelled."""

    import_id: UUID
    deleted: int
    removed: int
    restored: int
    kept: int
    cancelled: int


BAD_ROW = BadRow(line=3, column="Email", code="email_invalid", reason='"nobody" is no e-mail address.')
IMPORTED = LeadsImported(
    import_id=AN_ID, added=1, updated=0, unchanged=0, rejected=1, opted_out=0, repeated=False, dry_run=False, bad_rows=(BAD_ROW,),
    columns=(FileColumn(name="Email", field=LeadField.EMAIL), FileColumn(name="First Name", field=LeadField.FIRST_NAME)),
)  # fmt: skip

ROUTES = (
    Route(
        handler="import_leads",
        sends=Upload(
            file_name="leads.csv",
            content="Email,First Name\nann@example.com,Ann\nnobody,Bob\n",
            consent=FileConsent(basis=ConsentBasis.CONSENT, source="Web form"),
        ),
        answers={200: IMPORTED.model_copy(update={"repeated": True}), 201: IMPORTED},
    ),
    Route(
        handler="undo_import",
        answers={200: ImportUndone(import_id=AN_ID, deleted=1, removed=0, restored=0, kept=0, cancelled=0)},
        refuses=(409,),
    ),
)
