"""Environments of their own for what must not mix with REX's packages, synced from uv.lock under `.rex/venvs`."""

import os
import shutil
import subprocess
from pathlib import Path

from local.home import ROOT

_VENVS = ROOT / ".rex" / "venvs"
_SYNC_SECONDS = 170


class ToolsMissing(RuntimeError):
    """An environment could not be installed."""


def ministack_python() -> Path:
    """The interpreter that has MiniStack and the template translator."""
    return _sync("ministack", "--only-group", "ministack") / "bin" / "python"


def layer_packages() -> Path:
    """The folder of exactly the packages the layer of dependencies has, built for this machine."""
    return next((_sync("layer", "--no-default-groups") / "lib").glob("python3.*/site-packages"))


def _sync(name: str, *groups: str) -> Path:
    venv = _VENVS / name
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(venv)}
    done = subprocess.run(
        [*_uv(), "sync", "--quiet", "--locked", "--compile-bytecode", *groups],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=_SYNC_SECONDS,
    )  # fmt: skip
    if done.returncode:
        message = f"The packages of {name} could not be installed into {venv}: {done.stderr.strip()}"
        raise ToolsMissing(message)
    return venv


def _uv() -> list[str]:
    """The command uv, or where there is none, uv as a module of python3."""
    found = shutil.which("uv")
    return [found] if found else ["python3", "-m", "uv"]
