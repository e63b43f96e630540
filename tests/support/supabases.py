"""PostgREST and Auth over one database after another, by one process: starting one takes longer than most tests that ask it."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from local.database import NODE
from tests.support.api import JWT_SECRET, PUBLISHABLE_KEY, ROOT, SECRET_KEY

_SECONDS = 20


@dataclass(frozen=True)
class Supabases:
    """That process."""

    process: "subprocess.Popen[str]"

    @contextmanager
    def serve(self, owner_url: str) -> Iterator[str]:
        """Yields the URL of one, with the settings and the code of the laptop stack's."""
        port = self._ask(settings={
            "databaseUrl": owner_url, "port": 0, "jwtSecret": JWT_SECRET, "publishableKey": PUBLISHABLE_KEY, "secretKey": SECRET_KEY,
            "siteUrl": "http://127.0.0.1",
        })["port"]  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            self._ask(close=port)

    def _ask(self, **what: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline() or '{"error": "the server has ended"}')
        assert "error" not in answer, answer["error"]
        return answer


@contextmanager
def run_supabases() -> Iterator[Supabases]:
    command = [str(NODE), str(ROOT / "tests" / "support" / "supabases.mjs")]
    with subprocess.Popen(
        command, env={"PATH": os.environ["PATH"]}, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Supabases(process)
        process.communicate(timeout=_SECONDS)
