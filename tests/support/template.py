"""The routes of template.yaml, as it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """CloudFormation's own tags stand for nothing here."""


_Loader.add_multi_constructor("!", lambda *_: None)


@dataclass(frozen=True)
class TemplateRoute:
    method: str
    path: str
    module: str
    """As `functions.api.get_status`."""
    open: bool


def read_routes() -> list[TemplateRoute]:
    resources = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"]
    return [route for resource in resources.values() for route in _routes(resource["Properties"] or {})]


def _routes(properties: dict[str, Any]) -> Iterator[TemplateRoute]:
    for event in properties.get("Events", {}).values():
        if event["Type"] == "HttpApi":
            route = event["Properties"]
            open_to_all = route.get("Auth", {}).get("Authorizer") == "NONE"
            yield TemplateRoute(route["Method"], route["Path"], properties["Handler"].removesuffix(".handler"), open_to_all)
