"""Pages of lists as CSV (RFC 4180), for whoever asks for text/csv: a spreadsheet may open them, and nothing in them is run."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

CSV, JSON = "text/csv", "application/json"
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for a formula when a cell begins with it; the last four are the signs of East Asian keyboards."""

type Json = dict[str, Any]


def wants_csv(accept: str) -> bool:
    """Whether text/csv is named, and not less wanted than JSON; a wildcard alone asks for JSON."""
    wanted = dict(_weighed(part) for part in accept.split(","))
    csv_weight = wanted.get(CSV, 0.0)
    return csv_weight > 0 and csv_weight > wanted.get(JSON, 0.0) and csv_weight >= max(wanted.get("*/*", 0.0), wanted.get("text/*", 0.0))


def as_csv(event: Json, answer: Json) -> Json:
    """The answer of a list as CSV with a link to its next page; any other answer as it is."""
    content = _page_of(answer)
    if content is None:
        return answer
    items, cursor = content
    path = str(event.get("rawPath", ""))
    name = path.rpartition("/")[2].replace('"', "")
    headers = {key: value for key, value in answer.get("headers", {}).items() if key.lower() != "content-type"}
    headers |= {
        "Content-Type": f"{CSV}; charset=utf-8; header={'present' if items else 'absent'}",
        "Content-Disposition": f'attachment; filename="{name}.csv"',
        "Vary": "Accept",
    }
    if cursor is not None:
        headers["Link"] = f'<{path}?{urlencode((event.get("queryStringParameters") or {}) | {"cursor": cursor})}>; rel="next"'
    return answer | {"headers": headers, "body": write_csv(items)}


def write_csv(items: Sequence[Json]) -> str:
    """A header and a row for each item; columns in the order in which items first have them."""
    columns = list(dict.fromkeys(name for item in items for name in item))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    if items:
        writer.writerow(columns)
    writer.writerows([_cell(item.get(name)) for name in columns] for item in items)
    return text.getvalue()


def _cell(value: Any) -> str:
    """Numbers stay numbers; text that could be a formula begins with an apostrophe; what has parts is JSON."""
    match value:
        case None:
            return ""
        case str():
            return f"'{value}" if value.startswith(_FORMULAS) else value
    return json.dumps(value, ensure_ascii=False)


def _page_of(answer: Json) -> tuple[list[Json], str | None] | None:
    headers: Mapping[str, str] = answer.get("headers", {})
    kind = next((str(value) for key, value in headers.items() if key.lower() == "content-type"), "")
    if answer.get("statusCode") != 200 or kind != JSON:
        return None
    content = json.loads(answer["body"])
    return (content["items"], content["next"]) if isinstance(content, dict) and set(content) == {"items", "next"} else None


def _weighed(part: str) -> tuple[str, float]:
    kind, *parameters = (each.strip().lower() for each in part.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return kind, float(weight)
    except ValueError:
        return kind, 0.0
