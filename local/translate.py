"""Translate template.yaml to plain CloudFormation, as AWS does when a SAM template is deployed: `python -m local.translate IN OUT`.

Runs in the ministack environment, which has the translator.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from samtranslator.public.translator import ManagedPolicyLoader, Translator
from samtranslator.yaml_helper import yaml_parse


def translate(template: Path) -> dict[str, Any]:
    """The CloudFormation template; raises samtranslator's InvalidDocumentException with every fault found."""
    document: dict[str, Any] = yaml_parse(template.read_text())
    for resource in document["Resources"].values():
        _stand_in_for_artifacts(resource)
    translated: dict[str, Any] = Translator({}, _policies()).translate(document, {})
    return translated


def _stand_in_for_artifacts(resource: dict[str, Any]) -> None:
    """A local folder becomes the S3 object that packaging would make of it."""
    for key in ("CodeUri", "ContentUri"):
        if isinstance(resource.get("Properties", {}).get(key), str):
            resource["Properties"][key] = "s3://artifacts/code.zip"


def _policies() -> ManagedPolicyLoader:
    """No managed policies: every policy of REX is inline."""

    class Nothing:
        def get_paginator(self, _: str) -> "Nothing":
            return self

        def paginate(self, **_: str) -> list[dict[str, Any]]:
            return []

    return ManagedPolicyLoader(Nothing())


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(json.dumps(translate(Path(source)), indent=1))
    yaml.safe_load(Path(target).read_text())
