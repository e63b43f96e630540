"""Everybody at once in random order, on real Postgres, with lost answers, old tokens and open transactions: every invariant after every step."""

import itertools
import os
import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from local.postgres import Cluster
from tests.mutants.mutants import edits_under_test
from tests.support import moves
from tests.support.drain import ACTORS, drain, run
from tests.support.luck import BACKEND
from tests.support.play import Fate, Play
from tests.support.stage import Stage
from tests.support.variants import copy_migrations, make_bare, make_variant

PARTS = 4
"""So that several test processes share the work."""
MOVES_AN_EXAMPLE, CHECKS_AN_EXAMPLE = 100, 250
FATES = st.sampled_from([Fate.ANSWERED] * 5 + [Fate.LOST, Fate.TWICE, Fate.SLOW, Fate.SLOW])
WHICH = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, 8])
"""The newest most often, an old one now and then."""
SIDES = st.integers(0, 1)
REVIEWS = st.sampled_from(["none", "none", "all"])
SHRINK = bool(os.environ.get("REX_SHRINK"))
"""Looks for a shorter example, which takes minutes."""
STATES = st.sampled_from(["EXECUTING", "COLLECTING", "ANALYZING", "OPTIMIZING", "COMPLETED", "FAILED", "ESCALATED", "QUEUED", "ASSIGNED"])


@pytest.fixture(scope="module")
def stage(cluster: Cluster, home: Path) -> Iterator[Stage]:
    make_bare(cluster, home)
    with Stage.on(
        make_variant(cluster, f"rex_machine_{uuid.uuid4().hex}", copy_migrations(home, edits_under_test(), repeatable=True))
    ) as made:
        yield made


class Machine(RuleBasedStateMachine):
    stage: ClassVar[Stage]
    steps: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.play = Play.begin(self.stage)

    @invariant()
    def every_invariant_holds(self) -> None:
        self.play.check()

    def teardown(self) -> None:
        drain(self.play)
        type(self).steps += self.play.steps

    # Whole runs, which may die after any of their moves.

    @rule(actor=st.sampled_from(list(ACTORS)), moves_left=st.sampled_from([1, 2, 3, 5, 8, 99, 99]))
    def run_and_die(self, actor: str, moves_left: int) -> None:
        run(self.play, actor, moves_left)

    # The machinery, move by move.

    @rule(fate=FATES, limit=st.integers(1, 3))
    def schedule(self, fate: Fate, limit: int) -> None:
        moves.claim_missions(self.play, fate, limit)

    @precondition(lambda self: self.play.claims)
    @rule(fate=FATES, which=WHICH)
    def plan(self, fate: Fate, which: int) -> None:
        moves.plan(self.play, fate, moves.pick(self.play.claims, which))

    @rule(fate=FATES, limit=st.integers(1, 4))
    def take_tasks(self, fate: Fate, limit: int) -> None:
        moves.claim_tasks(self.play, fate, limit)

    @precondition(lambda self: self.play.leases)
    @rule(fate=FATES, which=WHICH)
    def heartbeat(self, fate: Fate, which: int) -> None:
        moves.heartbeat(self.play, fate, moves.pick(self.play.leases, which))

    @precondition(lambda self: self.play.leases)
    @rule(fate=FATES, which=WHICH, rework=st.booleans())
    def complete(self, fate: Fate, which: int, rework: bool) -> None:
        moves.complete(self.play, fate, moves.pick(self.play.leases, which), rework)

    @precondition(lambda self: self.play.leases)
    @rule(fate=FATES, which=st.lists(WHICH, min_size=1, max_size=4))
    def complete_many(self, fate: Fate, which: list[int]) -> None:
        moves.complete_many(self.play, fate, [moves.pick(self.play.leases, number) for number in which])

    @precondition(lambda self: self.play.leases)
    @rule(fate=FATES, which=WHICH, retry=st.sampled_from([None, 0, 90]))
    def fail(self, fate: Fate, which: int, retry: int | None) -> None:
        moves.fail(self.play, fate, moves.pick(self.play.leases, which), retry)

    @rule()
    def look(self) -> None:
        moves.look(self.play)

    @precondition(lambda self: self.play.sightings)
    @rule(fate=FATES, which=WHICH)
    def advance(self, fate: Fate, which: int) -> None:
        moves.advance(self.play, fate, moves.pick(self.play.sightings, which))

    @precondition(lambda self: self.play.sightings)
    @rule(fate=FATES, which=st.lists(WHICH, min_size=1, max_size=4))
    def advance_many(self, fate: Fate, which: list[int]) -> None:
        moves.advance_many(self.play, fate, [moves.pick(self.play.sightings, number) for number in which])

    @precondition(lambda self: self.play.sightings)
    @rule(fate=FATES, which=WHICH, to=STATES)
    def advance_wrongly(self, fate: Fate, which: int, to: str) -> None:
        moves.advance_wrongly(self.play, fate, moves.pick(self.play.sightings, which), to)

    @rule(fate=FATES, what=st.sampled_from([moves.recover_tasks, moves.recover_outreach, moves.expire_outreach, moves.wake_missions]))
    def heal(self, fate: Fate, what: Any) -> None:
        what(self.play, fate)

    @rule(fate=FATES)
    def take_reviews(self, fate: Fate) -> None:
        moves.claim_reviews(self.play, fate)

    @rule()
    def look_at_failed(self) -> None:
        moves.look_at_failed(self.play)

    @precondition(lambda self: self.play.failures)
    @rule(fate=FATES, which=WHICH)
    def recover(self, fate: Fate, which: int) -> None:
        moves.recover(self.play, fate, moves.pick(self.play.failures, which))

    @rule()
    def monitor_pass(self) -> None:
        moves.monitor_pass(self.play)

    # The sender, and who receives.

    @rule(fate=FATES, limit=st.integers(1, 4))
    def take_outreach(self, fate: Fate, limit: int) -> None:
        moves.claim_outreach(self.play, fate, limit)

    @precondition(lambda self: self.play.sends)
    @rule(fate=FATES, which=WHICH)
    def begin(self, fate: Fate, which: int) -> None:
        moves.begin(self.play, fate, moves.pick(self.play.sends, which))

    @precondition(lambda self: self.play.flights)
    @rule(
        fate=FATES,
        which=WHICH,
        result=st.sampled_from(
            [("sent", None), ("sent", None), ("deferred", None), ("refused", "hard_bounce"), ("refused", None), ("unknown", None)]
        ),
        arrives=st.booleans(),
    )
    def hand_over(self, fate: Fate, which: int, result: tuple[str, str | None], arrives: bool) -> None:
        word, code = result
        moves.hand_over(self.play, fate, moves.pick(self.play.flights, which), word, code, arrives and word == "unknown")

    @precondition(lambda self: self.play.sent)
    @rule(
        fate=FATES,
        which=WHICH,
        number=st.integers(0, 1),
        kind=st.sampled_from(["delivered", "replied", "auto_replied", "hard_bounced", "soft_bounced", "unsubscribed", "complained"]),
    )
    def react(self, fate: Fate, which: int, number: int, kind: str) -> None:
        moves.react(self.play, fate, moves.pick(self.play.sent, which), kind, number)

    # People.

    @initialize(count=st.integers(1, 4))
    def begin_with_missions(self, count: int) -> None:
        for side in (0, 1):
            moves.create(self.play, Fate.ANSWERED, side, count, 50, later=False)

    @precondition(lambda self: len(self.play.missions) < 12)
    @rule(fate=FATES, side=SIDES, count=st.integers(1, 5), priority=st.sampled_from([10, 50, 90]), later=st.booleans(), review=REVIEWS)
    def create(self, fate: Fate, side: int, count: int, priority: int, later: bool, review: str) -> None:
        moves.create(self.play, fate, side, count, priority, later, review)

    @precondition(lambda self: len(self.play.missions) > 2)
    @rule(fate=FATES, which=WHICH)
    def cancel(self, fate: Fate, which: int) -> None:
        moves.cancel(self.play, fate, moves.pick(self.play.missions, which))

    @precondition(lambda self: self.play.missions)
    @rule(fate=FATES, which=WHICH)
    def retry(self, fate: Fate, which: int) -> None:
        moves.retry(self.play, fate, moves.pick(self.play.missions, which))

    @rule(fate=FATES, command=st.sampled_from(["rex_cancel_missions", "rex_retry_missions", "rex_retry_missions"]), side=SIDES)
    def change_many(self, fate: Fate, command: str, side: int) -> None:
        moves.change_many(self.play, fate, command, side)

    @rule(fate=FATES, action=st.sampled_from(["release", "refuse", "edit"]), which=WHICH, all_held=st.booleans())
    def review(self, fate: Fate, action: str, which: int, all_held: bool) -> None:
        moves.release(self.play, fate, action, which, all_held)

    @rule(
        fate=FATES,
        command=st.sampled_from(["rex_pause", "rex_resume"]),
        scope=st.sampled_from(["account", "campaign", "mission", "mission", "mission", "domain", "inbox"]),
        side=SIDES,
        which=WHICH,
    )
    def pause_or_resume(self, fate: Fate, command: str, scope: str, side: int, which: int) -> None:
        moves.switch(self.play, fate, command, scope, side, which)

    # The world around them.

    @rule(minutes=st.sampled_from([1, 2, 2, 20, 70, 150, 900]))
    def time_passes(self, minutes: int) -> None:
        self.play.clock.advance(minutes=minutes)

    @precondition(lambda self: self.play.lost)
    @rule(which=WHICH)
    def ask_again(self, which: int) -> None:
        self.play.repeat_lost(which)

    @precondition(lambda self: self.play.open)
    @rule(commit=st.booleans())
    def finish_slow(self, commit: bool) -> None:
        self.play.finish_slow(commit)


def play(stage: Stage, steps: int, seed: int) -> int:
    """How many steps were checked."""
    print(f"seed {seed}; repeat with REX_SEED={seed} and part 0")

    class OnStage(Machine):
        pass

    OnStage.stage, OnStage.steps = stage, 0
    bounds = settings(
        backend=BACKEND, stateful_step_count=MOVES_AN_EXAMPLE, deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink][: 1 + SHRINK], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    for turn in itertools.count():
        if OnStage.steps >= steps:
            break
        examples = max(2, (steps - OnStage.steps) // CHECKS_AN_EXAMPLE)
        run_state_machine_as_test(hypothesis.seed(seed + turn)(OnStage), settings=settings(bounds, max_examples=examples))
    checked: int = OnStage.steps
    return checked


def given_seed(part: int) -> int:
    """Each part plays its own."""
    return int(os.environ.get("REX_SEED") or random.SystemRandom().randrange(2**32)) + part * 1_000_003


@pytest.mark.parametrize("part", range(PARTS))
def test_every_invariant_holds_after_every_step(stage: Stage, part: int) -> None:
    steps = int(os.environ.get("REX_STEPS") or 20_000) // PARTS
    assert play(stage, steps, given_seed(part)) >= steps


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(PARTS))
def test_every_invariant_holds_after_every_step_all_night(stage: Stage, part: int) -> None:
    assert play(stage, 1_000_000 // PARTS, given_seed(part)) >= 1_000_000 // PARTS
