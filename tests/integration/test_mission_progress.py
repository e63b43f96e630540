"""One number says how far a mission is, and it only rises."""

from tests.support.database import Connection, as_person, as_superuser, one, sign_up
from tests.support.mission_world import make_world


def test_progress_rises_from_queue_to_completion(db: Connection) -> None:
    world = make_world(db)
    mission = world.create()

    def progress() -> float:
        return float(one(db, "select public.calculate_mission_progress(%s)", mission))

    seen = [progress()]
    world.claim()
    seen.append(progress())
    world.plan(mission)
    world.run("rex_claim_tasks", p_worker="w", p_limit=1)
    seen.append(progress())
    world.finish_tasks(mission)
    seen.append(progress())
    world.advance(mission, "COLLECTING")
    world.add_outreach(mission, "scheduled")
    sent = world.add_outreach(mission, "sent", step=2)
    seen.append(progress())
    db.execute("update public.rex_outreach set state = 'cancelled' where id <> all (%s)", (sent,))
    seen.append(progress())
    for state in ("ANALYZING", "OPTIMIZING", "COMPLETED"):
        db.execute("update public.rex_campaigns set collecting_seconds = 1")
        db.execute(
            "update public.rex_outreach set handed_over_at = rex.now() - interval '1 day', begun_at = rex.now() - interval '1 day' where state = 'sent'"
        )
        assert world.advance(mission, state)["moved"]
        seen.append(progress())
    assert seen == [0, 5, 5, 60, 78, 95, 97, 98, 100]


def test_view_shows_open_missions_of_the_account_alone(db: Connection) -> None:
    world = make_world(db)
    mission, cancelled = world.create(), world.create()
    world.ask("rex_cancel_mission", p_mission_id=cancelled)
    stranger = sign_up(db)
    query = "select id, progress::int from public.rex_active_missions_with_progress"
    assert as_person(db, world.account).execute(query).fetchall() == [(mission, 0)]
    assert as_person(db, stranger).execute(query).fetchall() == []
    assert as_person(db, stranger).execute("select public.calculate_mission_progress(%s)", (mission,)).fetchall() == [(None,)]
    as_superuser(db)
