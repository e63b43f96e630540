"""The code as the local functions import it: a copy, so that an edit while the stack runs changes nothing under way."""

import compileall
import io
import shutil
import zipfile
from pathlib import Path

from local.home import ROOT

_SKIPPED = shutil.ignore_patterns("__pycache__", "node_modules", "web")


def copy_code(build: Path) -> list[Path]:
    """Copy and compile functions and shared code; the folders to import from, in order."""
    shutil.rmtree(build, ignore_errors=True)
    shutil.copytree(ROOT / "functions", build / "functions", ignore=_SKIPPED)
    shutil.copytree(ROOT / "shared", build / "shared", ignore=_SKIPPED)
    compileall.compile_dir(build, quiet=1)
    return [build, build / "shared"]


def empty_zip() -> bytes:
    """What the local AWS unzips for each worker; the code itself comes by PYTHONPATH."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("README", "The code of this function is found by PYTHONPATH.\n")
    return content.getvalue()
