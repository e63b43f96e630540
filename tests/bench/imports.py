"""How long a function takes to import its handler and build what its ordinary path needs, beside `import supabase` in the same run.

What it imports only as it is called counts too, where its ordinary path comes by. A function that talks to AWS is compared with that plus
one boto3 client. Each is a fresh interpreter with compiled modules and the packages of the layer, beside which Lambda's runtime has boto3.
The processor's time is counted: an import waits for nothing, and a clock on the wall would count what else the machine does.
"""

import os
import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.bench.results import ROOT, Result, compared

FUNCTIONS = sorted(path for path in (ROOT / "functions").glob("*/*.py") if path.stem != "__init__")
ROUNDS = 7
USES_AWS = {"machinery", "nudge", "mailer", "secrets"}
LATER = dict.fromkeys(("add_member", "add_suppressions", "import_leads", "remove_suppressions"), "email_validator")
"""What these functions import at first use."""
CLOCK = "import time; start = time.process_time()\n"
STOP = "\nprint(time.process_time() - start)"
BUILD = """
import json, sys
from importlib import import_module
module, used = sys.argv[1], sys.argv[2].split(",")
import_module(module)
if sys.argv[3]:
    import_module(sys.argv[3])
if used != [""]:
    from rex import wiring
    if {"machinery", "mailer", "secrets"} & set(used):
        for arn, key in (("arn", "supabase_secret_key"), ("signing_arn", "signing_key")):
            wiring.secrets()._kept[arn] = (float("inf"), json.dumps({key: "key"}))
    for name in used:
        wiring.person("token") if name == "acting" else getattr(wiring, name)()
"""
PEER, PEER_WITH_AWS = "import supabase", "import supabase, boto3; boto3.client('sqs')"
PYTHON = ROOT / ".rex" / "venvs" / "layer" / "bin" / "python"
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
ENVIRONMENT = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
OWN = {
    "SUPABASE_URL": "http://127.0.0.1:1", "SUPABASE_PUBLISHABLE_KEY": "k",
    "PYDANTIC_DISABLE_PLUGINS": "__all__", "REX_PUBLIC_URL": "http://localhost:1", "REX_SECRET_ARN": "arn", "REX_SIGNING_SECRET_ARN": "signing_arn", **{
        f"REX_{queue}_QUEUE_URL": "http://127.0.0.1:1/q" for queue in ("SCHEDULE", "TASKS", "SEND", "INBOXES", "BUS", "METRICS")},
}  # fmt: skip


def used_by(function: Path) -> list[str]:
    """The gateways a handler asks the wiring for."""
    return sorted(set(re.findall(r"\bwiring\.(\w+)", function.read_text())))


@contextmanager
def runtime() -> Iterator[Path]:
    """A folder with what Lambda's runtime brings along."""
    with tempfile.TemporaryDirectory() as folder:
        for name in RUNTIME:
            spec = find_spec(name)
            assert spec
            assert spec.origin
            origin = Path(spec.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (Path(folder) / source.name).symlink_to(source)
        yield Path(folder)


def seconds(extra: Path, code: str, *arguments: str, settings: dict[str, str]) -> float:
    paths = os.pathsep.join(map(str, (ROOT / "shared", ROOT, extra)))
    done = subprocess.run(
        [PYTHON, "-c", CLOCK + code + STOP, *arguments],
        env=ENVIRONMENT | settings | {"PYTHONPATH": paths}, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return float(done.stdout)


def measure(function: Path) -> tuple[float, float]:
    """Median processor seconds of the function and of its peer, measured in turn."""
    used = used_by(function)
    module = ".".join(function.relative_to(ROOT).with_suffix("").parts)
    peer = PEER_WITH_AWS if USES_AWS & set(used) else PEER
    with runtime() as extra:
        given = (module, ",".join(used), LATER.get(function.stem, ""))
        pairs = [(seconds(extra, BUILD, *given, settings=OWN), seconds(extra, peer, settings={})) for _ in range(ROUNDS)]
    return statistics.median(own for own, _ in pairs), statistics.median(other for _, other in pairs)


def bench() -> list[Result]:
    results = []
    for function in FUNCTIONS:
        own, other = measure(function)
        peer = PEER_WITH_AWS if USES_AWS & set(used_by(function)) else PEER
        results.append(compared(f"import_ratio_{function.stem}", own / other, "of the peer's time", peer, 1, at_most=1))
    return results
