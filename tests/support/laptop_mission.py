"""A mission on a laptop stack, followed through its database and its outbox, and the end of the processes that work on it."""

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import psutil

from local.outbox import Outbox
from local.sample_mission import Api
from tests.support.database import connect
from tests.support.invariants import assert_invariants
from tests.support.laptop import Laptop
from tests.support.sample_leads import allowed_addresses

_SECONDS = 240
_LOOK_SECONDS = 0.1
_STILL_SECONDS = 3.0
_ENDED = {"sent", "refused", "unknown"}
_SETTLED = {"sent", "bounced", "unknown", "suppressed", "rejected"}
_PROGRESS = """
select m.state::text,
  (select coalesce(jsonb_object_agg(state, n), '{}') from (
    select state, count(*) as n from public.rex_tasks where mission_id = m.id group by state) as tasks),
  (select coalesce(jsonb_object_agg(state, n), '{}') from (
    select state, count(*) as n from public.rex_outreach where mission_id = m.id group by state) as messages)
from public.rex_missions m where m.id = %s
"""


class Progress(NamedTuple):
    """How far a mission is: its state, and its tasks and messages by theirs."""

    state: str
    tasks: dict[str, int]
    messages: dict[str, int]

    def works(self, completed: int) -> bool:
        """Agents have done that many tasks, and more tasks run than one command can end meanwhile."""
        return self.state == "EXECUTING" and self.tasks.get("COMPLETED", 0) >= completed and self.tasks.get("RUNNING", 0) > 1

    def sends(self, sent: int) -> bool:
        """That many people have their message, and another one is being handed over."""
        return self.messages.get("sent", 0) >= sent and self.messages.get("sending", 0) > 0

    def completed(self) -> bool:
        return self.state == "COMPLETED"


type Reached = Callable[[Progress], bool]


@dataclass(frozen=True)
class LaptopMission:
    """One mission; the stack may end and start again meanwhile."""

    laptop: Laptop
    id: str

    @classmethod
    def queue(cls, laptop: Laptop) -> "LaptopMission":
        """Of the sample leads, imported where they are not."""
        api = Api.sign_in(laptop.described())
        with closing(api.client):
            return cls(laptop, api.queue_mission(api.import_leads()["import_id"]))

    def progress(self) -> Progress:
        return Progress(*self._ask(_PROGRESS)[0])

    def outcomes(self) -> dict[str, int]:
        return dict(self._ask("select outcome::text, count(*) from public.rex_mission_leads where mission_id = %s group by 1"))

    def recovered_tasks(self) -> int:
        """How often a task was taken back from a worker whose lease ended."""
        query = "select count(*) from public.rex_logs where mission_id = %s and action = 'recover_task'"
        return int(self._ask(query)[0][0])

    def written_to(self) -> list[str]:
        """Everybody who got a message of this mission, as often as they did."""
        own = {row[0] for row in self._ask("select message_id from public.rex_outreach where mission_id = %s and message_id is not null")}
        kept = Outbox(folder=self.laptop.home.outbox).log()
        return [recipient for each in kept if each.message_id in own for recipient in each.recipients]

    def wait(self, reached: Reached) -> None:
        """Until the condition holds; whenever the mission stands still, a minute passes."""
        seen, since = self.progress(), time.monotonic()
        deadline = since + _SECONDS
        while not reached(now := self.progress()):
            assert time.monotonic() < deadline, f"not that far after {_SECONDS} seconds: {now}"
            if now != seen:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > _STILL_SECONDS:
                self.laptop.pass_a_minute()
                since = time.monotonic()
            time.sleep(_LOOK_SECONDS)

    def kill_workers(self, reached: Reached, *functions: str) -> None:
        """Kill -9 what runs these functions when the condition holds; they stand still while it is looked at again."""
        self.wait(lambda now: reached(now) and self._kill_if(reached, self.laptop.workers(*functions)))

    def _kill_if(self, reached: Reached, workers: list[psutil.Process]) -> bool:
        met = False
        try:
            _each(workers, psutil.Process.suspend)
            met = bool(workers) and reached(self.progress())
        finally:
            _each(workers, psutil.Process.kill if met else psutil.Process.resume)
        return met

    def assert_ended_well(self) -> None:
        """Every lead is settled, and nobody who has a message has two, or must not have one."""
        written_to, messages, outcomes = self.written_to(), self.progress().messages, self.outcomes()
        assert len(written_to) == len(set(written_to)), "somebody got a second message"
        assert set(written_to) <= allowed_addresses(), "somebody was written to who must not be"
        assert messages.keys() <= _ENDED, f"messages are left: {messages}"
        assert messages["sent"] <= len(written_to) <= messages["sent"] + messages.get("unknown", 0), "a message was lost"
        assert outcomes.keys() <= _SETTLED, f"leads are not settled: {outcomes}"
        with connect(self.laptop.described()["database_url"]) as owner:
            assert_invariants(owner)

    def _ask(self, query: str) -> list[Any]:
        with connect(self.laptop.described()["database_url"]) as owner:
            return owner.execute(query.encode(), (self.id,)).fetchall()


def _each(workers: list[psutil.Process], act: Callable[[psutil.Process], None]) -> None:
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            act(worker)
