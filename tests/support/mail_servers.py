"""Real mail servers on loopback: the laptop's sink in a thread, and one that answers each step as a test says."""

import asyncio
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from local.outbox import Outbox
from local.ports import free_port
from local.sink import Sink, serve

PASSWORD = "sesame"


@contextmanager
def run_sink(folder: Path, slow_seconds: float = 0.0) -> Iterator[tuple[int, Outbox]]:
    """The port and the outbox of a sink that takes PASSWORD."""
    outbox, port, loop = Outbox(folder=folder), free_port(), asyncio.new_event_loop()
    server = loop.run_until_complete(serve(Sink(outbox=outbox, slow_seconds=slow_seconds), port=port, password=PASSWORD))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port, outbox
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


USUAL = {
    "greeting": b"220 scripted\r\n", "EHLO": b"250-scripted\r\n250 AUTH PLAIN\r\n", "AUTH": b"235 2.7.0 ok\r\n", "MAIL": b"250 2.1.0 ok\r\n",
    "RCPT": b"250 2.1.5 ok\r\n", "DATA": b"354 go on\r\n", "end": b"250 2.0.0 queued as 7\r\n", "QUIT": b"221 bye\r\n",
}  # fmt: skip
CUT = b""
"""Close the connection instead of answering."""


@dataclass
class Scripted:
    """One server; `commands` is what it was asked, `content` what it was given up to the last line."""

    port: int
    answers: Mapping[str, bytes]
    drips: str | None
    commands: list[str] = field(default_factory=list)
    content: bytes = b""

    def converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines:
            if not self._answer(connection, "greeting"):
                return
            for line in lines:
                verb = line.split()[0].decode().upper()
                self.commands.append(line.decode().strip())
                if not self._answer(connection, verb) or verb == "QUIT":
                    return
                given = verb == "DATA" and self.answers["DATA"].startswith(b"354")
                if given and not (self._take_content(lines) and self._answer(connection, "end")):
                    return

    def _take_content(self, lines: Iterable[bytes]) -> bool:
        taken: list[bytes] = []
        for line in lines:
            if line == b".\r\n":
                self.content = b"".join(taken)
                return True
            taken.append(line)
        return False

    def _answer(self, connection: socket.socket, step: str) -> bool:
        answer = self.answers[step]
        with suppress(OSError):  # a client that waits no longer
            for piece in [answer[n : n + 1] for n in range(len(answer))] if step == self.drips else [answer]:
                connection.sendall(piece)
                if step == self.drips:
                    threading.Event().wait(0.1)
        return answer != CUT


@contextmanager
def run_scripted(drips: str | None = None, **changes: bytes) -> Iterator[Scripted]:
    """A server that answers one conversation after the other as USUAL, but for what is changed; one step's answer may drip."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Scripted(listener.getsockname()[1], USUAL | changes, drips)

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with suppress(ConnectionError):  # a client that listens no longer
                    server.converse(connection)

        thread = threading.Thread(target=listen)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)
