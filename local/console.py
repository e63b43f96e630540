"""What the parts of a stack say: each line on the console with the name of its part, and in a log file of its own."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

_WIDTH = 9


@dataclass
class Voice:
    """The console and the log file of one part."""

    name: str
    folder: Path
    _file: BinaryIO = field(init=False)

    def __post_init__(self) -> None:
        log = self.folder / f"{self.name}.log"
        if log.exists():
            log.replace(self.folder / f"{self.name}.previous.log")
        self._file = log.open("wb", buffering=0)

    def say(self, text: str) -> None:
        for line in text.splitlines():
            self._file.write(line.encode() + b"\n")
            _print(f"{self.name:>{_WIDTH}} | {line}\n")

    def close(self) -> None:
        self._file.close()


def _print(text: str) -> None:
    """A console that was closed takes nothing more, and stops nobody."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
