"""Whoever works on missions, each with a connection of its own: one run of an actor is one invocation of its function."""

import random
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from psycopg.types.json import Jsonb

from rex.domain.agents import run_agent
from rex.domain.commands import Machinery
from rex.domain.messages import HandOver, HandOverResult, Held, Inbox, Mail, always_held
from rex.usecases.monitor_missions import monitor_missions
from rex.usecases.run_tasks import Worker, run_tasks
from rex.usecases.schedule_missions import schedule_missions
from rex.usecases.send_outreach import send_outreach
from tests.support.database import Connection
from tests.support.machinery import Nudged, all_the_time
from tests.support.mission_world import World, make_world
from tests.support.sending_world import open_all_hours

STEPS = [
    {
        "delay_hours": 0,
        "templates": {
            "default": {
                "subject": "{{ lead.company or 'Your team' }} and {{ company }}",
                "text": "Hello {{ lead.first_name or 'there' }},\n\nwe have not spoken for a while. {{ offer }}\n\n{{ call_to_action }}: {{ link }}\n\n"
                "Best wishes\n{{ sender_name }}",
                "html": None,
            }
        },
    }
]


@dataclass
class Mailbox:
    """A mail server's memory: who got what, in the order it came; each message takes it some seconds."""

    seconds: float = 0.0
    received: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        assert inbox.address.rpartition("@")[2] == message.message_id.rpartition("@")[2].rstrip(">")
        threading.Event().wait(self.seconds)
        assert held(), "no message takes half its lease"
        with self.lock:
            self.received.append((message.address, message.message_id))
        return HandOver(result=HandOverResult.SENT)

    def check_login(self, inbox: Inbox) -> str | None:
        raise AssertionError(f"nobody asked to check {inbox.address}")


@dataclass
class Actors:
    """All workers over one connection; `mailbox` is shared by several of these."""

    machinery: Machinery
    mailbox: Mailbox
    nudge: Nudged = field(default_factory=Nudged)

    @property
    def runs(self) -> dict[str, Callable[[], object]]:
        return {"schedule": self.schedule, "work": self.work, "send": self.send, "monitor": self.monitor}

    def schedule(self) -> object:
        return schedule_missions(machinery=self.machinery, nudge=self.nudge)

    def work(self) -> object:
        worker = Worker(name=uuid.uuid4().hex, machinery=self.machinery, run_agent=run_agent, draw_luck=random.random)
        return run_tasks(worker, seconds_left=all_the_time, nudge=self.nudge)

    def send(self) -> object:
        return send_outreach(machinery=self.machinery, mailer=self.mailbox, seconds_left=all_the_time, nudge=self.nudge)

    def monitor(self) -> object:
        return monitor_missions(machinery=self.machinery, nudge=self.nudge)


def make_campaign_world(db: Connection, domains: int = 1, inboxes: int = 2) -> World:
    """An account that may send at any hour, with a campaign whose mails pass every check."""
    world = make_world(db, domain=False)
    for _ in range(domains):
        world.add_domain(inboxes=inboxes)
    open_all_hours(world)
    db.execute(
        "update public.rex_accounts set company = 'Acme', postal_address = '1 Main Street, 12345 Town' where user_id = %s", (world.account,)
    )
    db.execute(
        "update public.rex_campaigns set steps = %s, offer = 'Our new plan saves teams like yours two hours a week.', sender_name = 'Jo Miller',"
        " call_to_action = 'See how it works', link = 'https://acme.example/plan', reply_to = 'jo@acme.example', collecting_seconds = 1"
        " where user_id = %s",
        (Jsonb(STEPS), world.account),
    )
    return world


def add_people(world: World, count: int) -> list[uuid.UUID]:
    """Leads with an address each."""
    people = world.add_leads(count)
    world.db.execute(
        "insert into public.rex_lead_addresses (user_id, lead_id, channel, address, consent_basis, consent_source)"
        " select user_id, id, 'email', id || '@lead.example', 'consent', 'form' from public.rex_leads where id = any (%s)",
        (people,),
    )
    return people
