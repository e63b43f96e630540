"""Decisions of the first two layers a second, beside the transitions of python-statemachine in the same run.

A decision looks at what was read of a mission, a failure or a domain and says what is to be done and why; a transition of the peer moves
the same life cycle one state on, without guards or callbacks. Both take turns.
"""

import statistics
import subprocess
import time

from rex.domain.decisions import Subject, decide
from tests.bench.results import ROOT, Result, compared
from tests.support.subjects import failed_mission, failed_task, mission_to_move, old_mission, sick_domain

ROUNDS = 5
SECONDS = 0.5
AT_LEAST = 10.0
PEER_PYTHON = ROOT / ".rex" / "venvs" / "peers" / "bin" / "python"
PEER = """
import sys, time
from statemachine import State, StateMachine

class Mission(StateMachine):
    queued = State(initial=True)
    assigned, executing, collecting, analyzing, optimizing, completed = State(), State(), State(), State(), State(), State()
    go = (queued.to(assigned) | assigned.to(executing) | executing.to(collecting) | collecting.to(analyzing) | analyzing.to(optimizing)
        | optimizing.to(completed) | completed.to(queued))

def measure(step, seconds):
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(100):
            step()
        done += 100
    return done / (time.perf_counter() - start)

mission = Mission()
measure(mission.go, 0.05)
seconds = float(sys.argv[1]) / 2
print(max(measure(mission.go, seconds), measure(lambda: mission.send("go"), seconds)))
"""
SUBJECTS: list[Subject] = [
    *(
        mission_to_move(state, **changes)
        for state in ("ASSIGNED", "EXECUTING", "COLLECTING", "ANALYZING", "OPTIMIZING")
        for changes in ({}, {"open_tasks": 1}, {"to_optimize": True})
    ),
    mission_to_move("ASSIGNED", planned=False),
    failed_mission(),
    failed_task(),
    sick_domain(),
    old_mission(),
]
"""Four of five are moves, as the design expects."""


def decisions_per_second(seconds: float = SECONDS) -> float:
    """Of layers 1 and 2, each with its reason, parameters and context."""
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(50):
            for subject in SUBJECTS:
                decide(subject)
        done += 50 * len(SUBJECTS)
    return done / (time.perf_counter() - start)


def transitions_per_second(seconds: float = SECONDS) -> float:
    """Of python-statemachine, by the quicker of its two ways to send an event."""
    done = subprocess.run([PEER_PYTHON, "-c", PEER, str(seconds)], capture_output=True, text=True, check=True, timeout=60)
    return float(done.stdout)


def bench() -> list[Result]:
    decisions_per_second(0.05)
    rounds = [(decisions_per_second(), transitions_per_second()) for _ in range(ROUNDS)]
    own, peer = (statistics.median(values) for values in zip(*rounds, strict=True))
    return [compared("decisions_per_second", own, "decisions/s", "python-statemachine", peer, at_least=AT_LEAST)]
