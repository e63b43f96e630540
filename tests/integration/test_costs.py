"""What a mission has cost, and what one will: from prices at first, then from the account's own missions."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from rex.domain.chains import CHAINS
from rex.domain.states import MissionType
from tests.support.database import Connection, one, refused, sign_up
from tests.support.mission_world import World, make_world


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def completed(world: World, leads: int, compute: int, llm: int = 0) -> uuid.UUID:
    mission = world.collecting(leads=world.add_leads(leads))
    world.advance(mission, "ANALYZING")
    world.advance(mission, "COMPLETED")
    world.db.execute(
        "insert into public.rex_mission_costs (mission_id, user_id, compute_nanos, llm_nanos, llm_tokens, messages, message_nanos, task_ms)"
        " values (%s, %s, %s, %s, 7, 2, 100, 9)",
        (mission, world.account, compute, llm),
    )
    return mission


def estimate(world: World, leads: int = 800, steps: int = 3) -> dict[str, Any]:
    agents = list(CHAINS[MissionType.LEAD_REACTIVATION])
    told: dict[str, Any] = one(
        world.db, "select rex.estimate_cost(%s, 'lead_reactivation', %s, %s, %s)", world.account, leads, steps, agents
    )
    return told


def test_estimate_without_missions_is_from_prices(world: World) -> None:
    world.db.execute("update public.rex_inboxes set provider = 'sendgrid' where user_id = %s", (world.account,))
    told = estimate(world)
    assert (told["basis"], told["messages"], told["message_nanos"]) == ("prices", 2400, 2400 * 399_000)
    assert told["compute_nanos"] == pytest.approx(800 * 40 * 6.6667, abs=1)
    assert told["nanos"] == told["message_nanos"] + told["compute_nanos"]
    assert told["least_nanos"] < told["nanos"] < told["most_nanos"]


def test_estimate_counts_what_the_agents_of_the_chain_ask_a_model(world: World) -> None:
    assert estimate(world)["llm_nanos"] == 0, "no agent of it asks a model"
    world.run("rex_set_price", p_item="llm.writer", p_nanos=150_000)
    world.run("rex_set_price", p_item="llm.researcher", p_nanos=50_000)
    world.run("rex_set_price", p_item="llm.meeting_booker", p_nanos=70_000)
    told = estimate(world)
    assert told["llm_nanos"] == 800 * 200_000
    assert told["nanos"] == told["message_nanos"] + told["llm_nanos"] + told["compute_nanos"]
    assert told["llm_nanos"] < told["least_nanos"] <= told["nanos"] < told["most_nanos"]
    completed(world, leads=2, compute=2_000, llm=600)
    assert estimate(world)["llm_nanos"] == 800 * 300, "what was measured counts once there is something"


def test_estimate_follows_the_accounts_own_missions(world: World) -> None:
    completed(world, leads=2, compute=2_000, llm=600)
    completed(world, leads=4, compute=4_000)
    told = estimate(world, leads=100, steps=1)
    assert (told["basis"], told["missions"]) == ("own_missions", 2)
    assert (told["compute_nanos"], told["llm_nanos"], told["nanos"]) == (100_000, 10_000, 110_000)
    assert told["least_nanos"] <= told["nanos"] <= told["most_nanos"]


def test_estimate_of_a_reply_is_of_as_many_as_replied_lately(world: World) -> None:
    assert (estimate(world)["per_reply"], estimate(world)["per_meeting"]) == (None, None), "nobody was written to yet"
    world.db.execute(
        "insert into public.rex_analytics (user_id, grain, starts_at, ends_at, subject, contacted, replied)"
        " select %s, 'hour', at, at + interval '1 hour', 'account', 100, n from ("
        "  values (rex.now() - interval '2 days', 4), (rex.now() - interval '5 days', 6), (rex.now() - interval '40 days', 90)) as h (at, n)",
        (world.account,),
    )
    told = estimate(world)
    assert told["per_reply"] == pytest.approx(told["nanos"] / (800 * 0.05), abs=1)
    assert one(world.db, "select rex.estimate_cost(%s, 'domain_rotation', 0, 0, '{}') -> 'per_reply'", world.account) is None


def test_mission_tells_what_it_has_cost(world: World) -> None:
    mission = completed(world, leads=4, compute=4_000, llm=300)
    world.settle(mission, "replied", 2)
    cost = world.ask_read("rex_read_mission", p_mission_id=mission)["cost"]
    assert (cost["nanos"], cost["per_lead"], cost["per_reply"], cost["per_meeting"]) == (4_400, 1_100, 2_200, None)
    assert world.ask_read("rex_read_mission", p_mission_id=world.create())["cost"]["nanos"] == 0


def test_price_of_run_time_counts_from_now_on(world: World) -> None:
    before = estimate(world)["compute_nanos"]
    world.run("rex_set_price", p_item="compute.ms", p_nanos=Decimal("13.3334"))
    world.run("rex_set_price", p_item="compute.ms", p_nanos=Decimal("13.3334"))
    assert estimate(world)["compute_nanos"] == pytest.approx(2 * before, abs=2)
    assert one(world.db, "select count(*) from public.rex_prices where item = 'compute.ms'") == 2
    assert one(world.db, "select rex.price('compute.ms', rex.now() - interval '1 day')") == Decimal("6.6667")
    with refused(422, "price_invalid"):
        world.run("rex_set_price", p_item="Compute", p_nanos=1)


def test_strangers_costs_do_not_count(world: World) -> None:
    completed(world, leads=2, compute=2_000)
    stranger = sign_up(world.db)
    assert one(world.db, "select rex.estimate_cost(%s, 'lead_reactivation', 10, 1, '{}') ->> 'basis'", stranger) == "prices"
