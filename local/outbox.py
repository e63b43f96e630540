"""The folder of kept mail: one .eml file per message, and a log with a line for each."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from pathlib import Path

LOG = "log.jsonl"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A line of the log."""

    file: str
    message_id: str
    sender: str
    recipients: list[str]
    size: int
    at: str


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """A folder that mail is only ever added to."""

    folder: Path

    def keep(self, *, content: bytes, sender: str, recipients: list[str], now: datetime, token: str) -> Kept:
        """Store a message as it was handed over; it is on disk, whole and in the log when this returns."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{now:%Y%m%dT%H%M%S.%f}-{token}.eml"
        part = self.folder / f".{name}"
        _append(part, content)
        part.rename(self.folder / name)
        kept = Kept(file=name, message_id=_message_id(content), sender=sender, recipients=recipients, size=len(content), at=now.isoformat())
        _append(self.folder / LOG, json.dumps(asdict(kept), ensure_ascii=False).encode() + b"\n")
        return kept

    def log(self) -> list[Kept]:
        file = self.folder / LOG
        return [Kept(**json.loads(line)) for line in file.read_text().splitlines()] if file.exists() else []


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _message_id(content: bytes) -> str:
    return str(BytesHeaderParser().parsebytes(content).get("Message-ID", "")).strip()
