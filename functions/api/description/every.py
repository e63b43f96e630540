"""Every route that is described, and the file they are written to."""

import json
from pathlib import Path

from functions.api.description import (
    analytics,
    dead_letters,
    domains,
    inboxes,
    itself,
    leads,
    mission_reads,
    missions,
    outreach,
    pauses,
    people,
    previews,
    settings,
    status,
)
from functions.api.description.document import build

FILE = Path(__file__).parents[1] / "openapi.json"
_SUBJECTS = (
    analytics, dead_letters, domains, inboxes, itself, leads, mission_reads, missions, outreach, pauses, people, previews, settings, status,
)  # fmt: skip
ROUTES = tuple(route for subject in _SUBJECTS for route in subject.ROUTES)


def text() -> str:
    """The document as it is served."""
    return json.dumps(build(ROUTES), indent=1, ensure_ascii=False) + "\n"
