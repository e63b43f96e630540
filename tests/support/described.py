"""Holds an answer against the API's description."""

from functools import cache
from typing import Any

import jsonschema_rs

from functions.api.description.document import build
from functions.api.description.every import ROUTES


def assert_described(operation: str, status: int, kind: str, body: Any) -> None:
    """The status, the media type and every field of what `operation` (the name of its handler) answered stand in the description."""
    told = _responses(operation).get(str(status))
    assert told is not None, f"{operation} answers {status}, which its description does not say: {body}"
    content = told.get("content", {})
    media_type = kind.partition(";")[0]
    assert media_type in content or (not content and not body), f"{operation} answers {status} with {media_type or 'nothing'}"
    if "json" in media_type:
        faults = [f"{fault.instance_path}: {fault.message}" for fault in _validator(operation, status, media_type).iter_errors(body)]
        assert faults == [], f"{operation} answers {status} otherwise than described"


@cache
def _document() -> dict[str, Any]:
    return build(ROUTES)


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref")
    return _document()["components"]["responses"][reference.rpartition("/")[2]] if reference else part


@cache
def _responses(operation: str) -> dict[str, Any]:
    operations = [one for methods in _document()["paths"].values() for one in methods.values() if one["operationId"] == operation]
    assert operations, f"{operation} is not described: give it a Route in functions/api/description/"
    return {status: _resolved(told) for status, told in operations[0]["responses"].items()}


@cache
def _validator(operation: str, status: int, media_type: str) -> jsonschema_rs.Draft202012Validator:
    schema = _responses(operation)[str(status)]["content"][media_type]["schema"]
    return jsonschema_rs.Draft202012Validator({"allOf": [schema], "components": _document()["components"]}, validate_formats=True)
