"""How many decisions one run of a function made, per account, layer and rule, and how many of them changed something."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rex.domain.actions import Decision, Layer

type _Key = tuple[UUID, Layer, str]


@dataclass(frozen=True)
class Tally:
    """Counts decisions until `rex_count_decisions` takes them."""

    decided: Counter[_Key] = field(default_factory=Counter)
    effective: Counter[_Key] = field(default_factory=Counter)

    def __bool__(self) -> bool:
        return bool(self.decided)

    def add(self, user_id: UUID, decision: Decision, *, effective: bool) -> None:
        """One decision about this account; `effective` when the command that carries it out changed something."""
        self.add_made(user_id, decision.layer, decision.rule, effective=effective)

    def add_made(self, user_id: UUID, layer: Layer, rule: str, *, effective: bool) -> None:
        """One decision that a command made by itself."""
        key = (user_id, layer, rule)
        self.decided[key] += 1
        self.effective[key] += effective

    def as_argument(self) -> list[dict[str, Any]]:
        """`p_counts`."""
        return [
            {
                "user_id": str(user_id),
                "layer": int(layer),
                "rule": rule,
                "decided": count,
                "effective": self.effective[user_id, layer, rule],
            }
            for (user_id, layer, rule), count in self.decided.items()
        ]

    def clear(self) -> None:
        self.decided.clear()
        self.effective.clear()
