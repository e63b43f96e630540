"""What would today's rules have decided on the decisions of the last days? `python -m local.replay [days]`, on the running stack."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

from rich.console import Console
from rich.table import Table

from local.home import Home
from local.options import Options, OptionsWrong
from rex.domain.replays import Comparison
from rex.errors import RexError
from rex.gateways.database import Database, http_client
from rex.usecases.replay_decisions import Report, replay_decisions

DAYS = 30
_NO_STACK = "No stack runs: start one with make run, or set SUPABASE_URL and SUPABASE_SECRET_KEY."


def project() -> tuple[str, str] | None:
    """URL and secret key of the project that the environment names, or else of the running stack."""
    hosted = Options.of(os.environ).hosted
    if hosted:
        return hosted.url, hosted.secret_key
    file = Home.of(os.environ).stack_file
    if not file.exists():
        return None
    stack = json.loads(file.read_text())
    return stack["supabase_url"], stack["secret_key"]


def tables(report: Report) -> list[Table]:
    """Counts per rule, and what differs."""
    counts = Table("rule", "decisions", *(comparison.value.replace("_", " ") for comparison in Comparison), title="Replayed")
    for rule, found in sorted(report.by_rule.items()):
        counts.add_row(rule, str(found.total()), *(str(found[comparison]) for comparison in Comparison))
    differences = Table("rule", "then", "today", "decisions", title="Differences")
    for (rule, then, now), count in report.differences.most_common():
        differences.add_row(rule, then, now, str(count))
    return [counts, differences] if report.differences else [counts]


def main(arguments: list[str]) -> int:
    """0 whatever differs; the last line is a JSON summary."""
    days = int(arguments[0]) if arguments and arguments[0].isdecimal() else DAYS
    try:
        found = project()
        if found is None:
            print(_NO_STACK, file=sys.stderr)
            return 1
        until = datetime.now(UTC)
        with http_client() as http:
            machinery = Database.as_machinery(*found, http)
            report = replay_decisions(until - timedelta(days=days), until, machinery=machinery)
    except (OptionsWrong, RexError) as error:
        print(f"The decisions could not be read: {error}", file=sys.stderr)
        return 1
    console = Console(width=140)
    for table in tables(report):
        console.print(table)
    print(json.dumps({"days": days, "decisions": report.decisions, "differences": report.differences.total()}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
