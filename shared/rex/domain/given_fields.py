"""What a model checks of several fields together, in the words of JSON Schema, so that the API's description says it too."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic.config import JsonDict


def _written_out(given: Any) -> Any:
    if isinstance(given, str) and "T" not in given.upper():
        raise ValueError("Write the moment out, as 2026-11-24T09:30:00Z.")
    return given


def _in_utc(moment: datetime) -> datetime:
    """Postgres knows no offset of 16 hours and more, which JSON Schema allows."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("There is no such moment.") from error


type JsonMoment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""Of a body, where strictness lets no number through."""

type Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
"""Of a query: date, time and offset; a number is none."""


def exactly_one(*names: str) -> JsonDict:
    """One of these fields is given, the others are absent or null."""
    return {"oneOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}


def at_least_one(*names: str) -> JsonDict:
    """Not all of these fields are absent or null."""
    return {"anyOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}
