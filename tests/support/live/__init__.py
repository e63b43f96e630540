"""The official clients as puppets: a process of each does what a test says, and tells what its clients hear."""

import json
import queue
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.database import NODE
from tests.support.api import ROOT

PATIENCE = 20.0
COMMANDS = {
    "python": [sys.executable, "-m", "tests.support.live.puppet"],
    "javascript": [str(NODE), str(ROOT / "tests" / "support" / "live" / "puppet.mjs")],
}


@dataclass(frozen=True)
class Client:
    """One client of a puppet."""

    puppet: "Puppet"
    name: str

    def do(self, what: str, **arguments: Any) -> Any:
        return self.puppet.do(what, client=self.name, **arguments)

    def join(self, topic: str, **options: Any) -> str:
        """The state that the join ends in."""
        state: str = self.do("join", topic=topic, **{"private": True} | options)
        return state

    def hears(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event of this client that is wanted; those before it are gone."""
        while True:
            event = self.puppet.events(self.name).get(timeout=PATIENCE)
            if wanted(event):
                return event

    def hears_broadcast(self) -> dict[str, Any]:
        return self.hears(lambda event: event["event"] == "broadcast")

    def hears_state(self, state: str) -> dict[str, Any]:
        return self.hears(lambda event: event["event"] == "state" and event["state"] == state)


@dataclass
class Puppet:
    """A process that speaks lines of JSON."""

    process: "subprocess.Popen[str]"
    replies: "queue.Queue[dict[str, Any]]" = field(default_factory=queue.Queue)
    heard: dict[str, "queue.Queue[dict[str, Any]]"] = field(default_factory=dict)

    def do(self, what: str, **arguments: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self.process.stdin.flush()
        reply = self.replies.get(timeout=4 * PATIENCE)
        assert "error" not in reply, f"{what}: {reply['error']}"
        return reply["ok"]

    def open(self, url: str, key: str, token: str | None = None, vsn: str = "2.0.0") -> Client:
        name = uuid.uuid4().hex
        self.do("open", client=name, url=url, key=key, token=token, vsn=vsn)
        return Client(self, name)

    def events(self, name: str) -> "queue.Queue[dict[str, Any]]":
        return self.heard.setdefault(name, queue.Queue())

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            said = json.loads(line)
            if "event" in said:
                self.events(said["client"]).put(said)
            else:
                self.replies.put(said)


@contextmanager
def puppet(kind: str) -> Iterator[Puppet]:
    """A process of that library."""
    with subprocess.Popen(
        COMMANDS[kind], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as process:
        running = Puppet(process)
        listener = threading.Thread(target=running.listen)
        listener.start()
        try:
            yield running
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=PATIENCE)
            listener.join()


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}", "REX_ROOT": str(ROOT)}
