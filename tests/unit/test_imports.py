"""What a function loads: nothing of supabase that it does not speak, no reasoner, and AWS only where it talks to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path for path in (ROOT / "functions").glob("*/*.py") if path.stem != "__init__")
NEVER = {"supabase", "supabase_auth", "storage3", "realtime", "websockets", "openai", "boto3", "numpy", "smtplib", "imaplib"}
"""By importing the handler alone; what its ordinary path needs beyond that is built when first used."""
SHOW = (
    "import sys; from importlib import import_module; import_module(sys.argv[1]); print(*{name.partition('.')[0] for name in sys.modules})"
)


@pytest.mark.parametrize("path", FUNCTIONS, ids=lambda path: path.stem)
def test_handler_loads_nothing_it_may_not_need(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'shared'}{os.pathsep}{ROOT}"}
    shown = subprocess.run([sys.executable, "-c", SHOW, module], env=environment, capture_output=True, text=True, timeout=60, check=True)

    loaded = set(shown.stdout.split())
    assert "functions" in loaded
    assert not loaded & NEVER
