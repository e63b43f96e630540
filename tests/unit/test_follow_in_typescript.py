"""The TypeScript that follows messages is tested by Node; here it is run with everything else."""

import subprocess

from local.database import NODE, ROOT

LIVE = ROOT / "functions" / "command_center" / "web" / "src" / "live"


def test_follow_in_typescript() -> None:
    tested = subprocess.run([NODE, "--test", LIVE / "follow.test.mjs"], capture_output=True, text=True, check=False, timeout=60)
    assert tested.returncode == 0, tested.stdout + tested.stderr
