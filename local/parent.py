"""A part of the stack ends when the supervisor does, however that one ended: its standard input is a pipe the supervisor holds."""

import os
import signal
import threading


def end_with_parent() -> None:
    """Send this process SIGTERM as soon as its standard input closes."""
    threading.Thread(target=_wait_for_the_end, daemon=True, name="parent").start()


def _wait_for_the_end() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
