"""The routes and the rights of template.yaml, as it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """CloudFormation's own tags stand for what they are given."""

    def given(self, _tag: str, node: yaml.Node) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return self.construct_sequence(node, deep=True)
        return self.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _Loader.given)


@dataclass(frozen=True)
class TemplateRoute:
    method: str
    path: str
    module: str
    """As `functions.api.get_status`."""
    open: bool


def read_functions() -> dict[str, dict[str, Any]]:
    """The properties of each function by its module."""
    resources = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"].values()
    functions = [resource["Properties"] for resource in resources if resource["Type"] == "AWS::Serverless::Function"]
    return {function["Handler"].removesuffix(".handler"): function for function in functions}


def read_routes() -> list[TemplateRoute]:
    resources = yaml.load(TEMPLATE.read_text(), _Loader)["Resources"]
    return [route for resource in resources.values() for route in _routes(resource["Properties"] or {})]


def _routes(properties: dict[str, Any]) -> Iterator[TemplateRoute]:
    for event in properties.get("Events", {}).values():
        if event["Type"] == "HttpApi":
            route = event["Properties"]
            open_to_all = route.get("Auth", {}).get("Authorizer") == "NONE"
            yield TemplateRoute(route["Method"], route["Path"], properties["Handler"].removesuffix(".handler"), open_to_all)
