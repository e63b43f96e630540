"""How far a mission is, in a terminal: one line a stage, rewritten while it lasts; elsewhere a line for each change."""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

from local.sample_mission import describe_stage

_QUIET_SECONDS = 2.0


@dataclass
class Progress:
    """What was said last, and the moments of the start and of the last line."""

    began: float
    state: str = ""
    said: str = ""
    spoke: float = 0.0
    in_place: bool = field(default_factory=sys.stdout.isatty)

    def show(self, mission: dict[str, Any]) -> None:
        now, changed = time.monotonic(), mission["state"] != self.state
        if changed:
            self.close()
            self.state = mission["state"]
        detail = describe_stage(mission)
        line = f"  {now - self.began:5.1f} s  {self.state:<10}  {detail}".rstrip()
        if self.in_place:
            print(f"\r\x1b[K{line}", end="", flush=True)
        elif changed or (detail != self.said and now - self.spoke > _QUIET_SECONDS):
            print(line, flush=True)
            self.spoke, self.said = now, detail

    def close(self) -> None:
        """End the line of a stage that is over."""
        if self.in_place and self.state:
            print(flush=True)


def outcome_table(mission: dict[str, Any]) -> str:
    """What happened to the leads, the most frequent first."""
    rows = [("outcome", "reason", "leads"), *((row["outcome"], row["reason"] or "", str(row["leads"])) for row in mission["outcomes"])]
    first, second, third = (max(len(row[column]) for row in rows) for column in range(3))
    return "\n".join(f"  {outcome:<{first}}  {reason:<{second}}  {leads:>{third}}" for outcome, reason, leads in rows)
