"""Runs the laptop stack in the foreground until it is asked to stop: `python -m local.run`.

With the argument `attached` it ends, too, when its standard input does: whoever started it and is killed leaves no stack behind.
"""

import asyncio
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from local.aws.deploy import DeployFailed
from local.credentials import load_credentials
from local.database import DatabaseFailed
from local.home import Home
from local.options import Options, OptionsWrong
from local.parent import end_with_parent
from local.parts import Parts
from local.ports import PortTaken, choose_ports, require_free
from local.postgres import PostgresFailed
from local.project import ProjectUnreachable
from local.sample import SampleFailed
from local.stack import Stack
from local.stop import end_leftovers
from local.supervisor import PartFailed, Supervisor
from local.tools import ToolsMissing
from local.warm import NotWarm

_KNOWN = (
    DatabaseFailed, DeployFailed, NotWarm, OptionsWrong, PartFailed, PortTaken, PostgresFailed, ProjectUnreachable, SampleFailed,
    ToolsMissing,
)  # fmt: skip


class AlreadyRuns(RuntimeError):
    """Another stack holds this home."""


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Be the only stack of this home; the system lets go of it however this process ends. Raises AlreadyRuns."""
    with home.lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"A stack already runs in {home.root}; {home.stack_file} says where, and make stop ends it."
            raise AlreadyRuns(message) from error
        yield


async def run(home: Home, options: Options) -> None:
    """One stack from its start to its end; raises what `_KNOWN` names."""
    supervisor = Supervisor.of(home)
    if "attached" in sys.argv[1:]:
        end_with_parent()
    try:
        stack = _plan(home, options, supervisor)
        await supervisor.run(stack.start())
    finally:
        home.stack_file.unlink(missing_ok=True)
        end_leftovers(home)
        supervisor.voice.say("nothing of the stack runs any more")
        supervisor.voice.close()


def _plan(home: Home, options: Options, supervisor: Supervisor) -> Stack:
    require_free(options.front_port, "REX_PORT")
    if not options.hosted:
        require_free(options.supabase_port, "REX_SUPABASE_PORT")
    fixed = {"front": options.front_port, "supabase": options.supabase_port}
    ports = choose_ports(home.ports_file, ("postgres", "realtime", "sink", "aws")) | fixed
    credentials = load_credentials(home.credentials_file)
    parts = Parts(home=home, supervisor=supervisor, credentials=credentials, ports=ports)
    return Stack(home=home, options=options, credentials=credentials, ports=ports, supervisor=supervisor, parts=parts)


def main() -> int:
    """0 when it was asked to stop, 1 when something failed, with what to do about it."""
    home = Home.of(os.environ)
    home.make()
    try:
        options = Options.of(os.environ)
        with hold(home):
            for orphan in end_leftovers(home):
                print(f"ended {orphan.name}, which an earlier run had left", flush=True)
            asyncio.run(run(home, options))
    except (*_KNOWN, AlreadyRuns) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
