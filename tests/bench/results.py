"""What was measured, beside whom, and whether it holds what the design promises; as tables and as .rex/bench.json."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".rex" / "bench.json"


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure; `holds` is None where nothing was promised."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    ratio: float | None = None
    holds: bool | None = None


def compared(
    name: str, value: float, unit: str, peer: str, peer_value: float, *, at_least: float | None = None, at_most: float | None = None
) -> Result:
    """A figure beside a peer's of the same run, and whether their ratio keeps within the bound."""
    ratio = value / peer_value
    holds = None
    if at_least is not None:
        holds = ratio >= at_least
    if at_most is not None:
        holds = ratio <= at_most
    return Result(name=name, value=value, unit=unit, peer=peer, peer_value=peer_value, ratio=ratio, holds=holds)


def show(title: str, results: Iterable[Result], console: Console) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("name", "value", "unit", "peer", "its value", "ratio", "holds"):
        table.add_column(column, justify="left" if column in ("name", "unit", "peer") else "right")
    for result in results:
        holds = {None: "", True: "yes", False: "NO"}[result.holds]
        table.add_row(
            result.name, _number(result.value), result.unit, result.peer or "", _number(result.peer_value), _number(result.ratio), holds
        )
    console.print(table)


def keep(results: Iterable[Result]) -> None:
    """A part of the bench replaces its own figures and leaves the others as they were."""
    new = [_rounded(result) for result in results]
    names = {row["name"] for row in new}
    KEPT.parent.mkdir(exist_ok=True)
    old = json.loads(KEPT.read_text()) if KEPT.exists() else []
    KEPT.write_text(json.dumps([row for row in old if row["name"] not in names] + new, indent=1) + "\n")


def _rounded(result: Result) -> dict[str, object]:
    return {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in asdict(result).items()}


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
