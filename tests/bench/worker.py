"""One worker of REX, on the database's own commands: `python -m tests.bench.worker <work> <url> [limit]`.

It says `ready`, waits for a line, works until nothing is left, and prints when it began, when it ended and how many it did.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

from psycopg.types.json import Jsonb

from tests.bench.worlds import service
from tests.support.database import Connection, as_person, as_superuser, connect

CHAIN = ("researcher", "writer", "compliance", "quality_control")
NEXT = {"EXECUTING": "COLLECTING", "COLLECTING": "ANALYZING", "ANALYZING": "COMPLETED"}
IDLE = 3
"""Calls in vain before a worker believes that nothing is left."""


def ask(db: Connection, command: str, *arguments: Any) -> Any:
    given = ", ".join(["%s"] * (len(arguments) + 1))
    row = db.execute(f"select public.{command}({given})".encode(), (uuid.uuid4().hex, *arguments)).fetchone()
    assert row
    return row[0]


def claim(db: Connection, limit: int) -> int:
    return len(ask(db, "rex_claim_missions", limit)["missions"])


def run_tasks(db: Connection, limit: int) -> int:
    return len(complete(db, ask(db, "rex_claim_tasks", "bench", limit, 60)["tasks"]))


def complete(db: Connection, tasks: list[Any]) -> list[Any]:
    if not tasks:
        return []
    results = [{"task_id": task["task_id"], "fence": task["fence"], "result": {}} for task in tasks]
    answers: list[Any] = ask(db, "rex_complete_tasks", Jsonb(results))["tasks"]
    return [answer | {"mission_id": task["mission_id"]} for answer, task in zip(answers, tasks, strict=True) if answer["done"]]


def plan(db: Connection, missions: list[Any], chain: tuple[str, ...] = CHAIN) -> None:
    plans = [
        {
            "mission_id": mission["mission_id"], "fence": mission["fence"],
            "tasks": [
                {"agent": agent, "batch": batch, "position": position}
                for batch in range(1, mission["batches"] + 1) for position, agent in enumerate(chain, 1)
            ],
        }
        for mission in missions
    ]  # fmt: skip
    if plans:
        ask(db, "rex_plan_missions", Jsonb(plans))


def advance(db: Connection, ids: list[str], version: int) -> int:
    """Through the stages that are left; nothing of a mission without leads holds them up."""
    moves = [{"mission_id": mission, "version": version, "to": "COLLECTING", "reason": "tasks_done"} for mission in ids]
    done = 0
    while moves:
        moved = [move for move in ask(db, "rex_advance_missions", Jsonb(moves))["missions"] if move["moved"]]
        done += sum(move["state"] == "COMPLETED" for move in moved)
        moves = [
            {"mission_id": move["mission_id"], "version": move["version"], "to": NEXT[move["state"]], "reason": "ended"}
            for move in moved if move["state"] in NEXT
        ]  # fmt: skip
    return done


def run_missions(db: Connection, limit: int) -> int:
    """A mission's whole way: claimed, planned, its four tasks one after the other, and all its stages."""
    plan(db, ask(db, "rex_claim_missions", limit)["missions"])
    done = 0
    while tasks := ask(db, "rex_claim_tasks", "bench", limit, 60)["tasks"]:
        ended = [answer["mission_id"] for answer in complete(db, tasks) if answer["open_tasks"] == 0]
        done += advance(db, ended, version=3)
    return done


def create(db: Connection, limit: int) -> int:
    """One mission at a time, as people ask for them, through the whole command."""
    account = db.execute("select user_id from public.rex_accounts limit 1").fetchone()
    assert account
    as_person(db, account[0])
    audience = Jsonb({"lead_ids": [str(lead) for (lead,) in db.execute("select id from public.rex_leads limit 2").fetchall()]})
    for _ in range(limit):
        db.execute(
            "select public.rex_create_mission(p_request_id => %s, p_type => 'lead_reactivation', p_audience => %s)",
            (uuid.uuid4().hex, audience),
        )
    as_superuser(db)
    return 0


def trickle(db: Connection, url: str, jobs: int) -> list[float]:
    """One connection creates a mission every 50 ms, the other claims as soon as it is told; milliseconds between the two."""
    waits: list[float] = []
    with connect(url) as person, connect(url) as listener:
        listener.execute("listen realtime")
        for _ in range(jobs):
            start = time.perf_counter()
            create(person, 1)
            while not list(listener.notifies(timeout=5, stop_after=1)):
                pass
            while not claim(db, 10):
                pass
            waits.append((time.perf_counter() - start) * 1000)
            list(listener.notifies(timeout=0))
            time.sleep(max(0.0, 0.05 - (time.perf_counter() - start)))
    return waits[1:]


def run_raw(db: Connection, limit: int) -> int:
    """Claim and done with nothing else: the limit."""
    ids = db.execute(
        "with mine as (select id from jobs where state = 0 order by id limit %s for update skip locked)"
        " update jobs set state = 1 from mine where jobs.id = mine.id returning jobs.id", (limit,)
    ).fetchall()  # fmt: skip
    db.execute("update jobs set state = 2 where id = any (%s)", ([id_ for (id_,) in ids],))
    return len(ids)


def prepare_tasks(url: str) -> None:
    """Missions claimed and planned, one task for each batch of leads."""
    with service(url) as db:
        while missions := ask(db, "rex_claim_missions", 100)["missions"]:
            plan(db, missions, CHAIN[:1])


WORK: dict[str, Callable[[Connection, int], int]] = {
    "claim": claim, "tasks": run_tasks, "missions": run_missions, "raw": run_raw,
}  # fmt: skip


def main(work: str, url: str, limit: int = 500) -> None:
    with connect(url) if work in ("raw", "create") else service(url) as db:
        print("ready", flush=True)
        sys.stdin.readline()
        count, idle, start = 0, 0, time.time()
        end = start
        if work == "trickle":
            waits = trickle(db, url, limit)
            print(json.dumps({"start": start, "end": time.time(), "count": limit, "waits": waits}), flush=True)
            return
        if work == "create":
            create(db, limit)
            count, end, idle = limit, time.time(), IDLE
        while idle < IDLE:
            done = WORK[work](db, limit)
            idle = 0 if done else idle + 1
            count += done
            end = time.time() if done else end
        print(json.dumps({"start": start, "end": end, "count": count}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
