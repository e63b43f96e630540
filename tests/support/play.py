"""Two accounts on a database whose clock and ids repeat, and everybody who works on them as single moves.

A move may lose its answer, be told twice under one request id, or stay uncommitted while others move. Leases, sightings and messages in
flight are remembered for good, so that whoever lost them may come back with an old token.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from tests.support.actors import make_campaign_world
from tests.support.database import Clock, Connection, as_service, as_superuser, one
from tests.support.invariants import violations
from tests.support.mission_world import World
from tests.support.stage import Blocked, Stage, TooLate, ask

PEOPLE = 5
STEPS = (
    '[{"delay_hours": 0, "templates": {"default": {"subject": "s", "text": "t", "html": null}}},'
    ' {"delay_hours": 2, "templates": {"default": {"subject": "s", "text": "t", "html": null}}}]'
)


class Fate(StrEnum):
    """What becomes of a command."""

    ANSWERED = "answered"
    LOST = "lost"
    """It takes effect, and nobody learns the answer until it is asked again."""
    TWICE = "twice"
    SLOW = "slow"
    """It stays uncommitted while others move."""


@dataclass(frozen=True)
class Move:
    """A command as it was asked, and what to do with its answer."""

    command: str
    arguments: dict[str, Any]
    person: UUID | None
    then: Callable[[Any], None]


@dataclass(frozen=True)
class Watch:
    """A row a command is about: under an old token it has to stay as it is."""

    query: str
    id: str
    is_stale: Callable[[dict[str, Any]], bool]


@dataclass
class Play:
    """One example: the accounts, and what everybody remembers."""

    stage: Stage
    clock: Clock
    worlds: list[World]
    people: dict[UUID, list[UUID]]
    steps: int = 0
    requests: int = 0
    person: UUID | None = None
    missions: list[UUID] = field(default_factory=list)
    claims: list[Any] = field(default_factory=list)
    leases: list[Any] = field(default_factory=list)
    sightings: list[Any] = field(default_factory=list)
    failures: list[Any] = field(default_factory=list)
    sends: list[Any] = field(default_factory=list)
    flights: list[Any] = field(default_factory=list)
    arrived: Counter[str] = field(default_factory=Counter)
    sent: list[str] = field(default_factory=list)
    lost: list[Move] = field(default_factory=list)
    open: tuple[Move, Any] | None = None
    open_for: int = 0

    @classmethod
    def begin(cls, stage: Stage) -> "Play":
        stage.clear()
        worlds = [make_campaign_world(stage.observer, domains=1, inboxes=2) for _ in range(2)]
        play = cls(stage, Clock(stage.observer), worlds, {})
        for world in worlds:
            play.people[world.account] = _add_people(world)
        _narrow(stage.observer, worlds)
        return play

    # Asking.

    def new_request(self) -> str:
        self.requests += 1
        return f"request-{self.requests}"

    def move(
        self, command: str, then: Callable[[Any], None] = lambda _: None, *, fate: Fate = Fate.ANSWERED, person: UUID | None = None,
        watch: Watch | tuple[Watch, ...] = (), **arguments: Any,
    ) -> None:  # fmt: skip
        """Ask for a command once, and let its fate decide who learns what."""
        move = Move(command, {"p_request_id": self.new_request()} | arguments, person, then)
        if fate is Fate.SLOW and self.open is None:
            self._leave_open(move)
            return
        watches = (watch,) if isinstance(watch, Watch) else watch
        before = [self._look(watched) for watched in watches]
        answered, answer = self._ask(move)
        if fate is Fate.TWICE and answered:
            again, repeated = self._ask(move)
            assert again, f"{command} was answered once and not again"
            assert _essence(repeated) == _essence(answer), f"{command} answered {answer} first and {repeated} when it was repeated"
        for watched, row in zip(watches, before, strict=True):
            self._check(watched, row)
        if fate is Fate.LOST:
            self.lost.append(move)
        elif answered:
            then(answer)

    def repeat_lost(self, which: int) -> None:
        """Whoever got no answer asks again."""
        move = self.lost.pop(which % len(self.lost))
        answered, answer = self._ask(move)
        if answered:
            move.then(answer)

    def read(self, function: str, **arguments: Any) -> Any:
        try:
            return ask(self.stage.worker, function, arguments)
        except Blocked:
            return None

    def finish_slow(self, commit: bool) -> None:
        if self.open is None:
            return
        move, answer = self.open
        if commit:
            self._check_begun(move, answer)
        self.stage.slow.execute("commit" if commit else "rollback")
        self.open = None
        if commit:
            move.then(answer)

    def _ask(self, move: Move) -> tuple[bool, Any]:
        connection = self.stage.worker if move.person is None else self._as(self.stage.people, move.person)
        try:
            return True, ask(connection, move.command, move.arguments)
        except Blocked:
            assert self.open is not None, f"{move.command} waited for a lock that nobody holds"
            return False, None
        except TooLate:
            return False, None

    def _as(self, connection: Connection, person: UUID) -> Connection:
        if self.person != person:
            _act_as(connection, person)
            self.person = person
        return connection

    def _leave_open(self, move: Move) -> None:
        slow = self.stage.slow
        as_service(slow) if move.person is None else _act_as(slow, move.person)
        slow.execute("begin")
        try:
            answer = ask(slow, move.command, move.arguments)
        except TooLate:
            slow.execute("rollback")
        else:
            self.open, self.open_for = (move, answer), 0

    def _look(self, watch: Watch) -> dict[str, Any] | None:
        row = self.stage.observer.execute(watch.query.encode(), (watch.id,)).fetchone()
        return None if row is None else row[0]

    def _check(self, watch: Watch, before: dict[str, Any] | None) -> None:
        if before is not None and watch.is_stale(before):
            assert self._look(watch) == before, f"an old token changed {before}"

    def _check_begun(self, move: Move, answer: Any) -> None:
        """What was acknowledged while a hand-over was beginning, in its scope, must have waited for it."""
        if move.command == "rex_begin_outreach" and answer["begun"]:
            stopped = one(self.stage.observer, _STOPPED, move.arguments["p_outreach_id"])
            assert not stopped, f"a hand-over begins although its scope was stopped meanwhile: {stopped}"

    # Checking.

    def check(self) -> None:
        self.steps += 1
        if self.open is not None:
            self.open_for += 1
            if self.open_for > 3:
                self.finish_slow(commit=True)
        broken = violations(self.stage.observer)
        assert not broken, f"broken: {broken[:5]}"

    def rows(self, query: str, *arguments: Any) -> list[dict[str, Any]]:
        with self.stage.observer.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), arguments).fetchall()


_STOPPED = """
select to_jsonb(s) from (
  select (select min(x) from unnest(array[a.paused_at, c.paused_at, m.paused_at, d.paused_at, i.paused_at]) as x) as paused,
    m.finished_at as ended, l.removed_at as removed,
    (select min(e.kind::text) from public.rex_outreach_events e where e.lead_id = o.lead_id and e.recorded_at >= m.created_at
      and e.kind in ('replied', 'unsubscribed', 'complained')) as answered,
    (select p.reason::text from public.rex_suppressions p
      where p.user_id = o.user_id and p.channel = o.channel and p.address_hash = o.address_hash) as suppressed
  from public.rex_outreach o join public.rex_accounts a using (user_id) join public.rex_campaigns c on c.id = o.campaign_id
  join public.rex_missions m on m.id = o.mission_id join public.rex_leads l on l.id = o.lead_id
  join public.rex_inboxes i on i.id = o.inbox_id join public.rex_domain_pool d on d.id = i.domain_id where o.id = %s) as s
where num_nonnulls(paused, ended, removed, answered, suppressed) > 0
union all select null limit 1
"""


def _essence(answer: Any) -> Any:
    """What a repeat has to answer again: not the hour, and no second hand-over."""
    if not isinstance(answer, dict):
        return answer
    if "begun" in answer:
        return None
    return {name: value for name, value in answer.items() if name != "now"}


def _act_as(connection: Connection, person: UUID) -> None:
    as_superuser(connection)
    claims = f'{{"role": "authenticated", "sub": "{person}"}}'
    connection.execute("select set_config('request.jwt.claims', %s, false)", (claims,))
    connection.execute("set role authenticated")


def _add_people(world: World) -> list[UUID]:
    leads = world.add_leads(PEOPLE)
    world.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " select user_id, id, 'email', id || '@lead.example', 'consent', 'form' from public.rex_leads where id = any (%s)",
        (leads,),
    )
    return leads


def _narrow(observer: Connection, worlds: list[World]) -> None:
    """Little of everything, so that everything runs out: slots, shares, caps, hours and room in a person's mailbox."""
    observer.execute("update public.rex_crews set slots = 2")
    observer.execute("update public.rex_campaigns set steps = %s, collecting_seconds = 3600", (STEPS,))
    narrow = worlds[1].account
    observer.execute("update public.rex_crews set slots = 1 where user_id = %s", (narrow,))
    observer.execute(
        "update public.rex_accounts set window_start = '09:00', window_end = '17:00', frequency_cap_messages = 3, frequency_cap_days = 1 where user_id = %s",
        (narrow,),
    )
    observer.execute("update public.rex_inboxes set daily_cap = 3, spacing_seconds = 60 where user_id = %s", (narrow,))


def widen(observer: Connection) -> None:
    """Nothing is scarce any more but time."""
    observer.execute(
        "update public.rex_accounts set window_start = '00:00', window_end = '24:00', window_days = '{1,2,3,4,5,6,7}', frequency_cap_messages = null"
    )
    observer.execute("update public.rex_inboxes set daily_cap = 1000, spacing_seconds = 0, next_send_at = '-infinity'")
