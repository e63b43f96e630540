"""Answer what today's rules would have decided on the decisions of some time ago."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rex.domain.commands import Machinery
from rex.domain.replays import Comparison, RecordedDecision, Replay, replay

PAGE = 1000


@dataclass(frozen=True)
class Report:
    """How many decisions of each rule come out how, and what became of what."""

    by_rule: dict[str, Counter[Comparison]] = field(default_factory=dict)
    differences: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(rule, action then, action now)."""

    def add(self, result: Replay) -> None:
        self.by_rule.setdefault(result.rule, Counter())[result.comparison] += 1
        if result.comparison is not Comparison.SAME:
            self.differences[result.rule, result.then, result.now or result.comparison.value] += 1

    @property
    def decisions(self) -> int:
        return sum(counts.total() for counts in self.by_rule.values())


def replay_decisions(since: datetime, until: datetime, *, machinery: Machinery) -> Report:
    """Read page by page, so that a month of any size fits."""
    report = Report()
    for record in _read(since, until, machinery):
        report.add(replay(record))
    return report


def _read(since: datetime, until: datetime, machinery: Machinery) -> Iterator[RecordedDecision]:
    after: dict[str, Any] = {}
    while True:
        answer = machinery.call("rex_read_decisions", p_from=since.isoformat(), p_until=until.isoformat(), p_limit=PAGE, **after)
        rows = answer["decisions"]
        yield from (RecordedDecision.model_validate(row) for row in rows)
        if len(rows) < PAGE:
            return
        last = rows[-1]
        after = {"p_after_user": last["user_id"], "p_after_at": last["at"], "p_after_id": last["id"]}
