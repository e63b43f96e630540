"""The API's description: every route stands in it as the template, the handlers and the models have it, and the file is current."""

import ast
import json
import re
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from pydantic import BaseModel

from functions.api.description.document import Place
from functions.api.description.every import FILE, ROUTES, text
from functions.api.description.route import Route
from rex import http
from tests.support.template import read_routes

API = Path(__file__).parents[2] / "functions" / "api"
TEMPLATE = {(route.method, route.path): route for route in read_routes() if route.path.startswith(http.PREFIX) and route.method != "ANY"}
every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.handler)


def key(place: Place) -> tuple[str, str]:
    return place.method.upper(), http.PREFIX + place.path


def test_every_route_of_the_template_is_described() -> None:
    described = [key(Place.of(route.handler)) for route in ROUTES]
    assert sorted(described) == sorted(TEMPLATE), "give what is missing a Route in functions/api/description/"


def test_file_is_current() -> None:
    assert FILE.read_text() == text(), "make fix writes it anew"


@every_route
def test_description_is_the_templates(route: Route) -> None:
    written = TEMPLATE[key(Place.of(route.handler))]
    assert (written.module, written.open) == (f"functions.api.{route.handler}", route.open)


@every_route
def test_handler_answers_where_its_docstring_says(route: Route) -> None:
    method, path = key(Place.of(route.handler))
    app = import_module(f"functions.api.{route.handler}").app
    registered = [*app._static_routes, *app._dynamic_routes]
    answers = [found.method for found in registered if found.rule.match(path.replace("{", "").replace("}", ""))]
    assert method in answers


def read_models(handler: str, reader: str) -> list[type[BaseModel]]:
    """The models that the handler gives to `http.read` and the like, but those that leave their fields to the database."""
    module = import_module(f"functions.api.{handler}")
    calls = [node for node in ast.walk(ast.parse((API / f"{handler}.py").read_text())) if isinstance(node, ast.Call)]
    read = [eval(ast.unparse(call.args[1]), vars(module)) for call in calls if ast.unparse(call.func) == f"http.{reader}"]
    return [model for model in read if model.model_config.get("extra") == "forbid"]


@every_route
def test_described_input_is_what_the_handler_reads(route: Route) -> None:
    for reader, example in (("read", route.sends), ("read_query", route.asks)):
        read = read_models(route.handler, reader)
        if read or reader == "read_query":
            assert read == ([type(example)] if example is not None else [])


@every_route
def test_only_what_can_be_tagged_is(route: Route) -> None:
    assert route.tagged == ("http.tagged" in (API / f"{route.handler}.py").read_text())


@every_route
def test_examples_say_what_each_field_is_like(route: Route) -> None:
    told: list[Any] = [example for example in (route.sends, *route.answers.values()) if isinstance(example, BaseModel)]
    assert all(type(example).__doc__ for example in told)


def examples(part: Any, place: str = "#") -> Iterator[tuple[str, Any, Any]]:
    """Where an example stands, its schema and itself."""
    if isinstance(part, dict):
        if "schema" in part and "example" in part:
            yield place, part["schema"], part["example"]
        for name, inner in part.items():
            yield from examples(inner, f"{place}/{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from examples(inner, f"{place}/{number}")


def test_every_example_is_as_its_schema_says() -> None:
    whole = json.loads(text())
    found = list(examples(whole))
    assert len(found) > 2 * len(ROUTES)
    for place, schema, example in found:
        told = {"allOf": [schema], "components": whole["components"]}
        faults = [
            f"{each.instance_path}: {each.message}"
            for each in jsonschema_rs.Draft202012Validator(told, validate_formats=True).iter_errors(example)
        ]
        assert faults == [], place


def test_every_reference_leads_somewhere() -> None:
    whole = json.loads(text())
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', text()):
        assert reduce(lambda part, name: part[name], reference.split("/"), whole), reference
