"""Rows of a file as `domain/lead_rows.py` makes them, imported and looked up in one line each."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from tests.support.database import Connection, one
from tests.support.mission_world import World


def address(text: str, channel: str = "email", basis: str = "consent", source: str = "form") -> dict[str, Any]:
    return {"channel": channel, "address": text, "consent_basis": basis, "consent_source": source, "consent_at": None}


def row(line: int, *addresses: str | dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A row; a plain address is an e-mail address with consent."""
    return {"line": line, "addresses": [address(each) if isinstance(each, str) else each for each in addresses]} | fields


@dataclass(frozen=True)
class Imports:
    """The imports of one account."""

    world: World

    @property
    def db(self) -> Connection:
        return self.world.db

    def take(self, *rows: dict[str, Any], name: str = "leads.csv", rejected: list[dict[str, Any]] | None = None, **arguments: Any) -> Any:
        """Import rows as a file of its own; of the same name and rows it is the same file."""
        file_hash = hashlib.sha256(f"{name}{rows}".encode()).hexdigest()
        given = {"p_file_name": name, "p_file_hash": file_hash, "p_rows": list(rows), "p_rejected": rejected or []}
        return self.world.ask("rex_import_leads", **(given | arguments))

    def undo(self, import_id: Any, **arguments: Any) -> Any:
        return self.world.ask("rex_undo_import", p_import_id=import_id, **arguments)

    def lead(self, email: str) -> Any:
        """The lead with this address, None when nobody has it."""
        found = self.db.execute(
            "select to_jsonb(l) from public.rex_leads l join public.rex_lead_addresses a on a.lead_id = l.id"
            " where a.user_id = %s and a.address = %s",
            (self.world.account, email),
        ).fetchone()
        return found[0] if found else None

    def lead_id(self, email: str) -> uuid.UUID:
        return uuid.UUID(self.lead(email)["id"])

    def addresses(self, email: str) -> list[str]:
        """All addresses of the person who has this one."""
        query = "select address from public.rex_lead_addresses where lead_id = %s order by address"
        return [each[0] for each in self.db.execute(query, (self.lead_id(email),)).fetchall()]

    def rows(self, import_id: Any) -> list[tuple[int, str, str | None]]:
        """Line, change and code of what an import did."""
        query = "select line, change, code from public.rex_import_rows where import_id = %s order by line"
        return [(each[0], each[1], each[2]) for each in self.db.execute(query, (import_id,)).fetchall()]

    def suppressed(self, text: str, channel: str = "email") -> Any:
        """Why this address is suppressed, None when it is not."""
        found = self.db.execute(
            "select reason::text from public.rex_suppressions where user_id = %s and channel = %s and address_hash = rex.address_hash(%s, %s)",
            (self.world.account, channel, channel, text),
        ).fetchone()
        return found[0] if found else None

    def counted(self) -> dict[str, int]:
        """Rows of everything an import writes."""
        tables = ("rex_imports", "rex_import_rows", "rex_leads", "rex_lead_addresses", "rex_suppressions", "rex_requests", "rex_messages")
        return {table: one(self.db, f"select count(*) from public.{table}") for table in tables}


def counts(answer: Any) -> tuple[int, int, int, int, int]:
    """Added, updated, unchanged, rejected, opted out."""
    return (answer["added"], answer["updated"], answer["unchanged"], answer["rejected"], answer["opted_out"])
