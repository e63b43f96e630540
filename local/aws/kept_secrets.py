"""The secrets that functions made, on disk: MiniStack holds its own in memory only."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from local.home import write_whole

STAGE = "laptop"
PREFIX = f"rex-{STAGE}/inboxes/"


def read_secrets(file: Path) -> None:
    """Put back what was written down."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    for name, value in known.items():
        _service().create_secret_in_process(name, value)


def write_secrets(file: Path) -> None:
    """Write down the present value of each secret that a function made."""
    records: list[dict[str, Any]] = list(_service().get_state()["secrets"]._data.values())
    made = [record for record in records if record["Name"].startswith(PREFIX) and not record["DeletedDate"]]
    write_whole(file, json.dumps({record["Name"]: _present(record) for record in made}))


def _present(record: dict[str, Any]) -> str:
    return next(str(version["SecretString"]) for version in record["Versions"].values() if "AWSCURRENT" in version["Stages"])


def _service() -> Any:
    return import_module("ministack.services.secretsmanager")
