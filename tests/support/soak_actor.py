"""One process of the soak: `python -m tests.support.soak_actor ROLE FOLDER SEED` runs its use case again and again until its input closes.

At a failpoint it lingers, kills itself or stops itself; whoever started it starts it again or lets it go on. Leases last a second.
"""

import json
import os
import random
import signal
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from local.parent import end_with_parent
from rex.domain.actions import Action, Decision, Layer
from rex.domain.agents import run_agent
from rex.domain.messages import HandOver, Held, Inbox, Mail, always_held
from rex.domain.states import MissionState
from rex.domain.subjects import FailedMission
from rex.errors import RexError, Transient
from rex.gateways.mailer import SmtpMailer
from rex.usecases.monitor_missions import monitor_missions
from rex.usecases.recover_missions import Recoverer, recover_missions
from rex.usecases.run_tasks import Worker, run_tasks
from rex.usecases.schedule_missions import schedule_missions
from rex.usecases.send_outreach import send_outreach
from tests.support.database import connect
from tests.support.machinery import Nudged, SqlMachinery, all_the_time
from tests.support.mail_servers import PASSWORD

FAILPOINTS = frozenset({
    "rex_claim_missions", "rex_plan_missions", "rex_claim_tasks", "rex_task_context", "rex_complete_task", "rex_complete_tasks", "rex_claim_outreach",
    "rex_begin_outreach", "rex_finish_outreach", "rex_advance_mission", "rex_advance_missions", "rex_recover_tasks", "rex_recover_outreach",
})  # fmt: skip
HURRY = {"p_lease_seconds": 1, "p_longest_waits": [1, 1, 1], "p_retry_in_seconds": 1}
"""Nobody waits for long in a soak."""


@dataclass
class Fate:
    """Whether to die, to stop or to linger at a failpoint; nothing of it once the folder says so."""

    folder: Path
    luck: random.Random
    kill: float
    stop: float

    def __call__(self) -> None:
        if (self.folder / "calm").exists():
            return
        drawn = self.luck.random()
        if drawn < self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        elif drawn < self.kill + self.stop:
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            time.sleep(self.luck.uniform(0.05, 0.5))


class SoakMachinery(SqlMachinery):
    """Comes back after the database did, and then asks again under the same request id, as the gateway does."""

    def __init__(self, url: str, fate: Fate) -> None:
        self.url, self.fate = url, fate
        super().__init__(_connect_at_last(url))

    def call(self, function: str, **arguments: Any) -> Any:
        hurried = arguments | {name: HURRY[name] for name in arguments if name in HURRY and arguments[name] is not None}
        if function in FAILPOINTS:
            self.fate()
        answer = self._ask(function, hurried)
        if function in FAILPOINTS:
            self.fate()
        return answer

    def _ask(self, function: str, arguments: dict[str, Any]) -> Any:
        try:
            return super().call(function, **arguments)
        except Transient:
            if self.db.broken:
                self.db = _connect_at_last(self.url)
                self.__post_init__()
            return super().call(function, **arguments)


def _connect_at_last(url: str) -> Any:
    while True:
        try:
            return connect(url)
        except psycopg.OperationalError:
            time.sleep(0.05)


@dataclass(frozen=True)
class SoakMailer:
    """SMTP with a failpoint on either side."""

    mailer: SmtpMailer
    fate: Fate

    def hand_over(self, message: Mail, inbox: Inbox, held: Held = always_held) -> HandOver:
        self.fate()
        answer = self.mailer.hand_over(message, inbox, held)
        self.fate()
        return answer

    def check_login(self, inbox: Inbox) -> str | None:
        return self.mailer.check_login(inbox)


def _ask_a_person(mission: FailedMission) -> Decision:
    return Decision(
        layer=Layer.RULES, rule="soak", rule_version=1, action=Action.ESCALATE, reason="unknown", target_state=MissionState.ESCALATED,
        error_code=mission.error_code, context=mission,
    )  # fmt: skip


def runs(machinery: SoakMachinery, fate: Fate) -> dict[str, Callable[[], object]]:
    nudge = Nudged()
    smtp = SmtpMailer(
        password=lambda _: PASSWORD, unsubscribe_url=lambda _: "https://rex.example/u", clock=lambda: datetime.now(UTC), laptop=True
    )
    worker = Worker(name=uuid.uuid4().hex, machinery=machinery, run_agent=run_agent, draw_luck=fate.luck.random)
    recoverer = Recoverer(machinery=machinery, ask=_ask_a_person, draw_luck=fate.luck.random)
    return {
        "schedule": lambda: schedule_missions(machinery=machinery, nudge=nudge),
        "work": lambda: run_tasks(worker, seconds_left=all_the_time, nudge=nudge),
        "send": lambda: send_outreach(machinery=machinery, mailer=SoakMailer(smtp, fate), seconds_left=all_the_time, nudge=nudge),
        "monitor": lambda: (monitor_missions(machinery=machinery, nudge=nudge), recover_missions(recoverer, seconds_left=all_the_time)),
    }


def main(role: str, folder: Path, seed: int) -> None:
    (folder / f"{os.getpid()}.actor").touch()
    end_with_parent()
    told = json.loads((folder / "soak.json").read_text())
    fate = Fate(folder, random.Random(seed), told["kill"], told["stop"])
    run = runs(SoakMachinery(told["url"], fate), fate)[role]
    while True:
        with suppress(RexError):  # Whoever invokes the function tries again, and so does this.
            run()
        time.sleep(0.1)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
