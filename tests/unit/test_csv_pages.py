"""A page as CSV: who gets it, and that no cell of it is a formula."""

import csv
import io
import json
from typing import Any

import pytest

from rex.csv_pages import as_csv, wants_csv, write_csv


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/csv", True),
        ("TEXT/CSV; charset=utf-8", True),
        ("text/csv, */*;q=0.1", True),
        ("text/csv, */*", True),
        ("application/json;q=0.5, text/csv", True),
        ("", False),
        ("*/*", False),
        ("text/*", False),
        ("application/json", False),
        ("application/json, text/csv", False),
        ("text/csv;q=0.3, application/json", False),
        ("text/csv;q=0.3, */*", False),
        ("text/csv;q=0", False),
        ("text/csv;q=much", False),
        ("text/csvx", False),
    ],
)
def test_who_gets_csv(accept: str, wanted: bool) -> None:
    assert wants_csv(accept) is wanted


@pytest.mark.parametrize(
    "value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", "\uff20SUM(A1)", '=HYPERLINK("https://x.example";"y")']
)
def test_no_text_is_a_formula(value: str) -> None:
    rows = list(csv.reader(io.StringIO(write_csv([{"a": value}]), newline="")))
    assert rows == [["a"], [f"'{value}"]]


def test_numbers_stay_numbers_and_what_has_parts_is_json() -> None:
    rows = list(
        csv.reader(io.StringIO(write_csv([{"n": -5, "f": -0.5, "b": True, "none": None, "o": {"a": [1]}, "t": 'x,"y"\né'}]), newline=""))
    )
    assert rows[1] == ["-5", "-0.5", "true", "", '{"a": [1]}', 'x,"y"\né']


def test_rows_that_lack_a_field_have_an_empty_cell() -> None:
    assert write_csv([{"a": 1}, {"a": 2, "b": 3}]) == "a,b\r\n1,\r\n2,3\r\n"
    assert write_csv([]) == ""


def page(content: Any, status: int = 200) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"}, "body": json.dumps(content)}


def test_link_leads_to_the_next_page_with_the_same_question() -> None:
    event = {"rawPath": "/api/rex/missions", "queryStringParameters": {"state": "QUEUED", "cursor": "old"}}
    answer = as_csv(event, page({"items": [{"id": 1}], "next": "new="}))
    assert answer["headers"]["Link"] == '</api/rex/missions?state=QUEUED&cursor=new%3D>; rel="next"'
    assert answer["headers"]["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert answer["headers"]["Content-Disposition"] == 'attachment; filename="missions.csv"'
    assert (answer["headers"]["Cache-Control"], answer["body"]) == ("no-store", "id\r\n1\r\n")
    assert "Link" not in as_csv(event, page({"items": [], "next": None}))["headers"]


@pytest.mark.parametrize("answer", [page({"items": []}), page([1]), page({"items": [], "next": None}, 422)])
def test_what_is_no_page_stays_as_it_is(answer: dict[str, Any]) -> None:
    assert as_csv({"rawPath": "/x"}, answer) is answer
