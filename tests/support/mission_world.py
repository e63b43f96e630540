"""An account that is ready to send, and the steps of a mission as one line each."""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.support.database import Connection, as_person, as_service, as_superuser, call, one, request_id, sign_up

STEPS = '[{"delay_hours": 0, "templates": {"default": {"subject": "Hello", "text": "Hello again", "html": null}}}]'


@dataclass(frozen=True)
class World:
    """One account, seen through a superuser's connection that acts for others as told."""

    db: Connection
    account: uuid.UUID
    campaign: uuid.UUID

    def add_leads(self, count: int) -> list[uuid.UUID]:
        rows = self.db.execute(
            "insert into public.rex_leads (user_id, first_name) select %s, 'Ann' from generate_series(1, %s) returning id",
            (self.account, count),
        ).fetchall()
        return [row[0] for row in rows]

    def add_domain(self, cap: int = 1000, reputation: float = 0.9, inboxes: int = 1, name: str | None = None) -> uuid.UUID:
        domain: uuid.UUID = one(
            self.db,
            "insert into public.rex_domain_pool (user_id, domain, status, reputation, verified_at)"
            " values (%s, %s, 'active', %s, rex.now()) returning id",
            self.account, name or f"d{uuid.uuid4().hex}.example", reputation,
        )  # fmt: skip
        for number in range(inboxes):
            self.add_inbox(domain, cap, f"rex{number}")
        return domain

    def add_inbox(self, domain: uuid.UUID, cap: int = 1000, local: str = "rex") -> uuid.UUID:
        inbox: uuid.UUID = one(
            self.db,
            "insert into public.rex_inboxes (user_id, domain_id, address, host, username, checked_version, daily_cap, warmed_at)"
            " select %s, id, %s || '@' || domain, '127.0.0.1', 'rex', 1, %s, rex.now() from public.rex_domain_pool where id = %s returning id",
            self.account, local, cap, domain,
        )  # fmt: skip
        return inbox

    def add_campaign(self, name: str = "Second") -> uuid.UUID:
        campaign: uuid.UUID = one(
            self.db, "insert into public.rex_campaigns (user_id, name) values (%s, %s) returning id", self.account, name
        )
        complete_campaign(self.db, campaign)
        return campaign

    def ask(self, command: str, **arguments: Any) -> Any:
        """As the account's owner, under a new request id unless one is given."""
        as_person(self.db, self.account)
        try:
            return call(self.db, command, **({"p_request_id": request_id()} | arguments))
        finally:
            as_superuser(self.db)

    def ask_read(self, function: str, **arguments: Any) -> Any:
        """As the account's owner, a function that changes nothing."""
        as_person(self.db, self.account)
        try:
            return call(self.db, function, p_account=self.account, **arguments)
        finally:
            as_superuser(self.db)

    def run(self, command: str, **arguments: Any) -> Any:
        """As the machinery, under a new request id unless one is given."""
        as_service(self.db)
        try:
            return call(self.db, command, **({"p_request_id": request_id()} | arguments))
        finally:
            as_superuser(self.db)

    def create(self, leads: list[uuid.UUID] | None = None, **arguments: Any) -> uuid.UUID:
        ids = [str(lead) for lead in (leads if leads is not None else self.add_leads(2))]
        answer = self.ask("rex_create_mission", p_type="lead_reactivation", p_audience={"lead_ids": ids}, **arguments)
        return uuid.UUID(answer["mission_id"])

    def mission(self, mission: uuid.UUID) -> Any:
        return one(self.db, "select to_jsonb(m) from public.rex_missions m where id = %s", mission)

    def claim(self, **arguments: Any) -> list[Any]:
        missions: list[Any] = self.run("rex_claim_missions", **arguments)["missions"]
        return missions

    def plan(self, mission: uuid.UUID, agents: int = 2) -> Any:
        row = self.mission(mission)
        tasks = [
            {"agent": "researcher", "batch": batch + 1, "position": position + 1, "input": {}}
            for batch in range(-(-row["leads"] // row["batch_size"]))
            for position in range(agents)
        ]
        return self.run("rex_plan_missions", p_plans=[{"mission_id": str(mission), "fence": row["fence"], "tasks": tasks}])

    def finish_tasks(self, mission: uuid.UUID) -> None:
        """As if workers had done them: their leads are decided, nothing is to be sent."""
        self.db.execute(
            "update public.rex_tasks set state = 'COMPLETED', finished_at = rex.now(), lease_until = null where mission_id = %s and finished_at is null",
            (mission,),
        )
        self.db.execute("update public.rex_mission_leads set outcome = 'rejected', reason = 'test' where mission_id = %s", (mission,))

    def add_outreach(self, mission: uuid.UUID, state: str = "scheduled", step: int = 1) -> list[uuid.UUID]:
        """A message for each lead of the mission."""
        begun = state in ("sending", "sent", "unknown")
        rows = self.db.execute(
            "insert into public.rex_outreach (user_id, mission_id, campaign_id, lead_id, step, channel, address_hash, state, due_at, subject,"
            " body_text, template_version, inbox_id, begun_at, handed_over_at, lease_until, held_at)"
            " select m.user_id, m.id, m.campaign_id, ml.lead_id, %(step)s, 'email', md5(ml.lead_id::text), %(state)s::public.outreach_state, rex.now(), 's', 't', 1,"
            " case when %(begun)s then (select i.id from public.rex_inboxes i where i.user_id = m.user_id limit 1) end,"
            " case when %(begun)s then rex.now() end, case when %(state)s::public.outreach_state = 'sent' then rex.now() end,"
            " case when %(state)s::public.outreach_state = 'sending' then rex.now() + interval '1 minute' end, case when %(state)s::public.outreach_state = 'held' then rex.now() end"
            " from public.rex_missions m join public.rex_mission_leads ml on ml.mission_id = m.id where m.id = %(mission)s returning id",
            {"mission": mission, "state": state, "step": step, "begun": begun},
        ).fetchall()
        return [row[0] for row in rows]

    def settle(self, mission: uuid.UUID, outcome: str, count: int | None = None) -> None:
        self.db.execute(
            "update public.rex_mission_leads set outcome = %s, reason = 'test' where mission_id = %s and lead_id in ("
            " select lead_id from public.rex_mission_leads where mission_id = %s order by lead_id limit %s)",
            (outcome, mission, mission, count),
        )

    def advance(self, mission: uuid.UUID, to: str, **arguments: Any) -> Any:
        given = {"p_version": self.mission(mission)["version"], "p_reason": "test"} | arguments
        return self.run("rex_advance_mission", p_mission_id=mission, p_to=to, **given)

    def to_move(self, **arguments: Any) -> dict[str, Any]:
        as_service(self.db)
        try:
            found = call(self.db, "rex_missions_to_move", **arguments)["missions"]
        finally:
            as_superuser(self.db)
        return {row["mission_id"]: row for row in found}

    def collecting(self, **arguments: Any) -> uuid.UUID:
        """A mission whose agents are done."""
        mission = self.create(**arguments)
        self.claim()
        self.plan(mission)
        self.finish_tasks(mission)
        assert self.advance(mission, "EXECUTING")["moved"]
        assert self.advance(mission, "COLLECTING")["moved"]
        return mission

    def said(self, kind: str) -> int:
        count: int = one(self.db, "select count(*) from public.rex_messages where user_id = %s and type = %s", self.account, kind)
        return count


def complete_campaign(db: Connection, campaign: uuid.UUID) -> None:
    db.execute(
        "update public.rex_campaigns set offer = 'o', sender_name = 's', reply_to = 'r@rex.example', call_to_action = 'c',"
        " link = 'https://rex.example', steps = %s where id = %s",
        (STEPS, campaign),
    )


def make_world(db: Connection, domain: bool = True) -> World:
    """A signed-up account with company, address, a complete default campaign and, unless told otherwise, a domain with an inbox."""
    account = sign_up(db)
    db.execute("update public.rex_accounts set company = 'Rex', postal_address = '1 Main Street' where user_id = %s", (account,))
    world = World(db, account, one(db, "select id from public.rex_campaigns where user_id = %s", account))
    complete_campaign(db, world.campaign)
    if domain:
        world.add_domain()
    return world
