"""Reactivates the sample leads and tells what becomes of them: `python -m local.mission`, on the running stack or one of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import httpx

from local.home import ROOT, Home
from local.progress import Progress, outcome_table
from local.sample_mission import Api, MissionFailed, describe_import, is_final, summarise
from local.stop import supervisor_of

_LOOK_SECONDS = 0.5
_START_SECONDS = 180
_MISSION_SECONDS = 900
_SUPERVISOR = "rex |"


@contextmanager
def running_stack(home: Home) -> Iterator[dict[str, Any]]:
    """What the stack of this home says of itself; started, and ended afterwards, when none runs."""
    if supervisor_of(home):
        yield _wait_for(home, None)
        return
    home.make()
    log = home.logs / "run.log"
    print(f"No stack runs: starting one, which says more in {log}", flush=True)
    with log.open("wb") as output, _start(output.fileno()) as stack:
        try:
            yield _wait_for(home, stack)
        finally:
            print("ending the stack", flush=True)
            stack.terminate()


def _start(output: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "local.run", "attached"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT)


def _wait_for(home: Home, own: subprocess.Popen[bytes] | None) -> dict[str, Any]:
    """The file of a stack, as soon as it says that everything answers; raises MissionFailed when it does not."""
    deadline, said = time.monotonic() + _START_SECONDS, 0
    while not home.stack_file.exists():
        if own is not None:
            said = _repeat(home, said)
        if (own.poll() is not None) if own else (supervisor_of(home) is None):
            message = f"The stack did not start; {home.logs / 'run.log'} says why." if own else "The stack ended before it answered."
            raise MissionFailed(message)
        if time.monotonic() > deadline:
            message = f"The stack does not answer after {_START_SECONDS} seconds; see {home.logs}."
            raise MissionFailed(message)
        time.sleep(_LOOK_SECONDS)
    stack: dict[str, Any] = json.loads(home.stack_file.read_text())
    return stack


def _repeat(home: Home, said: int) -> int:
    """Repeat what the supervisor says, and how much of the log was read."""
    lines = (home.logs / "run.log").read_text(errors="replace").splitlines()
    print("".join(f"{line}\n" for line in lines[said:] if line.lstrip().startswith(_SUPERVISOR)), end="", flush=True)
    return len(lines)


def run_mission(api: Api) -> dict[str, Any]:
    """Import, queue and follow; the summary."""
    imported = api.import_leads()
    print(describe_import(imported), flush=True)
    began = time.monotonic()
    progress = Progress(began)
    mission_id = api.queue_mission(imported["import_id"])
    print(f"mission {mission_id}", flush=True)
    mission = _follow(api, mission_id, progress, began + _MISSION_SECONDS)
    seconds = time.monotonic() - began
    progress.close()
    print(f"\n{outcome_table(mission)}\n", flush=True)
    return summarise(mission, seconds)


def _follow(api: Api, mission_id: str, progress: Progress, deadline: float) -> dict[str, Any]:
    while True:
        mission = api.look(mission_id)
        progress.show(mission)
        if is_final(mission) or time.monotonic() > deadline:
            return mission
        time.sleep(_LOOK_SECONDS)


def main() -> int:
    """0 when the mission is COMPLETED; the last line is a JSON summary."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        with running_stack(Home.of(os.environ)) as stack:
            summary = run_mission(Api.sign_in(stack))
    except MissionFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except httpx.HTTPError as error:
        print(f"\nThe stack does not answer any more ({error}); what was queued goes on when it runs again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(summary), flush=True)
    return 0 if summary["state"] == "COMPLETED" else 1


def _leave(*_: object) -> NoReturn:
    """End through the blocks that end a stack of our own."""
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main())
