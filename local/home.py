"""Where a stack keeps everything it writes: one folder, `.rex` unless REX_HOME names another."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folder of one stack; two stacks with two homes run side by side."""

    root: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Home":
        return cls(root=Path(environ.get("REX_HOME") or ROOT / ".rex").absolute())

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres" / "data"

    @property
    def aws(self) -> Path:
        return self.root / "aws"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def stack_file(self) -> Path:
        return self.root / "stack.json"

    @property
    def processes_file(self) -> Path:
        return self.root / "processes.json"

    @property
    def lock_file(self) -> Path:
        return self.root / "lock"

    @property
    def ports_file(self) -> Path:
        return self.root / "ports.json"

    @property
    def credentials_file(self) -> Path:
        return self.root / "credentials.json"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    def make(self) -> None:
        for folder in (self.root, self.outbox, self.logs, self.aws, self.postgres.parent):
            folder.mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone: a crash leaves the old text or the new."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
