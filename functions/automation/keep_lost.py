"""When a nudge or a tick failed for good: keep it as a dead letter of the deployment."""

from typing import Any

from rex import automation, wiring
from rex.domain.lost import read_lost
from rex.settings import settings
from rex.usecases.keep_lost import keep_lost


@automation.logged
def handler(event: Any, context: Any) -> automation.Outcome:
    lost = [read_lost(record, settings().queue_names()) for record in event["Records"]]
    return keep_lost(lost, machinery=wiring.machinery())
