"""Every route that is described, and the file they are written to."""

import json
from pathlib import Path

from functions.api.description import inboxes, itself, leads, missions, pauses, settings
from functions.api.description.document import build

FILE = Path(__file__).parents[1] / "openapi.json"
_SUBJECTS = (inboxes, itself, leads, missions, pauses, settings)
ROUTES = tuple(route for subject in _SUBJECTS for route in subject.ROUTES)


def text() -> str:
    """The document as it is served."""
    return json.dumps(build(ROUTES), indent=1, ensure_ascii=False) + "\n"
