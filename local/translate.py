"""Translate template.yaml to plain CloudFormation, as AWS does when a SAM template is deployed: `python -m local.translate IN OUT`.

Runs in the ministack environment, which has the translator.
"""

import json
import sys
from pathlib import Path
from typing import Any

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def translate(template: Path) -> dict[str, Any]:
    """The CloudFormation template; raises samtranslator's InvalidDocumentException with every fault found."""
    document: dict[str, Any] = yaml_parse(template.read_text())
    _stand_in_for_artifacts(document["Globals"]["Function"])
    for resource in document["Resources"].values():
        _stand_in_for_artifacts(resource.get("Properties", {}))
    translated: dict[str, Any] = Translator({}, Parser()).translate(document, {})
    return translated


def _stand_in_for_artifacts(properties: dict[str, Any]) -> None:
    """A local folder becomes the S3 object that packaging would make of it."""
    for key in {"CodeUri", "ContentUri"} & properties.keys():
        properties[key] = "s3://artifacts/code.zip"


if __name__ == "__main__":
    source, target = sys.argv[1:]
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    Path(target).write_text(json.dumps(translate(Path(source)), indent=1))
