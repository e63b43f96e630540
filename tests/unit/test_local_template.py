"""What the local AWS gets is the template of production, with layers as paths and routes as resources."""

import copy
from pathlib import Path
from typing import Any

from local.aws.routes import API_ID
from local.aws.template import Code, localise, scheduled_functions

ROOT = Path(__file__).parents[2]
CODE = Code(bucket="artifacts", key="code.zip", python_path="/build:/packages")


def uri(function: str) -> dict[str, str]:
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:apigateway:path/functions/${{{function}.Arn}}/invocations"}


def operation(function: str, authorizer: str) -> dict[str, Any]:
    integration = {"httpMethod": "POST", "type": "aws_proxy", "uri": uri(function), "payloadFormatVersion": "2.0"}
    return {"x-amazon-apigateway-integration": integration, "security": [{authorizer: []}], "responses": {}}


AUTHORIZER = {
    "type": "request",
    "authorizerUri": uri("Authorize"),
    "identitySource": ["$request.header.Authorization"],
    "authorizerPayloadFormatVersion": "2.0",
    "enableSimpleResponses": True,
    "authorizerResultTtlInSeconds": 300,
}

TRANSLATED: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String"}},
    "Resources": {
        "Layer": {"Type": "AWS::Lambda::LayerVersion", "Properties": {}},
        "CreateMission": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Code": {"S3Bucket": "x", "S3Key": "y"},
                "Handler": "functions.api.create_mission.handler",
                "Timeout": 10,
                "Layers": [{"Ref": "Layer"}],
                "Architectures": ["arm64"],
                "Environment": {"Variables": {"STAGE": {"Ref": "Stage"}}},
            },
        },
        "Sweep": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "functions.automation.sweep.handler"}},
        "SweepMinute": {"Type": "AWS::Scheduler::Schedule", "Properties": {"Target": {"Arn": {"Ref": "SweepAlias"}}}},
        "SweepAlias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Sweep"}, "Name": "live"}},
        "Nudges": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}},
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {
                "Body": {
                    "openapi": "3.0.1",
                    "paths": {
                        "/api/rex/missions": {"post": operation("CreateMission", "Supabase")},
                        "/{path+}": {"x-amazon-apigateway-any-method": operation("Landing", "NONE")},
                    },
                    "components": {"securitySchemes": {"Supabase": {"x-amazon-apigateway-authorizer": AUTHORIZER}}},
                }
            },
        },
    },
}


def resources(kind: str) -> dict[str, Any]:
    local = localise(TRANSLATED, CODE)["Resources"]
    return {name: resource["Properties"] for name, resource in local.items() if resource["Type"] == kind}


def test_layers_become_a_path_and_everything_else_of_a_function_stays() -> None:
    assert resources("AWS::Lambda::LayerVersion") == {}
    assert resources("AWS::Lambda::Function")["CreateMission"] == {
        "Code": {"S3Bucket": "artifacts", "S3Key": "code.zip"},
        "Handler": "functions.api.create_mission.handler",
        "Timeout": 10,
        "Environment": {"Variables": {"STAGE": {"Ref": "Stage"}, "PYTHONPATH": "/build:/packages", "REX_LAPTOP": "1"}},
    }


def test_each_operation_becomes_a_route_behind_the_authorizer_it_names() -> None:
    routes = {route["RouteKey"]: route for route in resources("AWS::ApiGatewayV2::Route").values()}

    assert set(routes) == {"POST /api/rex/missions", "ANY /{path+}"}
    assert routes["POST /api/rex/missions"]["AuthorizerId"] == {"Ref": "ApiSupabaseAuthorizer"}
    assert "AuthorizerId" not in routes["ANY /{path+}"], "NONE is an open route"


def test_routes_reach_the_functions_of_their_operations() -> None:
    integrations = resources("AWS::ApiGatewayV2::Integration")
    targets = {route["RouteKey"]: route["Target"]["Fn::Sub"] for route in resources("AWS::ApiGatewayV2::Route").values()}
    name = targets["POST /api/rex/missions"].removeprefix("integrations/${").removesuffix("}")

    assert integrations[name]["IntegrationUri"] == uri("CreateMission")


def test_authorizer_keeps_its_settings() -> None:
    authorizer = resources("AWS::ApiGatewayV2::Authorizer")["ApiSupabaseAuthorizer"]

    assert (authorizer["AuthorizerType"], authorizer["EnableSimpleResponses"]) == ("REQUEST", True)
    assert authorizer["AuthorizerUri"] == uri("Authorize")
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]


def test_api_has_a_fixed_id_and_no_body() -> None:
    api = resources("AWS::ApiGatewayV2::Api")["Api"]

    assert "Body" not in api
    assert api["Tags"] == {"ms-custom-id": API_ID}


def test_other_resources_and_the_given_template_stay_as_they_are() -> None:
    before = copy.deepcopy(TRANSLATED)
    local = localise(TRANSLATED, CODE)

    assert local["Resources"]["Nudges"] == before["Resources"]["Nudges"]
    assert local["Parameters"] == before["Parameters"]
    assert before == TRANSLATED


def test_scheduled_functions_are_found_by_their_schedules() -> None:
    assert scheduled_functions(TRANSLATED) == ["Sweep"]


def test_template_cannot_say_that_it_is_a_laptop() -> None:
    """There, domains count as verified, and mail servers on loopback may be written to."""
    assert "REX_LAPTOP" not in (ROOT / "template.yaml").read_text()
