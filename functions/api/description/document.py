"""The OpenAPI document of the described routes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from inspect import isclass
from typing import Any, get_args

from pydantic import BaseModel, RootModel
from pydantic.json_schema import models_json_schema

from functions.api.description import common
from functions.api.description.route import AN_ID, Html, Route
from rex import csv_pages

type Json = dict[str, Any]
type Schemas = Mapping[tuple[Any, str], Json]

_REFERENCE = "#/components/schemas/"
_SUMMARY = re.compile(r"(GET|POST|PATCH|DELETE) (/\S*): (.+?)\.?", re.DOTALL)


_CSV: Json = {
    csv_pages.CSV: {
        "schema": {
            "type": "string",
            "description": "The items, a column for each field; what has parts is JSON. Text that a spreadsheet could take for a "
            "formula begins with an apostrophe. The header Link leads to the next page.",
        }
    }
}


class Undescribed(Exception):
    """A handler does not say what it is."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a route is, in the words of its handler's docstring."""

    method: str
    path: str
    summary: str

    @classmethod
    def of(cls, handler: str) -> "Place":
        told = _SUMMARY.fullmatch((import_module(f"functions.api.{handler}").__doc__ or "").strip())
        if told is None:
            raise Undescribed(f"functions/api/{handler}.py: its docstring is not like 'GET /status: how the account is doing.'")
        return cls(method=told[1].lower(), path=told[2], summary=" ".join(told[3].split()))


def build(routes: Sequence[Route]) -> Json:
    """The whole document; routes stand in the order of their paths."""
    placed = sorted(((Place.of(route.handler), route) for route in routes), key=lambda pair: (pair[0].path, pair[0].method))
    schemas, components = _schemas([route for _, route in placed])
    paths: dict[str, Json] = {}
    for place, route in placed:
        paths.setdefault(place.path, {})[place.method] = _operation(place, route, schemas, components)
    spread = {_name(schemas[type(route.asks), "validation"]) for route in routes if route.asks is not None}
    kept = {name: schema for name, schema in components.items() if name not in spread}
    return common.FRAME | {"paths": paths, "components": common.components(kept)}


def _name(reference: Json) -> str:
    return str(reference["$ref"]).removeprefix(_REFERENCE)


def _schemas(routes: Iterable[Route]) -> tuple[Schemas, Json]:
    """How each model is referred to as input ("validation") or answer ("serialization"), and what they refer to."""
    used: dict[tuple[type[BaseModel], Any], None] = {}
    for route in routes:
        used |= {(type(given), "validation"): None for given in (route.sends, route.asks) if given is not None}
        used |= {(type(told), "serialization"): None for told in route.answers.values() if isinstance(told, BaseModel)}
    schemas, definitions = models_json_schema(list(used), ref_template=_REFERENCE + "{model}")
    return {(model, str(mode)): schema for (model, mode), schema in schemas.items()}, definitions["$defs"]


def _operation(place: Place, route: Route, schemas: Schemas, components: Json) -> Json:
    operation: Json = {
        "operationId": route.handler,
        "summary": place.summary[0].upper() + place.summary[1:],
        "tags": [place.path.split("/")[1]],
    }
    asked = {} if route.asks is None else components[_name(schemas[type(route.asks), "validation"])]
    if parameters := _parameters(place, route, asked):
        operation["parameters"] = parameters
    if route.sends is not None:
        content = _content(schemas[type(route.sends), "validation"], route.sends.model_dump(mode="json", exclude_unset=True))
        operation["requestBody"] = {"required": True, "content": content}
    answers = {str(status): _answer(route, status, told, schemas) for status, told in route.answers.items()}
    problems = {str(status): common.refusal(status) for status in _refusals(place, route)}
    operation["responses"] = dict(sorted((problems | answers).items()))
    return operation | ({"security": []} if route.open else {})


def _parameters(place: Place, route: Route, asked: Json) -> list[Json]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}, "example": str(AN_ID)}
        for name in re.findall(r"{(\w+)}", place.path)
    ]
    if route.asks is not None:
        parameters += _query(asked, route.asks.model_dump(mode="json", exclude_unset=True))
    if not route.open:
        parameters.append(common.parameter("Rex-Account"))
    if place.method != "get":
        parameters.append(common.parameter("Idempotency-Key"))
    return parameters + ([common.parameter("If-None-Match")] if route.tagged else [])


def _query(schema: Json, examples: Json) -> list[Json]:
    """Each field of the model as a parameter, whose absence says what null would."""
    parameters = []
    for name, field in schema["properties"].items():
        parameter: Json = {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": _given(field)}
        parameters.append(parameter | ({"example": examples[name]} if name in examples else {}))
    return parameters


def _given(field: Json) -> Json:
    """The schema of a parameter that is there: never null."""
    kinds = [kind for kind in field.get("anyOf", [{}]) if kind != {"type": "null"}]
    whole = {name: value for name, value in field.items() if name not in {"anyOf", "title"}} | kinds[0]
    return {name: value for name, value in whole.items() if (name, value) != ("default", None)}


def _answer(route: Route, status: int, told: BaseModel | Html | None, schemas: Schemas) -> Json:
    answer: Json = {"description": HTTPStatus(status).phrase}
    if route.tagged and status == HTTPStatus.OK:
        answer["headers"] = {"ETag": common.ETAG}
    match told:
        case None:
            return answer
        case Html():
            return answer | {"content": {"text/html": {"schema": {"type": "string"}, "example": str(told)}}}
        case BaseModel():
            content = _content(schemas[type(told), "serialization"], told.model_dump(mode="json"))
            return answer | {"content": content | (_CSV if route.listed or _has_pages(type(told)) else {})}


def _content(schema: Json, example: Json) -> Json:
    return {"application/json": {"schema": schema, "example": example}}


def _has_pages(told: type[BaseModel]) -> bool:
    """Whether an answer is, or may be, a page of a list, which is answered as CSV too."""
    kinds = get_args(told.model_fields["root"].annotation) if issubclass(told, RootModel) else (told,)
    return any(set(kind.model_fields) == {"items", "next"} for kind in kinds if isclass(kind) and issubclass(kind, BaseModel))


def _refusals(place: Place, route: Route) -> set[int]:
    """What can be refused follows from the form of a request."""
    found = {422, 500, 503, *route.refuses}
    if not route.open:
        found |= {400, 401, 403, 429}
    if "{" in place.path:
        found.add(404)
    if route.sends is not None:
        found |= {413, 415}
    return found | ({304} if route.tagged else set())
