"""A mission with written messages, and the sender's three commands as one line each."""

import uuid
from dataclasses import dataclass
from typing import Any

from tests.support.database import Connection, one
from tests.support.mission_world import World, make_world


@dataclass(frozen=True)
class Sending:
    """One mission in COLLECTING with messages for each of its leads."""

    world: World
    mission: uuid.UUID
    leads: list[uuid.UUID]

    @property
    def db(self) -> Connection:
        return self.world.db

    def write(self, step: int = 1, delay_hours: int = 0) -> list[uuid.UUID]:
        """One scheduled message per lead; a first step is due now."""
        rows = self.db.execute(
            "insert into public.rex_outreach (user_id, mission_id, campaign_id, lead_id, step, channel, address_id, address_hash, state, due_at,"
            " delay_hours, subject, body_text, template_version)"
            " select a.user_id, %s, %s, a.lead_id, %s, 'email', a.id, a.address_hash, 'scheduled', case when %s = 1 then rex.now() end, %s, 's', 't', 1"
            " from public.rex_lead_addresses a where a.lead_id = any (%s) and channel = 'email' order by a.lead_id returning id",
            (self.mission, self.world.campaign, step, step, delay_hours, self.leads),
        ).fetchall()
        self.db.execute(
            "update public.rex_mission_leads set outcome = 'scheduled' where mission_id = %s and outcome = 'pending'", (self.mission,)
        )
        return [row[0] for row in rows]

    def collect(self) -> None:
        """The agents are done."""
        self.db.execute(
            "update public.rex_tasks set state = 'COMPLETED', finished_at = rex.now(), lease_until = null where mission_id = %s",
            (self.mission,),
        )
        assert self.world.advance(self.mission, "COLLECTING")["moved"]

    def claim(self, limit: int = 100, **arguments: Any) -> list[Any]:
        leases: list[Any] = self.world.run("rex_claim_outreach", p_limit=limit, **arguments)["outreach"]
        return leases

    def begin(self, lease: Any) -> Any:
        return self.world.run("rex_begin_outreach", p_outreach_id=lease["outreach_id"], p_fence=lease["fence"])

    def finish(self, lease: Any, result: str = "sent", **arguments: Any) -> Any:
        return self.world.run(
            "rex_finish_outreach",
            p_outreach_id=lease["outreach_id"],
            p_fence=lease["fence"],
            p_result=result,
            p_provider="smtp",
            **arguments,
        )

    def send(self) -> Any:
        """Claim one message, begin it and hand it over."""
        (lease,) = self.claim(limit=1)
        assert self.begin(lease)["begun"]
        self.finish(lease)
        return lease

    def event(self, outreach: Any, kind: str, source_id: str | None = None) -> Any:
        return self.world.run(
            "rex_record_event", p_outreach_id=outreach, p_kind=kind, p_source="test", p_source_id=source_id or uuid.uuid4().hex,
            p_occurred_at=one(self.db, "select rex.now()"),
        )  # fmt: skip

    def row(self, outreach: Any) -> Any:
        return one(self.db, "select to_jsonb(o) from public.rex_outreach o where id = %s", outreach)

    def outcome(self, lead: uuid.UUID) -> Any:
        return one(self.db, "select outcome::text from public.rex_mission_leads where mission_id = %s and lead_id = %s", self.mission, lead)


def open_all_hours(world: World) -> None:
    world.db.execute(
        "update public.rex_accounts set window_start = '00:00', window_end = '24:00', window_days = '{1,2,3,4,5,6,7}',"
        " frequency_cap_messages = null where user_id = %s",
        (world.account,),
    )
    world.db.execute("update public.rex_inboxes set spacing_seconds = 0 where user_id = %s", (world.account,))


def add_mission(world: World, leads: list[uuid.UUID]) -> Sending:
    """Another mission for the same people, far enough that its messages may go out."""
    mission = world.create(leads)
    world.claim()
    world.plan(mission, agents=1)
    world.run("rex_claim_tasks", p_worker="test", p_limit=100, p_lease_seconds=900)
    return Sending(world, mission, leads)


def make_sending(db: Connection, leads: int = 1, inboxes: int = 1) -> Sending:
    """Open at all hours, without spacing or frequency cap: each test closes what it is about."""
    world = make_world(db, domain=False)
    world.add_domain(inboxes=inboxes)
    open_all_hours(world)
    people = world.add_leads(leads)
    db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " select user_id, id, 'email', id || '@lead.example', 'consent', 'form' from public.rex_leads where id = any (%s)",
        (people,),
    )
    return add_mission(world, people)
