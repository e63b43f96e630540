"""Whole runs of an actor, which may end after any of their moves, and the end of an example.

In the end nobody dies any more and time passes: every acknowledged mission ends or says what it waits for.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice

from tests.support import moves
from tests.support.play import Fate, Play, widen

MOST_ROUNDS = 60
NOW = Fate.ANSWERED
OPEN = "select id::text, state::text, waiting_for, paused_at from public.rex_missions where finished_at is null or (state = 'FAILED' and error_code <> 'cancelled')"

type Steps = Iterable[Callable[[], object]]


def scheduler(play: Play) -> Steps:
    known = len(play.claims)
    yield partial(moves.claim_missions, play, NOW, 20)
    for claim in play.claims[known:]:
        yield partial(moves.plan, play, NOW, claim)


def worker(play: Play) -> Steps:
    for claim in (*[partial(moves.claim_tasks, play, NOW, 4)] * 3, partial(moves.claim_reviews, play, NOW)):
        known = len(play.leases)
        yield claim
        for lease in play.leases[known:]:
            yield partial(moves.complete, play, NOW, lease)


def clumsy(play: Play) -> Steps:
    """A worker all of whose tasks fail for good."""
    known = len(play.leases)
    yield partial(moves.claim_tasks, play, NOW, 4)
    for lease in play.leases[known:]:
        yield partial(moves.fail, play, NOW, lease, None)


def sender(play: Play) -> Steps:
    known = len(play.sends)
    yield partial(moves.claim_outreach, play, NOW, 20)
    for send in play.sends[known:]:
        yield partial(moves.begin, play, NOW, send)
        for flight in [flight for flight in play.flights if flight["outreach_id"] == send["outreach_id"]]:
            yield partial(moves.hand_over, play, NOW, flight, "sent")


def monitor(play: Play) -> Steps:
    for heal in (moves.recover_tasks, moves.recover_outreach, moves.expire_outreach, moves.wake_missions):
        yield partial(heal, play, NOW)
    for _ in range(3):
        known = len(play.sightings)
        yield partial(moves.look, play)
        for sighting in play.sightings[known:]:
            yield partial(moves.advance, play, NOW, sighting)
        if known == len(play.sightings):
            break


def recoverer(play: Play) -> Steps:
    known = len(play.failures)
    yield partial(moves.look_at_failed, play)
    for failure in play.failures[known:]:
        yield partial(moves.recover, play, NOW, failure)


def owners(play: Play) -> Steps:
    yield partial(moves.release, play, NOW, "release", 0, True)
    for side in range(len(play.worlds)):
        for scope, count in (("account", 1), ("campaign", 1), ("domain", 1), ("inbox", 2)):
            for item in range(count):
                yield partial(moves.switch, play, NOW, "rex_resume", scope, side, item)


def reviewer(play: Play) -> Steps:
    for row in play.rows("select distinct mission_id from public.rex_outreach where state = 'held' order by 1"):
        yield partial(moves.end_review, play, row["mission_id"])


ACTORS: dict[str, Callable[[Play], Steps]] = {
    "scheduler": scheduler,
    "worker": worker,
    "clumsy": clumsy,
    "sender": sender,
    "monitor": monitor,
    "recoverer": recoverer,
    "reviewer": reviewer,
    "owners": owners,
}


def run(play: Play, actor: str, most_moves: int) -> None:
    """Every move but the last is checked here, the last by who called."""
    for number, step in enumerate(islice(ACTORS[actor](play), most_moves)):
        if number:
            play.check()
        step()


def drain(play: Play) -> None:
    play.finish_slow(commit=True)
    widen(play.stage.observer)
    run(play, "owners", 99)
    for paused in play.rows("select id, user_id from public.rex_missions where paused_at is not null and finished_at is null order by id"):
        play.move("rex_resume", person=paused["user_id"], p_scope="mission", p_id=paused["id"])
    for round_ in range(MOST_ROUNDS):
        if not play.rows(OPEN):
            return
        for actor in ("scheduler", "worker", "sender", "monitor", "recoverer", "reviewer"):
            run(play, actor, 1000)
            play.check()
        play.clock.advance(minutes=125 if round_ < 20 else 1440)
    left = play.rows(OPEN)
    assert not left, f"these neither end nor say what they wait for: {left}"
