"""The functions of the template on the local AWS: built, deployed, and started once where a schedule would start them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws.build import copy_code
from local.aws.client import LocalAws
from local.aws.deploy import code_at, create_stack, translate
from local.aws.kept_secrets import STAGE
from local.aws.template import localise, scheduled_functions
from local.home import ROOT, Home
from local.options import LanguageModel
from local.project import Project
from local.sample import Mailboxes


@dataclass(frozen=True, kw_only=True)
class Functions:
    """The deployed functions by their names in the template, and those of them that have a schedule."""

    aws: LocalAws
    names: Mapping[str, str]
    scheduled: list[str]

    def start_scheduled(self) -> None:
        """Start each once: a new schedule of the local AWS waits a minute before it starts anything."""
        client = self.aws.client("lambda")
        for name in self.scheduled:
            client.invoke(FunctionName=self.names[name], InvocationType="Event", Payload=b"{}")


def build_template(home: Home, python: Path, packages: Path) -> dict[str, Any]:
    """Copy the code and translate the template so that its functions find it."""
    folders = [*copy_code(home.build), packages]
    return localise(translate(python, ROOT / "template.yaml", home.aws / "template.json"), code_at(folders))


def deploy(
    aws: LocalAws, template: dict[str, Any], project: Project, public_url: str, signing_key: str, model: LanguageModel, reports: Mailboxes
) -> Functions:
    """Create everything the template names, for this project and this address."""
    parameters = {
        "Stage": STAGE, "SupabaseUrl": project.url, "SupabasePublishableKey": project.publishable_key, "PublicUrl": public_url,
        "AuthMode": project.auth_mode, "SecretArn": _keep(aws, "deployment", _keys_of_machinery(project, model, reports)),
        "SigningSecretArn": _keep(aws, "signing", _keys_that_sign(project, signing_key)),
        "OpenAiBaseUrl": model.base_url, "ReportSmtpHost": "127.0.0.1", "ReportSmtpPort": str(reports.port),
        "ReportSmtpUsername": "reports", "ReportFrom": "reports@rex.example",
    }  # fmt: skip
    return Functions(aws=aws, names=create_stack(aws, template, parameters), scheduled=scheduled_functions(template))


def _keys_of_machinery(project: Project, model: LanguageModel, reports: Mailboxes) -> dict[str, str]:
    return {"supabase_secret_key": project.secret_key, "openai_api_key": model.api_key, "report_smtp_password": reports.password}


def _keys_that_sign(project: Project, signing_key: str) -> dict[str, str]:
    """The secret of tokens is among them only where Auth signs with one."""
    shared = {"jwt_secret": project.jwt_secret} if project.auth_mode == "hs256" else {}
    return {"signing_key": signing_key} | shared


def _keep(aws: LocalAws, name: str, keys: Mapping[str, str]) -> str:
    """The ARN of a secret of the deployment."""
    made = aws.client("secretsmanager").create_secret(Name=f"rex-{STAGE}/{name}", SecretString=json.dumps(keys))
    return str(made["ARN"])
