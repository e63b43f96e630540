"""A deletion locks the account first: whatever counts for the account comes before it or finds it gone, and nobody is chosen as a victim."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.database import Connection, connect, one
from tests.support.mission_world import World, make_world
from tests.support.rival import Rival

STEP = "rex_measure_metrics"


@pytest.fixture
def world(db: Connection) -> World:
    """An account of which something is counted."""
    world = make_world(db)
    world.create()
    world.run(STEP)
    return world


@pytest.fixture
def deleter(database: str) -> Iterator[Rival]:
    with connect(database) as acting, connect(database) as watching, ThreadPoolExecutor(1) as pool:
        yield Rival(acting, watching, pool)


def delete(db: Connection, world: World) -> Any:
    return db.execute("delete from auth.users where id = %s", (world.account,)).rowcount


def is_gone(world: World) -> bool:
    books: int = one(world.db, "select count(*) from rex.metric_accounts where user_id = %s", world.account)
    return books == 0


def test_deletion_lets_a_step_that_counts_for_the_account_end(world: World, rival: Rival, deleter: Rival, database: str) -> None:
    world.create(p_campaign_id=str(world.add_campaign()))
    with connect(database) as holder, holder.transaction():
        holder.execute("select from public.rex_analytics where user_id = %s and subject = 'account' for update", (world.account,))
        step = rival.run(STEP)
        deletion = deleter.start(lambda db: delete(db, world))
    assert (step.result()["counted"] > 0, deletion.result(), is_gone(world)) == (True, 1, True)


def test_step_beside_a_deletion_leaves_it_to_the_next(world: World, rival: Rival, database: str) -> None:
    world.create()
    with connect(database) as deleting, deleting.transaction():
        delete(deleting, world)
        assert rival.run(STEP).result() == {"busy": True, "more": False}
    assert world.run(STEP)["counted"] > 0, "what the log still says of it counts for nobody"
    assert is_gone(world)


def test_anomalies_of_an_account_that_is_deleted_are_nobodys(world: World, rival: Rival, database: str) -> None:
    with connect(database) as deleting, deleting.transaction():
        deleting.execute("select from public.rex_accounts where user_id = %s for update", (world.account,))
        saving = rival.run("rex_save_anomalies", p_user_id=world.account, p_until=one(deleting, "select rex.now()"), p_found=[])
        assert not saving.done()
        assert delete(deleting, world) == 1
    assert saving.result()["saved"] is False


def test_report_of_an_account_that_is_deleted_is_passed_over(world: World, rival: Rival, database: str) -> None:
    with connect(database) as deleting, deleting.transaction():
        deleting.execute("select from public.rex_accounts where user_id = %s for update", (world.account,))
        assert rival.run("rex_claim_report").result() == {"claimed": False, "more": False}
        assert delete(deleting, world) == 1
    assert is_gone(world)
