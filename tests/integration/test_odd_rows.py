"""What the reader of files takes as a good row the database takes too: one odd row never costs the whole file."""

import hashlib
from datetime import UTC, datetime

import psycopg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from rex.domain.lead_files import RawRow
from rex.domain.lead_rows import FileConsent, read_leads
from rex.domain.states import ConsentBasis
from tests.support.database import Connection

CONSENT = FileConsent(basis=ConsentBasis.CONSENT, source="form")
ODD = st.sampled_from([
    "0001-01-01", "2026-02-30", "31.12.2025", "=1+1", "-5", "+49 (30) 123", "+\u0663\u0664", "@home", "Ann =cmd()", "-", "n/a", "x" * 600, "\u0130stanbul",
    "\u1e9e", "\u0958" * 100, "A\u030a", "a\nb", "\u2028", "\u202e", "\ud800", "\x00", "\x85", '\\"' * 250, "Germany", "Europe/Berlin", "US/Pacific", "Mars/Olympus",
])  # fmt: skip
EMAILS = st.sampled_from(
    [
        "a@x.example",
        "J\u00f6rg@M\u00dcLLER.example",
        "\u0130\u03a3@x.example",
        "a'b+c@x-y.example",
        "\u1e9e@stra\u00dfe.example",
        "x@localhost",
    ]
)
CELLS = ODD | st.text(max_size=8)
FIELDS = st.fixed_dictionaries(
    {"email": EMAILS | CELLS},
    optional=dict.fromkeys(
        (
            "external_id", "first_name", "last_name", "name", "phone", "whatsapp", "company", "title", "country", "time_zone", "language",
            "last_contact_at", "notes", "opted_out", "consent_basis", "consent_source", "consent_at",
        ),
        CELLS,
    ),
)  # fmt: skip
ROWS = st.lists(
    st.builds(RawRow, line=st.just(1), fields=FIELDS, custom=st.dictionaries(st.text("ab=", min_size=1, max_size=3), CELLS, max_size=3)),
    max_size=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_good_rows_are_good_for_the_database(db: Connection, rows: list[RawRow]) -> None:
    numbered = [row.model_copy(update={"line": line}) for line, row in enumerate(rows, start=2)]
    good, bad = read_leads(numbered, CONSENT, datetime.now(UTC))
    if not good:
        return
    told = [Jsonb([each.model_dump(mode="json") for each in part]) for part in (good, bad)]
    try:
        db.execute("select rex.check_file('f', %s, %s, %s)", (hashlib.sha256().hexdigest(), *told))
    except psycopg.Error as error:
        raise AssertionError(f"{error} in {told}") from error
