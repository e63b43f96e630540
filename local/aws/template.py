"""What the local AWS needs changed in the translated template, and nothing else.

It unzips every layer for every worker, so functions find the layers' content by PYTHONPATH instead; and it ignores the OpenAPI body of an
HTTP API, so each route of it becomes a resource. That this is a laptop, which `template.yaml` cannot say, each function is told here.
"""

from dataclasses import dataclass
from typing import Any

from local.aws.routes import spell_out

type Resource = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Code:
    """Where the local AWS finds the functions, and their modules the layers'."""

    bucket: str
    key: str
    python_path: str


def localise(template: dict[str, Any], code: Code) -> dict[str, Any]:
    """The template as the local AWS can run it; the given one stays as it is."""
    resources: dict[str, Resource] = {}
    for name, resource in template["Resources"].items():
        resources.update(_localised(name, resource, code))
    return {**template, "Resources": resources}


def scheduled_functions(template: dict[str, Any]) -> list[str]:
    """The logical names of the functions that a schedule starts."""
    resources = template["Resources"]
    aliases = {each["Properties"]["Target"]["Arn"]["Ref"] for each in resources.values() if each["Type"] == "AWS::Scheduler::Schedule"}
    return sorted({resources[alias]["Properties"]["FunctionName"]["Ref"] for alias in aliases})


def _localised(name: str, resource: Resource, code: Code) -> dict[str, Resource]:
    match resource["Type"]:
        case "AWS::Lambda::LayerVersion":
            return {}
        case "AWS::Lambda::Function":
            return {name: {**resource, "Properties": _function(resource["Properties"], code)}}
        case "AWS::ApiGatewayV2::Api":
            return spell_out(name, resource)
    return {name: resource}


def _function(properties: Resource, code: Code) -> Resource:
    variables = properties.get("Environment", {}).get("Variables", {})
    kept = {key: value for key, value in properties.items() if key not in {"Layers", "Architectures"}}
    return {
        **kept,
        "Code": {"S3Bucket": code.bucket, "S3Key": code.key},
        "Environment": {"Variables": {**variables, "PYTHONPATH": code.python_path, "REX_LAPTOP": "1"}},
    }
