"""Missions that fail in every way: all of them end, every decision is on record, and at least 95 of 100 need no language model."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rex.domain.agents import run_agent
from rex.domain.reasoning import Price, Question, Reply
from rex.domain.subjects import FailedMission
from rex.domain.tasks import AgentUnknown, TaskContext, TaskResult
from rex.errors import Rejected
from rex.usecases.ask_reasoner import ask_reasoner
from rex.usecases.recover_missions import Recoverer, recover_missions
from rex.usecases.replay_decisions import replay_decisions
from rex.usecases.run_tasks import Worker, run_tasks
from tests.support.actors import Actors, Mailbox, add_people, make_campaign_world
from tests.support.database import Clock, Connection, connect, one
from tests.support.invariants import assert_invariants
from tests.support.machinery import SqlMachinery, all_the_time

MISSIONS = 16
ROUNDS = 60
AT_LEAST = 0.95
SEED = 20261125


class Refusing(SqlMachinery):
    """Refuses the results of one mission with a code that no rule knows."""

    def __init__(self, db: Connection) -> None:
        super().__init__(db)
        self.mission: str | None = None

    def command(self, command: str, **arguments: Any) -> Any:
        if command == "rex_complete_task" and self._is_of_mission(arguments["p_task_id"]):
            raise Rejected(422, "sunspots", "Nobody knows why.", "Ask somebody.")
        return super().command(command, **arguments)

    def _is_of_mission(self, task: str) -> bool:
        return str(one(self.db, "select mission_id from public.rex_tasks where id = %s", task)) == self.mission


@dataclass
class Model:
    """Tries again once, then has nothing to say."""

    price: Price = Price(input=1, output=1)  # noqa: RUF009 - frozen
    asked: list[Question] = field(default_factory=list)

    def has_key(self) -> bool:
        return True

    def ask(self, question: Question) -> Reply:
        self.asked.append(question)
        if len(self.asked) == 1:
            return Reply(text='{"action": "retry", "retry_in_seconds": 60, "cause": "unclear", "confidence": 0.8}')
        return Reply(code="llm_refused", input_tokens=1, output_tokens=0)


def failing(luck: random.Random, sound: str | None) -> Any:
    """An agent that raises in one run of six, and is unknown in one of a hundred; not for the mission whose results are refused."""

    def run(context: TaskContext) -> TaskResult:
        draw = luck.random() if str(context.task.mission_id) != sound else 1.0
        if draw < 0.01:
            raise AgentUnknown(context.task.agent)
        if draw < 0.17:
            raise ValueError(draw)
        return run_agent(context)

    return run


def test_at_least_95_of_100_decisions_need_no_language_model(db: Connection, database: str, clock: Clock) -> None:
    world = make_campaign_world(db, domains=2)
    missions = [world.create(leads=add_people(world, 2)) for _ in range(MISSIONS)]
    luck, model = random.Random(SEED), Model()
    with connect(database) as connection:
        machinery = Refusing(connection)
        machinery.mission = str(missions[0])
        actors = Actors(machinery=machinery, mailbox=Mailbox())
        for _ in range(ROUNDS):
            actors.schedule()
            work(machinery, luck, actors)
            actors.send()
            actors.monitor()
            recover(machinery, luck, model)
            clock.advance(seconds=120)
        replayed = replay_decisions(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC), machinery=machinery)
    states = [world.mission(mission)["state"] for mission in missions]
    assert set(states) <= {"COMPLETED", "ESCALATED"}, states
    assert world.mission(missions[0])["state"] == "ESCALATED"
    assert len(model.asked) == 2
    shares: dict[int, float] = dict(db.execute("select layer, share::float from public.rex_decision_shares").fetchall())
    assert shares[1] + shares[2] >= AT_LEAST, shares
    assert 0 < shares[3] <= 1 - AT_LEAST, shares
    assert on_record(db) == {(3, "escalate", "llm_refused"), (3, "retry", "unclear")}
    assert set(replayed.by_rule) >= {"error_escalation", "resource_allocation", "reasoner"}
    assert {rule for rule, _, _ in replayed.differences} == {"reasoner"}, "the same rules decide the same"
    assert_invariants(db)


def work(machinery: Refusing, luck: random.Random, actors: Actors) -> None:
    worker = Worker(name=uuid.uuid4().hex, machinery=machinery, run_agent=failing(luck, machinery.mission), draw_luck=luck.random)
    run_tasks(worker, seconds_left=all_the_time, nudge=actors.nudge)


def recover(machinery: Refusing, luck: random.Random, model: Model) -> None:
    def ask(mission: FailedMission) -> Any:
        return ask_reasoner(mission, machinery=machinery, reasoner=model, log_unsettled=lambda *_: None)

    recover_missions(Recoverer(machinery=machinery, ask=ask, draw_luck=luck.random), seconds_left=all_the_time)


def on_record(db: Connection) -> set[tuple[Any, ...]]:
    """What the third layer decided, each named by an audit row."""
    return set(
        db.execute(
            "select d.layer::int, d.action, d.reason from public.rex_decisions d join public.rex_logs l on l.decision_id = d.id where d.layer = 3"
        ).fetchall()
    )
