"""A row becomes a lead that may be written to, or says what to do."""

from datetime import UTC, date, datetime

import pytest

from rex.domain.lead_files import RawRow
from rex.domain.lead_rows import BadRow, FileConsent, LeadRow, read_lead, read_leads
from rex.domain.states import ConsentBasis

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CONSENT = FileConsent(basis=ConsentBasis.CONSENT, source="web form")
INTEREST = FileConsent(basis=ConsentBasis.LEGITIMATE_INTEREST, source="fair 2024")


def row(line: int = 2, **fields: str) -> RawRow:
    return RawRow(line=line, fields=fields)


def lead(consent: FileConsent | None = CONSENT, **fields: str) -> LeadRow:
    found = read_lead(RawRow(line=2, fields=fields), consent, NOW)
    assert isinstance(found, LeadRow), found
    return found


def bad(consent: FileConsent | None = CONSENT, **fields: str) -> BadRow:
    found = read_lead(RawRow(line=2, fields=fields), consent, NOW)
    assert isinstance(found, BadRow), found
    return found


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        (" Ann@Example.COM ", "ann@example.com"),
        ("jörg@müller.example", "jörg@xn--mller-kva.example"),
        ("a+b@sub.example.org", "a+b@sub.example.org"),
    ],
)
def test_email_is_normalised(given: str, stored: str) -> None:
    assert lead(email=given).addresses[0].address == stored


@pytest.mark.parametrize("email", ["nobody", "a@b@c.example", "a b@c.example", "@c.example", "a@localhost", "a@-x.example"])
def test_bad_email_is_told(email: str) -> None:
    assert bad(email=email).code in {"email_invalid", "formula"}


def test_national_phone_is_read_by_the_country() -> None:
    assert lead(phone="030 1234567", country="Germany").addresses[0].address == "+49301234567"


@pytest.mark.parametrize("phone", ["12", "+49 12", "+49 123 4567 8901 2345 678", "call me"])
def test_bad_phone_is_told(phone: str) -> None:
    assert bad(email="a@b.example", phone=phone, country="Germany").code in {"phone_invalid", "formula"}


def test_phone_needs_more_than_a_legitimate_interest() -> None:
    found = lead(INTEREST, email="a@b.example", phone="+49301234567")
    assert [address.channel for address in found.addresses] == ["email"]
    assert bad(INTEREST, phone="+49301234567").code == "no_consent"


def test_row_without_any_consent_is_told() -> None:
    assert bad(None, email="a@b.example").code == "no_consent"


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3+cmd"])
def test_formula_is_refused(cell: str) -> None:
    assert bad(email="a@b.example", company=cell).code == "formula"


@pytest.mark.parametrize("cell", ["-", "N/A", "", "none", "+49 30 1234567"])
def test_what_only_looks_like_a_formula_is_no_fault(cell: str) -> None:
    assert lead(email="a@b.example", phone=cell)


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ("2024-03-05", date(2024, 3, 5)),
        ("2024-03-05T10:00:00Z", date(2024, 3, 5)),
        ("05.03.2024", date(2024, 3, 5)),
        ("25/03/2024", date(2024, 3, 25)),
        ("03/25/2024", date(2024, 3, 25)),
    ],
)
def test_date_is_read(given: str, day: date) -> None:
    assert lead(email="a@b.example", last_contact_at=given).last_contact_at == day


@pytest.mark.parametrize(
    ("given", "code"), [("05/03/2024", "date_unclear"), ("2024-02-30", "date_unclear"), ("2030-01-01", "date_in_future")]
)
def test_date_that_could_be_wrong_is_told(given: str, code: str) -> None:
    assert bad(email="a@b.example", last_contact_at=given).code == code


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31"])
def test_date_that_programs_write_for_none_is_told(text: str) -> None:
    assert bad(email="a@x.example", last_contact_at=text).code == "date_too_old"
    assert bad(None, email="a@x.example", consent_basis="consent", consent_source="s", consent_at=text).code == "date_too_old"


def test_whole_name_is_split_and_each_part_read_like_a_cell() -> None:
    found = lead(email="a@x.example", name="Ann van Dyk")
    assert (found.first_name, found.last_name) == ("Ann", "van Dyk")
    assert lead(email="a@x.example", name=f"Ann {'x' * 150}").last_name == "x" * 100
    assert bad(email="a@x.example", name="Ann =HYPERLINK(1)").code == "formula"


def test_time_zone_is_the_given_one_or_the_countrys_ends() -> None:
    assert lead(email="a@b.example", country="USA", time_zone="america/chicago").time_zones == ("America/Chicago",)
    assert lead(email="a@b.example", country="USA").time_zones == ("America/Los_Angeles", "America/New_York")
    assert lead(email="a@b.example").time_zones == ()


def test_unclear_opt_out_is_not_taken_for_a_no() -> None:
    assert bad(email="a@b.example", opted_out="maybe").code == "opt_out_unclear"


def test_duplicate_counts_once_and_its_opt_out_counts() -> None:
    leads, faults = read_leads([row(2, email="A@b.example"), row(3, email="a@B.example", opted_out="yes")], CONSENT, NOW)
    assert [(each.line, each.opted_out) for each in leads] == [(2, True)]
    assert [(fault.line, fault.code) for fault in faults] == [(3, "duplicate")]


def test_opt_out_counts_although_its_row_is_not_taken() -> None:
    fault = bad(None, email="Ann@b.example", phone="+49301234567", opted_out="yes")
    assert [(each.channel, each.address) for each in fault.opted_out] == [("email", "ann@b.example"), ("sms", "+49301234567")]
    assert bad(None, email="ann@b.example", opted_out="no").opted_out == ()
    assert bad(None, email="nobody", opted_out="yes").opted_out == ()


@pytest.mark.parametrize("opted_out", [("yes", "no"), ("no", "yes")])
def test_opt_out_covers_the_addresses_of_a_duplicate(opted_out: tuple[str, str]) -> None:
    first, second = opted_out
    leads, faults = read_leads(
        [row(2, email="a@b.example", opted_out=first), row(3, email="a@b.example", phone="+49301234567", opted_out=second)], CONSENT, NOW
    )
    assert leads[0].opted_out
    assert [each.address for each in faults[0].opted_out] == ["a@b.example", "+49301234567"]
