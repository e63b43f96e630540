"""Reputation by the formula: slow to trust few sends, quick to see harm."""

from typing import Any

import pytest

from tests.support.database import Clock, Connection, as_person, as_service, as_superuser, call, one, refused, sign_up
from tests.support.sending_world import make_sending


def score(db: Connection, **signals: float) -> float:
    names = ("sends", "complaints", "bounces", "blocks", "unsubscribes", "replies")
    given = [signals.get(name, 0.02 * signals["sends"] if name == "replies" else 0) for name in names]
    return float(one(db, "select rex.score_signals(row(%s, %s, %s, %s, %s, %s)::rex.signals)", *given))


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        ({"sends": 300, "bounces": 15}, 0.73),
        ({"sends": 300, "bounces": 18}, 0.68),
        ({"sends": 1000, "bounces": 100}, 0.47),
        ({"sends": 1000, "complaints": 3}, 0.75),
        ({"sends": 3000, "complaints": 9}, 0.64),
        ({"sends": 300}, 0.95),
    ],
)
def test_known_values(db: Connection, signals: dict[str, Any], expected: float) -> None:
    assert round(score(db, **signals), 2) == expected


def test_no_rate_leaves_the_bounds(db: Connection) -> None:
    worst = dict.fromkeys(("complaints", "bounces", "blocks", "unsubscribes"), 1000)
    assert 0 < score(db, sends=1000, replies=0, **worst) < 0.2
    assert score(db, sends=1000, replies=1000) == 1.0


def test_domain_is_scored_by_its_sends_and_their_events(db: Connection, clock: Clock) -> None:
    sending = make_sending(db, leads=20)
    outreach = sending.write()
    domain = one(db, "select id from public.rex_domain_pool")
    for lease in sending.claim():
        sending.begin(lease)
        sending.finish(lease)

    def update() -> float:
        as_service(db)
        found = float(call(db, "update_domain_reputation", p_domain_id=domain))
        as_superuser(db)
        return found

    fresh = update()
    for message in outreach[:6]:
        sending.event(message, "hard_bounced")
        sending.event(message, "hard_bounced")
    harmed = update()
    clock.advance(days=60)
    healed = update()
    assert fresh == 0.85, "20 sends are few"
    assert harmed < healed
    assert round(harmed, 2) == round(score(db, sends=20, bounces=6, replies=0), 2), "a second event of a kind counts nothing"
    assert one(db, "select reputation::float from public.rex_domain_pool") == healed


def test_only_the_machinery_may_score(db: Connection) -> None:
    person = sign_up(db)
    as_service(db)
    with refused(404, "domain_unknown"):
        call(db, "update_domain_reputation", p_domain_id=person)
    assert not one(as_superuser(db), "select has_function_privilege('authenticated', 'public.update_domain_reputation(uuid)', 'execute')")


def test_summary_shows_the_accounts_own_domains(db: Connection) -> None:
    sending = make_sending(db, leads=2, inboxes=2)
    first, _ = sending.write()
    for lease in sending.claim():
        sending.begin(lease)
        sending.finish(lease)
    sending.event(first, "complained")
    stranger = sign_up(db)
    query = "select inboxes, inboxes_ready, sends_7d, complaints_7d, hard_bounces_7d from public.rex_domain_health_summary"
    assert as_person(db, sending.world.account).execute(query).fetchall() == [(2, 2, 2, 1, 0)]
    assert as_person(db, stranger).execute(query).fetchall() == []
