"""The sample leads, as their file has them."""

from datetime import UTC, datetime

from local.sample_mission import CONSENT, LEADS
from rex.domain.lead_files import FileFormat, read_file
from rex.domain.lead_rows import FileConsent, read_leads


def allowed_addresses() -> set[str]:
    """Whom the file itself allows to write to."""
    leads, _ = read_leads(read_file(LEADS.read_bytes(), FileFormat.CSV), FileConsent.model_validate(CONSENT), datetime.now(UTC))
    closed = {address.address for lead in leads if lead.opted_out for address in lead.addresses}
    return {address.address for lead in leads for address in lead.addresses} - closed
