"""Environments of their own for what must not mix with REX's packages, synced from uv.lock under `.rex/venvs`."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from local.home import ROOT

_VENVS = ROOT / ".rex" / "venvs"
_OWN_UV = ROOT / ".rex" / "uv" / "bin" / "uv"
_LOCK = ROOT / "uv.lock"


class ToolsMissing(RuntimeError):
    """An environment could not be installed."""


async def ministack_python(say: Callable[[str], None]) -> Path:
    """The interpreter that has MiniStack and the template translator."""
    return await _sync("ministack", say, "--only-group", "ministack") / "bin" / "python"


async def layer_packages(say: Callable[[str], None]) -> Path:
    """The folder of exactly the packages the layer of dependencies has, built for this machine."""
    return next((await _sync("layer", say, "--no-default-groups") / "lib").glob("python3.*/site-packages"))


async def _sync(name: str, say: Callable[[str], None], *groups: str) -> Path:
    """The environment as uv.lock has it; the Makefile leaves the same mark when it has made one."""
    venv = _VENVS / name
    mark = venv / ".synced"
    if not mark.exists() or mark.stat().st_mtime < _LOCK.stat().st_mtime:
        say(f"installing the packages of {name} into {venv.relative_to(ROOT)}")
        await _run(
            {**os.environ, "UV_PROJECT_ENVIRONMENT": str(venv)}, *_uv(), "sync", "--quiet", "--locked", "--compile-bytecode", *groups
        )
        mark.touch()
    return venv


async def _run(environment: dict[str, str], *command: str) -> None:
    """Run a command to its end, or end it when the caller is cancelled."""
    output = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=output, stderr=asyncio.subprocess.STDOUT)
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        message = f"`{' '.join(command)}` failed: {said.decode(errors='replace').strip()}"
        raise ToolsMissing(message)


def _uv() -> list[str]:
    """The command uv, the one the Makefile installed, or uv as a module of python3."""
    found = shutil.which("uv") or (str(_OWN_UV) if _OWN_UV.exists() else None)
    return [found] if found else ["python3", "-m", "uv"]
