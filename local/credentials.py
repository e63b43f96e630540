"""The passwords and keys of a laptop stack: drawn once, kept in its home, worth nothing elsewhere."""

import secrets
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from local.home import write_whole


def _drawn(prefix: str = "") -> str:
    return prefix + secrets.token_hex(24)


Drawn = Annotated[str, Field(default_factory=_drawn)]


class Credentials(BaseModel):
    """What the parts of one stack know each other by."""

    model_config = ConfigDict(frozen=True)

    superuser_password: Drawn
    owner_password: Drawn
    jwt_secret: Drawn
    publishable_key: str = Field(default_factory=lambda: _drawn("sb_publishable_"))
    secret_key: str = Field(default_factory=lambda: _drawn("sb_secret_"))
    signing_key: Drawn
    inbox_password: Drawn
    sample_password: Drawn


def load_credentials(path: Path) -> Credentials:
    """Read them, drawing those that are missing."""
    known = path.read_text() if path.exists() else "{}"
    credentials = Credentials.model_validate_json(known)
    drawn = credentials.model_dump_json(indent=2)
    if drawn != known:
        write_whole(path, drawn)
    return credentials
