"""Accounts whose history is played, and the steps that count it."""

import random
from datetime import datetime

from tests.support.analytics.history import History
from tests.support.analytics.rows import START
from tests.support.database import Connection
from tests.support.machinery import SqlMachinery
from tests.support.mission_world import World, make_world

STEP = "rex_measure_metrics"


def add_account(db: Connection, zone: str, luck: random.Random, start: datetime = START) -> History:
    """One that was opened at the beginning."""
    world: World = make_world(db)
    db.execute("update public.rex_accounts set time_zone = %s, created_at = %s where user_id = %s", (zone, start, world.account))
    domains = [world.add_domain() for _ in range(2)]
    campaigns = [world.campaign, world.add_campaign()]
    return History(world.account, campaigns, domains, luck, start)


def finish(machinery: SqlMachinery) -> None:
    """Until nothing is left to do."""
    for _ in range(2):
        while machinery.command(STEP, p_limit=20_000)["more"]:
            pass
