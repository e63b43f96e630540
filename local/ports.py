"""Which loopback ports the parts of a stack listen on; kept over restarts, because inboxes remember theirs."""

import json
import socket
from pathlib import Path

from local.home import write_whole


class PortTaken(RuntimeError):
    """A port with a fixed number is in use."""


def free_port() -> int:
    """A port nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback interface now."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def require_free(port: int, variable: str) -> None:
    """Refuse a taken port in words a person can act on."""
    if not is_free(port):
        message = f"Port {port} is taken by another program. End it, or choose another port: {variable}={port + 1000} make run"
        raise PortTaken(message)


def choose_ports(file: Path, names: tuple[str, ...]) -> dict[str, int]:
    """One free port for each name: the one it had before, where that is still free."""
    earlier: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    chosen = {name: earlier[name] if name in earlier and is_free(earlier[name]) else free_port() for name in names}
    write_whole(file, json.dumps(chosen))
    return chosen
