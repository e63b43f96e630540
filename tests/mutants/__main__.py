"""Run every mutant, or those named: `python -m tests.mutants [NAME ...]`. Fails when a test fails without one, or none fails with one.

The quickest tests come first; the random play and the race at full speed see what they leave.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PLAY = "tests/stateful/test_machine.py"
RACE = "tests/stateful/test_full_speed.py"
PLAY_STEPS = "4000"
PLAY_SEED = "1"


def stages(mutant: Mutant) -> Iterator[list[str]]:
    yield [f"tests/integration/{name}.py" for name in ("test_guards", *mutant.tests)]
    yield [PLAY]
    yield [RACE]


def run_tests(files: list[str], mutant: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "REX_MUTANT": mutant, "REX_STEPS": PLAY_STEPS, "REX_SEED": PLAY_SEED}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def caught_by(mutant: Mutant) -> str | None:
    """The test that noticed; a mutant that cannot even be set up is an error."""
    for files in stages(mutant):
        done = run_tests(files, mutant.name)
        if "DatabaseFailed" in done.stdout or done.returncode not in (0, 1):
            raise SystemExit(f"{mutant.name} could not be tried:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
        if done.returncode == 1:
            lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
            return lines[0].split(" - ")[0] if lines else "a test that said nothing"
    return None


def check_without_mutants(mutants: list[Mutant]) -> None:
    files = sorted({file for mutant in mutants for stage in stages(mutant) for file in stage})
    done = run_tests(files, "")
    if done.returncode:
        raise SystemExit(f"These fail without any mutant:\n{done.stdout[-5000:]}")


def main(names: list[str]) -> int:
    mutants = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    check_without_mutants(mutants)
    survived = []
    for mutant in mutants:
        started = time.monotonic()
        found = None if mutant.equivalent else caught_by(mutant)
        if found is None and not mutant.equivalent:
            survived.append(mutant.name)
        told = f"caught by {found}" if found else f"equivalent: {mutant.equivalent}" if mutant.equivalent else "SURVIVED"
        print(f"{mutant.name}: {told} ({time.monotonic() - started:.0f} s)", flush=True)
    print(f"{len(mutants) - len(survived)} of {len(mutants)} mutants are caught or equivalent; survived: {', '.join(survived) or 'none'}")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
