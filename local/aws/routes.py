"""An HTTP API written as one OpenAPI body, spelled out as the resources CloudFormation also has for it."""

from collections.abc import Iterator
from typing import Any

API_ID = "00000001"  # the local AWS recognises eight hexadecimal digits only
_ANY = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_AUTHORIZER = "x-amazon-apigateway-authorizer"

type Resource = dict[str, Any]


def spell_out(name: str, api: Resource) -> dict[str, Resource]:
    """The API without its body, and an authorizer, an integration and a route for everything in it."""
    body = api["Properties"]["Body"]
    schemes = body.get("components", {}).get("securitySchemes", {})
    authorizers = {scheme: f"{name}{scheme}Authorizer" for scheme in schemes}
    resources: dict[str, Resource] = {name: _api(api)}
    for scheme, logical in authorizers.items():
        resources[logical] = _authorizer(name, scheme, schemes[scheme][_AUTHORIZER])
    for number, (key, operation) in enumerate(_operations(body)):
        integration, route = f"{name}Integration{number}", f"{name}Route{number}"
        resources[integration] = _integration(name, operation[_INTEGRATION])
        resources[route] = _route(name, key, integration, _authorizer_of(operation, authorizers))
    return resources


def _api(api: Resource) -> Resource:
    properties = {key: value for key, value in api["Properties"].items() if key != "Body"}
    return {**api, "Properties": {**properties, "Name": "rex", "ProtocolType": "HTTP", "Tags": {"ms-custom-id": API_ID}}}


def _operations(body: Resource) -> Iterator[tuple[str, Resource]]:
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            key = "$default" if path == "/$default" else f"{'ANY' if method == _ANY else method.upper()} {path}"
            yield key, operation


def _authorizer_of(operation: Resource, authorizers: dict[str, str]) -> str | None:
    """The authorizer an operation names; NONE is SAM's word for an open route."""
    named = [scheme for requirement in operation.get("security", []) for scheme in requirement if scheme != "NONE"]
    return authorizers[named[0]] if named else None


def _authorizer(api: str, name: str, settings: Resource) -> Resource:
    return {
        "Type": "AWS::ApiGatewayV2::Authorizer",
        "Properties": {
            "ApiId": {"Ref": api},
            "Name": name,
            "AuthorizerType": settings["type"].upper(),
            "AuthorizerUri": settings["authorizerUri"],
            "IdentitySource": settings.get("identitySource", []),
            "AuthorizerPayloadFormatVersion": settings["authorizerPayloadFormatVersion"],
            "EnableSimpleResponses": settings.get("enableSimpleResponses", False),
            "AuthorizerResultTtlInSeconds": settings.get("authorizerResultTtlInSeconds", 0),
        },
    }


def _integration(api: str, settings: Resource) -> Resource:
    return {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": api},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": settings["uri"],
            "PayloadFormatVersion": settings["payloadFormatVersion"],
        },
    }


def _route(api: str, key: str, integration: str, authorizer: str | None) -> Resource:
    properties: Resource = {"ApiId": {"Ref": api}, "RouteKey": key, "Target": {"Fn::Sub": f"integrations/${{{integration}}}"}}
    if authorizer:
        properties |= {"AuthorizationType": "CUSTOM", "AuthorizerId": {"Ref": authorizer}}
    return {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}
