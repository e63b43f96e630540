"""A file is read record by record, or refused as a whole with what to do."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rex.domain.lead_columns import LeadField
from rex.domain.lead_files import FileFormat, FileUnreadable, read_columns, read_file


def read_csv(text: str) -> list[tuple[int, dict[str, str]]]:
    return [(row.line, row.fields) for row in read_file(text.encode(), FileFormat.CSV)]


def test_headers_of_real_exports_are_known() -> None:
    rows = read_csv("E-mail,First Name,lastName,Last Contacted,Opted Out\na@b.co,Ann,Lee,2024-01-02,no\n")
    assert rows == [(2, {"email": "a@b.co", "first_name": "Ann", "last_name": "Lee", "last_contact_at": "2024-01-02", "opted_out": "no"})]


def test_quoted_commas_and_line_breaks_keep_the_line_numbers() -> None:
    rows = read_csv('Email,Notes\na@b.co,"one, two\nthree"\n\nc@d.co,x\n')
    assert [(line, fields["notes"]) for line, fields in rows] == [(2, "one, two\nthree"), (5, "x")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_is_found(separator: str) -> None:
    assert read_csv(f"Email{separator}Company\na@b.co{separator}Acme\n") == [(2, {"email": "a@b.co", "company": "Acme"})]


def test_unknown_columns_are_kept_as_custom() -> None:
    (row,) = read_file(b"Email,Favourite Plan\na@b.co,Gold\n", FileFormat.CSV)
    assert row.custom == {"Favourite Plan": "Gold"}


def test_name_of_an_unknown_column_is_no_formula_and_printable() -> None:
    (row,) = read_file(b'[{"email": "a@x.example", "=cmd()": "a", "\\u0000\\ud800k": "b", "@": "c"}]', FileFormat.JSON)
    assert row.custom == {"cmd()": "a", "k": "b"}


def test_person_says_what_a_column_holds_and_what_it_does_not() -> None:
    content, mapped = b"Kontakt,Email,Name\na@b.co,old@b.co,Lee\n", {"Kontakt": LeadField.EMAIL, "Email": None, "Name": LeadField.LAST_NAME}
    (row,) = read_file(content, FileFormat.CSV, mapped)
    assert (row.fields, row.custom) == ({"email": "a@b.co", "last_name": "Lee"}, {"Email": "old@b.co"})
    assert [column.field for column in read_columns(content, FileFormat.CSV, mapped)] == ["email", None, "last_name"]


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        (b"\nKontakt;First Name\na@b.co;Ann\n", FileFormat.CSV),
        (b'[{"Kontakt": 1}, 2, {"First Name": "Ann", "Kontakt": 2}]', FileFormat.JSON),
    ],
)
def test_columns_are_told_although_nobody_could_be_written_to(content: bytes, file_format: FileFormat) -> None:
    told = [(column.name, column.field) for column in read_columns(content, file_format)]
    assert told == [("Kontakt", None), ("First Name", LeadField.FIRST_NAME)]


def test_row_with_too_few_cells_is_a_fault_of_that_row() -> None:
    good, bad = read_file(b"Email,Company\na@b.co,Acme\nc@d.co\n", FileFormat.CSV)
    assert good.fault is None
    assert bad.fault is not None
    assert bad.line == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b" \n\n", "file_empty"),
        (b"Email\n", "file_empty"),
        ("Email\nä@b.co\n".encode("latin-1"), "file_not_utf8"),
        ("Email\n".encode("utf-16"), "file_utf16"),
        (b"Email\na\0@b.co\n", "file_binary"),
        (b"Name,Company\nAnn,Acme\n", "no_address_column"),
        (b"Email,E-mail\na,b\n", "column_twice"),
        (b'Email\n"a@b.co\n', "file_not_csv"),
        (b"Email\n" + b"a@b.co\n" * 10_001, "file_too_long"),
    ],
)
def test_unreadable_file_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileUnreadable) as error:
        read_file(content, FileFormat.CSV)
    assert error.value.code == code
    assert error.value.next


def test_json_is_read_like_a_table() -> None:
    (row,) = read_file(b'{"leads": [{"email": "a@b.co", "phone": null, "opted_out": true, "Plan": 7}]}', FileFormat.JSON)
    assert (row.line, row.fields, row.custom) == (1, {"email": "a@b.co", "phone": "", "opted_out": "true"}, {"Plan": "7"})


@pytest.mark.parametrize(("content", "code"), [(b"{", "file_not_json"), (b"7", "file_not_a_list"), (b"[]", "file_empty")])
def test_unreadable_json_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileUnreadable) as error:
        read_file(content, FileFormat.JSON)
    assert error.value.code == code


@given(st.binary(max_size=300), st.sampled_from(FileFormat))
def test_no_bytes_crash_it(content: bytes, file_format: FileFormat) -> None:
    with suppress(FileUnreadable):
        assert read_file(content, file_format)
