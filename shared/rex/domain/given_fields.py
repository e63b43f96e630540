"""What a model checks of several fields together, in the words of JSON Schema, so that the API's description says it too."""

from pydantic.config import JsonDict


def exactly_one(*names: str) -> JsonDict:
    """One of these fields is given, the others are absent or null."""
    return {"oneOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}


def at_least_one(*names: str) -> JsonDict:
    """Not all of these fields are absent or null."""
    return {"anyOf": [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]}
