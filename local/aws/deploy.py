"""Deploys template.yaml on the local AWS: the same resources as in production, with what `template.py` changes."""

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.aws.build import empty_zip
from local.aws.client import REGION, LocalAws
from local.aws.template import Code
from local.home import ROOT

BUCKET, CODE, TEMPLATE = "rex-artifacts", "code.zip", "template.json"
STACK = "rex"
_DEPLOY_SECONDS = 60
_TRANSLATE_SECONDS = 60


class DeployFailed(RuntimeError):
    """The template could not be translated, or its stack not be created."""


def translate(python: Path, template: Path, target: Path) -> dict[str, Any]:
    """The template as plain CloudFormation."""
    done = subprocess.run(
        [python, "-m", "local.translate", template, target],
        cwd=ROOT, env={**os.environ, "AWS_DEFAULT_REGION": REGION}, capture_output=True, text=True, check=False, timeout=_TRANSLATE_SECONDS,
    )  # fmt: skip
    if done.returncode:
        message = f"{template.name} could not be translated: {done.stderr.strip()}"
        raise DeployFailed(message)
    translated: dict[str, Any] = json.loads(target.read_text())
    return translated


def code_at(folders: list[Path]) -> Code:
    """The code as the functions of the local AWS find it."""
    return Code(bucket=BUCKET, key=CODE, python_path=os.pathsep.join(map(str, folders)))


def create_stack(aws: LocalAws, template: dict[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """Create all resources and return the physical name of each by its logical one."""
    s3, cloudformation = aws.client("s3"), aws.client("cloudformation")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=CODE, Body=empty_zip())
    s3.put_object(Bucket=BUCKET, Key=TEMPLATE, Body=json.dumps(template).encode())
    cloudformation.create_stack(
        StackName=STACK,
        TemplateURL=f"{aws.url}/{BUCKET}/{TEMPLATE}",
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    _wait_until_created(cloudformation)
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {row["LogicalResourceId"]: row["PhysicalResourceId"] for page in pages for row in page["StackResourceSummaries"]}


def _wait_until_created(cloudformation: Any) -> None:
    deadline = time.monotonic() + _DEPLOY_SECONDS
    while (status := cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]) == "CREATE_IN_PROGRESS":
        if time.monotonic() > deadline:
            message = f"The stack was not created within {_DEPLOY_SECONDS} seconds."
            raise DeployFailed(message)
        time.sleep(0.1)
    if status != "CREATE_COMPLETE":
        raise DeployFailed(_what_failed(cloudformation))


def _what_failed(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in events if event["ResourceStatus"].endswith("FAILED")]
    return "; ".join(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed) or "no reason given"
